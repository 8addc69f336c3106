"""Many items into the database by sets: rows, issuers, files, versions, checks, publications.

What one item needs of the framework (a revision for its version, the guard's run for its exact
content) every imported item has too, written by sets (`rows`); a test holds the content of such
a revision, and its fingerprint, against what the framework itself would write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone
from modelcluster.models import get_serializable_data_for_fields
from wagtail.models import Revision

from gongkai.catalogue.services import PublicationRow, record_publications
from gongkai.disclosure import richtext
from gongkai.disclosure.bulk.incoming import Incoming
from gongkai.disclosure.bulk.rows import draw_keys, insert
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

    def write(self, portion: Sequence[Incoming]) -> list[DisclosedItem]:
        """The items, in the order of the portion. Published ones still lack their index number:
        call `number` when all are written."""
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("导入必须在一个事务中写入。")
        items = [self._item(incoming) for incoming in portion]
        pairs = list(zip(items, portion, strict=True))
        revision_keys = draw_keys(Revision, len(items))
        for item, key, revision in zip(
            items, draw_keys(DisclosedItem, len(items)), revision_keys, strict=True
        ):
            item.pk = key
            item.latest_revision_id = revision
            item.live_revision_id = revision if self.batch.as_published else None
        issuers, attachments = self._children(pairs)
        insert(
            [
                Revision(
                    pk=item.latest_revision_id,
                    content_type=self._type,
                    base_content_type=self._type,
                    object_id=str(item.pk),
                    created_at=self.now,
                    user=self.user,
                    object_str=str(item),
                    content=revision_content(
                        item,
                        issuers[item.pk],
                        attachments[item.pk],
                        incoming.mounts,
                        incoming.entries,
                    ),
                )
                for item, incoming in pairs
            ]
        )
        insert(items)
        insert([row for rows in issuers.values() for row in rows])
        insert([row for rows in attachments.values() for row in rows])
        self._many_to_many("mounts", "column_id", [(i.pk, n.mounts) for i, n in pairs])
        self._many_to_many("entries", "catalogueentry_id", [(i.pk, n.entries) for i, n in pairs])
        insert(
            [
                GuardRun(
                    item=item,
                    content_hash=content_hash(item, incoming),
                    lexicon_version=self.lexicon_version,
                    findings=[finding.stored() for finding in incoming.findings],
                    unread=[
                        {"name": name, "state": state, "note": why}
                        for name, state, why in incoming.unread
                    ],
                    run_at=self.now,
                )
                for item, incoming in pairs
            ]
        )
        insert(
            [
                ImportedItem(
                    item=item,
                    batch=self.batch,
                    row=incoming.row,
                    address=incoming.address,
                    identity=incoming.identity,
                )
                for item, incoming in pairs
            ]
        )
        for item, incoming in pairs:
            self.organs[incoming.body.code] += 1
            if self.batch.as_published and incoming.published_at is not None:
                self._published.append((incoming.published_at, item.pk, incoming))
        return items

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
        _update("index_number = %s", given)
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
    def _item(self, incoming: Incoming) -> DisclosedItem:
        item = DisclosedItem(
            organ_id=incoming.body.pk,
            drafted_by=self.user,
            live=False,
            has_unpublished_changes=not self.batch.as_published,
            blocking=min(sum(finding.blocks for finding in incoming.findings), 9999),
            created_at=self.now,
            **incoming.values,
        )
        if self.batch.as_published:
            item.status = Status.PUBLISHED
            item.live = True
            item.published_at = incoming.published_at
            item.first_published_at = incoming.published_at
            item.last_published_at = incoming.published_at
            # Replaced by `number`; unique, and never seen outside this transaction.
            item.index_number = f"~{self.batch.pk}~{incoming.identity[:24]}~{incoming.row}"
        return item

    def _children(
        self, pairs: Sequence[tuple[DisclosedItem, Incoming]]
    ) -> tuple[dict[int, list[ItemIssuer]], dict[int, list[Attachment]]]:
        issuers: dict[int, list[ItemIssuer]] = {}
        attachments: dict[int, list[Attachment]] = {}
        for item, incoming in pairs:
            named = incoming.issuers or [(incoming.body.pk, incoming.body.name)]
            issuers[item.pk] = [
                ItemIssuer(item=item, organ_id=organ, name=name[:120], order=order)
                for order, (organ, name) in enumerate(named)
            ]
            attachments[item.pk] = [
                Attachment(item=item, stored=stored, name=name, order=order)
                for order, (stored, name) in enumerate(incoming.stored)
            ]
        for model, lists in ((ItemIssuer, issuers), (Attachment, attachments)):
            rows: list[Any] = [row for found in lists.values() for row in found]
            for row, key in zip(rows, draw_keys(model, len(rows)), strict=True):
                row.pk = key
        return issuers, attachments

    @staticmethod
    def _many_to_many(name: str, column: str, pairs: Sequence[tuple[int, list[int]]]) -> None:
        through: Any = getattr(DisclosedItem, name).through
        insert(
            [
                through(**{"discloseditem_id": item, column: other})
                for item, others in pairs
                for other in others
            ]
        )


def _update(assignments: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Many rows by their keys: `bulk_update` would write a CASE as long as the portion."""
    if not rows:
        return
    table = connection.ops.quote_name(DisclosedItem._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", rows)  # noqa: S608


def revision_content(
    item: DisclosedItem,
    issuers: Sequence[ItemIssuer],
    attachments: Sequence[Attachment],
    mounts: Sequence[int],
    entries: Sequence[int],
) -> dict[str, Any]:
    """The version as `save_revision` writes it, without asking the database for its parts."""
    content: dict[str, Any] = get_serializable_data_for_fields(item)
    # Of the item as a whole, and not given yet.
    content["index_number"] = None
    content["mounts"] = sorted(mounts)
    content["entries"] = sorted(entries)
    content["issuers"] = [get_serializable_data_for_fields(row) for row in issuers]
    content["attachments"] = [get_serializable_data_for_fields(row) for row in attachments]
    return content


def content_hash(item: DisclosedItem, incoming: Incoming) -> str:
    """The fingerprint of `content.content_hash`, from what is at hand."""
    content = plain_fields(item)
    named = incoming.issuers or [(incoming.body.pk, incoming.body.name)]
    content["mounts"] = sorted(incoming.mounts)
    content["entries"] = sorted(incoming.entries)
    content["issuers"] = [[organ, name[:120]] for organ, name in named]
    content["attachments"] = [[name, stored.sha256] for stored, name in incoming.stored]
    return fingerprint(content)
