"""Checks a report that was read: which relations between its figures do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gongkai.reports.flags import Flag, review_flags
from gongkai.reports.reading.reader import ReadReport
from gongkai.statute.constraints import Finding, evaluate
from gongkai.statute.formats import CellValue


@dataclass(slots=True)
class CheckedReport:
    """``violations``: every constraint that failed, of any severity. ``findings``: all results."""

    violations: list[Finding]
    flags: list[Flag]
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As ``gongkai report check --json`` prints it."""
        return {
            "violations": [
                {
                    "constraint": one.constraint,
                    "message": one.message,
                    "severity": one.severity,
                    "cells": list(one.cells),
                }
                for one in self.violations
            ],
            "flags": [flag.as_json() for flag in self.flags],
        }


def check_report(report: ReadReport, previous: ReadReport | None = None) -> CheckedReport:
    """Evaluate the format's constraints on a report, with last year's beside it if given.

    Cells that no row of the composed format has are kept out (they are flags, not figures).
    """
    known = report.format.cells
    cells: dict[str, CellValue] = {
        key: value for key, value in report.cells.items() if key in known
    }
    before: Mapping[str, CellValue] | None = previous.cells if previous is not None else None
    narrative = {
        name: value
        for name in ("requests_received", "reviews", "litigation")
        if isinstance(value := report.figures.get(name), int)
    }
    findings = evaluate(report.format, cells, previous=before, narrative=narrative)
    violations = [one for one in findings if one.status == "failed"]
    flags = list(report.flags)
    if previous is not None:  # what only a comparison shows: jumps, text that was copied
        asked = review_flags(
            report.format,
            cells,
            previous=previous.cells,
            narrative=report.narrative,
            previous_narrative=previous.narrative,
            issuer=report.issuer,
            year=report.year,
        )
        flags += [flag for flag in asked if flag not in flags]
    return CheckedReport(violations, flags, findings)
