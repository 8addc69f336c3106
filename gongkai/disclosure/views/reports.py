"""What is missing and what is due: gaps in series of document numbers, assessments of Article 18."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, DocumentPrefix, Status
from gongkai.disclosure.views.base import RoomView, words_of
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import Column, OrganChoiceField, ScopedListView, StaffForm

FIRST_YEAR = 2008


class SeriesForm(StaffForm):
    """Which body and which year."""

    organ = OrganChoiceField(action="disclosure.view", include_abolished=True)
    year = forms.IntegerField(
        label="年份",
        min_value=FIRST_YEAR,
        max_value=2100,
        error_messages={
            "invalid": "请填写四位年份，例如 2020。",
            "min_value": f"请填写{FIRST_YEAR}年以后的年份。",
            "max_value": "请填写四位年份，例如 2020。",
        },
    )


class Gaps(RoomView, TemplateResponseMixin):
    """Numbers of a year that no item bears: each must be known to be on request or withheld."""

    action = "disclosure.view"
    tab = "gaps"
    title = "文号缺号"
    template_name = "gongkai/disclosure/gaps.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The prefixes that the body uses are registered anew."""
        organs = policy.organs_for(request.user, "disclosure.configure")
        organ = organs.filter(code=request.POST.get("organ", "")).first()
        try:
            if organ is None:
                raise PermissionDenied
            typed = request.POST.get("prefixes", "").replace("、", "\n").replace("，", "\n")
            services.set_prefixes(self.actor, organ, typed.splitlines())
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, words_of(error))
        else:
            messages.success(request, "机关代字已保存。")
        code = organ.code if organ is not None else ""
        return HttpResponseRedirect(
            f"{request.path}?organ={code}&year={request.POST.get('year', '')}"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {"year": str(timezone.localdate().year), **self.request.GET.dict()}
        form = SeriesForm(asked if asked.get("organ") else None, user=self.request.user,
                          initial=asked)  # fmt: skip
        if not form.is_bound and form.fields["organ"].initial:
            asked["organ"] = form.fields["organ"].initial
            form = SeriesForm(asked, user=self.request.user)
        context: dict[str, Any] = {"form": form}
        if form.is_bound and form.is_valid():
            organ: Organ = form.cleaned_data["organ"]
            context |= {
                "organ": organ,
                "year": form.cleaned_data["year"],
                "gaps": queries.series_gaps(organ, form.cleaned_data["year"]),
                "prefixes": list(
                    DocumentPrefix.objects.filter(organ=organ).values_list("prefix", flat=True)
                ),
                "may_configure": self.allows("disclosure.configure", organ),
                "may_draft": self.allows("disclosure.edit", organ),
            }
        return super().get_context_data(**{**context, **kwargs})


class Assessments(RoomView, ScopedListView):
    """What was withheld and is to be assessed anew (Art. 18), the first due first."""

    model = DisclosedItem
    action = "disclosure.view"
    tab = "assessments"
    title = "到期评估"
    template_name = "gongkai/disclosure/list.html"
    lead = (
        "行政机关对不予公开的政府信息应当定期评估审查，因情势变化可以公开的应当公开（条例第十八条）。"
        "打开信息后点“登记评估”；可以公开的，改为主动公开后送审。"
    )
    columns = (
        Column("title", "标题", link=True, wide=True),
        Column("organ.label", "机关"),
        Column("disclosure_attribute", "公开属性"),
        Column("attribute_reason", "理由", wide=True),
        Column("next_assessment_on", "评估日期", sort="next_assessment_on"),
        Column("due", "提醒", value=lambda item: _due(item)),
    )
    search_fields = ("title", "document_number")
    search_hint = "标题、文号"
    search_cap = 1000
    select_related = ("organ",)
    ordering = ("next_assessment_on", "id")
    detail_url_name = "item_detail"
    empty_text = "没有不主动公开的信息，无需评估。"

    def get_queryset(self) -> QuerySet[Any]:
        decided = super().get_queryset().filter(status=Status.DECIDED)
        return decided.exclude(next_assessment_on=None).defer("body", "summary")


def _due(item: DisclosedItem) -> str:
    days = (item.next_assessment_on - timezone.localdate()).days
    if days < 0:
        return f"已超过{-days}天"
    return "今天到期" if days == 0 else f"还有{days}天"
