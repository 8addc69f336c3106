"""The chains of annual reports: the years that there are and those that are missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ, OrganKind
from gongkai.portal import items, queries
from gongkai.portal.platform.queries.bodies import MANY_BODIES, SLIM
from gongkai.reports.models import AnnualReport
from gongkai.statute import parameters

FIRST_YEAR: Final = 2008
"""The regulation came into force in 2008; the first reports are on that year."""
_YEAR: Final = re.compile(r"(20\d\d)\s*年")


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

    @property
    def comparable(self) -> bool:
        """Whether any year has figures: reports published as plain documents have none here."""
        return any(one.report for one in self.years)

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
