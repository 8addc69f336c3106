"""Who reports for whom in a year: the tree of bodies as the report sees it.

Three things bend the tree of `organs` when figures are added up:

* **Succession.** A body that no longer exists at the end of the year makes no report; what
  it did is counted with its successor (and the successor's successor, if need be), in that
  year and in all later ones, because its open requests and valid documents live on there.
  Without a successor its work of its last year is counted under its own name in the sum of
  the government above it, and from the next year on not at all.
* **Time.** A body set up after the year is left out.
* **Vertical lines** (垂直管理, 条例第三条). Tax, customs and the like stand in the directory of
  the place and report along their own line: they, and what is below them, are in nobody's sum.

One statement reads the whole tree as plain tuples (3,000 bodies: some 10 ms), everything else
is arithmetic in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from gongkai.organs.models import Organ, OrganKind, OrganQuerySet
from gongkai.reports.models import Scope
from gongkai.statute.formats import ReportFormat, UnknownFormat, format_for_year


class ReportError(ValidationError):
    """A report that cannot be made; the message is Chinese and says what to do."""

    def __str__(self) -> str:
        return "；".join(self.messages)


class UnknownOrgan(ReportError):
    """No body has this code."""


class BodyGone(ReportError):
    """The body did not exist in the year, or another reports in its place."""


class NoSuchYear(ReportError):
    """There is no report for this year: no format, or it has not begun."""


class Body(NamedTuple):
    """What the report needs to know of a public body."""

    pk: int
    code: str
    name: str
    short_name: str
    kind: str
    parent_id: int | None
    path: str
    vertical: bool
    established_on: date | None
    abolished_on: date | None
    successor_id: int | None

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    @property
    def is_government(self) -> bool:
        """Whether 条例第四十九条第二款 (31 March) and 第五十条第一款第四项 apply."""
        return self.kind == OrganKind.GOVERNMENT

    def existed_in(self, year: int) -> bool:
        """Whether it existed on at least one day of the year."""
        return (self.established_on is None or self.established_on <= date(year, 12, 31)) and (
            self.abolished_on is None or self.abolished_on > date(year, 1, 1)
        )

    def gone_by_end_of(self, year: int) -> bool:
        """Whether it no longer existed on 31 December."""
        return self.abolished_on is not None and self.abolished_on <= date(year, 12, 31)


_FIELDS = Body._fields
FEW = 500
"""Up to so many bodies it does not matter how they are named to the database."""


def default_scope(body: Body | Organ) -> str:
    """Governments report for themselves and all below them, other bodies for themselves."""
    return Scope.AGGREGATE if body.kind == OrganKind.GOVERNMENT else Scope.OWN


def require_format(year: int, *, today: date | None = None) -> ReportFormat:
    """The statutory format for the report on ``year``.

    Raises `NoSuchYear` for years before the first format and for years not yet begun.
    """
    now = today or timezone.localdate()
    if year > now.year:
        raise NoSuchYear(f"{year}年尚未开始，没有可统计的记录。请选择{now.year}年及以前的年度。")
    try:
        return format_for_year(year)
    except UnknownFormat as error:
        raise NoSuchYear(str(error.args[0])) from error


class ReportingTree:
    """The bodies of one year, who counts for whom and who is above whom."""

    def __init__(self, year: int, bodies: Iterable[Body]) -> None:
        self.year = year
        self.bodies: dict[int, Body] = {body.pk: body for body in bodies}
        self.by_code: dict[str, Body] = {body.code: body for body in self.bodies.values()}
        #: body → the body under whose name its records are counted, None when under nobody's.
        self.holder: dict[int, int | None] = {
            pk: self._holder(body) for pk, body in self.bodies.items()
        }
        self._absorbed: dict[int, list[Body]] = {}
        for pk, holder in self.holder.items():
            if holder is not None and holder != pk:
                self._absorbed.setdefault(holder, []).append(self.bodies[pk])

    @classmethod
    def load(cls, year: int) -> ReportingTree:
        """Read the tree: one statement."""
        rows = Organ.objects.order_by().values_list(*_FIELDS)
        return cls(year, (Body(*row) for row in rows.iterator(chunk_size=5000)))

    def _holder(self, body: Body) -> int | None:
        seen = set()
        current = body
        while current.gone_by_end_of(self.year):
            seen.add(current.pk)
            successor = (
                self.bodies.get(current.successor_id) if current.successor_id is not None else None
            )
            if successor is None or successor.pk in seen:
                return current.pk if current.existed_in(self.year) else None
            current = successor
        return current.pk if current.existed_in(self.year) else None

    def body(self, organ: Organ | Body | str) -> Body:
        """The body of that code; raises `UnknownOrgan`."""
        code = organ if isinstance(organ, str) else organ.code
        try:
            return self.by_code[code]
        except KeyError:
            raise UnknownOrgan(
                f"没有代码为“{code}”的机关。请在“机构”页面核对代码，或先导入该机关。"
            ) from None

    def require_reporter(self, organ: Organ | Body | str) -> Body:
        """The body, if it makes a report for the year itself; raises `BodyGone` otherwise."""
        body = self.body(organ)
        if not body.existed_in(self.year):
            if body.abolished_on is not None and body.abolished_on <= date(self.year, 1, 1):
                day = body.abolished_on
                raise BodyGone(
                    f"{body.name}已于{day.year}年{day.month}月{day.day}日撤销，"
                    f"没有{self.year}年的年度报告。{self._instead(body)}"
                )
            founded = body.established_on or date(self.year, 12, 31)
            raise BodyGone(
                f"{body.name}于{founded.year}年{founded.month}月{founded.day}日设立，"
                f"没有{self.year}年的年度报告。请选择{founded.year}年及以后的年度。"
            )
        holder = self.holder[body.pk]
        if holder != body.pk and body.abolished_on is not None:
            day = body.abolished_on
            raise BodyGone(
                f"{body.name}已于{day.year}年{day.month}月{day.day}日撤销，"
                f"{self.year}年的数据并入承继机构。{self._instead(body)}"
            )
        return body

    def _instead(self, body: Body) -> str:
        holder = self.holder.get(body.pk)
        if holder is None or holder == body.pk:
            return ""
        heir = self.bodies[holder]
        return f"请改为编制{heir.name}（{heir.code}）的报告。"

    def absorbed(self, pk: int) -> list[Body]:
        """Bodies that are gone and whose work is counted with ``pk``."""
        return self._absorbed.get(pk, [])

    def parent(self, body: Body) -> Body | None:
        """The body above, if it is known."""
        return self.bodies.get(body.parent_id) if body.parent_id is not None else None

    def reporters(self) -> Iterator[Body]:
        """Every body that makes a report for the year, in the order of the tree."""
        for body in sorted(self.bodies.values(), key=lambda one: one.path):
            if self.holder[body.pk] == body.pk and not (
                body.gone_by_end_of(self.year) and body.successor_id is None
            ):
                yield body

    def summed_into(self, body: Body) -> Iterator[int]:
        """The bodies in whose sums this one's figures stand: itself and those above it."""
        current: Body | None = body
        while current is not None:
            yield current.pk
            if current.vertical:
                return
            current = self.parent(current)

    def members(self, top: Body) -> list[Body]:
        """The bodies whose figures make up the sum of ``top`` (itself included)."""
        return [
            body
            for pk, body in self.bodies.items()
            if self.holder[pk] == pk
            and body.path.startswith(top.path)
            and top.pk in self.summed_into(body)
        ]

    def reporting_children(self, top: Body) -> list[Body]:
        """The bodies whose reports are added to the office's own to make ``top``'s sum.

        A government below brings its own sum and is not opened; any other body brings its
        own report and those of the bodies below it.
        """
        below: dict[int, list[Body]] = {}
        for body in self.bodies.values():
            if body.parent_id is not None and not body.vertical:
                below.setdefault(body.parent_id, []).append(body)
        found: list[Body] = []
        waiting = list(below.get(top.pk, ()))
        while waiting:
            body = waiting.pop()
            if self.holder[body.pk] == body.pk:
                found.append(body)
                if body.is_government:
                    continue
            waiting.extend(below.get(body.pk, ()))
        return sorted(found, key=lambda one: one.path)

    def share_of(self, tops: Iterable[Body]) -> float:
        """Which part of all bodies lies below ``tops`` (0…1)."""
        paths = tuple(top.path for top in tops)
        if not paths or len(self.bodies) < FEW:
            return 0.0
        inside = sum(body.path.startswith(paths) for body in self.bodies.values())
        return inside / len(self.bodies)

    def querysets(self, tops: Iterable[Body], *, subtree: bool) -> OrganQuerySet:
        """The bodies whose *records* count for ``tops`` (and, if asked, all below them).

        Bodies merged into one of them from elsewhere are added by number. Bodies inside that
        do not count (vertical, abolished, not yet set up) are left to `counts_for`.
        """
        wanted = Q()
        pks: set[int] = set()
        paths: list[str] = []
        for top in tops:
            if subtree:
                paths.append(top.path)
                wanted |= Q(path__startswith=top.path)
            else:
                pks.add(top.pk)
                pks.update(gone.pk for gone in self.absorbed(top.pk))
        for heir, gone_bodies in self._absorbed.items():
            if any(self.bodies[heir].path.startswith(path) for path in paths):
                pks.update(
                    gone.pk
                    for gone in gone_bodies
                    if not any(gone.path.startswith(path) for path in paths)
                )
        if pks:
            wanted |= Q(pk__in=sorted(pks))
        return Organ.objects.filter(wanted).order_by() if wanted else Organ.objects.none()
