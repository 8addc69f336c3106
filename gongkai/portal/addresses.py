"""The public addresses of a report: one for each version and scope, stable for ever."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from gongkai.organs.models import OrganKind
from gongkai.reports.models import AnnualReport, Scope


@dataclass(frozen=True)
class FileKind:
    """A file the report can be had as."""

    extension: str
    label: str
    media_type: str


FILES: tuple[FileKind, ...] = (
    FileKind("pdf", "PDF", "application/pdf"),
    FileKind(
        "docx",
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    FileKind("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    FileKind("json", "JSON", "application/json"),
    FileKind("xml", "XML", "application/xml"),
)


def _choice(report: AnnualReport, version: bool) -> str:
    """What the plain address would not say: the office alone, or an earlier version."""
    query = {}
    if report.scope == Scope.OWN and report.organ.kind == OrganKind.GOVERNMENT:
        query["scope"] = report.scope
    if version:
        query["version"] = str(report.version)
    return f"?{urlencode(query)}" if query else ""


def report_url(report: AnnualReport, *, version: bool = False) -> str:
    """The page of the report; of this very version if ``version``, else of the one in force."""
    return reverse("portal:report", args=[report.organ.code, report.year]) + _choice(
        report, version
    )


def file_url(report: AnnualReport, extension: str, *, version: bool = False) -> str:
    """The report as a file."""
    return reverse(
        "portal:report_download", args=[report.organ.code, report.year, extension]
    ) + _choice(report, version)
