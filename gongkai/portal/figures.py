"""The figures that readers compare, under names people use, and what they say in a sentence.

A figure is a cell of the statutory formats. Cells of both formats share an id only where they
mean the same, so a figure that one format lacks is simply not there in those years: it is
shown as "not in this year's format" and never as 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.reports import values
from gongkai.reports.models import AnnualReport
from gongkai.statute.formats import CellSpec, CellValue, ReportFormat, format_ids, get_format

#: Short names for the figures most asked for; the others take theirs from the form.
_NAMES: Mapping[str, Promise] = {
    "t2.permit.decisions": gettext_lazy("行政许可决定"),
    "t2.penalty.decisions": gettext_lazy("行政处罚决定"),
    "t2.coercion.decisions": gettext_lazy("行政强制决定"),
    "t2.fee.amount": gettext_lazy("行政事业性收费金额"),
    "t2.normative.in_force": gettext_lazy("现行有效的规范性文件"),
    "t2.procurement.amount": gettext_lazy("政府集中采购金额"),
    "t3.new.total": gettext_lazy("新收公开申请"),
    "t3.carried_in.total": gettext_lazy("上年结转的申请"),
    "t3.result_total.total": gettext_lazy("办理完毕的申请"),
    "t3.granted.total": gettext_lazy("予以公开"),
    "t3.partial.total": gettext_lazy("部分公开"),
    "t3.carried_out.total": gettext_lazy("结转下年的申请"),
    "t4.review.total": gettext_lazy("行政复议案件"),
}
GROUPS: Mapping[str, Promise] = {
    "t2": gettext_lazy("主动公开"),
    "t3": gettext_lazy("依申请公开"),
    "t4": gettext_lazy("行政复议和行政诉讼"),
}
#: Units as a figure carries them, and as they are called.
_AMOUNTS: Mapping[str, Promise] = {
    "件": gettext_lazy("%(number)s件"),
    "项": gettext_lazy("%(number)s项"),
    "个": gettext_lazy("%(number)s个"),
    "万元": gettext_lazy("%(number)s万元"),
}
_UNITS: Mapping[str, Promise] = {
    "件": gettext_lazy("件"),
    "项": gettext_lazy("项"),
    "个": gettext_lazy("个"),
    "万元": gettext_lazy("万元"),
}
#: What the comparison shows until the reader chooses.
DEFAULT = (
    "t3.new.total",
    "t3.result_total.total",
    "t3.granted.total",
    "t2.permit.decisions",
    "t2.penalty.decisions",
    "t2.fee.amount",
)
#: The figures of the start page.
HEADLINES = (
    "t3.new.total",
    "t3.result_total.total",
    "t3.granted.total",
    "t4.review.total",
    "t2.permit.decisions",
    "t2.penalty.decisions",
)
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+\.)\s*")
_REMARK = re.compile(r"（(?:区分处理|单位).*?）")


@dataclass(frozen=True)
class Figure:
    """One comparable figure; ``formats`` are the ids of the formats that have it."""

    id: str
    unit: str
    group: str
    label: str
    formats: frozenset[str]

    @property
    def name(self) -> str:
        return str(_NAMES.get(self.id, self.label))

    @property
    def unit_name(self) -> str:
        return str(_UNITS.get(self.unit, self.unit))

    @property
    def translated(self) -> bool:
        """Whether the name follows the interface language; the form's own words do not."""
        return self.id in _NAMES


@cache
def catalogue() -> dict[str, Figure]:
    """Every comparable figure: tables two and four whole, table three in its total column.

    Newer formats come first, so that the rows in force lead and the abandoned ones follow.
    """
    found: dict[str, Figure] = {}
    homes: dict[str, set[str]] = {}
    for format_id in reversed(format_ids()):
        for spec in get_format(format_id).cells.values():
            if spec.table == "t3" and spec.column != "total":
                continue
            homes.setdefault(spec.id, set()).add(format_id)
            found.setdefault(
                spec.id, Figure(spec.id, spec.unit, spec.table, _label(spec), frozenset())
            )
    by_table = sorted(found.values(), key=lambda figure: figure.group)
    return {
        figure.id: Figure(
            figure.id, figure.unit, figure.group, figure.label, frozenset(homes[figure.id])
        )
        for figure in by_table
    }


def _label(spec: CellSpec) -> str:
    heads = [_NUMBERING.sub("", _REMARK.sub("", part)) for part in spec.row_label.split(" ")]
    row = "：".join(head for head in heads if head)
    if spec.table == "t3":
        return row
    return f"{row} {_REMARK.sub('', spec.column_label)}"


