"""The published standard catalogue: by field, by body, by audience, and the entry itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.exchange.channels import channels_text
from gongkai.catalogue.exchange.plain import SPECIFIC
from gongkai.catalogue.exchange.writing import official_workbook, plain_csv
from gongkai.catalogue.models import CatalogueEntry, StandardCatalogue
from gongkai.portal import conditional, items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.portal.platform import queries

BEFORE_BOX = re.compile(r"\s(?=[■□])")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MADE_FROM = frozenset({tags.CATALOGUE, tags.ORGANS})
"""What answers a matter is told to the catalogue, so its numbers change with the catalogue."""


@dataclass(frozen=True)
class Tab:
    """One way of looking through the catalogue."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Audience:
    """The entries for one group of people."""

    name: str
    entries: tuple[CatalogueEntry, ...]


def _tabs(current: str) -> list[Tab]:
    ways = (
        ("fields", _("按领域"), reverse("portal:catalogue")),
        ("bodies", _("按机关"), reverse("portal:catalogue_bodies")),
        ("audience", _("按公开对象"), reverse("portal:catalogue_audiences")),
        ("table", _("官方表格"), reverse("portal:catalogue_table")),
    )
    return [Tab(label, url, name == current) for name, label, url in ways]


def _page(
    standard: StandardCatalogue | None, *last: Crumb, title: str = "", description: str = ""
) -> Page:
    whole = standard.title if standard else _("基层政务公开标准目录")
    front = Crumb(_("标准目录"), reverse("portal:catalogue")) if last else Crumb(_("标准目录"))
    return Page(
        title=title or whole,
        description=description or _("应当公开的事项、公开时限和公开主体，以及已经公开的信息"),
        section="fields",
        crumbs=(Crumb(_("重点领域"), reverse("portal:field_list")), front, *last),
        column=Column(
            name="基层政务公开标准目录",
            description="基层政务公开标准目录的事项、时限、主体和公开情况",
            keywords=("标准目录", "政务公开"),
            kind="政府信息公开",
        ),
    )


@require_safe
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """The matters by field. An address of before (`?organ=`) leads to that body's page."""
    standard = items.catalogue_in_force()
    code = request.GET.get("organ", "")
    if code and standard and any(one.code == code for one in items.adopting(standard)):
        return HttpResponsePermanentRedirect(reverse("portal:catalogue_body", args=[code]))
    rows = items.catalogue_rows(standard) if standard else []
    context = {
        "page": _page(standard),
        "tabs": _tabs("fields"),
        "standard": standard,
        "fields": [
            (field, some, sum(row.items > 0 for row in some))
            for field, some in items.by_field(rows)
        ],
        "total": len(rows),
        "published": sum(row.items > 0 for row in rows),
    }
    return deliver(request, "gongkai/portal/catalogue.html", context, tags=MADE_FROM)


def _standard() -> StandardCatalogue:
    standard = items.catalogue_in_force()
    if standard is None:
        raise Http404
    return standard


@require_safe
def bodies(request: HttpRequest) -> HttpResponseBase:
    """The bodies that have answered the catalogue, with how."""
    standard = _standard()
    context = {
        "page": _page(standard, Crumb(_("按机关")), title=_("标准目录：按机关")),
        "tabs": _tabs("bodies"),
        "standard": standard,
        "rows": queries.answering_bodies(standard),
    }
    return deliver(request, "gongkai/portal/platform/catalogue_bodies.html", context,
                   tags=MADE_FROM)  # fmt: skip


@require_safe
def body(request: HttpRequest, code: str) -> HttpResponseBase:
    """What one body has answered and published, matter by matter."""
    standard = _standard()
    organ = queries.organ(code)
    if organ is None:
        raise Http404
    rows = items.catalogue_rows(standard, organ)
    if not rows:
        raise Http404
    context = {
        "page": _page(
            standard,
            Crumb(_("按机关"), reverse("portal:catalogue_bodies")),
            Crumb(organ.label),
            title=_("标准目录：%(organ)s") % {"organ": organ.name},
        ),
        "tabs": _tabs("bodies"),
        "standard": standard,
        "organ": organ,
        "fields": items.by_field(rows),
        "total": len(rows),
        "published": sum(row.items > 0 for row in rows),
        "stated": sum(row.stated is not None for row in rows),
    }
    made_from = {tags.CATALOGUE, tags.ORGANS, tags.organ(code)}
    return deliver(request, "gongkai/portal/platform/catalogue_body.html", context, tags=made_from)


def audiences_of(
    entries: Iterable[CatalogueEntry],
) -> tuple[tuple[CatalogueEntry, ...], list[Audience]]:
    """Entries for everybody, and those for certain groups by the group's name."""
    everybody: list[CatalogueEntry] = []
    groups: dict[str, list[CatalogueEntry]] = {}
    for one in entries:
        if one.audience_all:
            everybody.append(one)
        if one.audience_specific:
            name = _("特定群体") if one.audience_specific == SPECIFIC else one.audience_specific
            groups.setdefault(name, []).append(one)
    return tuple(everybody), [Audience(name, tuple(some)) for name, some in groups.items()]


