"""The list of all items, and what it is narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from gongkai.catalogue.models import Column as PortalColumn
from gongkai.disclosure.forms.fields import column_choices
from gongkai.disclosure.models import (
    DisclosedItem,
    DisclosureAttribute,
    DocumentKind,
    Status,
    Step,
)
from gongkai.disclosure.views.base import RoomView
from gongkai.organs import policy
from gongkai.organs.queries import listed
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedListView,
    StaffFilterSet,
    date_from,
    date_until,
)
from gongkai.statute import document_numbers
from gongkai.statute.parameters import parameter
from gongkai.workdays.queries import current_calendar

OPEN: tuple[str, ...] = (Status.DRAFT, Status.IN_REVIEW, Status.RETURNED, Status.SCHEDULED)


def overdue_before(today: Any) -> Any:
    """What came about before this day and is not yet public is late (Art. 26)."""
    calendar, day = current_calendar(), today
    left = int(parameter("publication.days", today).value)
    while left:
        left -= calendar.day(day).is_working
        day -= timedelta(days=1)
    return day + timedelta(days=1)


def where_it_stands(item: DisclosedItem) -> str:
    """The status in words, with the step that a version under way awaits."""
    words = str(Status(item.status).label)
    if item.step:
        step = Step(item.step).label
        return f"待{step}" if item.status == Status.IN_REVIEW else f"{words}，修改待{step}"
    if item.status == Status.PUBLISHED and item.has_unpublished_changes:
        return f"{words}，有{'退回的' if item.returned else '未送审的'}修改"
    return words


class ItemFilters(StaffFilterSet):
    """Status, step, column, kind, attribute, dates; and what is late."""

    status = django_filters.ChoiceFilter(
        label="状态", choices=Status.choices, empty_label="全部状态"
    )
    step = django_filters.ChoiceFilter(label="环节", choices=Step.choices, empty_label="全部环节")
    column = django_filters.ChoiceFilter(
        field_name="column_id", label="栏目", choices=(), empty_label="全部栏目"
    )
    kind = django_filters.ChoiceFilter(
        field_name="document_kind",
        label="文件类别",
        choices=DocumentKind.choices,
        empty_label="全部类别",
    )
    attribute = django_filters.ChoiceFilter(
        field_name="disclosure_attribute",
        label="公开属性",
        choices=DisclosureAttribute.choices,
        empty_label="全部属性",
    )
    state = django_filters.ChoiceFilter(
        label="提醒",
        choices=[
            ("overdue", "超过公开期限"),
            ("mine", "我起草的"),
            ("returned", "退回待修改"),
            ("blocked", "有严重审查问题"),
        ],
        empty_label="全部",
        method="filter_state",
    )
    since = date_from("formed_on", "成文日期自")
    until = date_until("formed_on", "成文日期至")

    class Meta:
        model = DisclosedItem
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = column_choices(PortalColumn.objects.all())
        self.filters["column"].extra["choices"] = choices

    def filter_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "overdue":
            came_about = Coalesce("changed_on", "formed_on")
            return queryset.alias(came_about=came_about).filter(
                status__in=OPEN,
                disclosure_attribute=DisclosureAttribute.PROACTIVE,
                came_about__lt=overdue_before(timezone.localdate()),
            )
        if value == "mine":
            return queryset.filter(drafted_by=self.request.user)
        if value == "returned":
            return queryset.filter(returned=True)
        return queryset.filter(blocking__gt=0, status__in=OPEN)


class ItemList(RoomView, ScopedListView):
    """All items of one's bodies, the one changed last first."""

    model = DisclosedItem
    action = "disclosure.view"
    tab = "index"
    title = "全部信息"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("title", "标题", link=True, wide=True),
        Column("document_number", "发文字号"),
        Column("organ.label", "机关"),
        Column("column.title", "栏目"),
        Column("status", "状态", value=where_it_stands),
        Column("formed_on", "成文日期", sort="formed_on"),
        Column(
            "published_at",
            "发布时间",
            value=lambda item: _day(item.published_at),
        ),
        Column(
            "updated_at", "最近修改", sort="updated_at", value=lambda item: _day(item.updated_at)
        ),
    )
    export_columns = (
        Column("index_number", "索引号"),
        Column("title", "标题"),
        Column("document_number", "发文字号"),
        Column("organ.code", "机关代码"),
        Column("organ.name", "机关"),
        Column("column.title", "栏目"),
        Column("topic.name", "主题分类"),
        Column("document_kind", "文件类别"),
        Column("genre", "体裁"),
        Column("statutory_item", "法定公开内容"),
        Column("disclosure_attribute", "公开属性"),
        Column("formed_on", "成文日期"),
        Column("published_at", "发布时间"),
        Column("effective_from", "施行日期"),
        Column("valid_until", "有效期至"),
        Column("repealed_on", "废止日期"),
        Column("status", "状态", value=where_it_stands),
    )
    search_fields = ("title", "document_number")
    search_hint = "标题、文号、索引号"
    search_cap = 1000
    filterset_class = ItemFilters
    select_related = ("organ", "column", "topic")
    ordering = ("-updated_at", "-id")
    detail_url_name = "item_detail"
    empty_text = "还没有信息。点“起草信息”开始，只要填标题、栏目、日期和正文。"

    def check_access(self) -> None:
        super().check_access()
        bodies = policy.organs_for(self.request.user, self.action).order_by()
        if len(bodies.values_list("pk")[:2]) == 1:
            # Whoever has one body need not read its name in every row.
            self.columns = tuple(  # type: ignore[misc]
                column for column in type(self).columns if column.name != "organ.label"
            )

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return listed(queryset, self.request.user, action or self.action)

    def get_queryset(self) -> QuerySet[Any]:
        # The text may be long, and no list shows it.
        return super().get_queryset().defer("body", "summary", "attribute_reason")

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """A whole number, or words that the title holds."""
        number = document_numbers.normalise(text)
        exact = Q(index_number=text) | Q(document_number=number)
        titled = Q()
        for word in text.split()[:5]:
            titled &= Q(title__contains=word) | Q(document_number__startswith=word)
        return queryset.filter(exact | titled)

    def get_buttons(self) -> list[Button]:
        buttons = []
        if self.allows("disclosure.edit"):
            buttons.append(Button("起草信息", self.url("create"), icon="plus"))
        if self.allows("disclosure.import"):
            buttons.append(Button("导入", self.url("import"), kind="secondary"))
        return buttons


def _day(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""
