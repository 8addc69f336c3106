"""What the law wants published (Arts. 20 and 21), and what was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import items
from gongkai.portal.platform.queries.published import of_organ
from gongkai.statute import proactive


@dataclass(frozen=True)
class Heading:
    """One item of the law's list with what was published of it."""

    code: str
    label: str
    items: int
    latest: date | None


@dataclass(frozen=True)
class HeadingGroup:
    """The items of one article for one kind of body."""

    article: str
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class Headings:
    """The tree of the law's items; what is blank is counted apart."""

    groups: tuple[HeadingGroup, ...]

    @property
    def all(self) -> list[Heading]:
        return [one for group in self.groups for one in group.headings]

    @property
    def filled(self) -> int:
        return sum(one.items > 0 for one in self.all)

    @property
    def blank(self) -> list[Heading]:
        return [one for one in self.all if not one.items]

    @property
    def total(self) -> int:
        return sum(one.items for one in self.all)

    def count(self, code: str) -> int:
        """How many stand under an item of the law; with no code under all."""
        return sum(one.items for one in self.all if code in ("", one.code))


def owed_by(body: Organ | None) -> list[proactive.StatutoryItem]:
    """The items that the body owes; without one those that any body here may owe."""
    if body is None:
        return list(proactive.ITEMS.values())
    return list(proactive.items_for(body.kind, body.level))


def headings(body: Organ | None) -> Headings:
    """The law's items in its order with their numbers: one grouped statement.

    What was published under an item that this kind of body does not owe is listed all the same.
    """
    public = items.live().exclude(statutory_item="")
    if body is not None:
        public = public.filter(organ=body.pk)
    counted = {
        row["statutory_item"]: row
        for row in public.order_by()
        .values("statutory_item")
        .annotate(number=Count("pk"), latest=Max("published_at"))
    }
    owed = {one.code for one in owed_by(body)}
    groups: dict[str, list[Heading]] = {}
    for one in proactive.ITEMS.values():
        row = counted.get(one.code)
        # The city's own tree leaves out what only townships owe, where there is none of it.
        if row is None and (one.code not in owed or (body is None and one.group == "21B")):
            continue
        latest = timezone.localtime(row["latest"]).date() if row else None
        groups.setdefault(f"{one.group}|{one.article}", []).append(
            Heading(one.code, one.label, row["number"] if row else 0, latest)
        )
    return Headings(
        tuple(HeadingGroup(key.split("|")[1], tuple(found)) for key, found in groups.items())
    )


def under(code: str, body: Organ | None) -> QuerySet[DisclosedItem]:
    """What was published under an item of the law; with no code under any."""
    public = items.live() if body is None else of_organ(body)
    public = public.filter(statutory_item=code) if code else public.exclude(statutory_item="")
    return items.listed(public)
