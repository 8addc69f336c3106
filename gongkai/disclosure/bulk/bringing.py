"""From pages that were read to items: judged, their files fetched, written portion by portion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure.bulk import sources
from gongkai.disclosure.bulk.fetching import Fetched, FetchRefused
from gongkai.disclosure.bulk.files import Store
from gongkai.disclosure.bulk.importing import attach, known_items
from gongkai.disclosure.bulk.incoming import Incoming, Judge, is_known
from gongkai.disclosure.bulk.lists import day_in
from gongkai.disclosure.bulk.migration import Kind, State
from gongkai.disclosure.bulk.reading import incoming_of
from gongkai.disclosure.bulk.resolve import Resolver
from gongkai.disclosure.bulk.writing import Writer
from gongkai.disclosure.guarding import lexicon_for
from gongkai.disclosure.models import ImportBatch, MigrationPage, MigrationRun
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record

IMPORTED_AT_ONCE: Final = 50
FINDINGS_SHOWN: Final = 3


class Bringing:
    """The last part of a run. `fetch` gets files: addresses, and `limit` in bytes."""

    def __init__(self, run: MigrationRun, actor: Actor, fetch: Callable[..., Any]) -> None:
        self.run = run
        self.source = run.source
        self.profile = sources.profile_for(self.source)
        self.actor = actor
        self.fetch = fetch

    def bring(self, beat: Callable[[], None]) -> None:
        """Every page that was read; `beat` is called after each portion."""
        resolver = Resolver(self.actor)
        judge = Judge(
            resolver,
            timezone.localdate(),
            as_published=self.run.as_published,
            body=resolver.bodies[self.source.organ_id],
            column=self.source.column_id,
            document_kind=self.source.document_kind,
            strict=False,
        )
        waiting = self._in_order()
        for at in range(0, len(waiting), IMPORTED_AT_ONCE):
            keys = waiting[at : at + IMPORTED_AT_ONCE]
            pages = self.source.pages.in_bulk(keys)
            self._import_portion([pages[key] for key in keys], judge)
            beat()

    def _in_order(self) -> list[int]:
        """The pages that were read, in the order in which their items were published."""
        rows = self.source.pages.filter(kind=Kind.ITEM, state=State.READ).values_list(
            "pk", "record__fields__published_at", "listed_on"
        )
        dated = [
            (day_in(str(told or "")) or on or timezone.localdate(), pk) for pk, told, on in rows
        ]
        return [pk for _, pk in sorted(dated)]

    def _import_portion(self, pages: Sequence[MigrationPage], judge: Judge) -> None:
        lexicon = lexicon_for(self.source.organ)
        ready: list[tuple[MigrationPage, Incoming, list[str]]] = []
        for page in pages:
            incoming, faults, notes = incoming_of(page, judge, self.profile)
            if incoming is None:
                page.reason = "；".join(faults)[:300]
                page.state = State.READ if self.run.dry_run else State.FAILED
            else:
                ready.append((page, incoming, notes))
        if self.run.dry_run:
            for page, incoming, notes in ready:
                incoming.scan(lexicon)
                page.reason = "；".join([*_serious(incoming), *notes])[:300]
            keep(pages)
            return
        files = self._files(ready)
        store = Store(lexicon, dry_run=False)
        with transaction.atomic():
            try:
                self._write(ready, files, store, lexicon.version)
                keep(pages)
            except BaseException:
                store.discard()
                raise

    def _files(
        self, ready: Sequence[tuple[MigrationPage, Incoming, list[str]]]
    ) -> dict[str, Fetched | FetchRefused]:
        addresses = list(
            dict.fromkeys(a for page, _, _ in ready for a, _ in page.record["attachments"])
        )
        limit = settings.UPLOAD_MAX_MB * 1024 * 1024
        return dict(zip(addresses, self.fetch(addresses, limit=limit), strict=True))

    def _write(
        self,
        ready: Sequence[tuple[MigrationPage, Incoming, list[str]]],
        files: dict[str, Fetched | FetchRefused],
        store: Store,
        lexicon_version: str,
    ) -> None:
        known = known_items([incoming for _, incoming, _ in ready])
        new: list[tuple[MigrationPage, Incoming]] = []
        same: list[tuple[MigrationPage, MigrationPage]] = []
        for page, incoming, notes in ready:
            old = next((i for i in known.get(incoming.identity, ()) if is_known(incoming, i)), None)
            twin = next((p for p, other in new if _same(incoming, other)), None)
            if old is not None:
                page.state, page.item = State.IMPORTED, old
                page.reason = "与已有的信息相同，没有再导入。"
                continue
            if twin is not None:
                same.append((page, twin))
                continue
            for address, name in page.record["attachments"]:
                trouble = _take(incoming, store, files[address], address, name)
                if trouble:
                    notes.append(trouble)
            incoming.scan(store.lexicon)
            serious = _serious(incoming)
            page.reason = "；".join(notes)[:300]
            if self.run.as_published and serious:
                page.state = State.FAILED
                page.reason = "；".join([*serious, "请改为草稿导入，或人工处理"])[:300]
                continue
            incoming.row = len(new) + 1
            new.append((page, incoming))
        if new:
            batch = self._batch()
            writer = Writer(self.actor, batch, lexicon_version)
            keys = writer.write([incoming for _, incoming in new])
            writer.number()
            for (page, _), key in zip(new, keys, strict=True):
                page.state, page.item_id = State.IMPORTED, key
                page.record = {"fields": page.record["fields"]}
            batch.created += len(new)
            batch.save(update_fields=["created"])
            record(
                self.actor,
                "disclosure.import",
                chain=self.source.organ.code,
                obj=batch,
                changes={
                    "source": self.source.name,
                    "created": len(new),
                    "as_published": self.run.as_published,
                },
            )
        for page, twin in same:
            page.state, page.item_id = State.IMPORTED, twin.item_id
            page.reason = "与同批的另一网页相同，没有再导入。"

    def _batch(self) -> ImportBatch:
        if self.run.batch is None:
            self.run.batch = ImportBatch.objects.create(
                kind=ImportBatch.Kind.MIGRATION,
                organ=self.source.organ,
                name=self.source.name,
                as_published=self.run.as_published,
                imported_by=self.run.started_by,
            )
            self.run.save(update_fields=["batch"])
        return self.run.batch


def keep(pages: Sequence[MigrationPage]) -> None:
    """The pages are written as they stand."""
    now = timezone.now()
    for page in pages:
        page.updated_at = now
    MigrationPage.objects.bulk_update(
        pages, ["state", "reason", "html", "record", "attempts", "item", "updated_at"]
    )


def _same(one: Incoming, other: Incoming) -> bool:
    return one.identity == other.identity and one.is_same(
        other.values["legacy_index_number"],
        other.values["document_number"],
        other.published_at,
    )


def _serious(incoming: Incoming) -> list[str]:
    found = [finding for finding in incoming.findings if finding.blocks]
    return [f"{f.where}有{f.label}“{f.masked}”" for f in found[:FINDINGS_SHOWN]]


def _take(
    incoming: Incoming, store: Store, answer: Fetched | FetchRefused, address: str, name: str
) -> str:
    """Attach a fetched file; "" or why it could not be."""
    shown = name or address.rsplit("/", 1)[-1]
    if isinstance(answer, FetchRefused):
        return f"附件“{shown}”没有取到：{answer}"
    try:
        kept = store.take(name or answer.file_name or shown, answer.body)
    except ValidationError as error:
        return f"附件“{shown}”没有导入：{' '.join(error.messages)}"
    attach(incoming, kept.stored, kept.name, kept.scan)
    return ""
