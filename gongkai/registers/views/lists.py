"""The lists of the five registers."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedListView,
    StaffFilterSet,
    date_from,
    date_until,
)
from gongkai.registers.models import (
    ActItem,
    Decision,
    DecisionKind,
    DocumentKind,
    FeeIncome,
    ItemKind,
    NormativeDocument,
    ProcurementProject,
)
from gongkai.registers.queries import open_documents, valid_items, validity
from gongkai.registers.registry import DECISIONS, DOCUMENTS, FEES, ITEMS, PROJECTS
from gongkai.registers.views.base import RegisterView


def _kind(choices: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        field_name="kind", label="类别", choices=choices, empty_label="全部类别"
    )


class RecordFilters(StaffFilterSet):
    """Filters of every register; voided records are listed only when asked for."""

    void = django_filters.ChoiceFilter(
        label="作废",
        choices=[("with", "包括已作废"), ("only", "只看已作废")],
        empty_label="不含已作废",
        method="filter_void",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["void"] = self.filters.pop("void")  # last, being rarely wanted

    def filter_void(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(voided_at__isnull=False) if value == "only" else queryset

    @property
    def qs(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().qs
        asked = self.form.cleaned_data.get("void") if self.form.is_bound else None
        return found if asked else found.filter(voided_at=None)


class ItemFilters(RecordFilters):
    kind = _kind(ItemKind.choices)
    validity = django_filters.ChoiceFilter(
        label="有效性",
        choices=[("valid", "有效"), ("not_valid", "未生效或已失效")],
        empty_label="全部",
        method="filter_validity",
    )
    on = django_filters.DateFilter(label="在这一天有效", method="filter_on")
    since = date_from("valid_from", "生效日期自")
    until = date_until("valid_from", "生效日期至")

    class Meta:
        model = ActItem
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["on"].widget.input_type = "date"

    def filter_validity(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        valid = valid_items(timezone.localdate())
        return queryset.filter(valid if value == "valid" else ~Q(pk__in=_keys(ActItem, valid)))

    def filter_on(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(valid_items(value))


class DecisionFilters(RecordFilters):
    kind = _kind(DecisionKind.choices)
    since = date_from("decided_on", "决定日期自")
    until = date_until("decided_on", "决定日期至")

    class Meta:
        model = Decision
        fields: ClassVar[list[str]] = []


class DocumentFilters(RecordFilters):
    kind = _kind(DocumentKind.choices)
    validity = django_filters.ChoiceFilter(
        label="有效性",
        choices=[("open", "现行有效"), ("ended", "已废止或有效期届满")],
        empty_label="全部",
        method="filter_validity",
    )
    since = date_from("issued_on", "制发日期自")
    until = date_until("issued_on", "制发日期至")

    class Meta:
        model = NormativeDocument
        fields: ClassVar[list[str]] = []

    def filter_validity(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        if value == "open":
            return queryset.filter(open_documents(today))
        return queryset.filter(Q(repealed_on__lte=today) | Q(expires_on__lte=today))


class FeeFilters(RecordFilters):
    since = date_from("collected_on", "收费日期自")
    until = date_until("collected_on", "收费日期至")

    class Meta:
        model = FeeIncome
        fields: ClassVar[list[str]] = []


class ProjectFilters(RecordFilters):
    since = date_from("contracted_on", "签订日期自")
    until = date_until("contracted_on", "签订日期至")

    class Meta:
        model = ProcurementProject
        fields: ClassVar[list[str]] = []


def _keys(model: Any, condition: Q) -> Any:
    return model._default_manager.filter(condition).values("pk")


def _state(record: Any) -> str:
    return validity(record, timezone.localdate())


_ORGAN = Column("organ.label", "机关", sort="organ__path")
_STATE = Column("state", "状态", value=_state)
_ORGAN_CODE = Column("organ.code", "机关代码")
_VOID = Column("void_reason", "作废原因")


class RegisterList(RegisterView, ScopedListView):
    """One register. Exports carry the headings that the import understands."""

    action = "registers.view"
    template_name = "gongkai/registers/list.html"

    def get_title(self) -> str:
        return self.register.label

    def get_url(self, obj: Any) -> str:
        return self.place("detail", obj.pk)

    def get_buttons(self) -> list[Button]:
        buttons = []
        if self.allows("registers.edit"):
            buttons.append(Button("登记", self.place("create"), icon="plus"))
        if self.allows("registers.import"):
            buttons.append(Button("导入", self.place("import"), icon="upload", kind="secondary"))
        return buttons


class ItemList(RegisterList):
    register = ITEMS
    columns = (
        Column("name", "事项名称", sort="name", link=True, wide=True),
        Column("code", "事项编码", sort="code"),
        Column("kind", "类别", sort="kind"),
        _ORGAN,
        Column("valid_from", "生效日期", sort="valid_from"),
        Column("valid_until", "失效日期", sort="valid_until"),
        _STATE,
    )
    export_columns = (
        _ORGAN_CODE,
        Column("organ.name", "机关"),
        Column("kind", "类别"),
        Column("code", "事项编码"),
        Column("name", "事项名称"),
        Column("basis", "设定依据"),
        Column("valid_from", "生效日期"),
        Column("valid_until", "失效日期"),
        _STATE,
        _VOID,
    )
    search_fields = ("code", "name")
    search_hint = "编码、名称"
    filterset_class = ItemFilters
    ordering = ("organ__path", "kind", "code")
    empty_text = "还没有行政事项。请登记，或从 CSV、XLSX 文件导入。"


class DecisionList(RegisterList):
    register = DECISIONS
    columns = (
        Column("document_number", "决定文号", sort="document_number", link=True),
        Column("title", "决定名称", wide=True),
        Column("kind", "类别", sort="kind"),
        _ORGAN,
        Column("decided_on", "决定日期", sort="decided_on"),
        _STATE,
    )
    export_columns = (
        _ORGAN_CODE,
        Column("organ.name", "机关"),
        Column("kind", "类别"),
        Column("document_number", "决定文号"),
        Column("title", "决定名称"),
        Column("decided_on", "决定日期"),
        Column("item.code", "事项编码"),
        _STATE,
        _VOID,
    )
    search_fields = ("document_number", "title", "item__code")
    search_hint = "文号、名称、事项编码"
    filterset_class = DecisionFilters
    ordering = ("-decided_on", "-id")
    empty_text = "还没有处理决定。请登记，或从 CSV、XLSX 文件导入。"


class DocumentList(RegisterList):
    register = DOCUMENTS
    columns = (
        Column("document_number", "发文字号", sort="document_number", link=True),
        Column("title", "标题", wide=True),
        Column("kind", "类别", sort="kind"),
        _ORGAN,
        Column("issued_on", "制发日期", sort="issued_on"),
        Column("published_on", "公开日期", sort="published_on"),
        _STATE,
    )
    export_columns = (
        _ORGAN_CODE,
        Column("organ.name", "机关"),
        Column("kind", "类别"),
        Column("document_number", "发文字号"),
        Column("title", "标题"),
        Column("issued_on", "制发日期"),
        Column("published_on", "公开日期"),
        Column("repealed_on", "废止日期"),
        Column("expires_on", "有效期届满日期"),
        _STATE,
        _VOID,
    )
    search_fields = ("document_number", "title")
    filterset_class = DocumentFilters
    ordering = ("-issued_on", "-id")
    empty_text = "还没有规章、规范性文件。请登记，或从 CSV、XLSX 文件导入。"


class FeeList(RegisterList):
    register = FEES
    columns = (
        Column("receipt_number", "票据号", sort="receipt_number", link=True),
        Column("item.name", "收费项目", wide=True),
        _ORGAN,
        Column("collected_on", "收费日期", sort="collected_on"),
        Column("amount", "金额（元）", sort="amount", numeric=True),
        _STATE,
    )
    export_columns = (
        _ORGAN_CODE,
        Column("organ.name", "机关"),
        Column("receipt_number", "票据号"),
        Column("collected_on", "收费日期"),
        Column("amount", "金额（元）"),
        Column("item.code", "收费项目编码"),
        _STATE,
        _VOID,
    )
    search_fields = ("receipt_number", "item__code", "item__name")
    search_hint = "票据号、收费项目"
    filterset_class = FeeFilters
    ordering = ("-collected_on", "-id")
    empty_text = "还没有收费收入。请登记，或从 CSV、XLSX 文件导入。"


class ProjectList(RegisterList):
    register = PROJECTS
    columns = (
        Column("project_number", "项目编号", sort="project_number", link=True),
        Column("title", "项目名称", wide=True),
        _ORGAN,
        Column("contracted_on", "合同签订日期", sort="contracted_on"),
        Column("amount", "合同金额（元）", sort="amount", numeric=True),
        _STATE,
    )
    export_columns = (
        _ORGAN_CODE,
        Column("organ.name", "机关"),
        Column("project_number", "项目编号"),
        Column("title", "项目名称"),
        Column("contracted_on", "合同签订日期"),
        Column("amount", "合同金额（元）"),
        _STATE,
        _VOID,
    )
    search_fields = ("project_number", "title")
    filterset_class = ProjectFilters
    ordering = ("-contracted_on", "-id")
    empty_text = "还没有政府集中采购项目。请登记，或从 CSV、XLSX 文件导入。"


LISTS = {
    view.register.name: view
    for view in (ItemList, DecisionList, DocumentList, FeeList, ProjectList)
}
