"""What the platform's pages read. Every function is a constant number of statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.catalogue.models import (
    CatalogueEntry,
    Duty,
    DutyState,
    Field,
    Publication,
    PublicationLink,
    StandardCatalogue,
    Topic,
)
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.presenting import WITH_VALIDITY
from gongkai.organs.models import Organ, OrganKind
from gongkai.portal import items, queries
from gongkai.reports.models import AnnualReport
from gongkai.statute import parameters, proactive

FIRST_YEAR: Final = 2008
"""The regulation came into force in 2008; the first reports are on that year."""
FEW: Final = 5
"""So many items of each matter stand on the page of a key field."""
MANY_BODIES: Final = 200
KIND_NAMES: Final[dict[OrganKind, str | Promise]] = {
    OrganKind.GOVERNMENT: gettext_lazy("人民政府"),
    OrganKind.DEPARTMENT: gettext_lazy("政府部门"),
    OrganKind.SUBDISTRICT: gettext_lazy("街道办事处"),
    OrganKind.TOWNSHIP: gettext_lazy("乡镇人民政府"),
    OrganKind.INSTITUTION: gettext_lazy("授权组织"),
    OrganKind.PUBLIC_UTILITY: gettext_lazy("公共企事业单位"),
}
"""The kinds of bodies as headings in the reader's language."""
_YEAR: Final = re.compile(r"(20\d\d)\s*年")
SLIM: Final = ("address", "phone", "email", "office_hours", "credit_code")


# -- bodies ----------------------------------------------------------------------------------------
def organ(code: str) -> Organ | None:
    """A body with the one above it and the one that took over."""
    return Organ.objects.select_related("parent", "successor").filter(code=code).first()


def city() -> Organ | None:
    """The government whose platform this is: the highest one."""
    return (
        Organ.objects.filter(kind=OrganKind.GOVERNMENT)
        .order_by(F("abolished_on").desc(nulls_first=True), "depth", "path")
        .first()
    )


@dataclass(frozen=True)
class Relations:
    """The bodies directly below, and those whose tasks the body took over."""

    below: tuple[Organ, ...]
    took_over: tuple[Organ, ...]


def relations(body: Organ) -> Relations:
    """Who stands below the body and whom it succeeded, in the order of the tree."""
    found = list(
        Organ.objects.filter(Q(parent=body.pk) | Q(successor=body.pk))
        .select_related("successor")
        .order_by("path")
    )
    return Relations(
        tuple(one for one in found if one.parent_id == body.pk),
        tuple(one for one in found if one.successor_id == body.pk),
    )


def latest_reports(body: Organ, number: int) -> list[AnnualReport]:
    """The body's newest published reports, one a year."""
    found = queries.published().filter(organ=body.pk).select_related("organ")
    rows = queries.newest_first(found).defer(*queries.HEAVY)[: 2 * number]
    return queries.one_a_year(rows)[:number]


def fields_of(body: Organ) -> list[Field]:
    """The key fields of which the body has taken matters on."""
    taken = Duty.objects.filter(
        organ=body.pk, entry__catalogue__state=StandardCatalogue.State.IN_FORCE
    ).exclude(state=DutyState.NOT_APPLICABLE)
    return list(Field.objects.filter(pk__in=taken.values("entry__field")))


def directory() -> list[Organ]:
    """The highest bodies and those directly below them; what is deeper stands on their pages."""
    found = Organ.objects.filter(depth__lte=1).select_related("parent", "successor")
    return list(found.order_by("path"))


@dataclass(frozen=True)
class Kind:
    """The bodies of one kind."""

    label: str
    organs: tuple[Organ, ...]


def by_kind(organs: Iterable[Organ]) -> list[Kind]:
    """The bodies that exist by kind, governments first."""
    found: dict[str, list[Organ]] = {kind: [] for kind in OrganKind.values}
    for one in organs:
        if one.is_active():
            found[one.kind].append(one)
    return [
        Kind(str(KIND_NAMES[OrganKind(kind)]), tuple(members))
        for kind, members in found.items()
        if members
    ]


# -- items -----------------------------------------------------------------------------------------
def of_organ(body: Organ) -> QuerySet[DisclosedItem]:
    """What the body has published."""
    return items.live().filter(organ=body.pk)


