"""The packaged terms: looked through, switched off for this site, rewritten."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404

from gongkai.guard import queries, services
from gongkai.guard.forms import PackagedFilterForm, ReasonForm
from gongkai.guard.lexicon import KINDS
from gongkai.guard.views.base import GuardView, KeeperView
from gongkai.organs.staff_views import Button, Column, ScopedListView, ServiceFormView


class PackagedList(GuardView, ScopedListView):
    """Not records but rows of files, so searched and filtered here, page by page all the same."""

    title = "随附词库"
    tab = "packaged"
    template_name = "gongkai/guard/list.html"
    intro = (
        "随平台发布的常见错别字、过时称谓和禁用语，供各地共用。不适合本地的可以停用或改写，"
        "升级平台不会恢复。这里没有离任人员姓名。"
    )
    columns = (
        Column("term.word", "词条", link=True),
        Column("term.suggestion", "建议写法", wide=True),
        Column("kind_label", "类别"),
        Column("severity_label", "级别"),
        Column("term.valid_from", "起始日期"),
        Column("term.note", "说明", wide=True),
        Column("state", "状态"),
    )
    exports = False
    empty_text = "平台没有随附词库。"

    def get_records(self) -> Any:
        self.filterset = None
        present = {term.kind for term in queries.packaged_by_key().values()}
        self.form = PackagedFilterForm(
            self.request.GET, kinds=[(code, KINDS[code]) for code in KINDS if code in present]
        )
        self.form.is_valid()
        cleaned = self.form.cleaned_data
        return queries.packaged_entries(
            kind=cleaned.get("kind", ""),
            state=cleaned.get("state", ""),
            text=self.request.GET.get("q", "").strip()[:100],
        )

    def get_url(self, obj: queries.PackagedEntry) -> str:
        if obj.own is not None:
            return self.url("detail", obj.own.pk)
        if not self.manages:
            return ""
        return f"{self.url('packaged_term')}?{_address(obj.term)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.manages = self.keeps(None)
        context = super().get_context_data(**kwargs)
        names = (*self.form.fields, "q")
        return {
            **context,
            "searchable": True,
            "search_hint": "词条、建议写法",
            "filter_form": self.form,
            "narrowed": any(self.request.GET.get(name) for name in names),
        }


class PackagedTerm(KeeperView, ServiceFormView):
    """One packaged term, to be switched off with a reason or rewritten."""

    tab = "packaged"
    form_class: type[forms.Form] = ReasonForm
    template_name = "gongkai/guard/packaged_term.html"
    submit_label = "停用"
    danger = True
    success_message = "已停用，以后的审查不再按它提示。"

    def keeps_this(self) -> bool:
        return self.keeps(None)

    def get_object(self) -> Any:
        asked = self.request.GET
        term = queries.packaged_term(asked.get("kind", ""), asked.get("word", ""))
        if term is None:
            raise Http404
        return term

    def get_title(self) -> str:
        return f"随附词条“{self.object.word}”"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("随附词库", self.url("packaged"))]

    def get_cancel_url(self) -> str:
        return self.url("packaged")

    def get_success_url(self) -> str:
        return self.url("detail", self.result.pk)

    def get_buttons(self) -> list[Button]:
        address = f"{self.url('create')}?{_address(self.object)}"
        return [Button("改写", address, icon="edit", kind="secondary")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        term = self.object
        rows = [
            ("类别", KINDS[term.kind]),
            ("建议写法", term.suggestion),
            ("起始日期", term.valid_from.isoformat() if term.valid_from else ""),
            ("说明", term.note),
        ]
        return super().get_context_data(**{"rows": [row for row in rows if row[1]], **kwargs})

    def perform(self, form: Any) -> Any:
        return services.switch_off_packaged(
            self.actor, self.object.kind, self.object.word, **form.cleaned_data
        )


def _address(term: Any) -> str:
    return urlencode({"kind": term.kind, "word": term.word})
