"""What awaits a person, what is late and what will be, collected from every room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gongkai.organs import policy, shell
from gongkai.organs.models import Organ
from gongkai.organs.worklist import BodyCell, BodyColumn, Group, Task, WorkList

Source = Callable[[Any, date], WorkList]

BODIES_LISTED: Final = 10
BODIES_AT_MOST: Final = 200
GROUPS: Final[tuple[tuple[Group, str, str, int], ...]] = (
    ("late", "已逾期", "期限已过，请先办理", 20),
    ("now", "现在要办", "7天内到期、紧急，或正等处理", 20),
    ("later", "以后到期", "7天以后", 10),
)
"""Key, title, hint and the rows drawn; the lists that hold the others stand beside."""
_WEEKDAYS: Final = "一二三四五六日"


def work_lists(user: Any, today: date) -> list[WorkList]:
    """The lists that hold something, in the order in which the rooms are installed.

    Each room answers with a constant number of statements and asks the policy itself.
    """
    return [one for one in (source(user, today) for source in sources()) if one.total]


def sources() -> Iterator[Source]:
    """Every room's sources. `organs.worklist` holds the types and offers nothing itself."""
    for module in shell.discover("worklist"):
        yield from getattr(module, "sources", ())


@dataclass(frozen=True)
class Row:
    """A task with the list it comes from and the person for whom it is done as a deputy."""

    task: Task
    source: WorkList
    principal: str
    today: date

    @property
    def due_text(self) -> str:
        """The due date as people say it: 11月30日（周一）, with the year when it is another."""
        due = self.task.due_on
        return in_words(due, self.today) if due is not None else ""


@dataclass(frozen=True)
class TaskGroup:
    """Tasks of all rooms that are equally near, by due date.

    `count` includes those not listed; when a room has not said how many there are, `at_least`.
    """

    key: Group
    title: str
    hint: str
    rows: Sequence[Row]
    count: int
    at_least: bool


@dataclass(frozen=True)
class Desk:
    """A person's start page: groups by nearness, and the lists they come from."""

    groups: Sequence[TaskGroup]
    lists: Sequence[WorkList]

    @property
    def total(self) -> int:
        return sum(one.total for one in self.lists)


def desk_for(user: Any, today: date) -> Desk:
    """Everything that awaits `user`. A constant number of statements a source."""
    found = [(place, source(user, today)) for place, source in enumerate(sources())]
    marks = _deputised(user, today)
    lists = [one for _, one in found if one.total]
    rows: dict[Group, list[tuple[Any, Row]]] = {key: [] for key, *_ in GROUPS}
    counts: dict[Group, int] = {key: 0 for key, *_ in GROUPS}
    unsure: set[Group] = set()
    for place, one in found:
        for position, task in enumerate(one.tasks):
            row = Row(task, one, marks.get((place, task.url), ""), today)
            order = (one.kind != "act", *_nearness(task), place, position)
            rows[task.group(today)].append((order, row))
        _count(one, today, counts, unsure)
    groups = [
        TaskGroup(
            key,
            title,
            hint,
            [row for _, row in sorted(rows[key], key=lambda pair: pair[0])[:drawn]],
            counts[key],
            key in unsure,
        )
        for key, title, hint, drawn in GROUPS
    ]
    return Desk(groups, lists)


def _nearness(task: Task) -> tuple[bool, date]:
    """By due date. Of what waits without one the urgent comes first, the rest last."""
    return (task.due_on is None and not task.is_urgent, task.due_on or date.min)


def _count(one: WorkList, today: date, counts: dict[Group, int], unsure: set[Group]) -> None:
    """How many tasks of each group the list holds, also those it does not list."""
    listed = [task.group(today) for task in one.tasks]
    late = one.late if one.late is not None else listed.count("late")
    now = one.now if one.now is not None else listed.count("now")
    counts["late"] += late
    counts["now"] += now
    counts["later"] += max(one.total - late - now, 0)
    if one.total > len(listed) and listed:
        # The most pressing come first: what is not listed is no nearer than the last one listed.
        if one.late is None and listed[-1] == "late":
            unsure.add("late")
        if one.now is None and listed[-1] != "later":
            unsure.add("now")


def _deputised(user: Any, today: date) -> dict[tuple[int, str], str]:
    """Which tasks the user has only as a deputy: (source, address) → name of the principal.

    Asked once for the own rights and once for each principal, so whoever stands in for nobody
    pays nothing. A source lists the most pressing first: what stands in the list of all rights
    and comes from the own ones also stands in the list of the own ones.
    """
    principals = policy.principals_of(user)
    if not principals:
        return {}
    own = set(_addresses(policy.in_capacity(user, None), today))
    marks: dict[tuple[int, str], str] = {}
    for number, name in principals.items():
        for key in _addresses(policy.in_capacity(user, number), today):
            if key not in own:
                marks.setdefault(key, name)
    return marks


def _addresses(user: Any, today: date) -> Iterator[tuple[int, str]]:
    for place, source in enumerate(sources()):
        for task in source(user, today).tasks:
            yield place, task.url


@dataclass(frozen=True)
class BodyRow:
    """One body with its figures, in the order of the columns; None where there is none."""

    organ: Organ
    cells: Sequence[BodyCell | None]


@dataclass(frozen=True)
class Bodies:
    """The bodies that a person looks after, the most pressing first."""

    titles: Sequence[str]
    first: Sequence[BodyRow]
    rest: Sequence[BodyRow]
    total: int


def bodies_for(user: Any, today: date) -> Bodies | None:
    """A table of the bodies below, for whoever looks after several; None for everybody else."""
    if not (getattr(user, "is_superuser", False) or _looks_after_others(user)):
        return None
    columns: list[BodyColumn] = [
        column
        for module in shell.discover("worklist")
        for source in getattr(module, "body_sources", ())
        for column in source(user, today)
        if column.cells
    ]
    if not columns:
        return None
    organs = list(
        policy.organs_for(user, "organs.view")
        .active_on(today)
        .only("code", "name", "short_name", "path")
        .order_by("path")
    )
    listed = [
        BodyRow(organ, [column.cells.get(organ.pk) for column in columns]) for organ in organs
    ]
    listed = [row for row in listed if any(row.cells)]
    listed.sort(key=lambda row: -sum(cell.weight for cell in row.cells if cell))
    return Bodies(
        [column.title for column in columns],
        listed[:BODIES_LISTED],
        listed[BODIES_LISTED:BODIES_AT_MOST],
        len(listed),
    )


def _looks_after_others(user: Any) -> bool:
    return any(
        policy.GRANTS[grant.role].get("disclosure.view") == policy.SUBTREE
        for grant in policy.grants_of(user)
    )


def in_words(day: date, today: date) -> str:
    """11月30日（周一）; with the year when it is not this one."""
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"