def in_part(slug: str, organs: Sequence[int]) -> list[DisclosedItem]:
    """What these bodies have in a column of the platform, newest first."""
    found = items.listed(items.live().filter(column__slug=slug, organ__in=organs))
    return list(found[:MANY_BODIES])


def whole(key: int) -> DisclosedItem | None:
    """One public item with its text and its files."""
    return _with_files(items.live().filter(pk=key))


def _with_files(found: QuerySet[DisclosedItem]) -> DisclosedItem | None:
    first: DisclosedItem | None = (
        found.select_related("organ", "column").prefetch_related("attachments__stored").first()
    )
    return first


def newest_in(slug: str, body: Organ) -> DisclosedItem | None:
    """The newest item of a body in a column, with its files."""
    found = items.live().filter(column__slug=slug, organ=body.pk)
    return _with_files(found.order_by("-published_at", "-pk"))


def policies_of(body: Organ) -> QuerySet[DisclosedItem]:
    """The body's documents whose validity is shown."""
    return items.listed(of_organ(body).filter(document_kind__in=sorted(WITH_VALIDITY)))


# -- what the law wants published (Arts. 20 and 21) ---------------------------------------------------
@dataclass(frozen=True)
class Heading:
    """One item of the law's list with what was published of it."""

    code: str
    label: str
    items: int
    latest: date | None


@dataclass(frozen=True)
class HeadingGroup:
    """The items of one article for one kind of body."""

    article: str
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class Headings:
    """The tree of the law's items; what is blank is counted apart."""

    groups: tuple[HeadingGroup, ...]

    @property
    def all(self) -> list[Heading]:
        return [one for group in self.groups for one in group.headings]

    @property
    def filled(self) -> int:
        return sum(one.items > 0 for one in self.all)

    @property
    def blank(self) -> list[Heading]:
        return [one for one in self.all if not one.items]

    @property
    def total(self) -> int:
        return sum(one.items for one in self.all)

    def count(self, code: str) -> int:
        """How many stand under an item of the law; with no code under all."""
        return sum(one.items for one in self.all if code in ("", one.code))


def owed_by(body: Organ | None) -> list[proactive.StatutoryItem]:
    """The items that the body owes; without one those that any body here may owe."""
    if body is None:
        return list(proactive.ITEMS.values())
    return list(proactive.items_for(body.kind, body.level))


def headings(body: Organ | None) -> Headings:
    """The law's items in its order with their numbers: one grouped statement.

    What was published under an item that this kind of body does not owe is listed all the same.
    """
    public = items.live().exclude(statutory_item="")
    if body is not None:
        public = public.filter(organ=body.pk)
    counted = {
        row["statutory_item"]: row
        for row in public.order_by()
        .values("statutory_item")
        .annotate(number=Count("pk"), latest=Max("published_at"))
    }
    owed = {one.code for one in owed_by(body)}
    groups: dict[str, list[Heading]] = {}
    for one in proactive.ITEMS.values():
        row = counted.get(one.code)
        # The city's own tree leaves out what only townships owe, where there is none of it.
        if row is None and (one.code not in owed or (body is None and one.group == "21B")):
            continue
        latest = timezone.localtime(row["latest"]).date() if row else None
        groups.setdefault(f"{one.group}|{one.article}", []).append(
            Heading(one.code, one.label, row["number"] if row else 0, latest)
        )
    return Headings(
        tuple(HeadingGroup(key.split("|")[1], tuple(found)) for key, found in groups.items())
    )


def under(code: str, body: Organ | None) -> QuerySet[DisclosedItem]:
    """What was published under an item of the law; with no code under any."""
    public = items.live() if body is None else of_organ(body)
    public = public.filter(statutory_item=code) if code else public.exclude(statutory_item="")
    return items.listed(public)


# -- annual reports --------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReportYear:
    """What a body has published on a year: a report built here, or a document of its own."""

    year: int
    report: AnnualReport | None
    item: DisclosedItem | None


