"""Many items into the database by sets: rows, issuers, files, versions, checks, publications.

What one item needs of the framework (a revision for its version, the guard's run for its exact
content) every imported item has too, written by sets (`rows`); a test holds the content of such
a revision, and its fingerprint, against what the framework itself would write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone
from wagtail.models import Revision

from gongkai.catalogue.services import PublicationRow, record_publications
from gongkai.disclosure import richtext
from gongkai.disclosure.bulk.incoming import Incoming
from gongkai.disclosure.bulk.rows import Form, draw_keys, insert
from gongkai.disclosure.content import fingerprint, plain_fields
from gongkai.disclosure.links import public_url
from gongkai.disclosure.models import (
    Attachment,
    DisclosedItem,
    GuardRun,
    ImportBatch,
    ImportedItem,
    ItemIssuer,
    Status,
)
from gongkai.disclosure.services.numbering import issue
from gongkai.disclosure.services.publishing import SOURCE
from gongkai.disclosure.signals import items_published
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ, User
from gongkai.statute import index_numbers

Row = dict[str, Any]
"""Values by attribute."""

NUMBERED: Final = 2_000
"""So many items get their index numbers in one statement."""
_ITEM: Final = Form(DisclosedItem)
_ISSUER: Final = Form(ItemIssuer)
_ATTACHMENT: Final = Form(Attachment)


class Writer:
    """Writes the items of one batch; all portions of one all-or-nothing import share it."""

    def __init__(self, actor: Actor, batch: ImportBatch, lexicon_version: str) -> None:
        self.batch = batch
        self.user = actor.user if isinstance(actor.user, User) else None
        self.lexicon_version = lexicon_version
        self.now = timezone.now()
        self.organs: dict[str, int] = defaultdict(int)
        """Code of the body → how many items it got."""
        self._type = ContentType.objects.get_for_model(DisclosedItem)
        self._published: list[tuple[datetime, int, Incoming]] = []

    def write(self, portion: Sequence[Incoming]) -> list[int]:
        """Keys of the items, in the order of the portion. Published ones still lack their index
        number: call `number` when all are written."""
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("导入必须在一个事务中写入。")
        keys = draw_keys(DisclosedItem, len(portion))
        revisions = draw_keys(Revision, len(portion))
        items = [
            self._item(incoming, key, revision)
            for incoming, key, revision in zip(portion, keys, revisions, strict=True)
        ]
        pairs = list(zip(items, portion, strict=True))
        issuers, attachments = _issuers(pairs), _attachments(pairs)
        insert(
            Revision,
            [
                {
                    "id": item["latest_revision_id"],
                    "content_type_id": self._type.pk,
                    "base_content_type_id": self._type.pk,
                    "object_id": str(item["id"]),
                    "created_at": self.now,
                    "user_id": self.user and self.user.pk,
                    "object_str": item["title"],
                    "content": self._content(
                        item, incoming, issuers[item["id"]], attachments[item["id"]]
                    ),
                }
                for item, incoming in pairs
            ],
        )
        insert(DisclosedItem, items)
        insert(ItemIssuer, [row for rows in issuers.values() for row in rows])
        insert(Attachment, [row for rows in attachments.values() for row in rows])
        for name, column in (("mounts", "column_id"), ("entries", "catalogueentry_id")):
            insert(
                getattr(DisclosedItem, name).through,
                [
                    {"discloseditem_id": item["id"], column: other}
                    for item, incoming in pairs
                    for other in getattr(incoming, name)
                ],
            )
        insert(
            GuardRun,
            [
                {
                    "item_id": item["id"],
                    "content_hash": self._content_hash(item, incoming, issuers[item["id"]]),
                    "lexicon_version": self.lexicon_version,
                    "findings": [finding.stored() for finding in incoming.findings],
                    "unread": [
                        {"name": name, "state": state, "note": why}
                        for name, state, why in incoming.unread
                    ],
                    "run_at": self.now,
                }
                for item, incoming in pairs
            ],
        )
        insert(
            ImportedItem,
            [
                {
                    "item_id": item["id"],
                    "batch_id": self.batch.pk,
                    "row": incoming.row,
                    "address": incoming.address,
                    "identity": incoming.identity,
                }
                for item, incoming in pairs
            ],
        )
        for item, incoming in pairs:
            self.organs[incoming.body.code] += 1
            if self.batch.as_published and incoming.published_at is not None:
                self._published.append((incoming.published_at, item["id"], incoming))
        return keys

    def number(self) -> None:
        """Published items get their index numbers, by year and in the order of publication, and
        the catalogue is told of those that answer its entries."""
        waiting = sorted(self._published, key=lambda each: (each[0], each[1]))
        series: dict[tuple[str, int], list[tuple[int, date]]] = defaultdict(list)
        for at, pk, incoming in waiting:
            body, day = incoming.body, timezone.localtime(at).date()
            name = index_numbers.series(
                settings.INDEX_NUMBER_PATTERN,
                code=body.code,
                credit_code=body.credit_code,
                on=day,
            )
            series[name, body.pk].append((pk, day))
        organs = Organ.objects.in_bulk({organ for _, organ in series})
        given: list[tuple[str, int]] = []
        # In the order of their names, so that two imports never lock series crosswise.
        for (_, organ), rows in sorted(series.items()):
            numbers = issue(organs[organ], rows[0][1], len(rows))
            given += [(number, pk) for number, (pk, _) in zip(numbers, rows, strict=True)]
        _give_numbers(given)
        record_publications(
            PublicationRow(
                organ=organs[incoming.body.pk],
                entry_ids=incoming.entries,
                source=SOURCE,
                source_id=str(pk),
                title=incoming.title,
                url=public_url(DisclosedItem(pk=pk)),
                formed_on=incoming.values["formed_on"],
                changed_on=incoming.values["changed_on"],
                published_on=timezone.localtime(at).date(),
                text=richtext.plain_text(incoming.values["body"]),
            )
            for at, pk, incoming in waiting
            if incoming.entries
        )
        items_published.send(sender=DisclosedItem, keys=[pk for _, pk, _ in waiting])
        self._published.clear()

    # -- one row -------------------------------------------------------------------------------
    def _item(self, incoming: Incoming, key: int, revision: int) -> Row:
        item = {
            **_ITEM.blank,
            **incoming.values,
            "id": key,
            "organ_id": incoming.body.pk,
            "drafted_by_id": self.user and self.user.pk,
            "latest_revision_id": revision,
            "live": False,
            "has_unpublished_changes": not self.batch.as_published,
            "blocking": min(sum(finding.blocks for finding in incoming.findings), 9999),
            "created_at": self.now,
            "updated_at": self.now,
        }
        if self.batch.as_published:
            item |= {
                "status": Status.PUBLISHED,
                "live": True,
                "live_revision_id": revision,
                "published_at": incoming.published_at,
                "first_published_at": incoming.published_at,
                "last_published_at": incoming.published_at,
                # Replaced by `number`; unique, and never seen outside this transaction.
                "index_number": f"~{self.batch.pk}~{incoming.identity[:24]}~{incoming.row}",
            }
        return item

    @staticmethod
    def _content(
        item: Row, incoming: Incoming, issuers: Sequence[Row], attachments: Sequence[Row]
    ) -> dict[str, Any]:
        """The version as `save_revision` writes it, without asking the database for its parts."""
        return _ITEM.serialised(item) | {
            # Of the item as a whole, and not given yet.
            "index_number": None,
            "mounts": sorted(incoming.mounts),
            "entries": sorted(incoming.entries),
            "issuers": [_ISSUER.serialised(row) for row in issuers],
            "attachments": [_ATTACHMENT.serialised(row) for row in attachments],
        }

    @staticmethod
    def _content_hash(item: Row, incoming: Incoming, issuers: Sequence[Row]) -> str:
        """The fingerprint of `content.content_hash`, from what is at hand."""
        return fingerprint(
            plain_fields(item)
            | {
                "mounts": sorted(incoming.mounts),
                "entries": sorted(incoming.entries),
                "issuers": [[row["organ_id"], row["name"]] for row in issuers],
                "attachments": [[name, stored.sha256] for stored, name in incoming.stored],
            }
        )


def _issuers(pairs: Sequence[tuple[Row, Incoming]]) -> dict[int, list[Row]]:
    """By item; the body itself where none is named."""
    return _children(
        ItemIssuer,
        {
            item["id"]: [
                {"organ_id": organ, "name": name[:120]}
                for organ, name in incoming.issuers or [(incoming.body.pk, incoming.body.name)]
            ]
            for item, incoming in pairs
        },
    )


def _attachments(pairs: Sequence[tuple[Row, Incoming]]) -> dict[int, list[Row]]:
    return _children(
        Attachment,
        {
            item["id"]: [{"stored_id": stored.pk, "name": name} for stored, name in incoming.stored]
            for item, incoming in pairs
        },
    )


def _children(model: type[models.Model], lists: dict[int, list[Row]]) -> dict[int, list[Row]]:
    """The parts of each item with their keys, in their order."""
    keys = iter(draw_keys(model, sum(map(len, lists.values()))))
    return {
        item: [
            {"id": next(keys), "item_id": item, "order": order, **row}
            for order, row in enumerate(rows)
        ]
        for item, rows in lists.items()
    }


def _give_numbers(rows: Sequence[tuple[str, int]]) -> None:
    """Index numbers by key, many in a statement: `bulk_update` would write a CASE as long as the
    portion, and on SQLite what triggers do is secured once a statement."""
    table = connection.ops.quote_name(DisclosedItem._meta.db_table)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), NUMBERED):
            portion = rows[start : start + NUMBERED]
            marks = ", ".join(["(%s, %s)"] * len(portion))
            cursor.execute(
                f"UPDATE {table} SET index_number = given.column1 "  # noqa: S608
                f"FROM (VALUES {marks}) AS given WHERE {table}.id = given.column2",
                [value for row in portion for value in row],
            )
