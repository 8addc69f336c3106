"""Bulk reclassification: choose, look at every change, confirm the number, undo."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.catalogue.models import CatalogueEntry, Topic
from gongkai.catalogue.models import Column as PortalColumn
from gongkai.disclosure.bulk import reclassify
from gongkai.disclosure.bulk.columns import BY_NAME
from gongkai.disclosure.bulk.forms_reclassify import ReclassifyForm, UndoForm
from gongkai.disclosure.models import DisclosedItem, ReclassifiedItem, ReclassifyBatch
from gongkai.disclosure.views.base import RoomView
from gongkai.organs import imports, policy
from gongkai.organs.staff_views import Button, Column, ScopedListView, ServiceFormView
from gongkai.organs.staff_views.forms import add_errors
from gongkai.statute import proactive

ACTION = "disclosure.import"
SHOWN = 200
NUMBERS = ("index_number", "document_number")


class Reclassify(RoomView, TemplateResponseMixin):
    """One address: the form, then the preview with the same form hidden in it."""

    action = ACTION
    tab = "bulk"
    title = "批量调整分类"
    template_name = "gongkai/disclosure/bulk/reclassify.html"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("批量办理", self.url("bulk"))]

    def get_buttons(self) -> list[Button]:
        return [Button("调整记录", self.url("reclassified"), kind="secondary")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReclassifyForm(user=request.user, initial=request.GET.dict())
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReclassifyForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self._again(form)
        try:
            items, notes = self._chosen(form)
            keys = list(
                items.order_by("pk").values_list("pk", flat=True)[: reclassify.MAX_ITEMS + 1]
            )
            if len(keys) > reclassify.MAX_ITEMS:
                raise ValidationError(
                    f"选中的信息超过{reclassify.MAX_ITEMS:,}条，请缩小范围，分批办理。"
                )
            if not keys:
                raise ValidationError(["没有找到符合条件的信息。", *notes])
            chosen = DisclosedItem.objects.filter(pk__in=keys).order_by("pk")
            if "confirm" in request.POST:
                return self._done(form, chosen)
            planned = reclassify.plan(chosen, form.changes())
        except (ValidationError, imports.ImportFailed) as error:
            add_errors(form, error)
            return self._again(form)
        except PermissionDenied as error:
            form.add_error(None, str(error))
            return self._again(form)
        return self._preview(form, keys, planned, notes)

    def _again(self, form: ReclassifyForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _done(self, form: ReclassifyForm, chosen: QuerySet[DisclosedItem]) -> HttpResponse:
        from django.contrib import messages

        done = reclassify.reclassify(
            self.actor,
            chosen,
            form.changes(),
            reason=form.cleaned_data["reason"],
            expected=form.cleaned_data["expected"],
        )
        assert done.batch is not None
        messages.success(self.request, f"已调整{done.number:,}条。")
        if done.refused:
            messages.warning(self.request, f"{len(done.refused):,}条正在审核，没有调整。")
        return HttpResponseRedirect(self.url("reclassified_detail", done.batch.pk))

    def _chosen(self, form: ReclassifyForm) -> tuple[QuerySet[DisclosedItem], list[str]]:
        """The items meant, inside the scope, and what could not be found."""
        cleaned = form.cleaned_data
        items = policy.scope(DisclosedItem.objects.all(), self.request.user, ACTION)
        if cleaned["keys"]:
            words = [word for word in cleaned["keys"].split(",") if word.isdigit()]
            return items.filter(pk__in=words[: reclassify.MAX_ITEMS + 1]), []
        notes: list[str] = []
        numbers = cleaned["numbers"] + "\n" + self._table(cleaned["table"])
        if numbers.strip():
            items, unknown, ambiguous = reclassify.named(items, numbers)
            notes += [f"没有找到号码：{'、'.join(unknown[:20])}。"] if unknown else []
            notes += [f"有几条同号：{'、'.join(ambiguous[:20])}。"] if ambiguous else []
        if cleaned["organ"]:
            items = items.filter(organ=cleaned["organ"])
        if cleaned["from_column"]:
            items = items.filter(column=cleaned["from_column"])
        if cleaned["kind"]:
            items = items.filter(document_kind=cleaned["kind"])
        if cleaned["words"]:
            items = items.filter(title__contains=cleaned["words"])
        if cleaned["published_from"]:
            items = items.filter(published_at__date__gte=cleaned["published_from"])
        if cleaned["published_until"]:
            items = items.filter(published_at__date__lte=cleaned["published_until"])
        return items, notes

    @staticmethod
    def _table(upload: Any) -> str:
        if not upload:
            return ""
        columns = [BY_NAME[name] for name in NUMBERS]
        rows = imports.read_table(upload, columns, name=upload.name)
        return "\n".join(row[name] for row in rows for name in NUMBERS if row[name])

    def _preview(
        self,
        form: ReclassifyForm,
        keys: list[int],
        planned: list[reclassify.ItemChange],
        notes: list[str],
    ) -> HttpResponse:
        changing = [each for each in planned if each.changes]
        refused = [each for each in planned if each.refused]
        words = Words(changing[:SHOWN])
        form.data = form.data.copy()
        form.data["keys"] = ",".join(map(str, keys))
        form.data["expected"] = str(len(changing))
        context = {
            "form": form,
            "preview": True,
            "chosen": len(keys),
            "changing": len(changing),
            "refused": refused[:SHOWN],
            "notes": notes,
            "shown": [(each.item, words.of(each.before, each.after)) for each in changing[:SHOWN]],
            "shown_all": len(changing) <= SHOWN,
        }
        return self.render_to_response(self.get_context_data(**context))


class Words:
    """Numbers of records as people read them, looked up once for all rows."""

    def __init__(self, changes: Any) -> None:
        numbers: dict[str, set[int]] = {"column": set(), "topic": set(), "entries": set()}
        for each in changes:
            for values in (each.before, each.after):
                for name, value in values.items():
                    kind = "column" if name == "mounts" else name
                    if kind in numbers:
                        numbers[kind].update(value if isinstance(value, list) else {value})
        self._names = {
            "column": {c.pk: c.title for c in PortalColumn.objects.filter(pk__in=_some(numbers["column"]))},
            "topic": {
                t.pk: str(t)
                for t in Topic.objects.filter(pk__in=_some(numbers["topic"])).select_related("parent")
            },
            "entries": {
                e.pk: f"{e.code} {e}"
                for e in CatalogueEntry.objects.filter(pk__in=_some(numbers["entries"]))
            },
        }  # fmt: skip

    def of(self, before: Any, after: Any) -> list[tuple[str, str, str]]:
        """(label, before, after) of each field that changes."""
        return [
            (reclassify.LABELS[name], self._shown(name, before[name]), self._shown(name, value))
            for name, value in after.items()
        ]

    def _shown(self, name: str, value: Any) -> str:
        if value in (None, "", []):
            return "（空）"
        if name == "statutory_item":
            return proactive.label(value)
        names = self._names["column" if name == "mounts" else name]
        values = value if isinstance(value, list) else [value]
        return "、".join(names.get(each, "（已删除）") for each in values)


def _some(numbers: set[Any]) -> set[int]:
    return {number for number in numbers if number is not None}


class BatchList(RoomView, ScopedListView):
    model = ReclassifyBatch
    action = ACTION
    tab = "bulk"
    title = "分类调整记录"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("made_at", "时间", link=True, sort="made_at"),
        Column("reason", "原因", wide=True),
        Column("number", "条数", numeric=True),
        Column("made_by", "办理人"),
        Column("undone_at", "撤销时间"),
    )
    select_related = ("made_by",)
    ordering = ("-made_at", "-id")
    detail_url_name = "reclassified_detail"
    exports = False
    empty_text = "还没有批量调整过分类。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("批量办理", self.url("bulk")), ("批量调整分类", self.url("reclassify"))]

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        own = policy.scope(ReclassifiedItem.objects.all(), self.request.user, ACTION)
        return queryset.filter(pk__in=own.values("batch"))


class BatchDetail(RoomView, ScopedListView):
    """What became of each item of a batch."""

    model = ReclassifiedItem
    action = ACTION
    tab = "bulk"
    template_name = "gongkai/disclosure/list.html"
    select_related = ("item", "organ")
    ordering = ("id",)
    search_fields = ("item__title",)
    search_hint = "标题"
    exports = False

    @property
    def columns(self) -> Any:  # type: ignore[override]
        return (
            Column("item.title", "标题", link=True, wide=True),
            Column("organ.label", "机关"),
            Column("changes", "改动", value=self._changes, wide=True),
        )

    def _changes(self, row: ReclassifiedItem) -> str:
        told = self.words.of(row.before, row.after)
        return "；".join(f"{label}：{old} → {new}" for label, old, new in told)

    def get_records(self) -> QuerySet[Any]:
        records = super().get_records()
        self.words = Words(records[: self.paginate_by * 1])
        page = self.request.GET.get("page", "")
        if page.isdigit() and int(page) > 1:
            bottom = (int(page) - 1) * self.paginate_by
            self.words = Words(records[bottom : bottom + self.paginate_by])
        return records

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().defer("item__body").filter(batch=self.kwargs["pk"])

    def get_url(self, obj: Any) -> str:
        return self.url("item_detail", obj.item_id)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("批量办理", self.url("bulk")),
            ("批量调整分类", self.url("reclassify")),
            ("调整记录", self.url("reclassified")),
        ]

    def check_access(self) -> None:
        super().check_access()
        view = BatchList()
        view.request = self.request
        self.batch = view.get_scoped(ReclassifyBatch.objects.all(), pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"{timezone.localtime(self.batch.made_at):%Y-%m-%d %H:%M} {self.batch.reason}"

    def get_buttons(self) -> list[Button]:
        if self.batch.undone_at is not None:
            return []
        return [Button("撤销这一批", self.url("reclassified_undo", self.batch.pk), kind="danger")]


class BatchUndo(RoomView, ServiceFormView):
    model = ReclassifyBatch
    action = ACTION
    tab = "bulk"
    form_class = UndoForm
    template_name = "gongkai/disclosure/act.html"
    title = "撤销分类调整"
    submit_label = "撤销"
    danger = True
    intro = "恢复到调整之前的分类。之后又被修改过的、正在审核的，保持现状。"

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        own = policy.scope(ReclassifiedItem.objects.all(), self.request.user, ACTION)
        return queryset.filter(pk__in=own.values("batch"))

    def get_cancel_url(self) -> str:
        return self.url("reclassified_detail", self.object.pk)

    def perform(self, form: Any) -> reclassify.Reclassified:
        return reclassify.undo(self.actor, self.object, reason=form.cleaned_data["reason"])

    def get_success_message(self, result: reclassify.Reclassified) -> str:
        left = f"，{len(result.refused)}条保持现状" if result.refused else ""
        return f"已恢复{result.number}条{left}。"
