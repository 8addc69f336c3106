"""Writing an item: the form, what it proposes, and what happens when it cannot be saved."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.dateparse import parse_date

from gongkai.catalogue.models import Column
from gongkai.disclosure import panel, pickers, proposals, queries, services
from gongkai.disclosure.forms import ItemForm
from gongkai.disclosure.forms.files import sign
from gongkai.disclosure.models import DisclosureAttribute, DocumentKind
from gongkai.disclosure.views.base import ItemView, RoomView, words_of
from gongkai.disclosure.views.uploads import stage
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import ServiceFormView
from gongkai.organs.staff_views.base import MAX_KEY, StaffView
from gongkai.statute import document_numbers

ROW_OP = re.compile(r"(issuer|attachment)-(add|up|down|remove)(?:-(\d{1,4}))?")
HINTED = (
    "organ", "formed_on", "changed_on", "document_number", "genre", "topic", "statutory_item",
)  # fmt: skip
"""Fields beside which a proposal may stand."""

SUGGESTED = 400
"""So many bodies are suggested as issuers; further ones are typed."""


def issuer_values(names: list[str]) -> list[tuple[Organ | None, str]]:
    """Names of issuing bodies, each with the body of this installation that bears it."""
    known = {organ.name: organ for organ in Organ.objects.filter(name__in=names)}
    return [(known.get(name), name) for name in names]


class ItemFormView(ServiceFormView):
    """What creating and editing share. `op` of the form says which button was pressed."""

    action = "disclosure.edit"
    form_class = ItemForm
    template_name = "gongkai/disclosure/form.html"
    conflict: dict[str, Any] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        data = request.POST.copy()
        problems = stage(self.actor, self.upload_organ(data), request, data)
        op = data.get("op", "save")
        moved = ROW_OP.fullmatch(op)
        if moved:
            _move(data, moved)
        if moved or op == "hints":
            form = self.get_form_with(data)
            form.full_clean()
            form._errors.clear()
            return self.render_to_response(self.get_context_data(form=form, problems=problems))
        form = self.get_form_with(data)
        for problem in problems:
            form.add_error("attachments", problem)
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def get_form_with(self, data: Any) -> ItemForm:
        return ItemForm(**{**self.get_form_kwargs(), "data": data})

    def upload_organ(self, data: Any) -> Organ | None:
        """The body in whose name files are stored."""
        organs = policy.organs_for(self.request.user, "disclosure.edit")
        code = data.get("organ", "").strip().split(" ")[0].upper()
        return organs.filter(code=code).first() or organs.order_by("path").first()

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("files", None)
        return {**kwargs, "item": self.newest}

    @property
    def newest(self) -> Any:
        return None

    def attachments_of(self, form: ItemForm) -> list[Any]:
        return list(form.cleaned_data["attachments"])

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.result = self.perform(form)
        except ValidationError as error:
            if getattr(error, "code", "") == "changed":
                self.conflict = self.describe_conflict()
            _put(form, error)
            return self.form_invalid(form)
        except PermissionDenied as error:
            form.add_error(None, words_of(error))
            return self.form_invalid(form)
        return self.after(form)

    def after(self, form: Any) -> HttpResponse:
        """Checked, and sent into review if that button was pressed."""
        request, item = self.request, self.result
        run = services.check_item(self.actor, item)
        if form.data.get("op") == "submit":
            try:
                services.submit(self.actor, item, seen=queries.seen_of(_again(item)))
            except (ValidationError, PermissionDenied) as error:
                messages.warning(request, f"已保存，但还没有送审：{words_of(error)}")
                return HttpResponseRedirect(self.url("item_detail", item.pk))
            messages.success(request, f"“{item.title}”已送审。")
            return HttpResponseRedirect(self.url("item_detail", item.pk))
        serious = [one for one in run.findings if one["severity"] == "serious"]
        if serious:
            messages.warning(
                request, f"已保存。内容审查发现{len(serious)}处严重问题，处理后才能送审。"
            )
        else:
            messages.success(request, f"已保存“{item.title}”。")
        return HttpResponseRedirect(self.url("item_detail", item.pk))

    def describe_conflict(self) -> dict[str, Any] | None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form") or self.get_form()
        organs = Organ.objects.filter(abolished_on=None).order_by("path")
        form.fields["issuers"].widget.suggestions = list(
            organs.values_list("name", flat=True)[:SUGGESTED]
        )
        context = {
            "form": form,
            "sections": form.sections(),
            "hints": self.hints(form),
            "conflict": self.conflict,
            "draft_key": self.draft_key(),
            "hinted": HINTED,
        }
        return super().get_context_data(**{**context, **kwargs, "form": form})

    def draft_key(self) -> str:
        which = self.object.pk if self.object is not None else "new"
        return f"{self.request.user.pk}:{which}"

    def hints(self, form: ItemForm) -> dict[str, proposals.Hint]:
        organ = self.object.organ if self.object is not None else None
        read = form.data if form.is_bound else _Initial(form)
        return _hints(self.request.user, read, organ)


class ItemCreate(RoomView, ItemFormView):
    """A new draft."""

    title = "起草信息"
    tab = "index"

    def get_initial(self) -> dict[str, Any]:
        return {
            "document_kind": DocumentKind.INFORMATION,
            "disclosure_attribute": DisclosureAttribute.PROACTIVE,
            "issuers": [""],
            "column": self.request.GET.get("column", ""),
            "document_number": self.request.GET.get("document_number", "")[:100],
        }

    def get_cancel_url(self) -> str:
        return self.url("index")

    def perform(self, form: Any) -> Any:
        return services.create_item(
            self.actor,
            form.cleaned_data["organ"],
            form.values(),
            issuers=issuer_values(form.cleaned_data["issuers"]),
            attachments=self.attachments_of(form),
        )


class ItemEdit(ItemView, ItemFormView):
    """The newest version, changed. A published item keeps its public version meanwhile."""

    action = "disclosure.edit"

    def get_title(self) -> str:
        return "更正或更新" if self.object.published_at else "修改草稿"

    @property
    def newest(self) -> Any:
        return self.version

    def upload_organ(self, data: Any) -> Organ:
        return self.object.organ

    def get_cancel_url(self) -> str:
        return self.place("item_detail")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.is_editable:
            messages.warning(
                request,
                "这条信息正在审核或等待定时发布，内容已锁定。如需修改，请先收回，或由审核人退回。",
            )
            return HttpResponseRedirect(self.place("item_detail"))
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        version = self.version
        values: dict[str, Any] = {
            name: getattr(version, name)
            for name in ItemForm.base_fields
            if name
            not in ("organ", "seen", "issuers", "attachments", "entries", "interprets", "mounts")
        }
        user = self.request.user
        checked = queries.findings(self.object)
        return {
            **values,
            "seen": queries.seen_of(self.object),
            "issuers": [issuer.name for issuer in version.issuers.all()],
            "attachments": [
                (sign(one.stored, user, notes=panel.notes_on(checked, one.name)), one.name)
                for one in version.attachments.all()
            ],
            "mounts": [column.pk for column in version.mounts.all()],
            "entries": {"keys": [entry.pk for entry in version.entries.all()], "text": ""},
            "interprets": {
                "keys": [version.interprets_id] if version.interprets_id else [],
                "text": "",
            },
        }

    def perform(self, form: Any) -> Any:
        return services.update_item(
            self.actor,
            self.object,
            form.values(),
            issuers=issuer_values(form.cleaned_data["issuers"]),
            attachments=self.attachments_of(form),
            seen=form.data.get("accept") or form.cleaned_data["seen"],
        )

    def describe_conflict(self) -> dict[str, Any]:
        """Who changed it meanwhile, and the number under which that version is accepted."""
        item = _again(self.object)
        revision = item.latest_revision
        return {
            "by": str(revision.user) if revision and revision.user else "他人",
            "at": item.updated_at,
            "seen": queries.seen_of(item),
            "url": self.place("item_detail"),
        }


class ItemHints(StaffView):
    """The proposals for what stands in the form, for its script."""

    action = "disclosure.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        found = _hints(request.user, request.GET, None)
        return JsonResponse(
            {
                "hints": proposals.as_json(found),
                "document_number": document_numbers.normalise(
                    request.GET.get("document_number", "")[:100]
                ),
            }
        )


class FindEntries(StaffView):
    """Catalogue entries of a body, by code or words."""

    action = "disclosure.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        organ = _organ_of(request.user, request.GET.get("organ", ""))
        words = request.GET.get("q", "").strip()[:60]
        found = pickers.find_entries(organ, words) if organ is not None and words else []
        return JsonResponse(
            {"found": [{"id": one.pk, "label": pickers.entry_label(one)} for one in found]}
        )


class FindItems(StaffView):
    """Items to link to: what is public, and one's own."""

    action = "disclosure.edit"

    def check_access(self) -> None:
        if not any(
            self.allows(one)
            for one in ("disclosure.edit", "disclosure.withdraw", "disclosure.clean")
        ):
            raise PermissionDenied

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        words = request.GET.get("q", "").strip()[:60]
        exclude = request.GET.get("exclude", "")
        found = pickers.find_items(request.user, words, exclude=exclude) if words else []
        return JsonResponse(
            {"found": [{"id": one.pk, "label": pickers.item_label(one)} for one in found]}
        )


