"""What stands between a draft and its submission: what blocks it, and what must be answered.

* **Violations** are relations of the format that do not hold and weigh "error".
* **Blockers** are faults of the text: a section without words, an open gap, a head missing that
  the law asks for (条例第五十条) or that the form asks for (信息处理费).
* **Questions** (疑点) ask and never block for good: each is answered by a person, with a reason
  or a tick. They are the review flags of `gongkai.reports.flags`, relations that weigh
  "warning", and reports still missing from a sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gongkai.reports import content
from gongkai.reports.figures import BuiltReport
from gongkai.reports.flags import JUMP_FACTOR, JUMP_LEAST, review_flags
from gongkai.reports.models import FlagAnswer
from gongkai.reports.narrative import GOVERNMENT_HEADS
from gongkai.reports.reading.figures import read_figures
from gongkai.statute.formats import CellValue, ReportFormat

GOVERNMENT_WORDS = ("考核", "社会评议", "责任追究")
FEE_WORDS = "信息处理费"
NAMED = 4


@dataclass(frozen=True, slots=True)
class Blocker:
    """A fault of the text that stops the submission; ``section`` is where to mend it."""

    id: str
    section: str
    message: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something a careful reader would ask; ``answer`` is None while nobody has answered."""

    id: str
    message: str
    cells: tuple[str, ...] = ()
    answer: FlagAnswer | None = None

    @property
    def is_open(self) -> bool:
        return self.answer is None


def text_sections(report_format: ReportFormat) -> list[str]:
    """The ids of the sections that people write."""
    return [section.id for section in report_format.sections if section.kind == "text"]


def blockers(built: BuiltReport, sections: Mapping[str, str]) -> list[Blocker]:
    """What is wrong with the text, in the order of the sections."""
    found = []
    for section in built.format.sections:
        if section.kind != "text":
            continue
        text = sections.get(section.id, "")
        words = content.plain(text)
        name = f"第{section.no}部分“{section.title}”"
        if not words:
            found.append(
                Blocker(f"T.empty.{section.id}", section.id, f"{name}还没有内容，请填写后再提交。")
            )
            continue
        gaps = content.gaps(text)
        if gaps:
            named = "；".join(gaps[:NAMED]) + ("等" if len(gaps) > NAMED else "")
            found.append(
                Blocker(
                    f"T.gap.{section.id}",
                    section.id,
                    f"{name}还有{len(gaps)}处待填写：{named}。",
                )
            )
        if section.must_contain and FEE_WORDS not in words:
            found.append(
                Blocker(
                    f"T.fee.{section.id}",
                    section.id,
                    f"{name}没有写明信息处理费收取情况；没有收取的，也应写明未收取。",
                )
            )
    missing = missing_government_heads(built, sections)
    if missing:
        found.append(
            Blocker(
                "T.article50",
                "s1",
                f"政府的年度报告还应当包括{'、'.join(missing)}（条例第五十条第一款第四项），"
                "请在第一部分“监督保障”中写明。",
            )
        )
    return found


def missing_government_heads(built: BuiltReport, sections: Mapping[str, str]) -> list[str]:
    """Which of assessment, public evaluation and accountability a government's text lacks."""
    if not built.organ.is_government:
        return []
    words = "".join(content.plain(text) for text in sections.values())
    return [
        head
        for head, word in zip(GOVERNMENT_HEADS, GOVERNMENT_WORDS, strict=True)
        if word not in words
    ]


def questions(
    built: BuiltReport, sections: Mapping[str, str], answers: Iterable[FlagAnswer] = ()
) -> list[Question]:
    """Everything that asks for an answer, with the answers given."""
    given = {(one.flag, one.message): one for one in answers}
    asked: dict[tuple[str, str], Question] = {}
    for question in (*_flags(built, sections), *_warnings(built), *_missing(built)):
        key = (question.id, question.message)
        asked.setdefault(
            key, Question(question.id, question.message, question.cells, given.get(key))
        )
    return list(asked.values())


#: Flags that say again what a blocker of that id already says.
_SAID_BY_BLOCKER = {
    "no_assessment": "T.article50",
    "no_public_evaluation": "T.article50",
    "no_accountability": "T.article50",
    "fee_not_reported": "T.fee.s6",
}


def _flags(built: BuiltReport, sections: Mapping[str, str]) -> Iterable[Question]:
    said = {one.id for one in blockers(built, sections)} if sections else set()
    if "T.empty.s6" in said:
        said.add("T.fee.s6")
    # Without any text (a body that has no draft yet) only the figures are asked about.
    found = review_flags(
        built.format,
        built.cells,
        previous=built.previous,
        narrative=dict(sections),
        previous_narrative=dict(built.previous_sections) if built.previous_sections else None,
        issuer=built.organ.name,
        year=built.year if sections else None,
    )
    for flag in found:
        if _SAID_BY_BLOCKER.get(flag.id) not in said:
            yield Question(flag.id, flag.message, flag.cells)


def with_text(built: BuiltReport, sections: Mapping[str, str]) -> BuiltReport:
    """The same report, its figures also compared with those its text states (relations N.*)."""
    stated = read_figures({name: content.plain(text) for name, text in sections.items()})
    return replace(
        built,
        narrative={name: value for name, value in stated.items() if isinstance(value, int)},
    )


def _warnings(built: BuiltReport) -> Iterable[Question]:
    """Relations that weigh "warning"; those of a sum are asked once, cell by cell named."""
    sums = []
    for finding in built.warnings:
        if finding.kind == "aggregation":
            sums.append(finding)
        else:
            yield Question(finding.constraint, finding.message, finding.cells)
    if sums:
        cells = tuple(cell for finding in sums for cell in finding.cells)
        named = "；".join(finding.message.rstrip("。") for finding in sums[:NAMED])
        more = f"等{len(sums)}处" if len(sums) > NAMED else ""
        bodies = differing_bodies(built)
        whose = f"不一致的单位：{'、'.join(bodies)}。" if bodies else ""
        yield Question(
            "A",
            f"汇总数与所属单位已提交报告之和有{len(sums)}处不一致：{named}{more}。{whose}",
            cells,
        )


def differing_bodies(built: BuiltReport) -> list[str]:
    """Bodies whose report as sent differs from what their records say now."""
    return [
        part.body.label
        for part in built.parts or ()
        if part.is_sent and any(part.cells[cell] != part.live[cell] for cell in part.live)
    ]


def _missing(built: BuiltReport) -> Iterable[Question]:
    waiting = [
        part.body.label
        for part in built.parts or ()
        if not part.is_sent and part.body.pk != built.organ.pk
    ]
    if waiting:
        named = "、".join(waiting[:NAMED]) + ("等" if len(waiting) > NAMED else "")
        yield Question(
            "A.missing",
            f"还有{len(waiting)}个所属单位没有提交{built.year}年报告：{named}；"
            "汇总中这些单位的数字取自其现有记录。",
        )


# -- Large changes -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that moved much against last year, as a sign and in words."""

    sign: str
    words: str


def change_of(now: CellValue, before: CellValue) -> Change | None:
    """The change, if it is large by the measure of the review flags; None otherwise or when
    one figure is not known."""
    if now is None or before is None:
        return None
    difference: Any = now - before
    small, large = sorted((abs(Decimal(now)), abs(Decimal(before))))
    if abs(difference) < JUMP_LEAST or large <= small * JUMP_FACTOR:
        return None
    up = difference > 0
    share = f"{abs(difference) * 100 / abs(Decimal(before)):.0f}%" if before else "上年为0"
    return Change("▲" if up else "▼", f"大幅{'增加' if up else '减少'}（{share}）")
