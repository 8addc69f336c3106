"""All published figures as one long table, streamed.

One row is one cell of one report. The table is made while it is sent, report by report, so
memory does not grow with the number of bodies.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongkai.portal.figures import format_of
from gongkai.reports import values
from gongkai.reports.models import AnnualReport

Value = str | int | None
CHUNK = 100
"""Reports read from the database at a time: some 20,000 rows."""


@dataclass(frozen=True)
class Field:
    """One column of the table: its name in both files, its type and what it holds."""

    name: str
    type: str
    meaning: str | Promise


FIELDS: tuple[Field, ...] = (
    Field("organ_code", "string", _("机关代码，在本站内唯一")),
    Field("organ", "string", _("机关名称")),
    Field(
        "organ_kind", "string", _("机关类型，例如 government（人民政府）、department（政府部门）")
    ),
    Field("year", "integer", _("报告年度")),
    Field("scope", "string", _("口径：own 为本机关，aggregate 为本机关及所属机关汇总")),
    Field("version", "integer", _("报告版本，大于1的为更正后的版本")),
    Field("published_on", "date", _("公布日期，格式为 YYYY-MM-DD")),
    Field("format", "string", _("报告格式：2019 或者 2021")),
    Field("cell", "string", _("单元格编号，两种格式中含义相同的单元格编号相同")),
    Field("label", "string", _("单元格名称：表、行、列")),
    Field("unit", "string", _("单位：件、项、个或者万元")),
    Field("value", "number", _("报告中的数值；没有填写的为空，不是 0")),
)
NAMES = tuple(field.name for field in FIELDS)


def rows(reports: QuerySet[AnnualReport]) -> Iterator[tuple[Value, ...]]:
    """The rows of these reports in the order of the fields, cells in printed order.

    Amounts are text with the digits as published; a binary fraction would not keep them.
    """
    for report in reports.defer("sections", "evidence").iterator(chunk_size=CHUNK):
        organ = report.organ
        published = timezone.localtime(report.published_at).date().isoformat()
        head = (
            organ.code,
            organ.name,
            organ.kind,
            report.year,
            report.scope,
            report.version,
            published,
            report.format_id,
        )
        cells = report.cells or {}
        for spec in format_of(report).cells.values():
            value = values.load(cells.get(spec.id), spec)
            shown = value if value is None or isinstance(value, int) else values.plain(value)
            yield (*head, spec.id, spec.label, spec.unit, shown)


class _Echo:
    """What the csv module writes comes straight back."""

    def write(self, text: str) -> str:
        return text


def as_csv(table: Iterable[tuple[Value, ...]]) -> Iterator[str]:
    """CSV (RFC 4180), UTF-8 with a byte order mark, so that spreadsheets read the Chinese."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(NAMES)
    for row in table:
        yield writer.writerow(row)


def as_json(table: Iterable[tuple[Value, ...]]) -> Iterator[str]:
    """One object with the field list and one object a row; amounts are numbers, digits kept."""
    # One file for all readers: the field list does not follow the language of the interface.
    with translation.override(settings.LANGUAGE_CODE):
        fields = [
            {"name": field.name, "type": field.type, "meaning": str(field.meaning)}
            for field in FIELDS
        ]
    yield '{"fields":' + json.dumps(fields, ensure_ascii=False) + ',"rows":['
    separator = "\n"
    for row in table:
        *head, value = row
        members = [
            f"{json.dumps(name)}:{json.dumps(member, ensure_ascii=False)}"
            for name, member in zip(NAMES, head, strict=False)
        ]
        members.append(f'"value":{"null" if value is None else value}')
        yield separator + "{" + ",".join(members) + "}"
        separator = ",\n"
    yield "\n]}\n"


def batched(pieces: Iterable[str], size: int = 64_000) -> Iterator[bytes]:
    """Small pieces put together to chunks worth sending."""
    waiting: list[str] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= size:
            yield "".join(waiting).encode()
            waiting, length = [], 0
    yield "".join(waiting).encode()
