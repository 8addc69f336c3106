"""The parts of the start page: each knows what it shows, and asks the database only if chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from gongkai.catalogue.models import Column, ColumnKind, Field
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.presenting import WITH_VALIDITY
from gongkai.organs.models import Organ, OrganKind
from gongkai.portal import figures, items, queries
from gongkai.portal.platform import lists
from gongkai.reports.models import AnnualReport
from gongkai.statute.formats import CellValue

POLICIES: Final = 7
NOTICES: Final = 8
NEWS: Final = 8
SPECIAL: Final = 5
KINDS: Final = {
    "notices": (ColumnKind.NOTICE, NOTICES),
    "news": (ColumnKind.NEWS, NEWS),
    "special": (ColumnKind.SPECIAL, SPECIAL),
}
"""Parts that show the newest items of columns of a kind, and how many."""
MOST_ORGANS: Final = 60
EARLIER: Final = 7


@dataclass(frozen=True)
class Block:
    """One part: its name, what it shows, and how wide it stands beside others."""

    name: str
    context: dict[str, Any]

    @property
    def template(self) -> str:
        return f"gongkai/portal/home/{self.name}.html"


@dataclass(frozen=True)
class Headline:
    """One figure of the start page, its movement in words and as a small line."""

    name: str
    value: CellValue
    unit: str
    change: str
    points: str
    first: int
    last: int
    finding: str
    url: str


def headlines(reports: list[AnnualReport]) -> list[Headline]:
    """The figures of the newest report, each leading to its comparison over the years."""
    if not reports:
        return []
    latest = reports[0]
    compare = reverse("portal:report_compare", args=[latest.organ.code])
    found = []
    for figure in figures.chosen(figures.HEADLINES):
        series = [(report.year, figures.value_of(report, figure)) for report in reversed(reports)]
        value = figures.value_of(latest, figure)
        if value is None:
            continue
        before = next((known for year, known in series if year == latest.year - 1), None)
        found.append(
            Headline(
                name=figure.name,
                value=value,
                unit=figure.unit_name,
                change=figures.change(before, value, figure.unit),
                points=figures.sparkline([known for _year, known in series]),
                first=series[0][0],
                last=latest.year,
                finding=figures.finding(figure, series),
                url=f"{compare}?{urlencode({'figure': figure.id})}",
            )
        )
    return found


class Start:
    """One start page in the making; what serves several parts is read once."""

    def __init__(self) -> None:
        self._reports: list[AnnualReport] | None = None
        self._newest: dict[str, dict[str, Any] | None] = {}

    @property
    def reports(self) -> list[AnnualReport]:
        if self._reports is None:
            self._reports = queries.top_government_reports()
        return self._reports

    def blocks(self, chosen: tuple[str, ...]) -> list[Block]:
        """The parts in the order chosen; one that has nothing to show is left out."""
        self._newest = self._newest_of(name for name in chosen if name in KINDS)
        makers: dict[str, Callable[[], dict[str, Any] | None]] = {
            "policies": self.policies,
            "notices": self.notices,
            "news": self.news,
            "special": self.special,
            "platform": dict,
            "fields": self.fields,
            "organs": self.organs,
            "figures": self.figures,
            "reports": self.annual_reports,
        }
        found = []
        for name in chosen:
            context = makers[name]() if name in makers else None
            if context is not None:
                found.append(Block(name, context))
        return found

    def policies(self) -> dict[str, Any] | None:
        """The newest documents, each with what explains it: two statements."""
        newest = items.listed(items.live().filter(document_kind__in=WITH_VALIDITY))[:POLICIES]
        rows = items.marked(newest, timezone.localdate())
        if not rows:
            return None
        explained: dict[int, list[DisclosedItem]] = {}
        for one in (
            items.live()
            .filter(interprets__in=[row.pk for row in rows])
            .only("title", "interprets_id", "interpretation_form")
            .order_by("published_at", "pk")
        ):
            explained.setdefault(one.interprets_id, []).append(one)
        return {"rows": [(row, explained.get(row.pk, [])) for row in rows]}

    def notices(self) -> dict[str, Any] | None:
        return self._newest.get("notices")

    def news(self) -> dict[str, Any] | None:
        return self._newest.get("news")

    def special(self) -> dict[str, Any] | None:
        return self._newest.get("special")

    def _newest_of(self, names: Iterable[str]) -> dict[str, dict[str, Any] | None]:
        """The newest items of each kind of column, and the first column on top of that kind.

        Three statements for all parts; each column gives its newest from the end of its index.
        """
        wanted = list(names)
        if not wanted:
            return {}
        kinds = {KINDS[name][0] for name in wanted}
        columns = list(Column.objects.filter(kind__in=kinds).order_by("order", "slug"))
        branches = [[one for one in columns if one.kind == KINDS[name][0]] for name in wanted]
        newest = lists.newest_of_each(branches, max(number for _kind, number in KINDS.values()))
        found: dict[str, dict[str, Any] | None] = {}
        for name, branch, rows in zip(wanted, branches, newest, strict=True):
            above = (one.slug for one in branch if one.parent_id is None and one.closed_on is None)
            number = KINDS[name][1]
            found[name] = {"rows": rows[:number], "column": next(above, None)} if rows else None
        return found

    def fields(self) -> dict[str, Any] | None:
        rows = list(Field.objects.all())
        return {"rows": rows} if rows else None

    def organs(self) -> dict[str, Any] | None:
        """The bodies by kind: departments, then sub-districts and towns."""
        rows = list(
            Organ.objects.filter(abolished_on=None)
            .only("code", "name", "short_name", "kind", "path", "depth")
            .order_by("path")[:MOST_ORGANS]
        )
        local = {OrganKind.TOWNSHIP, OrganKind.SUBDISTRICT}
        departments = [one for one in rows if one.kind == OrganKind.DEPARTMENT]
        towns = [one for one in rows if one.kind in local]
        if not departments and not towns:
            return None
        return {"departments": departments, "towns": towns}

    def figures(self) -> dict[str, Any] | None:
        found = headlines(self.reports)
        return {"rows": found, "latest": self.reports[0]} if found else None

    def annual_reports(self) -> dict[str, Any] | None:
        if not self.reports:
            return None
        return {"latest": self.reports[0], "earlier": self.reports[1 : EARLIER + 1]}
