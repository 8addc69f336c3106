"""The catalogue by field, and one entry."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from gongkai.catalogue import services
from gongkai.catalogue.forms import EntryColumnsForm, EntryForm
from gongkai.catalogue.models import (
    CatalogueEntry,
    Duty,
    DutyState,
    Field,
    Occasion,
    PublicationLink,
    StandardCatalogue,
)
from gongkai.catalogue.queries.missing import UNMET
from gongkai.catalogue.queries.visible import history, visible_catalogues, visible_entries
from gongkai.catalogue.views.base import CatalogueView
from gongkai.organs import policy
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.statute.duties import CYCLE_LABELS

LISTED = 50


def levels(entry: CatalogueEntry) -> str:
    names = [("县级", entry.level_county), ("乡级", entry.level_township)]
    return "、".join(name for name, yes in names if yes)


class EntryFilters(StaffFilterSet):
    organ_filter = False
    field = django_filters.ModelChoiceFilter(
        label="领域", queryset=Field.objects.all(), empty_label="全部领域"
    )
    level = django_filters.ChoiceFilter(
        label="层级", choices=[("county", "县级"), ("township", "乡级")], empty_label="全部层级",
        method="filter_level",
    )  # fmt: skip
    cycle = django_filters.ChoiceFilter(
        label="周期", choices=[(str(c), label) for c, label in CYCLE_LABELS.items()],
        empty_label="全部周期",
    )  # fmt: skip
    checked = django_filters.ChoiceFilter(
        label="核对", choices=[("no", "只看待核")], empty_label="全部", method="filter_checked"
    )

    class Meta:
        model = CatalogueEntry
        fields: ClassVar[list[str]] = []

    def filter_level(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**{f"level_{value}": True})

    def filter_checked(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(confidence__contains="待核")


class EntryList(CatalogueView, ScopedListView):
    """Entries of one version: the one of the address, else the one in force."""

    model = CatalogueEntry
    action = "catalogue.view"
    template_name = "gongkai/catalogue/entries.html"
    columns = (
        Column("field.name", "领域", sort="field__order"),
        Column("seq", "序号", sort="seq", numeric=True),
        Column("matter", "公开事项", link=True, wide=True, value=str),
        Column("time_limit_text", "公开时限", wide=True),
        Column("cycle", "周期", sort="cycle"),
        Column("level", "层级", value=levels),
        Column("taken", "认领机关", numeric=True),
    )
    export_columns = (
        Column("code", "事项编码"),
        Column("field.code", "领域代码"),
        Column("field.name", "领域"),
        Column("seq", "序号"),
        Column("level1", "一级事项"),
        Column("level2", "二级事项"),
        Column("elements", "公开内容（要素）", wide=True),
        Column("basis", "公开依据", wide=True),
        Column("time_limit_text", "公开时限", wide=True),
        Column("subject", "公开主体"),
        Column("channels", "公开渠道和载体", value=lambda e: ";".join(e.channels), wide=True),
        Column("level", "公开层级", value=levels),
        Column("confidence", "核对情况"),
    )
    search_fields = ("code", "level1", "level2", "elements", "subject")
    search_hint = "事项、要素、公开主体"
    filterset_class = EntryFilters
    select_related = ("field",)
    ordering = ("field__order", "field__code", "seq")
    detail_url_name = "entry_detail"
    empty_text = "这一版目录里还没有事项。请在“版本”里导入官方目录，或者新增事项。"

    def get_title(self) -> str:
        return "公开目录"

    @property
    def versions(self) -> list[StandardCatalogue]:
        if not hasattr(self, "_versions"):
            found = visible_catalogues(self.request.user)
            self._versions = list(
                found.order_by("organ__depth", "organ__path", "-year", "-version")
            )
        return self._versions

    @property
    def version(self) -> StandardCatalogue | None:
        wanted = self.request.GET.get("version", "")
        chosen = next((v for v in self.versions if str(v.pk) == wanted), None)
        in_force = next((v for v in self.versions if v.state == v.State.IN_FORCE), None)
        return chosen or in_force or (self.versions[0] if self.versions else None)

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        version = self.version
        return queryset.filter(catalogue=version) if version is not None else queryset.none()

    def get_queryset(self) -> QuerySet[Any]:
        taken = Count("duties", filter=~Q(duties__state=DutyState.NOT_APPLICABLE))
        return super().get_queryset().annotate(taken=taken)

    def get_buttons(self) -> list[Button]:
        version = self.version
        if version is None:
            return []
        buttons = [
            Button("按官方版式导出", self.url("version_export", version.pk, "xlsx"), icon="download",
                   kind="secondary"),
            Button("版本详情", self.url("version_detail", version.pk), kind="secondary"),
        ]  # fmt: skip
        if version.is_draft and self.allows("catalogue.manage", version.organ):
            buttons.insert(0, Button("新增事项", self.url("entry_create", version.pk), icon="plus"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.version
        context = {"version": version, "others": [v for v in self.versions if v != version]}
        return super().get_context_data(**{**context, **kwargs})


class EntryDetail(CatalogueView, ScopedDetailView):
    """What the version says, who answered how, what is open and what was published."""

    model = CatalogueEntry
    action = "catalogue.view"
    template_name = "gongkai/catalogue/entry.html"
    select_related = ("catalogue__organ", "field")
    fields = (
        "code", "field.name", "level1", "level2", "elements", "basis", "time_limit_text",
        ("limit_words", "时限天数"), "trigger", "cycle", "cycle_by", "notice_days", "subject",
        ("channel_words", "公开渠道和载体"), ("audience_words", "公开对象"),
        ("mode_words", "公开方式"), ("level_words", "公开层级"), "pii_risk", "pii_rule",
        "coverage_test", "confidence",
    )  # fmt: skip

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return queryset.filter(pk__in=visible_entries(self.request.user).values("pk"))

    def get_object(self) -> Any:
        entry = super().get_object()
        limit = entry.limit_days or 20
        source = "" if entry.limit_days else "（法定，条例第二十六条）"
        entry.limit_words = f"{limit}{entry.get_day_type_display() or '工作日'}{source}"
        entry.channel_words = "、".join(entry.channels)
        both = [("全社会", entry.audience_all), (entry.audience_specific, True)]
        entry.audience_words = "、".join(name for name, yes in both if yes and name)
        modes = [("主动公开", entry.mode_proactive), ("依申请公开", entry.mode_on_request)]
        entry.mode_words = "、".join(name for name, yes in modes if yes)
        entry.level_words = levels(entry)
        return entry

    def get_buttons(self) -> list[Button]:
        entry = self.object
        if not self.allows("catalogue.manage", entry.catalogue.organ):
            return []
        buttons = [
            Button("对应栏目", self.url("entry_columns", entry.pk), kind="secondary"),
        ]
        if entry.catalogue.is_draft:
            buttons.insert(0, Button("修改", self.url("entry_edit", entry.pk), icon="edit"))
            buttons.append(Button("删除", self.url("entry_remove", entry.pk), kind="danger"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry, user = self.object, self.request.user
        duties = policy.scope(Duty.objects.filter(entry=entry), user, self.action)
        links = policy.scope(
            PublicationLink.objects.filter(matter=entry.matter_id), user, self.action
        )
        open_ones = policy.scope(
            Occasion.objects.filter(UNMET, matter=entry.matter_id), user, self.action
        )
        context = {
            "duties": list(duties.select_related("organ", "column").order_by("organ__path")[:LISTED]),
            "duty_count": duties.count(),
            "duties_url": f"{self.url('duties')}?q={entry.code}",
            "links": list(
                links.select_related("publication", "organ").order_by("-last_published_on")[:20]
            ),
            "occasions": list(open_ones.select_related("organ").order_by("due_on", "pk")[:20]),
            "columns": list(entry.columns.all()),
            "siblings": list(
                visible_entries(user).filter(matter=entry.matter_id).exclude(pk=entry.pk)
                .select_related("catalogue").order_by("-catalogue__year")
            ),
            "history": history(entry),
        }  # fmt: skip
        return super().get_context_data(**{**context, **kwargs})


class _EntryForm(CatalogueView, ServiceFormView):
    model = CatalogueEntry
    action = "catalogue.manage"
    organ_field = "catalogue__organ"
    select_related = ("catalogue__organ", "field")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object), self.url("entry_detail", self.object.pk))] if self.object else []

    def get_cancel_url(self) -> str:
        return self.url("entry_detail", self.object.pk)


class EntryCreate(_EntryForm):
    model = None
    form_class = EntryForm
    title = "新增公开事项"
    submit_label = "新增"
    success_message = "已新增公开事项。"

    def check_access(self) -> None:
        super().check_access()
        found = policy.scope(
            StandardCatalogue.objects.select_related("organ"), self.request.user, self.action
        )
        self.catalogue = get_object_or_404(found, pk=self.kwargs["version"])

    def get_cancel_url(self) -> str:
        return f"{self.url('index')}?version={self.catalogue.pk}"

    def get_success_url(self) -> str:
        return self.url("entry_detail", self.result.pk)

    def perform(self, form: Any) -> Any:
        return services.add_entry(self.actor, self.catalogue, **form.cleaned_data)


class EntryEdit(_EntryForm):
    form_class = EntryForm
    title = "修改公开事项"
    success_message = "已保存。"

    def perform(self, form: Any) -> Any:
        values = dict(form.cleaned_data)
        values["seq"] = values.get("seq") or self.object.seq
        return services.update_entry(self.actor, self.object, **values)


class EntryColumns(_EntryForm):
    form_class = EntryColumnsForm
    title = "对应栏目"
    intro = "这个事项的信息发布在哪些栏目。施行以后也可以改。"
    success_message = "已保存。"

    def get_initial(self) -> dict[str, Any]:
        return {"columns": list(self.object.columns.values_list("pk", flat=True))}

    def perform(self, form: Any) -> Any:
        return services.update_entry(self.actor, self.object, **form.cleaned_data)


class EntryRemove(_EntryForm):
    form_class: ClassVar[type[Any]] = forms.Form
    title = "删除公开事项"
    submit_label = "删除"
    danger = True
    success_message = "已从本版草稿中删除。"

    def get_intro(self) -> str:
        return f"从“{self.object.catalogue}”中删除“{self.object}”。已施行的版本不受影响。"

    def perform(self, form: Any) -> Any:
        self.version = self.object.catalogue_id
        services.remove_entry(self.actor, self.object)

    def get_success_url(self) -> str:
        return f"{self.url('index')}?version={self.version}"
