"""What a room offers to the staff's start page: the tasks that await a person.

A room's `worklist.py` holds `sources`, a tuple of callables `(user, today) -> WorkList`. The
types live here, on the floor of people and permissions, so that rooms and the desk agree without
knowing each other. Each source asks the policy itself and costs a constant number of statements.

For whoever looks after many bodies the module may also hold `body_sources`, a tuple of callables
`(user, today) -> list[BodyColumn]`: figures of the bodies below, one column each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

SOON_DAYS: Final = 7
"""What is due within so many days is drawn under "now"; a room may call more of it urgent."""

Group = Literal["late", "now", "later"]


@dataclass(frozen=True)
class Task:
    """One thing to be done by a person who may do it.

    `due_on` is None when nothing is due on a day; `due_label` says it in words (days left,
    overdue); `organ` is the body's short name. `mail_title` is what a reminder by e-mail says
    instead of the title, where the title may hold what somebody outside wrote.
    """

    title: str
    url: str
    organ: str = ""
    due_on: date | None = None
    due_label: str = ""
    is_urgent: bool = False
    mail_title: str = ""

    def group(self, today: date) -> Group:
        """Late, to be done now (soon due, urgent, or waiting without a day), or later."""
        if self.due_on is not None and self.due_on < today:
            return "late"
        if self.due_on is None or self.is_urgent or self.due_on <= soon_until(today):
            return "now"
        return "later"


@dataclass(frozen=True)
class WorkList:
    """A heading with its most pressing tasks, most pressing first.

    `total` counts all of them, also those not listed; `url` opens the whole list. An empty list
    is not shown. `kind`: "act" for what the person does himself, "watch" for what others owe and
    he looks after. `late` and `now` count the tasks of these groups, also those not listed;
    a source may leave them out when it lists every task.
    """

    title: str
    url: str
    tasks: Sequence[Task]
    total: int
    kind: Literal["act", "watch"] = "act"
    late: int | None = None
    now: int | None = None


@dataclass(frozen=True)
class BodyCell:
    """A figure of one body: its words, the list behind it, and how much it presses (0: not)."""

    text: str
    url: str = ""
    weight: float = 0


@dataclass(frozen=True)
class BodyColumn:
    """One figure of many bodies, by the number (pk) of the body. A body may be missing."""

    title: str
    cells: Mapping[int, BodyCell] = field(default_factory=dict)


def soon_until(today: date) -> date:
    """The last day of what is drawn under "now"."""
    return today + timedelta(days=SOON_DAYS)
