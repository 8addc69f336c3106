"""Review flags: what a careful reader of an annual report would ask about. They never block.

Pure functions over a format, its figures, last year's figures and the text; used on built reports
before they are submitted and on published ones that are read back. A flag is a question, not a
finding: it says what is odd and leaves the answer to the body. Algorithm page:
``docs/algorithms/reading.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gongkai.statute.formats import TABLE_NAMES, CellSpec, CellValue, ReportFormat

#: A figure that more than doubles or halves, by at least this much, is asked about.
JUMP_FACTOR = 2
JUMP_LEAST = 20
#: From this report year on part six states what processing fees were charged (国办函〔2020〕109号).
FEE_REPORTED_FROM = 2021
#: Share of four-character pieces two texts have in common from which they count as copied.
COPIED = 0.8
NAMED = 6


@dataclass(frozen=True, slots=True)
class Flag:
    """A question about a report: a stable id, a Chinese sentence, the cells it is about."""

    id: str
    message: str
    cells: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"flag": self.id, "message": self.message, "cells": list(self.cells)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rules look at.

    ``narrative``: the text of ``s1``, ``s5``, ``s6`` (plain text or HTML). ``preamble`` is what
    stands before part one; ``None`` when that is not known (a draft), then nothing is asked of it.
    """

    fmt: ReportFormat
    cells: Mapping[str, CellValue]
    previous: Mapping[str, CellValue] | None = None
    narrative: Mapping[str, str] = field(default_factory=dict)
    previous_narrative: Mapping[str, str] | None = None
    issuer: str = ""
    year: int | None = None
    preamble: str | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.narrative.get(name, "") for name in ("s1", "s5", "s6"))

    @property
    def government(self) -> bool:
        """A people's government, not one of its departments or offices."""
        return bool(re.search(r"人民政府$", self.issuer))


Rule = Callable[[Subject], Iterator[Flag]]


def review_flags(
    fmt: ReportFormat,
    cells: Mapping[str, CellValue],
    *,
    previous: Mapping[str, CellValue] | None = None,
    narrative: Mapping[str, str | None] | None = None,
    previous_narrative: Mapping[str, str | None] | None = None,
    issuer: str | None = None,
    year: int | None = None,
    preamble: str | None = None,
) -> list[Flag]:
    """All questions about a report, in the order in which a reader meets them."""
    subject = Subject(
        fmt,
        cells,
        previous,
        _plain(narrative),
        _plain(previous_narrative) if previous_narrative is not None else None,
        issuer or "",
        year,
        preamble,
    )
    return [flag for rule in RULES for flag in rule(subject)]


def _plain(narrative: Mapping[str, str | None] | None) -> dict[str, str]:
    """Text without HTML: block ends become line ends."""
    plain: dict[str, str] = {}
    for name, text in (narrative or {}).items():
        flat = re.sub(r"</(?:p|div|li|h\d)>|<br\s*/?>", "\n", text or "", flags=re.IGNORECASE)
        plain[name] = re.sub(r"<[^<>]*>|&nbsp;", "", flat)
    return plain


# --- the text --------------------------------------------------------------------------------------

