"""The guard's findings as the staff read them: by place, with the way there and what may be done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gongkai.disclosure import highlight, queries
from gongkai.disclosure.models import DisclosedItem, GuardOverride, GuardRun
from gongkai.guard.findings import PERSONAL, SEVERITIES

_FILE: Final = re.compile(r"附件《(.*?)》(?=\S|$)")
_ORDER: Final = {"serious": 0, "warning": 1, "advice": 2}
TEXTS: Final = "正文和各栏"
NOTES: Final = 5
IN_FILE: Final = "附件不能自动修改，请在原文件中改正后重新上传，替换这个附件。"
IN_TEXT: Final = "可点“一键脱敏”遮蔽。"


@dataclass(frozen=True)
class Row:
    """One finding: what, where, how bad, and whether somebody let it through."""

    anchor: str
    finding: Mapping[str, Any]
    override: GuardOverride | None
    in_body: bool
    in_file: bool = False

    @property
    def severity(self) -> str:
        return str(SEVERITIES.get(self.finding["severity"], self.finding["severity"]))

    @property
    def blocks(self) -> bool:
        return self.finding["severity"] == "serious" and self.override is None

    @property
    def hint(self) -> str:
        """How it is mended here, where the guard itself only says what is wrong."""
        if self.in_file:
            return IN_FILE
        return IN_TEXT if self.finding["check"] in PERSONAL else ""


@dataclass(frozen=True)
class Panel:
    """All findings of a run, texts first, then file by file."""

    groups: Sequence[tuple[str, Sequence[Row]]]
    unread: Sequence[Mapping[str, str]]
    run: GuardRun

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.groups for row in rows]

    @property
    def blocking(self) -> int:
        return sum(row.blocks for row in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def maskable(self) -> bool:
        """Whether a person's number stands in a text, where one click masks it."""
        return any(
            row.finding["check"] in PERSONAL
            for name, rows in self.groups
            if name == TEXTS
            for row in rows
        )

    @property
    def in_body(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(anchor, finding) of what is marked in the text."""
        return [(row.anchor, row.finding) for row in self.rows if row.in_body]


def notes_on(run: GuardRun | None, name: str) -> list[str]:
    """What a run says of the attachment of this name, in a few sentences for the form."""
    if run is None:
        return []
    notes = [
        f"{found['where']}：{found['label']}“{found['masked']}”。{found['message']}"
        for found in run.findings
        if found["severity"] == "serious" and found["where"].startswith(f"附件《{name}》")
    ]
    notes = notes[:NOTES] + (
        [f"还有{len(notes) - NOTES}处，见审查结果。"] if len(notes) > NOTES else []
    )
    if notes:
        notes.append(IN_FILE)
    return notes + [
        f"没有检查内容：{file['note'] or '无法读取。'}请人工核对有无个人信息。"
        for file in run.unread
        if file["name"] == name
    ]


def panel(item: DisclosedItem, run: GuardRun) -> Panel:
    """The panel for a run of the item's newest version. One statement."""
    passed = queries.overrides(item)
    groups: dict[str, list[Row]] = {}
    for number, finding in enumerate(run.findings, start=1):
        named = _FILE.match(finding["where"])
        group = f"附件《{named.group(1)}》" if named else TEXTS
        groups.setdefault(group, []).append(
            Row(
                f"found-{number}",
                finding,
                passed.get(finding["key"]),
                highlight.in_body(finding),
                in_file=named is not None,
            )
        )
    ordered = sorted(groups, key=lambda name: (name != TEXTS, name))
    return Panel(
        [
            (name, sorted(groups[name], key=lambda row: _ORDER.get(row.finding["severity"], 3)))
            for name in ordered
        ],
        run.unread,
        run,
    )