@dataclass(frozen=True)
class ReportChain:
    """A body's years, newest first, and those that should be there and are not."""

    organ: Organ
    years: tuple[ReportYear, ...]
    missing: tuple[int, ...]

    @property
    def gaps(self) -> str:
        """The missing years in words: 2008–2018、2021."""
        spans: list[list[int]] = []
        for year in self.missing:
            if spans and spans[-1][1] == year - 1:
                spans[-1][1] = year
            else:
                spans.append([year, year])
        return "、".join(
            str(first) if first == last else f"{first}–{last}" for first, last in spans
        )

    def on(self, year: int) -> ReportYear | None:
        return next((one for one in self.years if one.year == year), None)


@dataclass(frozen=True)
class ReportTable:
    """The chains of several bodies beside each other."""

    years: tuple[int, ...]
    chains: tuple[ReportChain, ...]
    more: bool = False
    rows: tuple[tuple[ReportChain, tuple[ReportYear | None, ...]], ...] = field(default=())


def reports_due_until(body: Organ, today: date) -> int:
    """The last year whose report must have been published by now."""
    key = "report.government_due" if body.kind == OrganKind.GOVERNMENT else "report.department_due"
    month, day = map(int, str(parameters.parameter(key, today).value).split("-"))
    last = today.year - 1 if (today.month, today.day) > (month, day) else today.year - 2
    if body.abolished_on is not None:
        last = min(last, body.abolished_on.year - 1)
    return last


def report_chains(bodies: Sequence[Organ], today: date) -> list[ReportChain]:
    """The years of each body. Two statements, however many bodies."""
    keys = [body.pk for body in bodies]
    reports: dict[int, dict[int, AnnualReport]] = {key: {} for key in keys}
    found = queries.newest_first(queries.published().filter(organ_id__in=keys))
    for report in found.defer(*queries.HEAVY):
        before = reports[report.organ_id].get(report.year)
        if before is None or (before.scope, report.scope) == ("own", "aggregate"):
            reports[report.organ_id][report.year] = report
    documents: dict[int, dict[int, DisclosedItem]] = {key: {} for key in keys}
    printed = items.live().filter(column__slug="zfxxgknb", organ__in=keys)
    for item in printed.order_by("published_at").only("title", "organ_id", "published_at"):
        if match := _YEAR.search(item.title):
            documents[item.organ_id][int(match[1])] = item
    chains = []
    for body in bodies:
        own, texts = reports[body.pk], documents[body.pk]
        known = sorted({*own, *texts}, reverse=True)
        first = max(FIRST_YEAR, body.established_on.year if body.established_on else FIRST_YEAR)
        chains.append(
            ReportChain(
                body,
                tuple(ReportYear(year, own.get(year), texts.get(year)) for year in known),
                tuple(
                    year
                    for year in range(first, reports_due_until(body, today) + 1)
                    if year not in known
                ),
            )
        )
    return chains


def report_table(above: Organ, today: date) -> ReportTable:
    """The reports of the bodies directly below. Three statements."""
    bodies = list(
        Organ.objects.filter(parent=above).defer(*SLIM).order_by("path")[: MANY_BODIES + 1]
    )
    chains = [one for one in report_chains(bodies[:MANY_BODIES], today) if one.years]
    years = tuple(sorted({one.year for chain in chains for one in chain.years}, reverse=True))
    return ReportTable(
        years,
        tuple(chains),
        len(bodies) > MANY_BODIES,
        tuple((chain, tuple(chain.on(year) for year in years)) for chain in chains),
    )


# -- topics ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TopicNode:
    """A topic with the number of its items, those below it included."""

    topic: Topic
    items: int
    below: tuple[TopicNode, ...] = ()


def topic_tree() -> list[TopicNode]:
    """The two levels with their numbers. Two statements."""
    rows = items.live().filter(topic__isnull=False).order_by().values("topic")
    counted = {row["topic"]: row["number"] for row in rows.annotate(number=Count("pk"))}
    topics = list(Topic.objects.order_by("code"))
    below: dict[int, list[TopicNode]] = {}
    for one in topics:
        if one.parent_id:
            below.setdefault(one.parent_id, []).append(TopicNode(one, counted.get(one.pk, 0)))
    return [
        TopicNode(
            one,
            counted.get(one.pk, 0) + sum(child.items for child in below.get(one.pk, [])),
            tuple(below.get(one.pk, ())),
        )
        for one in topics
        if not one.parent_id
    ]


