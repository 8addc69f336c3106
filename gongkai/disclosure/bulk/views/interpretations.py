"""Policies that owe an interpretation, and the acts that settle it; the room's bulk page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic.base import TemplateResponseMixin

from gongkai.disclosure.bulk import interpretation
from gongkai.disclosure.bulk.forms_review import LinkForm, ReasonForm
from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.disclosure.views.base import ItemView, RoomView
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.statute import interpretation as rule
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.queries import current_calendar

EDIT = "disclosure.edit"
MAY_NEED = frozenset(
    {DocumentKind.REGULATION, DocumentKind.NORMATIVE, DocumentKind.POLICY, DocumentKind.WORK}
)


class OwedFilters(StaffFilterSet):
    """By body."""

    class Meta:
        model = DisclosedItem
        fields: ClassVar[list[str]] = []


class Owed(RoomView, ScopedListView):
    """Published policies without an interpretation, the oldest first."""

    model = DisclosedItem
    action = "disclosure.view"
    tab = "interpretations"
    title = "政策解读"
    template_name = "gongkai/disclosure/list.html"
    intro = (
        "规章、行政规范性文件，以及起草单位确定需要解读的文件，应当在公开后3个工作日内发布解读。"
        "起草解读时选择“所解读的文件”，发布后自动从这里消去；不需要解读的，打开文件登记理由。"
    )
    search_fields = ("title", "document_number")
    search_hint = "标题、文号"
    filterset_class = OwedFilters
    select_related = ("organ",)
    ordering = ("published_at", "id")
    detail_url_name = "item_detail"
    empty_text = "没有欠缺解读的文件。"

    def get_queryset(self) -> QuerySet[Any]:
        owed = interpretation.with_draft(interpretation.owed(timezone.localdate()))
        return owed.select_related("organ").defer("body", "summary")

    @cached_property
    def calendar(self) -> WorkCalendar:
        return current_calendar()

    @property
    def columns(self) -> Any:  # type: ignore[override]
        calendar = self.calendar
        return (
            Column("title", "文件", link=True, wide=True),
            Column("document_number", "发文字号"),
            Column("organ.label", "机关"),
            Column("document_kind", "文件类别"),
            Column("published_at", "发布日期", value=lambda i: timezone.localdate(i.published_at)),
            Column("due", "解读期限", value=lambda item: due_in_words(item, calendar)),
            Column(
                "interpretation_drafted",
                "进展",
                value=lambda item: "解读起草中" if item.interpretation_drafted else "",
            ),
        )

    def get_buttons(self) -> list[Button]:
        return [Button("不解读的理由", self.url("interpretations_exempt"), kind="secondary")]


def due_in_words(item: DisclosedItem, calendar: WorkCalendar) -> str:
    """The last day, and how many days are left or gone."""
    assert item.published_at is not None
    today = timezone.localdate()
    due = rule.due_on(timezone.localdate(item.published_at), calendar).date
    left = (due - today).days
    if left < 0:
        return f"{due}，已逾期{-left}天"
    return f"{due}，今天到期" if left == 0 else f"{due}，还有{left}天"


def duty_of(view: ItemView) -> dict[str, Any]:
    """What an item's page shows of its interpretation: owed, exempted, linked, and the acts."""
    item = view.object
    today = timezone.localdate()
    may = view.allows(EDIT, item.organ) and item.is_editable
    if item.document_kind == DocumentKind.INTERPRETATION:
        return {
            "may": may,
            "link_url": view.place("interpretation_link"),
            "unlink_url": view.place("interpretation_unlink"),
            "linked": item.interprets_id is not None,
        }
    owed = interpretation.with_draft(interpretation.owed(today)).filter(pk=item.pk).first()
    told: dict[str, Any] = {"may": may, "exemption": item.interpretation_exemption}
    if owed is not None:
        calendar = current_calendar()
        due = rule.due_on(timezone.localdate(item.published_at), calendar).date
        told |= {
            "owed": True,
            "due": due_in_words(owed, calendar),
            "late": due < today,
            "drafted": owed.interpretation_drafted,
            "exempt_url": view.place("interpretation_exempt"),
        }
    elif item.live and item.document_kind in MAY_NEED:
        told["require_url"] = view.place("interpretation_require")
    return told


class Exempted(RoomView, ScopedListView):
    """Policies that were said to need none, with the reasons."""

    model = DisclosedItem
    action = "disclosure.view"
    tab = "interpretations"
    title = "不解读的理由"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("title", "文件", link=True, wide=True),
        Column("document_number", "发文字号"),
        Column("organ.label", "机关"),
        Column("interpretation_exemption", "不解读的理由", wide=True),
        Column("updated_at", "最近修改", sort="updated_at"),
    )
    search_fields = ("title", "document_number")
    search_hint = "标题、文号"
    select_related = ("organ",)
    ordering = ("-updated_at", "-id")
    detail_url_name = "item_detail"
    empty_text = "没有登记过不解读的文件。"

    def get_queryset(self) -> QuerySet[Any]:
        return interpretation.exempted().select_related("organ").defer("body", "summary")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("政策解读", self.url("interpretations"))]


class _Act(ItemView, ServiceFormView):
    action = EDIT
    form_class: Any = ReasonForm
    template_name = "gongkai/disclosure/act.html"

    def get_cancel_url(self) -> str:
        return self.place("item_detail")


class Exempt(_Act):
    title = "登记不解读的理由"
    submit_label = "登记"
    success_message = "已登记，不再提醒解读。"

    def perform(self, form: Any) -> Any:
        return interpretation.exempt_interpretation(self.actor, self.object, **form.cleaned_data)


class Require(_Act):
    title = "确定需要解读"
    submit_label = "确定"
    success_message = "已登记，解读发布之前会一直提醒。"

    def perform(self, form: Any) -> Any:
        return interpretation.require_interpretation(self.actor, self.object, **form.cleaned_data)


class Link(_Act):
    form_class = LinkForm
    title = "链接到所解读的文件"
    submit_label = "链接"
    success_message = "已链接，两个页面互相可见。"

    def perform(self, form: Any) -> Any:
        target = form.successor_picked()
        return interpretation.link_interpretation(
            self.actor, self.object, target, form=form.cleaned_data["form"]
        )


class Unlink(_Act):
    title = "取消解读链接"
    submit_label = "取消链接"
    danger = True
    success_message = "已取消链接。"

    def perform(self, form: Any) -> Any:
        return interpretation.unlink_interpretation(self.actor, self.object, **form.cleaned_data)


class Bulk(RoomView, TemplateResponseMixin):
    """What may be done with many items at once."""

    action = "disclosure.import"
    tab = "bulk"
    title = "批量办理"
    template_name = "gongkai/disclosure/bulk/bulk.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())
