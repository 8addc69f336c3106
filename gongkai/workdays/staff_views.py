"""The calendar's screens: the year at a glance, and the notice from paste to acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.organs.staff_views import Button, ServiceFormView, StaffView
from gongkai.organs.staff_views.base import MAX_KEY
from gongkai.organs.staff_views.forms import add_errors
from gongkai.workdays import queries, services
from gongkai.workdays.forms import AcceptForm, NoticeForm
from gongkai.workdays.services import NoticePreview

#: How many moved deadlines a page lists; the count says how many there are.
LISTED_MOVES = 200


class CalendarView(TemplateResponseMixin, StaffView):
    """A year's working days, and the notices behind them."""

    action = "calendar.manage"
    title = "工作日历"
    template_name = "gongkai/workdays/calendar.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_buttons(self) -> Sequence[Button]:
        return [Button("导入放假通知", self.url("import"), icon="upload")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        year = _year(self.request.GET.get("year"), today.year)
        months = queries.months_of(year)
        calendar = queries.current_calendar()
        return super().get_context_data(
            year=year,
            years=[year - 1, year, year + 1],
            today=today,
            months=months,
            working_days=sum(month.working_days for month in months),
            known=calendar.knows_year(year),
            warning=queries.calendar_warning(today),
            notices=queries.notices_with_successor(),
            **kwargs,
        )


class NoticeView(TemplateResponseMixin, StaffView):
    """One accepted notice: its text, and the days read from it."""

    action = "calendar.manage"
    template_name = "gongkai/workdays/notice.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if pk > MAX_KEY:
            raise Http404
        self.notice = get_object_or_404(queries.notices_with_successor(), pk=pk)
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return self.notice.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            notice=self.notice, holidays=queries.holidays_of(self.notice), **kwargs
        )


class NoticeImport(ServiceFormView):
    """Paste → preview → accept. What was pasted stays whatever happens."""

    action = "calendar.manage"
    title = "导入放假通知"
    template_name = "gongkai/workdays/import.html"
    form_class = NoticeForm
    submit_label = "预览"
    intro = (
        "粘贴通知的文字，先看读到了什么、与星期是否相符、哪些未办结的期限会变动，再决定是否接受。"
        "接受之前不会改动任何数据。"
    )

    def get_form_class(self) -> type[forms.Form]:
        return AcceptForm if self.is_acceptance else NoticeForm

    @property
    def is_acceptance(self) -> bool:
        """Whether the button of the preview was pressed."""
        return self.request.method == "POST" and "accept" in self.request.POST

    def form_valid(self, form: Any) -> HttpResponse:
        text, year = form.cleaned_data["text"], form.cleaned_data["year"]
        if self.is_acceptance:
            try:
                self.result = services.accept_notice(
                    self.actor,
                    text,
                    year=year,
                    override_reason=form.cleaned_data["override_reason"],
                    seen_version=form.cleaned_data["seen_version"],
                )
            except ValidationError as error:
                add_errors(form, error)
            except PermissionDenied as error:
                form.add_error(None, str(error))
            else:
                return self.accepted()
        try:
            preview = services.preview_notice(text, year)
        except ValidationError as error:
            add_errors(form, error)
            return self.form_invalid(form)
        context = self.get_context_data(form=form, **_preview_context(preview))
        return self.render_to_response(context, status=422 if form.errors else 200)

    def accepted(self) -> HttpResponse:
        """To the calendar of the notice's year, with what happened."""
        accepted: services.AcceptedNotice = self.result
        messages.success(
            self.request,
            f"已接受“{accepted.notice.title}”，工作日历现为第{accepted.notice.version}版；"
            f"变动的期限{len(accepted.preview.moved)}个。",
        )
        return redirect(f"{self.url('index')}?year={accepted.notice.year}")


def _preview_context(preview: NoticePreview) -> dict[str, Any]:
    draft = preview.draft
    months = []
    for year in sorted({change.date.year for change in preview.changes}):
        touched = {change.date.month for change in preview.changes if change.date.year == year}
        months += [
            month for month in queries.months_of(year, preview.calendar) if month.month in touched
        ]
    return {
        "preview": preview,
        "draft": draft,
        "holidays": queries.holidays_of(draft),
        "months": months,
        "turned": [change for change in preview.changes if change.turns],
        "moves": preview.moved[:LISTED_MOVES],
        "more_moves": max(0, len(preview.moved) - LISTED_MOVES),
        "blocking": preview.reading.blocking,
        "remarks": [problem for problem in preview.reading.problems if not problem.blocking],
    }


def _year(text: str | None, default: int) -> int:
    """The year of the address, or the current one for what is none."""
    try:
        year = int(text or default)
    except ValueError:
        return default
    return year if year in services.YEARS else default
