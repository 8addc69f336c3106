"""The list of requests: groups by due date, saved filters, bulk work; the calendar; exports."""

from __future__ import annotations

import calendar as months
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Final

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi import persons, queries
from gongkai.foi.forms.fields import reason_field
from gongkai.foi.models import ApplicantKind, Channel, FoiRequest, SavedFilter, SupplyAsk
from gongkai.foi.services.exporting import MOST, Asked, reveal_many
from gongkai.foi.services.filters import remove_filter, save_filter
from gongkai.foi.services.linking import MANY
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.narrowing import FigureFilters
from gongkai.organs import policy
from gongkai.organs.queries import listed
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedListView,
    ServiceFormView,
    StaffForm,
    date_from,
    date_until,
)
from gongkai.organs.staff_views.export import xlsx_response
from gongkai.organs.staff_views.forms import add_errors
from gongkai.statute.clock import ClockState
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.workdays import add_working_days
from gongkai.workdays.queries import current_calendar

STATES: Final = [(state.value, state.label) for state in ClockState]
RESULTS: Final = [(code, o.label) for code, o in OUTCOMES.items() if o.is_decision]

GROUPS: Final = (
    ("waiting", "未办结"),
    ("overdue", "已逾期"),
    ("today", "今天到期"),
    ("soon", f"{queries.URGENT_DAYS}个工作日内"),
    ("later", "更晚到期"),
    ("ended", "已办结"),
)
"""By due date: the words of the filter and of the chips above the list."""

PRESSING: Final = frozenset(key for key, _ in GROUPS if key != "ended")
"""The groups of what still waits."""

SHOWN: Final = (
    *("number", "subject", "applicant_kind", "received_on", "due_on", "due_provisional", "state"),
    *("outcome", "channel", "decided_on", "organ__code", "organ__name", "organ__short_name"),
    *("handler__display_name", "handler__username"),
)
"""What a row of the list or of its export is made of."""


def due_groups(today: date) -> dict[str, Q]:
    """The conditions of the groups, in working days from today. No SQL but the calendar's."""
    soon = add_working_days(today, queries.URGENT_DAYS, current_calendar()).date
    return {
        "waiting": Q(due_on__isnull=False),
        "overdue": Q(due_on__lt=today, state__in=queries.OWN_CLOCK),
        "today": Q(due_on=today),
        "soon": Q(due_on__gt=today, due_on__lte=soon),
        "later": Q(due_on__gt=soon),
        "ended": Q(due_on=None),
    }


