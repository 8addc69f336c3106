"""What was read against what was printed."""

from __future__ import annotations

from gongkai.reports.reading import NotAReport, ReadReport, check_report, read_report
from tests.reports.reading.specimens import Specimen


def differences(report: Specimen, read: ReadReport) -> dict[str, tuple[object, object]]:
    """Cell → (printed, read), for the cells that differ; “absent” where there is no such cell."""
    cells = {*report.cells, *read.cells}
    return {
        cell: (report.cells.get(cell, "absent"), read.cells.get(cell, "absent"))
        for cell in sorted(cells)
        if report.cells.get(cell, "absent") != read.cells.get(cell, "absent")
    }


def wrong(report: Specimen, read: ReadReport) -> dict[str, tuple[object, object]]:
    """Differences that are not merely “could not be read”: a figure in the wrong place."""
    return {
        cell: (printed, found)
        for cell, (printed, found) in differences(report, read).items()
        if found not in (None, "absent")
    }


def flag_ids(read: ReadReport) -> set[str]:
    return {flag.id for flag in read.flags}


def outcome(data: bytes, filename: str) -> str | None:
    """Read and check a file: the reason why it is no report, or ``None`` when it is one."""
    try:
        check_report(read_report(data, filename))
    except NotAReport as reason:
        return str(reason)
    return None