# -- key fields --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class FieldTile:
    """A key field with the numbers of its matters and of what was published on them."""

    field: Field
    matters: int
    items: int
    latest: date | None


def field_tiles(standard: StandardCatalogue | None, body: Organ | None = None) -> list[FieldTile]:
    """The fields in their order. Three statements; with a body what it took on."""
    entries = CatalogueEntry.objects.filter(catalogue=standard) if standard else None
    if entries is None:
        return [FieldTile(one, 0, 0, None) for one in Field.objects.all()]
    if body is not None:
        taken = Duty.objects.filter(organ=body.pk, entry__catalogue=standard)
        entries = entries.filter(
            pk__in=taken.exclude(state=DutyState.NOT_APPLICABLE).values("entry")
        )
    place = dict(entries.order_by().values_list("matter_id", "field_id"))
    links = PublicationLink.objects.filter(withdrawn_on=None)
    links = links.filter(organ=body.pk) if body is not None else links
    numbers: dict[int, int] = {}
    latest: dict[int, date] = {}
    rows = (
        links.order_by().values("matter").annotate(number=Count("pk"), day=Max("last_published_on"))
    )
    for row in rows:
        if (key := place.get(row["matter"])) is not None:
            numbers[key] = numbers.get(key, 0) + row["number"]
            latest[key] = max(latest.get(key, row["day"]), row["day"])
    matters: dict[int, int] = {}
    for key in place.values():
        matters[key] = matters.get(key, 0) + 1
    return [
        FieldTile(one, matters.get(one.pk, 0), numbers.get(one.pk, 0), latest.get(one.pk))
        for one in Field.objects.all()
        if body is None or matters.get(one.pk)
    ]


@dataclass(frozen=True)
class Statement:
    """That a body has nothing of a matter: what it said, and until when that stands."""

    organ: str
    word: str
    reason: str
    on: date
    until: date