@require_safe
def audiences(request: HttpRequest, kind: str = "") -> HttpResponseBase:
    """For whom: everybody (全社会), or a group (特定群体)."""
    standard = _standard()
    everybody, groups = audiences_of(items.entries_in_force().filter(catalogue=standard))
    chosen = {
        "all": [Audience(_("全社会"), everybody)],
        "specific": groups,
        "": [],
    }[kind]
    labels = {"all": _("全社会"), "specific": _("特定群体")}
    front = (
        Crumb(_("按公开对象"), reverse("portal:catalogue_audiences"))
        if kind
        else Crumb(_("按公开对象"))
    )
    context = {
        "page": _page(
            standard,
            front,
            *((Crumb(labels[kind]),) if kind else ()),
            title=_("标准目录：%(audience)s") % {"audience": labels[kind]}
            if kind
            else _("标准目录：按公开对象"),
        ),
        "tabs": _tabs("audience"),
        "standard": standard,
        "kind": kind,
        "everybody": everybody,
        "groups": groups,
        "special": len({one.pk for group in groups for one in group.entries}),
        "chosen": chosen,
    }
    return deliver(request, "gongkai/portal/platform/catalogue_audiences.html", context,
                   tags={tags.CATALOGUE})  # fmt: skip


@require_safe
def table(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """The official table with its two-level header, for one field or for all; for printing."""
    standard = _standard()
    entries = items.entries_in_force().filter(catalogue=standard)
    found = list(entries.filter(field__code=code) if code else entries)
    if code and not found:
        raise Http404
    fields: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        rows = fields.setdefault(one.field.name, [])
        boxes = BEFORE_BOX.split(channels_text(one.channels))
        rows.append({"entry": one, "channels": boxes, "span": 0})
        # The first row of a level-1 matter is as tall as all of it, as on paper.
        first = next(row for row in rows if row["entry"].level1 == one.level1)
        first["span"] += 1
    name = found[0].field.name if code and found else ""
    context = {
        "page": _page(
            standard,
            Crumb(_("官方表格"), reverse("portal:catalogue_table"))
            if code
            else Crumb(_("官方表格")),
            *((Crumb(name),) if code else ()),
            title=f"{name}领域{standard.title}" if name else f"{standard.title}（总表）",
        ),
        "tabs": _tabs("table"),
        "standard": standard,
        "fields": list(fields.items()),
        "field_code": code,
        "specific": SPECIFIC,
    }
    return deliver(request, "gongkai/portal/platform/catalogue_table.html", context,
                   tags={tags.CATALOGUE})  # fmt: skip


@require_safe
def entry(request: HttpRequest, code: str, number: int = 1) -> HttpResponseBase:
    """One matter: its row of the table, who answered how, and the items that answer it."""
    found = queries.entry(code)
    if found is None:
        raise Http404
    listed = paging.by_path(
        items.listed(items.answering(items.live(), code)),
        number,
        reverse("portal:catalogue_entry", args=[code]),
    )
    page = listed["found"]
    today = timezone.localdate()
    page.object_list = items.marked(page.object_list, today)
    duties = queries.duties_of(found)
    context = {
        "page": _page(
            found.catalogue,
            Crumb(found.field.name, reverse("portal:field", args=[found.field.code])),
            Crumb(str(found)),
            title=str(found),
            description=_("“%(matter)s”的公开内容、依据、时限、主体和已经公开的信息")
            % {"matter": found},
        ),
        "entry": found,
        "specific": SPECIFIC,
        "channels": "、".join(found.channels),
        "bodies": [duty.organ for duty in duties if duty.state != "not_applicable"],
        "statements": queries.statements(duties, today),
        **listed,
    }
    return deliver(
        request,
        "gongkai/portal/platform/catalogue_entry.html",
        context,
        tags={tags.CATALOGUE, tags.ORGANS, tags.field(found.field.code)},
    )


def _named(standard: StandardCatalogue, extension: str) -> str:
    name = f"{standard.title}（{standard.year}年第{standard.version}版）.{extension}"
    return content_disposition_header(True, name) or ""


@require_safe
def csv_file(request: HttpRequest) -> HttpResponseBase:
    """The entries in force as one plain table."""
    standard = _standard()
    entries = items.entries_in_force().filter(catalogue=standard)
    response = HttpResponse(plain_csv(entries), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _named(standard, "csv")
    return conditional.page(request, response)


@require_safe
def xlsx_file(request: HttpRequest) -> HttpResponseBase:
    """The entries in force in the official layout, a sheet a field."""
    standard = _standard()
    entries = items.entries_in_force().filter(catalogue=standard)
    mark = f"catalogue|{standard.pk}|{standard.version}|{standard.in_force_from}|{standard.title}"

    def make() -> HttpResponseBase:
        response = HttpResponse(official_workbook(standard.title, entries), content_type=XLSX)
        response.headers["Content-Disposition"] = _named(standard, "xlsx")
        return response

    # A catalogue in force never changes, so its name and version stand for its content.
    return conditional.file(request, mark, make)
