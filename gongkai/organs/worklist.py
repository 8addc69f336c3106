"""What a room offers to the staff's start page: the tasks that await a person.

A room's `worklist.py` holds `sources`, a tuple of callables `(user, today) -> WorkList`. The
type lives here, on the floor of people and permissions, so that rooms and the desk agree without
knowing each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Task:
    """One thing to be done by a person who may do it.

    `due_on` is None when nothing is due on a day; `due_label` says it in words (days left,
    overdue); `organ` is the body's short name.
    """

    title: str
    url: str
    organ: str = ""
    due_on: date | None = None
    due_label: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class WorkList:
    """A heading with its most pressing tasks, most pressing first.

    `total` counts all of them, also those not listed; `url` opens the whole list. An empty list
    is not shown.
    """

    title: str
    url: str
    tasks: Sequence[Task]
    total: int