@dataclass(frozen=True)
class MatterRow:
    """One matter of the catalogue beside what was published of it."""

    entry: CatalogueEntry
    items: int
    newest: tuple[DisclosedItem, ...]
    bodies: tuple[Organ, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class MatterGroup:
    """The matters of the second level below one of the first."""

    level1: str
    rows: tuple[MatterRow, ...]


def field_matters(
    standard: StandardCatalogue, one: Field, body: Organ | None, today: date
) -> list[MatterGroup]:
    """Level 1 → level 2 of a field with everything beside it. Five statements."""
    entries = list(
        CatalogueEntry.objects.filter(catalogue=standard, field=one)
        .select_related("field")
        .order_by("seq", "pk")
    )
    duties: dict[int, list[Duty]] = {}
    for duty in (
        Duty.objects.filter(entry__in=[entry.pk for entry in entries])
        .select_related("organ")
        .order_by("organ__path")
    ):
        duties.setdefault(duty.entry_id, []).append(duty)
    if body is not None:
        entries = [e for e in entries if any(d.organ_id == body.pk for d in duties.get(e.pk, []))]
    matters = [entry.matter_id for entry in entries]
    links = PublicationLink.objects.filter(withdrawn_on=None, matter__in=matters)
    if body is not None:
        links = links.filter(organ=body.pk)
    counted = {
        row["matter"]: row["number"]
        for row in links.order_by().values("matter").annotate(number=Count("pk"))
    }
    newest = _newest_of_matters(matters, body)
    groups: dict[str, list[MatterRow]] = {}
    for entry in entries:
        said = duties.get(entry.pk, [])
        if body is not None:
            said = [duty for duty in said if duty.organ_id == body.pk]
        groups.setdefault(entry.level1, []).append(
            MatterRow(
                entry,
                counted.get(entry.matter_id, 0),
                tuple(newest.get(entry.matter_id, ())),
                tuple(duty.organ for duty in said if not _stands(duty, today, final=True)),
                tuple(statements(said, today)),
            )
        )
    return [MatterGroup(level1, tuple(rows)) for level1, rows in groups.items()]


def _stands(duty: Duty, today: date, *, final: bool = False) -> bool:
    """Whether a statement holds today; with `final` only that the matter is none of the body's."""
    stated = duty.state != DutyState.APPLICABLE
    if final:
        stated = duty.state == DutyState.NOT_APPLICABLE
    return stated and duty.valid_until is not None and duty.valid_until >= today


def statements(duties: Iterable[Duty], today: date) -> list[Statement]:
    """What bodies have said of having nothing, as far as it stands."""
    return [
        Statement(
            duty.organ.label,
            str(duty.get_state_display()),
            duty.reason,
            duty.stated_on,
            duty.valid_until,
        )
        for duty in duties
        if _stands(duty, today) and duty.stated_on and duty.valid_until
    ]


def _newest_of_matters(
    matters: Sequence[int], body: Organ | None
) -> dict[int, list[DisclosedItem]]:
    """The newest few items of each matter, each from the end of its index. Two statements."""
    if not matters:
        return {}
    parts: list[str] = []
    values: list[Any] = []
    for number, matter in enumerate(matters):
        links = PublicationLink.objects.filter(matter=matter, withdrawn_on=None)
        if body is not None:
            links = links.filter(organ=body.pk)
        query = links.order_by("-last_published_on", "-pk").values_list("matter", "publication")[
            :FEW
        ]
        sql, given = query.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS b{number}")  # noqa: S608
        values.extend(given)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = cursor.fetchall()
    told = dict(
        Publication.objects.filter(
            pk__in=[publication for _matter, publication in found], source="disclosure"
        ).values_list("pk", "source_id")
    )
    keys = [int(key) for key in told.values()]
    shown = items.listed(items.live().filter(pk__in=keys)).in_bulk()
    rows: dict[int, list[DisclosedItem]] = {}
    for matter, publication in found:
        item = shown.get(int(told.get(publication, 0)))
        if item is not None:
            rows.setdefault(matter, []).append(item)
    return rows


def bodies_of_field(standard: StandardCatalogue, one: Field) -> list[Organ]:
    """The bodies that have taken matters of the field on, in the order of the tree."""
    taken = Duty.objects.filter(entry__catalogue=standard, entry__field=one)
    taken = taken.exclude(state=DutyState.NOT_APPLICABLE)
    return list(Organ.objects.filter(pk__in=taken.values("organ")).defer(*SLIM).order_by("path"))


# -- the catalogue -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class BodyRow:
    """A body with its answers to the catalogue."""

    organ: Organ
    taken: int
    empty: int
    outside: int


def answering_bodies(standard: StandardCatalogue) -> list[BodyRow]:
    """The bodies that answered, with their numbers. Two statements."""
    rows = (
        Duty.objects.filter(entry__catalogue=standard)
        .order_by()
        .values("organ")
        .annotate(
            taken=Count("pk", filter=Q(state=DutyState.APPLICABLE)),
            empty=Count("pk", filter=Q(state=DutyState.EMPTY)),
            outside=Count("pk", filter=Q(state=DutyState.NOT_APPLICABLE)),
        )
    )
    counted = {row["organ"]: row for row in rows}
    organs = Organ.objects.filter(pk__in=list(counted)).defer(*SLIM).order_by("path")
    return [
        BodyRow(one, counted[one.pk]["taken"], counted[one.pk]["empty"], counted[one.pk]["outside"])
        for one in organs
    ]


def entry(code: str) -> CatalogueEntry | None:
    """The entry in force of that code; the highest government's where several have it."""
    return (
        items.entries_in_force()
        .select_related("field", "catalogue__organ")
        .filter(code=code)
        .order_by("catalogue__organ__depth", "pk")
        .first()
    )


def duties_of(one: CatalogueEntry) -> list[Duty]:
    """Who answered the entry, in the order of the tree."""
    return list(Duty.objects.filter(entry=one).select_related("organ").order_by("organ__path"))


def facts_of(body: Organ) -> list[tuple[str, str]]:
    """Where and how the body is to be reached (Art. 12); what is not known is left out."""
    rows: list[tuple[str, Any]] = [
        (_("公开工作机构"), body.office_name),
        (_("机构负责人"), body.responsible_person),
        (_("办公地址"), body.address),
        (_("办公时间"), body.office_hours),
        (_("联系电话"), body.phone),
        (_("电子邮箱"), body.email),
    ]
    return [(label, str(value)) for label, value in rows if value]
