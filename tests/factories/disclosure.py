"""Items for tests: rows written straight to the tables, and items walked through the services."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count
from typing import Any

from gongkai.catalogue.models import Column, Publication
from gongkai.disclosure import services
from gongkai.disclosure.models import DisclosedItem, IndexCounter, Status, Step, StoredFile
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Organ, User
from tests.factories.organs import make_organ, make_user

_numbers = count(1)

ROLE_OF_STEP = {
    Step.REVIEW: "reviewer",
    Step.SECRECY: "secrecy_reviewer",
    Step.APPROVAL: "approving_leader",
}


def make_column(
    slug: str | None = None, *, owner: Organ | None = None, kind: str = "notice", **fields: Any
) -> Column:
    """A column of the portal."""
    number = next(_numbers)
    return Column.objects.create(
        slug=slug or f"item-column-{number}",
        title=fields.pop("title", f"测试栏目{number}"),
        kind=kind,
        owner=owner or make_organ(),
        **fields,
    )


def make_disclosed_item(
    organ: Organ | None = None, *, published_at: datetime | None = None, **fields: Any
) -> DisclosedItem:
    """A draft, or with `published_at` a published item: its row alone, without review."""
    number = next(_numbers)
    organ = organ or make_organ()
    values: dict[str, Any] = {
        "title": f"测试信息{number}",
        "body": f"<p>测试正文{number}。</p>",
        "formed_on": date(2020, 3, 2),
        "live": False,
        **fields,
    }
    if "column" not in values:
        values["column"] = make_column(owner=organ)
    if published_at is not None:
        values = (
            {
                "status": Status.PUBLISHED,
                "live": True,
                "index_number": f"{organ.code}/{published_at.year}-{number:05d}",
                "published_at": published_at,
                "first_published_at": published_at,
                "last_published_at": published_at,
            }
            | values
            | {"live": fields.get("live", True)}
        )
        # The counter stands behind the number, so that the next one given is another.
        prefix = f"{organ.code}/{published_at.year}-"
        IndexCounter.objects.update_or_create(prefix=prefix, defaults={"last": number})
    item = DisclosedItem(organ=organ, **values)
    item.save()
    return item


def published(day: date | None = None, **fields: Any) -> DisclosedItem:
    """A published item of that day, at noon."""
    on = day or date(2020, 3, 5)
    at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    return make_disclosed_item(fields.pop("organ", None), published_at=at, **fields)


def told(item: DisclosedItem) -> Publication:
    """What the catalogue knows of the item."""
    return Publication.objects.get(source="disclosure", source_id=str(item.pk))


def kinds(item: DisclosedItem) -> list[str]:
    """The kinds of the item's public traces, the first first."""
    return [trace.kind for trace in item.traces.order_by("pk")]


class Office:
    """A body with one person for each step, and what they do.

    >>> office = Office()
    >>> item = office.draft()
    >>> office.publish(item)
    """

    def __init__(self, organ: Organ | None = None, column: Column | None = None) -> None:
        self.organ = organ or make_organ()
        self.column = column or make_column(owner=self.organ)
        self.officer = make_user("information_officer", self.organ)
        self.people: dict[str, User] = {
            step: make_user(role, self.organ) for step, role in ROLE_OF_STEP.items()
        }

    def actor(self, step: str = "") -> Actor:
        """The officer, or the person of a step."""
        user = self.people[step] if step else self.officer
        policy.forget(user)
        return Actor.for_user(user)

    def draft(self, **values: Any) -> DisclosedItem:
        """A complete draft by the officer."""
        number = next(_numbers)
        options = {name: values.pop(name) for name in ("issuers", "attachments") if name in values}
        return services.create_item(
            self.actor(),
            self.organ,
            {
                "title": f"测试信息{number}",
                "column": self.column,
                "body": f"<p>测试正文{number}。</p>",
                "formed_on": date(2020, 3, 2),
                **values,
            },
            **options,
        )

    def file(self, text: str = "测试附件。", name: str = "附件.txt") -> StoredFile:
        """A stored text file."""
        return services.store_file(self.actor(), self.organ, BytesIO(text.encode()), name)

    def submit(self, item: DisclosedItem | None = None, **values: Any) -> DisclosedItem:
        """A draft in review."""
        return services.submit(self.actor(), item or self.draft(**values))

    def decide(
        self, item: DisclosedItem, decision: str = "approved", **options: Any
    ) -> DisclosedItem:
        """The person of the step that the item awaits decides."""
        item.refresh_from_db()
        return services.decide(
            self.actor(item.step),
            item,
            decision=decision,
            proofread=options.pop("proofread", services.ASPECTS),
            **options,
        )

    def approve(self, item: DisclosedItem, until: str = "") -> DisclosedItem:
        """Every step is approved, or those before the step `until`."""
        item.refresh_from_db()
        while item.step in Step.values and item.step != until:
            item = self.decide(item)
        return item

    def publish(self, item: DisclosedItem | None = None, **values: Any) -> DisclosedItem:
        """A draft goes through the whole chain and is public (or scheduled, or decided)."""
        return self.approve(self.submit(item, **values))