class RequestFilters(FigureFilters):
    stage = django_filters.ChoiceFilter(
        label="办理", choices=GROUPS, empty_label="全部", method="filter_stage"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部状态")
    handler = django_filters.ChoiceFilter(
        label="经办人",
        choices=[("me", "我经办的"), ("none", "没有分派的")],
        empty_label="全部",
        method="filter_handler",
    )
    applicant_kind = django_filters.ChoiceFilter(
        label="申请人类别", choices=ApplicantKind.choices, empty_label="全部类别"
    )
    channel = django_filters.ChoiceFilter(
        label="申请渠道", choices=Channel.choices, empty_label="全部渠道"
    )
    outcome = django_filters.ChoiceFilter(label="结果", choices=RESULTS, empty_label="全部结果")
    asked = django_filters.ChoiceFilter(
        label="申请人的请求",
        choices=[("supply", "改变提供形式，未处理")],
        empty_label="全部",
        method="filter_asked",
    )
    since = date_from("received_on", "收到日期自")
    until = date_until("received_on", "收到日期至")
    due_since = date_from("due_on", "期限自")
    due_until = date_until("due_on", "期限至")
    decided_since = date_from("decided_on", "办结日期自")
    decided_until = date_until("decided_on", "办结日期至")

    class Meta:
        model = FoiRequest
        fields: ClassVar[list[str]] = []

    def filter_stage(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(due_groups(timezone.localdate())[value])

    def filter_asked(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(pk__in=SupplyAsk.objects.filter(handled_at=None).values("request"))

    def filter_handler(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "me":
            return queryset.filter(handler=self.request.user.pk)
        return queryset.filter(handler=None)


class RequestList(FoiView, ScopedListView):
    """Newest first; what still waits, the most pressing first.

    Exports leave out what applicants wrote: it may hold personal data.
    """

    model = FoiRequest
    action = "foi.view"
    template_name = "gongkai/foi/requests.html"
    title = "政府信息公开申请"
    columns: Sequence[Column] = (
        Column("number", "申请编号", sort="number", link=True),
        Column("subject", "申请内容", wide=True),
        Column("applicant_kind", "申请人类别"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("received_on", "收到日期", sort="received_on"),
        Column("due_words", "办理情况", sort="due_on"),
        Column("handler_name", "经办人"),
        Column("outcome_label", "结果"),
    )
    export_columns = (
        Column("organ.code", "机关代码"),
        Column("organ.name", "机关"),
        Column("number", "申请编号"),
        Column("channel", "申请渠道"),
        Column("applicant_kind", "申请人类别"),
        Column("received_on", "收到日期"),
        Column("state", "状态"),
        Column("due_on", "当前期限"),
        Column("due_provisional", "期限为暂定"),
        Column("outcome_label", "结果"),
        Column("decided_on", "办结日期"),
    )
    search_fields = ("number", "subject")
    search_hint = "编号、申请内容"
    # No index finds words inside of texts: a million would be read for every page.
    search_cap = 1000
    filterset_class = RequestFilters
    select_related = ("organ", "handler")
    ordering = ("-received_on", "-id")
    detail_url_name = "request_detail"
    empty_text = "还没有政府信息公开申请。"

    def check_access(self) -> None:
        super().check_access()
        if len(self.my_organs()) == 1:
            # Whoever works for one body knows which: the room is for what differs.
            self.columns = tuple(c for c in type(self).columns if c.name != "organ.label")
        if self.request.GET.get("stage") in PRESSING:
            self.ordering = ("due_on", "id")

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return listed(queryset, self.request.user, action or self.action)

    def get_queryset(self) -> QuerySet[Any]:
        # Of body and handler what a row says, not their thirty columns.
        return super().get_queryset().only(*SHOWN)

    def my_organs(self) -> list[int]:
        """Up to two of the bodies whose requests the user sees."""
        return list(
            policy.organs_for(self.request.user, self.action)
            .order_by()
            .values_list("pk", flat=True)[:2]
        )

    def get_buttons(self) -> list[Button]:
        buttons = []
        if self.allows("foi.handle"):
            buttons.append(Button("登记来件", self.url("intake_create"), icon="plus"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.calendar, self.today = current_calendar(), timezone.localdate()
        context = super().get_context_data(**kwargs)
        query = self.request.GET.copy()
        for name in ("page", "export"):
            query.pop(name, None)
        return {
            **context,
            "groups": self.groups(query),
            "saved": SavedFilter.objects.filter(user=self.request.user.pk),
            "query": query.urlencode(),
            "bulk": self.allows("foi.handle"),
            "personal": self.allows("foi.reveal") and context["total"] > 0,
        }

    def groups(self, query: QueryDict) -> list[dict[str, Any]]:
        """The groups by due date with how many cases of the user's bodies are in each."""
        conditions = due_groups(self.today)
        counted = (
            self.scoped(FoiRequest.objects.filter(conditions["waiting"]))
            .order_by()
            .aggregate(
                **{key: Count("pk", filter=conditions[key]) for key, _ in GROUPS if key in PRESSING}
            )
        )
        shown = []
        for key, label in (("", "全部"), *GROUPS):
            link = query.copy()
            link.pop("stage", None)
            if key:
                link["stage"] = key
            shown.append(
                {
                    "label": label,
                    "count": counted.get(key),
                    "url": f"{self.request.path}?{link.urlencode()}",
                    "current": query.get("stage", "") == key,
                    "late": key == "overdue" and counted.get(key),
                }
            )
        return shown

    def get_row(self, obj: Any) -> dict[str, Any]:
        due = queries.due_in_words(obj, self.calendar, self.today)
        obj.due_words = due.text or obj.get_state_display()
        obj.handler_name = obj.handler.display_name or obj.handler.username if obj.handler else ""
        return {**super().get_row(obj), "due": due}


class FilterSave(FoiView):
    """Keeps the list's conditions under a name, and leads back to the list."""

    action = "foi.view"

    def post(self, request: HttpRequest) -> HttpResponse:
        query = request.POST.get("query", "")[:2000]
        try:
            saved = save_filter(self.actor, name=request.POST.get("name", "")[:200], query=query)
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, f"已保存为“{saved.name}”。")
        return HttpResponseRedirect(f"{self.url('index')}?{query}")


class FilterRemove(FoiView):
    action = "foi.view"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        saved = SavedFilter.objects.filter(user=request.user.pk, pk=pk).first()
        if saved is None:
            raise Http404
        name = saved.name
        remove_filter(self.actor, saved)
        messages.success(request, f"已删除常用筛选“{name}”。")
        return HttpResponseRedirect(self.url("index"))


def chosen(view: FoiView, action: str) -> list[FoiRequest]:
    """The requests marked in the list that the user may do `action` upon, in its order."""
    keys = [int(k) for k in view.request.GET.getlist("pk") if k.isdecimal() and len(k) < 19]
    found = FoiRequest.objects.select_related("organ", "handler").filter(pk__in=keys[: MANY + 1])
    return list(view.scoped(found, action).order_by("due_on", "pk")[: MANY + 1])


class CoverSheets(FoiView, TemplateResponseMixin):
    """案卷封面 of the marked cases, one a page, for the printer. No personal data."""

    action = "foi.view"
    template_name = "gongkai/foi/covers.html"
    title = "打印案卷封面"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = chosen(self, self.action)
        if not found or len(found) > MANY:
            messages.error(
                request, "请先在列表中勾选申请。" if not found else f"一次最多打印{MANY}件。"
            )
            return HttpResponseRedirect(self.url("index"))
        today, days = timezone.localdate(), current_calendar()
        events = defaultdict(list)
        for event in queries.events_of(found):
            events[event.request_id].append(event)
        sheets = [
            {
                "request": each,
                "due": queries.due_in_words(each, days, today),
                "outcome": queries.outcome_words(each.outcome, each.outcome_subtype),
                "timeline": queries.timeline(events[each.pk]),
            }
            for each in found
        ]
        return self.render_to_response(self.get_context_data(sheets=sheets, today=today))


class DueCalendar(FoiView, TemplateResponseMixin):
    """A month of due dates; on a phone the days that have any, one below the other."""

    action = "foi.view"
    template_name = "gongkai/foi/calendar.html"
    title = "到期日历"
    a_day: Final = 5

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return listed(queryset, self.request.user, action or self.action)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return f"{self.title}：{self.month().year}年{self.month().month}月"

    @staticmethod
    def said(day: date, count: int, is_today: bool) -> str:
        """A day as it is read out: the date, the weekday, how many cases end on it."""
        named = f"{day.month}月{day.day}日，星期{'一二三四五六日'[day.weekday()]}"
        about = f"到期{count:,}件" if count else "没有到期的申请"
        return f"{named}，{'今天，' if is_today else ''}{about}"

    def month(self) -> date:
        """The first day of the month asked for; this month for nonsense."""
        try:
            first = date.fromisoformat(f"{self.request.GET.get('month', '')}-01")
        except ValueError:
            first = timezone.localdate().replace(day=1)
        return first if 2000 <= first.year <= 2199 else timezone.localdate().replace(day=1)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = self.month()
        days = months.Calendar().monthdatescalendar(first.year, first.month)
        shown = (days[0][0], days[-1][-1])
        waiting = self.scoped(FoiRequest.objects.filter(due_on__range=shown))
        mine = self.request.GET.get("handler") == "me"
        if mine:
            waiting = waiting.filter(handler=self.request.user.pk)
        counts = dict(
            waiting.order_by().values("due_on").annotate(n=Count("pk")).values_list("due_on", "n")
        )
        today, work = timezone.localdate(), current_calendar()
        listed: dict[date, list[Any]] = defaultdict(list)
        for request in self.listed(waiting):
            assert request.due_on is not None
            listed[request.due_on].append(
                {"request": request, "due": queries.due_in_words(request, work, today)}
            )
        address = self.url("index")
        weeks = [
            [
                {
                    "day": day,
                    "inside": day.month == first.month,
                    "rest": not work.day(day).is_working,
                    "today": day == today,
                    "said": self.said(day, counts.get(day, 0), day == today),
                    "count": counts.get(day, 0),
                    "cases": listed[day],
                    "more": counts.get(day, 0) - len(listed[day]),
                    "url": f"{address}?due_since={day}&due_until={day}"
                    + ("&handler=me" if mine else ""),
                }
                for day in week
            ]
            for week in days
        ]
        suffix = "&handler=me" if mine else ""
        before = (first - timedelta(days=1)).replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        return super().get_context_data(
            **{
                "first": first,
                "weeks": weeks,
                "mine": mine,
                "total": sum(n for day, n in counts.items() if day.month == first.month),
                "before": f"?month={before:%Y-%m}{suffix}",
                "after": f"?month={after:%Y-%m}{suffix}",
                "now": f"?month={today:%Y-%m}{suffix}",
                "switch": f"?month={first:%Y-%m}{'' if mine else '&handler=me'}",
                **kwargs,
            }
        )

    def listed(self, waiting: QuerySet[FoiRequest]) -> list[FoiRequest]:
        """The first few cases of every day, in one statement."""
        numbered = waiting.annotate(
            place=Window(RowNumber(), partition_by=[F("due_on")], order_by=F("pk").asc())
        )
        return list(numbered.filter(place__lte=self.a_day).order_by("due_on", "pk"))


class PersonalExportForm(StaffForm):
    reason = reason_field("邮寄答复书所需的收件名单")
    query = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)


class PersonalExport(FoiView, ServiceFormView):
    """The listed cases with who asked and how to reach him: a reason, and an entry in the ledger.

    Only of bodies whose applicants the user may see. Identity documents' numbers stay masked.
    """

    action = "foi.reveal"
    form_class = PersonalExportForm
    title = "导出含申请人信息的名单"
    submit_label = "导出 XLSX"
    danger = True
    intro = (
        "名单含有姓名、联系方式和申请内容，只包括本机关的申请。导出的理由和件数记入操作台账。"
        f"请按规定保管，用后销毁。一次最多{MOST:,}件。"
    )

    def get_initial(self) -> dict[str, Any]:
        return {"query": self.request.GET.urlencode()}

    def records(self, query: str) -> QuerySet[FoiRequest]:
        """What the list shows under these conditions, of the user's own bodies."""
        data = QueryDict(query)
        records = self.scoped(FoiRequest.objects.all())
        filters = RequestFilters(
            data, records, request=self.request, action=self.action, organ_field="organ"
        )
        found = filters.qs
        for word in data.get("q", "").replace("\x00", "").split()[:8]:
            found = found.filter(Q(number__icontains=word) | Q(subject__icontains=word))
        return found.select_related("organ", "intake__applicant").order_by("organ", "pk")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            asked = reveal_many(
                self.actor,
                list(self.records(form.cleaned_data["query"])[: MOST + 1]),
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as error:
            add_errors(form, error)
            return self.form_invalid(form)
        response = xlsx_response("申请人名单", _PERSONAL_COLUMNS, _Rows(asked))
        add_never_cache_headers(response)
        return response


class _Rows:
    """A list, as `xlsx_response` reads a queryset."""

    def __init__(self, rows: list[Asked]) -> None:
        self.rows = rows

    def iterator(self, chunk_size: int) -> Iterator[Asked]:
        return iter(self.rows)


def _personal(label: str, part: str, name: str) -> Column:
    return Column(name, label, value=lambda row: getattr(getattr(row, part), name))


_PERSONAL_COLUMNS: Final = (
    _personal("申请编号", "request", "number"),
    _personal("收到日期", "request", "received_on"),
    _personal("姓名或者名称", "person", "name"),
    Column(
        "identity",
        "证件号码（遮盖）",
        value=lambda row: persons.masked_number(row.person.identity_number),
    ),
    _personal("联系人", "person", "contact_name"),
    _personal("联系电话", "person", "phone"),
    _personal("电子邮箱", "person", "email"),
    _personal("通信地址", "person", "address"),
    _personal("邮政编码", "person", "postcode"),
    _personal("所需信息", "wish", "title"),
)
