"""Screens of the ledger. They live here because `ledger` lies below the permission policy."""

from __future__ import annotations

from typing import Any

import django_filters
from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpResponse

from gongkai.ledger import queries as ledger
from gongkai.ledger.models import LedgerEntry
from gongkai.ledger.services import DEPUTY
from gongkai.organs import forms, queries, shell
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.organs.staff_views.columns import as_text

VERIFY_LIMIT = 200_000
"""Longer chains are checked by the command: a page should not compute for minutes."""
SHOWN_FINDINGS = 200

CHANNELS = {
    "web": "网页",
    "public": "公众网页",
    "command": "命令行",
    "demo": "示例数据",
    "system": "系统",
}


def actor(entry: LedgerEntry) -> str:
    """Who acted, and for whom when it was as a deputy."""
    principal = entry.changes.get(DEPUTY) if isinstance(entry.changes, dict) else None
    return f"{entry.actor_name}（代{principal}）" if principal else entry.actor_name


class LedgerFilters(StaffFilterSet):
    organ_filter = False
    chain = django_filters.CharFilter(
        label="机构代码或 site", field_name="chain__name", lookup_expr="iexact"
    )
    actor = django_filters.CharFilter(
        label="操作人", field_name="actor_name", lookup_expr="icontains"
    )
    action = django_filters.ChoiceFilter(
        label="操作", field_name="action", choices=shell.act_choices, empty_label="全部操作"
    )
    since = django_filters.DateFilter(label="自", field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label="至", field_name="at", lookup_expr="date__lte")

    class Meta:
        model = LedgerEntry
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.form.fields[name].widget.input_type = "date"


class _LedgerMixin:
    request: Any

    def scoped(self, queryset: Any, action: str | None = None) -> QuerySet[LedgerEntry]:
        allowed = queries.chains_for(self.request.user)
        return queryset.filter(chain__in=allowed.values("pk"))


class LedgerList(_LedgerMixin, ScopedListView):
    model = LedgerEntry
    action = "ledger.view"
    title = "操作台账"
    columns = (
        Column("at", "时间", sort="at", link=True),
        Column("chain.name", "链", sort="chain__name"),
        Column("seq", "序号", numeric=True),
        Column("actor_name", "操作人", value=actor),
        Column("action", "操作", value=lambda e: shell.act_label(e.action)),
        Column("object_label", "对象", wide=True),
        Column("channel", "途径", value=lambda e: CHANNELS.get(e.channel, e.channel)),
        Column("address", "网络地址"),
    )
    export_columns = (*columns, Column("changes", "变更"), Column("hash", "杂凑值"))
    search_fields = ("object_label", "object_id")
    search_hint = "对象"
    filterset_class = LedgerFilters
    select_related = ("chain",)
    ordering = ("-at",)
    detail_url_name = "detail"
    empty_text = "还没有记录。"

    def get_buttons(self) -> list[Button]:
        return [Button("核验台账", self.url("verify"), icon="check", kind="secondary")]


def _kind_in_words(object_type: str) -> str:
    """“机构（organs.organ）”; the type alone when no such model exists (any more)."""
    try:
        return f"{apps.get_model(object_type)._meta.verbose_name}（{object_type}）"
    except (LookupError, ValueError):
        return object_type


class LedgerDetail(_LedgerMixin, ScopedDetailView):
    model = LedgerEntry
    action = "ledger.view"
    select_related = ("chain",)
    template_name = "gongkai/organs/staff/ledger_entry.html"
    fields = (
        ("chain.name", "链"),
        "seq",
        "at",
        "actor_name",
        "actor_id",
        ("channel_label", "途径"),
        "address",
        ("action_label", "操作"),
        ("object_kind", "对象类型"),
        "object_id",
        "object_label",
        "previous_hash",
        "hash",
    )

    def get_object(self) -> LedgerEntry:
        entry: LedgerEntry = super().get_object()
        entry.action_label = f"{shell.act_label(entry.action)}（{entry.action}）"  # type: ignore[attr-defined]
        entry.channel_label = CHANNELS.get(entry.channel, entry.channel)  # type: ignore[attr-defined]
        entry.object_kind = _kind_in_words(entry.object_type)  # type: ignore[attr-defined]
        return entry

    def get_title(self) -> str:
        return f"{self.object.chain.name} 第{self.object.seq}条"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changes = self.object.changes if isinstance(self.object.changes, dict) else {}
        rows = []
        for name, value in changes.items():
            pair = value if isinstance(value, list) and len(value) == 2 else ["", value]
            rows.append((name, as_text(pair[0]), as_text(pair[1])))
        return super().get_context_data(**{"changes": rows, **kwargs})


class LedgerVerify(ServiceFormView):
    action = "ledger.view"
    form_class = forms.VerifyForm
    template_name = "gongkai/organs/staff/ledger_verify.html"
    title = "核验台账"
    submit_label = "开始核验"
    intro = "逐条重算杂凑值，核对前后衔接、序号和链尾，指出被改动、删除或调换的记录。"

    def form_valid(self, form: Any) -> HttpResponse:
        name = form.cleaned_data["chain"]
        length = dict(ledger.heads(name))[name].seq
        if length > VERIFY_LIMIT:
            form.add_error(
                None,
                f"这条链有{length:,}条记录，请在服务器上运行：gongkai ledger verify --chain {name}",
            )
            return self.form_invalid(form)
        run = ledger.Verification(chain=name)
        found = []
        total = 0
        for finding in run.findings():
            total += 1
            if total <= SHOWN_FINDINGS:
                found.append((ledger.KINDS[finding.kind], finding))
        context = self.get_context_data(
            form=form, checked=name, entries=run.entries, total=total, found=found
        )
        return self.render_to_response(context)
