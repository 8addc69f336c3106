"""What is wrong with a table, in words that lead to the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError


class ImportProblem(NamedTuple):
    """One thing to put right: the spreadsheet's row, the column's heading, what to do.

    `row` 0 or `column` "" say that the whole file or the whole row is meant.
    """

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = f"第{self.row}行" if self.row else ""
        if self.column:
            place += f"“{self.column}”列"
        return f"{place}：{self.message}" if place else self.message


class UnreadableTable(ValidationError):
    """The file is no table that could be read at all; the message says why and what to do."""


class ImportFailed(ValidationError):
    """The table has problems; nothing was kept. `problems` in the order of the rows."""

    def __init__(self, problems: Sequence[ImportProblem], *, stopped: bool = False) -> None:
        self.problems = list(problems)
        self.stopped = stopped
        super().__init__([str(problem) for problem in self.problems])

    @property
    def summary(self) -> str:
        """One sentence for the top of a page or the last line of a command."""
        number = len(self.problems)
        if self.stopped:
            return f"发现{number}处以上问题，已停止检查。没有导入任何数据，请改正后重新导入。"
        return f"发现{number}处问题。没有导入任何数据，请改正后重新导入。"


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do (`dry_run`)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: Sequence[str] = ()
    """Headings of the file that were passed over."""
    sample: Sequence[dict[str, Any]] = field(default_factory=tuple)
    """The first rows as they were understood, for the preview: heading → text."""

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged

    def __str__(self) -> str:
        return (
            f"共{self.total:,}行：新增{self.created:,}，更新{self.updated:,}，"
            f"无变化{self.unchanged:,}。"
        )
