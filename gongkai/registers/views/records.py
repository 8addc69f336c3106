"""One record: shown, entered, corrected, ended, voided, restored."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.organs.staff_views import Button, ScopedDetailView, ServiceFormView
from gongkai.registers import queries, services
from gongkai.registers.forms import (
    FORMS,
    EndForm,
    ReasonForm,
    RecordForm,
    RepealForm,
    with_reason,
)
from gongkai.registers.registry import DECISIONS, DOCUMENTS, FEES, ITEMS, PROJECTS
from gongkai.registers.views.base import RegisterView

CREATE: Final = {
    ITEMS.name: services.create_item,
    DECISIONS.name: services.record_decision,
    DOCUMENTS.name: services.record_document,
    FEES.name: services.record_fee,
    PROJECTS.name: services.record_project,
}
CHANGE: Final = {
    ITEMS.name: services.update_item,
    DECISIONS.name: services.correct_decision,
    DOCUMENTS.name: services.update_document,
    FEES.name: services.correct_fee,
    PROJECTS.name: services.correct_project,
}
CORRECTED: Final = frozenset({DECISIONS.name, FEES.name, PROJECTS.name})
"""Registers of what happened once: a change of them is a correction and needs a reason."""


class RecordDetail(RegisterView, ScopedDetailView):
    """A record, whether it counts, and who did what to it."""

    action = "registers.view"
    template_name = "gongkai/registers/detail.html"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(self.register.label, self.place("list"))]

    def get_buttons(self) -> list[Button]:
        record = self.object
        if not self.allows("registers.edit", record.organ):
            return []
        if record.is_void:
            return [Button("恢复", self.place("restore", record.pk), kind="secondary")]
        word = "更正" if self.register.name in CORRECTED else "修改"
        buttons = [Button(word, self.place("edit", record.pk), icon="edit")]
        if self.register is ITEMS and record.valid_until is None:
            buttons.append(Button("终止", self.place("end", record.pk), kind="secondary"))
        if self.register is DOCUMENTS and record.ended_on is None:
            buttons.append(Button("废止", self.place("repeal", record.pk), kind="secondary"))
        buttons.append(Button("作废", self.place("void", record.pk), kind="danger"))
        return buttons

    @property
    def fields(self) -> tuple[Any, ...]:  # type: ignore[override]
        return (("organ.name", "机关"), *self.register.fields, "created_at", "updated_at")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {name: self.register.label_of(name) for name in self.register.fields}
        context = {
            "state": queries.validity(self.object, timezone.localdate()),
            "history": queries.history(self.object, names),
        }
        if self.register is ITEMS:
            target = "fees_list" if self.object.kind == "fee" else "decisions_list"
            context["uses_url"] = f"{self.url(target)}?q={self.object.code}"
        return super().get_context_data(**{**context, **kwargs})


class _RecordFormView(RegisterView, ServiceFormView):
    action = "registers.edit"

    def get_object(self) -> Any:
        if "pk" not in self.kwargs:
            return None
        return self.get_scoped(self.get_queryset(), pk=self.kwargs["pk"])

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [(self.register.label, self.place("list"))]
        if self.object is not None:
            crumbs.append((str(self.object), self.place("detail", self.object.pk)))
        return crumbs

    def get_cancel_url(self) -> str:
        return self.get_breadcrumbs()[-1][1]

    def get_success_url(self) -> str:
        return self.place("detail", self.result.pk)

    def values_of(self, form: Any, organ: Any) -> dict[str, Any]:
        """What the service takes; the item's code becomes the item."""
        values = dict(form.cleaned_data)
        if self.register.has_item:
            code = values.pop("item").strip()
            item = queries.find_item(organ, values.get("kind", "fee"), code) if code else None
            if code and item is None:
                raise ValidationError(
                    {"item": f"本机关没有编码为“{code}”的同类事项，请核对，或先登记事项。"}
                )
            values["item"] = item
        return values


class RecordCreate(_RecordFormView):
    def get_title(self) -> str:
        return f"登记{self.register.label}"

    def get_form_class(self) -> type[RecordForm]:
        return FORMS[self.register.name]

    def get_success_message(self, result: Any) -> str:
        return f"已登记“{result}”。"

    def perform(self, form: Any) -> Any:
        organ = form.cleaned_data["organ"]
        values = self.values_of(form, organ)
        values.pop("organ")
        return CREATE[self.register.name](self.actor, organ, **values)  # type: ignore[operator]


class RecordEdit(_RecordFormView):
    success_message = "已保存。"

    @property
    def corrects(self) -> bool:
        """Whether a change of this register is a correction with a reason."""
        return self.register.name in CORRECTED

    def get_title(self) -> str:
        return f"{'更正' if self.corrects else '修改'}{self.register.label}"

    def get_form_class(self) -> type[RecordForm]:
        form_class = FORMS[self.register.name]
        return with_reason(form_class) if self.corrects else form_class

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "existing": True}

    def get_initial(self) -> dict[str, Any]:
        record = self.object
        values = {name: getattr(record, name) for name in self.register.fields}
        if self.register.has_item:
            values["item"] = record.item.code if record.item else ""
        return {**values, "seen": record.updated_at.isoformat()}

    def perform(self, form: Any) -> Any:
        values = self.values_of(form, self.object.organ)
        change = CHANGE[self.register.name]
        return change(self.actor, self.object, **values)  # type: ignore[operator]


class ItemEnd(_RecordFormView):
    form_class: type[forms.Form] = EndForm
    title = "终止行政事项"
    submit_label = "终止"
    success_message = "已终止。"
    intro = "取消、下放、划转或停征的事项，填写最后有效的一天。年度报告按此计算“本年增/减”。"

    def perform(self, form: Any) -> Any:
        return services.end_item(self.actor, self.object, **form.cleaned_data)


class DocumentRepeal(_RecordFormView):
    form_class: type[forms.Form] = RepealForm
    title = "废止文件"
    submit_label = "废止"
    success_message = "已登记废止。"

    def perform(self, form: Any) -> Any:
        return services.repeal_document(self.actor, self.object, **form.cleaned_data)


class RecordVoid(_RecordFormView):
    form_class: type[forms.Form] = ReasonForm
    submit_label = "作废"
    danger = True
    success_message = "已作废，不再计入任何年度。"
    intro = "登记有误、重复登记的，可以作废。作废的记录保留备查，不再计入任何年度；已发布的报告不受影响。"

    def get_title(self) -> str:
        return f"作废“{self.object}”"

    def perform(self, form: Any) -> Any:
        return services.void_record(self.actor, self.object, **form.cleaned_data)


class RecordRestore(_RecordFormView):
    form_class: type[forms.Form] = ReasonForm
    submit_label = "恢复"
    success_message = "已恢复，重新计入相应年度。"

    def get_title(self) -> str:
        return f"恢复“{self.object}”"

    def get_intro(self) -> str:
        return f"该记录因“{self.object.void_reason}”作废。恢复后重新计入相应年度。"

    def perform(self, form: Any) -> Any:
        return services.restore_record(self.actor, self.object, **form.cleaned_data)