_CHINESE_DIGIT = {digit: value for value, digit in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_TOTAL = re.compile(
    r"(?P<total>\d[\d,]*)余?(?P<unit>条|件|篇|次|个|项|份|期)[^。；;，,]{0,8}[，,（(]?其中[:：]?(?P<rest>[^。；;\n]*)"
)
_ANNOUNCED = re.compile(
    r"(?:以下|下列|如下|主要有|存在|表现在|体现在|包括|有|做好|抓好|从|以)?(?:以下|下列|如下)?"
    r"(?P<count>[两一二三四五六七八九十]|\d)(?:个|大)?(?P<what>方面|问题|点|个问题|类问题|个不足|项工作|项措施)"
)
_MARKERS = (
    (re.compile(r"([一二三四五六七八九十])是"), lambda text: _CHINESE_DIGIT[text]),
    (re.compile(r"[（(]([一二三四五六七八九十])[)）]"), lambda text: _CHINESE_DIGIT[text]),
    (re.compile(r"(?:^|[\n。；;：:])\s*[（(]?(\d)[、.．)）]"), int),
    (re.compile(r"第([一二三四五六七八九十])[，,、]"), lambda text: _CHINESE_DIGIT[text]),
)


def parts_below_total(subject: Subject) -> Iterator[Flag]:
    """“5505条，其中……2条，……450条，……979条”: the parts do not make up the whole."""
    text = re.sub(r"[ \u3000]", "", subject.narrative.get("s1", ""))
    for match in _TOTAL.finditer(text):
        total = int(match["total"].replace(",", ""))
        parts = [
            int(part.replace(",", ""))
            for part in re.findall(rf"(\d[\d,]*)余?{match['unit']}", match["rest"])
        ]
        if len(parts) >= 2 and sum(parts) != total:
            shown = " + ".join(map(str, parts))
            yield Flag(
                "parts_not_total",
                f"第一部分：{total}{match['unit']}，其中各项 {shown} = {sum(parts)}，"
                f"相差 {abs(total - sum(parts))}；请核对是否还有未列出的类别。",
            )


def points_announced(subject: Subject) -> Iterator[Flag]:
    """“以下四个方面”, and then three are listed."""
    for name in ("s1", "s5"):
        text = subject.narrative.get(name, "")
        found = [one for one in _ANNOUNCED.finditer(text) if _as_count(one["count"]) > 1]
        for match, following in zip(found, [*found[1:], None][: len(found)], strict=True):
            announced = _as_count(match["count"])
            rest = text[match.end() : following.start() if following else len(text)]
            listed = _listed(rest)
            if listed and listed != announced:
                yield Flag(
                    "points_announced",
                    f"文中说“{match['count']}{'个' if match['what'] == '方面' else ''}{match['what']}”，"
                    f"其后只能数出{listed}项；请核对是否有遗漏。"
                    if listed < announced
                    else f"文中说“{match['count']}个{match['what']}”，其后列了{listed}项；请核对。",
                )


def _as_count(text: str) -> int:
    return int(text) if text.isdigit() else _CHINESE_DIGIT[text]


def _listed(text: str) -> int:
    """How far a list counts up in the style of its first mark (一是、二是 …)."""
    first: tuple[int, int] | None = None
    for number, (pattern, _) in enumerate(_MARKERS):
        match = pattern.search(text[:300])
        if match and (first is None or match.start() < first[0]):
            first = (match.start(), number)
    if first is None:
        return 0
    pattern, value = _MARKERS[first[1]]
    reached = 0
    for match in pattern.finditer(text):
        figure = value(match[1])
        if figure == reached + 1:
            reached = figure
        elif figure == 1:
            break  # another list begins
    return reached


_DUTIES = (
    ("no_assessment", "工作考核", r"考核"),
    ("no_public_evaluation", "社会评议", r"社会评议|民主评议|公众评议|评议|满意度"),
    ("no_accountability", "责任追究", r"责任追究|追责|追究|问责|通报批评|约谈"),
)


def duties_of_governments(subject: Subject) -> Iterator[Flag]:
    """条例第五十条第一款第四项: a government reports 考核、社会评议 and 责任追究, not only in a heading."""
    text = subject.narrative.get("s1", "")
    if not subject.government or not text.strip():
        return
    body = "\n".join(
        line
        for line in text.split("\n")
        if not (len(line) < 50 and re.search(r"情况[。:：]?\s*$", line))
    )
    for flag, name, pattern in _DUTIES:
        if not re.search(pattern, body):
            yield Flag(
                flag,
                f"各级人民政府的年度报告还应包括{name}结果（条例第五十条），第一部分没有写到"
                + ("（只在标题里出现）。" if re.search(pattern, text) else "。"),
            )


def fee_reported(subject: Subject) -> Iterator[Flag]:
    """From 2021 on part six says what processing fees were charged, even when none."""
    if subject.year is None or subject.year < FEE_REPORTED_FROM or not subject.text.strip():
        return
    if not re.search(
        r"处理费|收费|收取", subject.narrative.get("s6", "") + subject.narrative.get("s1", "")
    ):
        yield Flag(
            "fee_not_reported",
            f"{subject.year}年度报告应在第六部分报告收取信息处理费的情况，没有收取也应写明。",
        )


def period_and_contact(subject: Subject) -> Iterator[Flag]:
    """The period counted and where to ask belong at the head of a report."""
    if subject.preamble is None:
        return
    text = re.sub(r"\s", "", subject.preamble + subject.text)
    if not re.search(r"1月1日.{0,12}12月31日", text):
        yield Flag("no_period", "没有写明数据的统计期限（1月1日至12月31日）。")
    if not re.search(r"联系|电话|邮编|地址|邮箱", text):
        yield Flag("no_contact", "没有写明联系方式。")


def copied_text(subject: Subject) -> Iterator[Flag]:
    """Text that is last year's almost word for word."""
    if subject.previous_narrative is None:
        return
    for name, title in (("s1", "第一部分"), ("s5", "第五部分")):
        now, before = (
            {text[place : place + 4] for place in range(len(text) - 3)}
            for text in (
                re.sub(r"[\s\d]", "", subject.narrative.get(name, "")),
                re.sub(r"[\s\d]", "", subject.previous_narrative.get(name, "")),
            )
        )
        if len(now) >= 60 and len(now & before) / len(now | before) >= COPIED:
            yield Flag("copied_text", f"{title}与上一年度报告几乎相同，请核对是否照抄。")


# --- the figures -----------------------------------------------------------------------------------


def blank_cells(subject: Subject) -> Iterator[Flag]:
    """Cells that were not filled in; they are not 0."""
    for table, name in TABLE_NAMES.items():
        blank = [
            cell
            for cell, spec in subject.fmt.cells.items()
            if spec.table == table and cell in subject.cells and subject.cells[cell] is None
        ]
        if blank:
            yield Flag(
                "blank_cells",
                f"{name}有{len(blank)}个单元格未填报：{_named(subject.fmt, blank)}。"
                "空白不等于0，没有发生的应填0。",
                tuple(blank),
            )


def only_total(subject: Subject) -> Iterator[Flag]:
    """Rows in which nothing but the total is filled in."""
    groups: dict[str, list[CellSpec]] = {}
    for spec in subject.fmt.cells.values():
        if spec.table in ("t3", "t4"):
            groups.setdefault(f"{spec.table}.{spec.row}", []).append(spec)
    rows: list[str] = []
    cells: list[str] = []
    for specs in groups.values():
        total = next((spec.id for spec in specs if spec.column == "total"), None)
        parts = [spec.id for spec in specs if spec.column != "total"]
        if (
            total is not None
            and subject.cells.get(total) is not None
            and all(cell in subject.cells and subject.cells[cell] is None for cell in parts)
        ):
            rows.append(specs[0].row_label)
            cells.append(total)
    if rows:
        shown = "、".join(f"“{row}”" for row in rows[:NAMED]) + (
            f"等{len(rows)}行" if len(rows) > NAMED else ""
        )
        yield Flag("only_total", f"只填了总计，没有填各列：{shown}。", tuple(cells))


def no_normative_documents(subject: Subject) -> Iterator[Flag]:
    """A government without any rule or normative document, made or in force."""
    cells = [
        cell
        for cell, spec in subject.fmt.cells.items()
        if spec.table == "t2" and spec.row in ("regulation", "normative")
    ]
    values = [subject.cells.get(cell) for cell in cells if cell in subject.cells]
    if subject.government and values and all(value == 0 or value is None for value in values):
        yield Flag(
            "no_normative_documents",
            "规章、规范性文件各列全部为0：一级政府通常有现行有效的规范性文件，请核对是否漏报。",
            tuple(cells),
        )


def change_beyond_stock(subject: Subject) -> Iterator[Flag]:
    """本年增/减 larger than what there was the year before."""
    for cell, spec in subject.fmt.cells.items():
        if spec.column != "change":
            continue
        change, before = subject.cells.get(cell), subject.cells.get(f"t2.{spec.row}.prev_items")
        if (
            change is not None
            and before is not None
            and before > 0
            and before < abs(Decimal(change))
        ):
            yield Flag(
                "change_beyond_stock",
                f"“{spec.row_label}”上一年项目数量 {_figure(before)}，本年增/减 {_figure(change)}："
                "变动大于存量，请核对口径（是否把处理决定数当作项目数）。",
                (f"t2.{spec.row}.prev_items", cell),
            )


def jumps(subject: Subject) -> Iterator[Flag]:
    """Figures that more than doubled or halved since last year."""
    if subject.previous is None:
        return
    for cell, spec in subject.fmt.cells.items():
        if spec.table != "t2" and spec.column != "total":
            continue
        now, before = subject.cells.get(cell), subject.previous.get(cell)
        if now is None or before is None or abs(Decimal(now) - Decimal(before)) < JUMP_LEAST:
            continue
        small, large = sorted((abs(Decimal(now)), abs(Decimal(before))))
        if large > small * JUMP_FACTOR:
            yield Flag(
                "jump",
                f"{spec.label}：上年 {_figure(before)}，本年 {_figure(now)}，变动超过一倍，请核对。",
                (cell,),
            )


def reviews_beyond_requests(subject: Subject) -> Iterator[Flag]:
    """More review cases than requests there were to complain about."""
    requests = [subject.cells.get(f"t3.{row}.total") for row in ("new", "carried_in")]
    handled = sum(value for value in requests if value is not None)
    reviews = subject.cells.get("t4.review.total")
    if requests[0] is not None and reviews is not None and reviews > max(handled, 5):
        yield Flag(
            "reviews_beyond_requests",
            f"行政复议总计 {_figure(reviews)} 件，多于本年新收与上年结转的申请 {_figure(handled)} 件，请核对。",
            ("t3.new.total", "t4.review.total"),
        )


def _named(fmt: ReportFormat, cells: Sequence[str]) -> str:
    """A few cells by their full names, many by the rows they stand in."""
    if len(cells) <= NAMED:
        return "、".join(fmt.cells[cell].label for cell in cells)
    rows = list(dict.fromkeys(fmt.cells[cell].row_label for cell in cells))
    shown = "、".join(f"“{row}”" for row in rows[: NAMED // 2])
    return f"{shown}等{len(rows)}行" if len(rows) > NAMED // 2 else f"{shown}行"


def _figure(value: CellValue) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


RULES: tuple[Rule, ...] = (
    period_and_contact,
    parts_below_total,
    duties_of_governments,
    no_normative_documents,
    change_beyond_stock,
    jumps,
    blank_cells,
    only_total,
    reviews_beyond_requests,
    points_announced,
    fee_reported,
    copied_text,
)