# -- how it is done ------------------------------------------------------------------------------


class _Initial:
    """The initial values of a form, read like what was posted."""

    def __init__(self, form: ItemForm) -> None:
        self.form = form

    def get(self, name: str, default: str = "") -> str:
        value = self.form.initial.get(name)
        return default if value is None else str(value)

    def getlist(self, name: str) -> list[str]:
        return list(self.form.initial.get("issuers") or []) if name == "issuer_name" else []


def _organ_of(user: Any, code: str) -> Organ | None:
    """The body of this code upon which the user may write; without a code his only one."""
    organs = policy.organs_for(user, "disclosure.edit")
    code = code.strip().split(" ")[0].upper()
    if code:
        return organs.filter(code=code).first()
    first = list(organs.order_by("path")[:2])
    return first[0] if len(first) == 1 else None


def _hints(user: Any, read: Any, organ: Organ | None) -> dict[str, proposals.Hint]:
    if organ is None:
        organ = _organ_of(user, read.get("organ", ""))
    key = read.get("column", "")
    number = int(key) if key.isdigit() and int(key) <= MAX_KEY else None
    return proposals.hints(
        organ,
        title=read.get("title", "")[:200],
        column=Column.objects.filter(pk=number).first() if number else None,
        formed_on=_date(read.get("formed_on", "")),
        changed_on=_date(read.get("changed_on", "")),
        document_number=read.get("document_number", "")[:100],
        issuers=read.getlist("issuer_name")[:30],
    )


def _date(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _again(item: Any) -> Any:
    return type(item).objects.select_related("latest_revision__user", "organ").get(pk=item.pk)


def _move(data: Any, moved: re.Match[str]) -> None:
    """Do what a row's button says, in the posted data."""
    kind, verb, number = moved.group(1), moved.group(2), int(moved.group(3) or 0)
    names = ("issuer_name",) if kind == "issuer" else ("attachment_token", "attachment_name")
    rows = [list(row) for row in zip(*(data.getlist(name) for name in names), strict=False)]
    if verb == "add":
        rows.append([""] * len(names))
    elif number < len(rows):
        row = rows.pop(number)
        if verb != "remove":
            rows.insert(max(0, number + (1 if verb == "down" else -1)), row)
    for place, name in enumerate(names):
        data.setlist(name, [row[place] for row in rows])


def _put(form: Any, error: ValidationError) -> None:
    """A service's complaints at their fields; those of fields that are not shown, above."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        known = name if name in form.fields else None
        for each in found:
            form.add_error(known, each)
