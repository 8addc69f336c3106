"""From a stored or a built report to the document that is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from django.utils import timezone

from gongkai.organs.models import Organ
from gongkai.reports import narrative, values
from gongkai.reports.document import ReportDocument
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import FROZEN_STATES, AnnualReport, State
from gongkai.statute.formats import CellValue, get_format

ScopeName = Literal["own", "aggregate"]


def from_report(
    report: AnnualReport, previous: Mapping[str, CellValue] | None = None
) -> ReportDocument:
    """A report as sent or published, with its seal; ``previous`` are last year's cells.

    Raises ValueError for a draft: its figures are not frozen, use `from_built`.
    """
    if report.cells is None:
        raise ValueError("a draft has no frozen figures")
    report_format = get_format(report.format_id)
    published = report.state == State.PUBLISHED and report.published_at is not None
    return ReportDocument(
        title=report.title,
        issuer=report.issuer or report.organ.name,
        issuer_code=report.organ.code,
        year=report.year,
        format=report_format,
        scope=cast(ScopeName, report.scope),
        cells=values.load_cells(report_format, report.cells),
        previous=previous if previous is not None else stored_previous(report),
        sections=report.sections,
        contact=contact_line(report.organ),
        published_on=timezone.localdate(report.published_at) if published else None,
        version=report.version,
        checksum=report.checksum if published else "",
        correction_note=report.change_note,
    )


def from_built(
    built: BuiltReport, sections: Mapping[str, str] | None = None, organ: Organ | None = None
) -> ReportDocument:
    """A report as the records give it now; without sections, with the text drafted from them."""
    text = sections
    if text is None:
        contact = narrative.Contact.of(organ) if organ is not None else None
        text = narrative.draft(built, contact)
    return ReportDocument(
        title=built.title,
        issuer=built.organ.name,
        issuer_code=built.organ.code,
        year=built.year,
        format=built.format,
        scope=cast(ScopeName, built.scope),
        cells=built.cells,
        previous=built.previous,
        sections=text,
        contact=contact_line(organ) if organ is not None else "",
    )


def stored_previous(report: AnnualReport) -> dict[str, CellValue] | None:
    """Last year's cells of the same body and scope: as published, else as sent last."""
    earlier = (
        AnnualReport.objects.filter(
            organ_id=report.organ_id,
            year=report.year - 1,
            scope=report.scope,
            state__in=FROZEN_STATES,
        )
        .order_by("version")
        .values_list("state", "format_id", "cells")
    )
    found: dict[str, CellValue] | None = None
    for state, format_id, cells in earlier:
        if found is None or state == State.PUBLISHED:
            found = values.load_cells(get_format(format_id), cells or {})
    return found


def contact_line(organ: Organ) -> str:
    """Whom to ask, as the body's record says; empty when it says nothing."""
    parts = [
        organ.office_name,
        f"地址：{organ.address}" if organ.address else "",
        f"电话：{organ.phone}" if organ.phone else "",
        f"电子邮箱：{organ.email}" if organ.email else "",
    ]
    return "；".join(part for part in parts if part)