def value_of(report: AnnualReport, figure: Figure) -> CellValue:
    """The published figure; null where it was not filled in or the format lacks it."""
    return values.load((report.cells or {}).get(figure.id))


def has(report: AnnualReport, figure: Figure) -> bool:
    """Whether the report's format has the figure at all."""
    return figure.id in format_of(report).cells


@cache
def _format(format_id: str) -> ReportFormat:
    return get_format(format_id)


def format_of(report: AnnualReport) -> ReportFormat:
    return _format(report.format_id)


def chosen(ids: Iterable[str]) -> list[Figure]:
    """The figures of these ids in the order asked for, each once; unknown ids are passed over."""
    known = catalogue()
    return [known[id_] for id_ in dict.fromkeys(ids) if id_ in known]


def amount(value: CellValue, unit: str) -> str:
    """A figure with its unit as a sentence says it: 5,292件, 37,597.005万元."""
    number = f"{0 if value is None else value:,}"
    pattern = _AMOUNTS.get(unit)
    return str(pattern) % {"number": number} if pattern else f"{number}{unit}"


def change(before: CellValue, after: CellValue, unit: str) -> str:
    """How a figure moved against the year before, in words; empty where that cannot be said."""
    if before is None or after is None:
        return ""
    if after == before:
        return _("与上年持平")
    difference = amount(Decimal(abs(after - before)), unit)
    if after > before:
        return _("比上年增加%(difference)s") % {"difference": difference}
    return _("比上年减少%(difference)s") % {"difference": difference}


def finding(figure: Figure, series: Sequence[tuple[int, CellValue]]) -> str:
    """What a line over the years says, in one sentence: the text alternative of its chart."""
    known = [(year, value) for year, value in series if value is not None]
    if not known:
        return _("%(name)s：没有已公布的数据") % {"name": figure.name}
    (first_year, first), (last_year, last) = known[0], known[-1]
    words = {
        "name": figure.name,
        "from_year": first_year,
        "to_year": last_year,
        "first": amount(first, figure.unit),
        "last": amount(last, figure.unit),
    }
    if len(known) == 1:
        return _("%(from_year)s年%(name)s%(first)s") % words
    numbers = [value for _year, value in known]
    if len(set(numbers)) == 1:
        return _("%(from_year)s—%(to_year)s年，%(name)s每年均为%(first)s") % words
    if last > first:
        sentence = _("%(from_year)s—%(to_year)s年，%(name)s由%(first)s增至%(last)s") % words
    elif last < first:
        sentence = _("%(from_year)s—%(to_year)s年，%(name)s由%(first)s减至%(last)s") % words
    else:
        sentence = _("%(name)s在%(from_year)s年和%(to_year)s年均为%(first)s") % words
    peak_year, peak = max(known, key=lambda point: (point[1], -point[0]))
    if peak > max(first, last):
        sentence += _("，最高为%(year)s年的%(peak)s") % {
            "year": peak_year,
            "peak": amount(peak, figure.unit),
        }
    return sentence


def ranking_finding(figure: Figure, year: int, rows: Sequence[tuple[str, CellValue]]) -> str:
    """What a comparison of bodies says: who has most, and how much of all."""
    known = [(name, value) for name, value in rows if value is not None]
    total = sum((value for _name, value in known), Decimal(0))
    if not known or total == 0:
        return _("%(year)s年各机关%(name)s均为零或未填写") % {"year": year, "name": figure.name}
    most = max(value for _name, value in known)
    leaders = [name for name, value in known if value == most]
    words = {
        "year": year,
        "name": figure.name,
        "organ": leaders[0],
        "count": len(leaders),
        "most": amount(most, figure.unit),
        "share": f"{Decimal(most) * 100 / total:.0f}",
    }
    if len(leaders) > 1:
        return _("%(year)s年%(name)s最多的是%(organ)s等%(count)s个机关，各%(most)s") % words
    return _("%(year)s年%(name)s最多的是%(organ)s，%(most)s，占各机关合计的%(share)s%%") % words


def sparkline(numbers: Sequence[CellValue], width: int = 120, height: int = 28) -> str:
    """The points of a small line for SVG; empty with fewer than two known years."""
    known = [(index, float(value)) for index, value in enumerate(numbers) if value is not None]
    if len(known) < 2:
        return ""
    low = min(value for _index, value in known)
    span = max(value for _index, value in known) - low or 1
    step = width / (len(numbers) - 1)
    return " ".join(
        f"{index * step:.1f},{height - 2 - (value - low) / span * (height - 4):.1f}"
        for index, value in known
    )
