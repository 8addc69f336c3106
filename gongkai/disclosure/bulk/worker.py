"""Carrying a migration out: lists are walked, pages fetched and read, items imported.

Every address is a row with a state, written portion by portion. Whatever ends a run (a stop, a
restart of the server, a killed process), the next run goes on from the rows: nothing is fetched
or imported twice. A portion's items, their rows and the ledger's entry are one transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Sequence
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure.bulk import sources
from gongkai.disclosure.bulk.decoding import decode
from gongkai.disclosure.bulk.fetching import Fetched, Fetcher, FetchRefused, gather
from gongkai.disclosure.bulk.files import Store
from gongkai.disclosure.bulk.importing import attach, known_items
from gongkai.disclosure.bulk.incoming import Incoming, Judge, is_known
from gongkai.disclosure.bulk.lists import day_in
from gongkai.disclosure.bulk.migration import Kind, State, end
from gongkai.disclosure.bulk.pages import read_page
from gongkai.disclosure.bulk.reading import incoming_of
from gongkai.disclosure.bulk.resolve import IMPORT, Resolver
from gongkai.disclosure.bulk.writing import Writer
from gongkai.disclosure.guarding import lexicon_for
from gongkai.disclosure.models import ImportBatch, MigrationPage, MigrationRun
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs import policy

PORTION: Final = 20
IMPORTED_AT_ONCE: Final = 50
MAX_LIST_PAGES: Final = 5_000
FINDINGS_SHOWN: Final = 3
_log = logging.getLogger(__name__)


def work(run_id: int) -> None:
    """Carry a waiting run out. Never raises for what a site or a page does."""
    taken = MigrationRun.objects.filter(pk=run_id, state=MigrationRun.State.WAITING).update(
        state=MigrationRun.State.RUNNING, beat_at=timezone.now()
    )
    if not taken:
        return
    run = MigrationRun.objects.select_related(
        "source__organ", "source__column", "started_by", "batch"
    ).get(pk=run_id)
    try:
        finished = _Worker(run).carry_out()
    except PermissionDenied as error:
        end(run, MigrationRun.State.FAILED, str(error))
    except Exception:
        _log.exception("migration run %s", run_id)
        end(
            run, MigrationRun.State.FAILED, "运行中出错，已停下；错误写在服务日志中。可以再次发起。"
        )
        raise
    else:
        if finished:
            end(run, MigrationRun.State.DONE, "")


class _Stopped(Exception):
    """Somebody stopped the run."""


class _Worker:
    """One run. Network work happens in the event loop, database work outside of it."""

    def __init__(self, run: MigrationRun) -> None:
        self.run = run
        self.source = run.source
        self.profile = sources.profile_for(self.source)
        self.actor = (
            Actor.for_user(run.started_by)
            if run.started_by
            else Actor.command("gongkai disclosure")
        )

    def carry_out(self) -> bool:
        """Whether the run came to its end (and was not stopped)."""
        policy.authorise(self.actor, IMPORT, self.source.organ)
        with asyncio.Runner() as runner:
            self.runner = runner
            self.fetcher: Fetcher = runner.run(sources.fetcher_of(self.source).__aenter__())
            try:
                self._beat("lists")
                self._walk_lists()
                self._beat("pages")
                self._read_pages()
                self._beat("import")
                self._import()
            except _Stopped:
                return False
            finally:
                runner.run(self.fetcher.__aexit__())
        return True

    def _fetch(self, addresses: Sequence[str], **limits: int) -> list[Fetched | FetchRefused]:
        return self.runner.run(gather(self.fetcher, addresses, **limits))

    def _beat(self, phase: str) -> None:
        """Say that the run lives, and stop if it was told to."""
        alive = MigrationRun.objects.filter(
            pk=self.run.pk, state=MigrationRun.State.RUNNING
        ).update(beat_at=timezone.now(), phase=phase)
        if not alive:
            raise _Stopped

    # -- lists -------------------------------------------------------------------------------
    def _walk_lists(self) -> None:
        for number, pattern in enumerate(self.source.lists):
            first = self.source.first_page
            self._note_list(number, first, sources.list_address(pattern, first, self._size))
        while True:
            waiting = list(
                self.source.pages.filter(kind=Kind.LIST, state=State.FOUND).order_by(
                    "list_number", "page_number", "pk"
                )[:PORTION]
            )
            if not waiting:
                return
            answers = self._fetch([page.address for page in waiting])
            for page, answer in zip(waiting, answers, strict=True):
                with transaction.atomic():
                    self._read_list(page, answer)
            self._beat("lists")

    @property
    def _size(self) -> int:
        return int(self.source.page_size)

    def _note_list(self, number: int, page: int, address: str) -> None:
        MigrationPage.objects.bulk_create(
            [
                MigrationPage(
                    source=self.source,
                    kind=Kind.LIST,
                    address=address,
                    list_number=number,
                    page_number=page,
                )
            ],
            ignore_conflicts=True,
        )

    def _read_list(self, page: MigrationPage, answer: Fetched | FetchRefused) -> None:
        page.attempts += 1
        if isinstance(answer, FetchRefused):
            page.state, page.reason = State.FAILED, str(answer)[:300]
            page.save()
            return
        found = sources.listed(answer, self.profile)
        addresses = [link.address for link in found.links]
        signature = hashlib.sha256("\n".join(addresses).encode()).hexdigest()
        page.state, page.reason = State.READ, ""
        page.record = {"signature": signature, "links": len(addresses)}
        same_list = self.source.pages.filter(kind=Kind.LIST, list_number=page.list_number)
        repeats = (
            same_list.exclude(pk=page.pk)
            .filter(state=State.READ, record__signature=signature)
            .exists()
        )
        if not addresses and page.page_number == self.source.first_page:
            page.state, page.reason = State.FAILED, "没有找到信息的链接，请核对网址和字段对应。"
        page.save()
        # The same links once more: the site goes on giving its last page, or turns in a circle.
        if not addresses or repeats:
            return
        MigrationPage.objects.bulk_create(
            [
                MigrationPage(
                    source=self.source,
                    kind=Kind.ITEM,
                    address=link.address,
                    title=link.title,
                    listed_on=link.listed_on,
                    list_number=page.list_number,
                    page_number=page.page_number,
                )
                for link in found.links
            ],
            ignore_conflicts=True,
        )
        if same_list.count() < MAX_LIST_PAGES:
            for place, address in enumerate(self._following(page, found.following), start=1):
                self._note_list(page.list_number, page.page_number + place, address)

    def _following(self, page: MigrationPage, following: Sequence[str]) -> Iterator[str]:
        if page.list_number >= len(self.source.lists):
            return
        pattern = self.source.lists[page.list_number]
        last = self.source.last_page
        if last is not None and page.page_number >= last:
            return
        if sources.is_pattern(pattern):
            yield sources.list_address(pattern, page.page_number + 1, self._size)
        else:
            room = MAX_LIST_PAGES if last is None else last - page.page_number
            yield from following[:room]

    # -- pages -------------------------------------------------------------------------------
    def _read_pages(self) -> None:
        while True:
            waiting = list(
                self.source.pages.filter(
                    kind=Kind.ITEM, state__in=[State.FOUND, State.FETCHED]
                ).order_by("pk")[:PORTION]
            )
            if not waiting:
                return
            wanted = [page for page in waiting if page.state == State.FOUND]
            answers = self._fetch([page.address for page in wanted])
            for page, answer in zip(wanted, answers, strict=True):
                page.attempts += 1
                if isinstance(answer, FetchRefused):
                    page.state, page.reason = State.FAILED, str(answer)[:300]
                else:
                    page.state, page.reason = State.FETCHED, ""
                    page.html = decode(answer.body, answer.content_type).replace("\x00", "")
            self._keep(wanted)
            fetched = [page for page in waiting if page.state == State.FETCHED]
            for page in fetched:
                self._read(page)
            self._keep(fetched)
            self._beat("pages")

    def _read(self, page: MigrationPage) -> None:
        found = read_page(page.html, page.address, self.profile)
        page.html = ""
        if not found.body and not found.attachments:
            page.state, page.reason = State.FAILED, "没有找到正文，也没有附件。"
            return
        page.record = found.as_json()
        page.state = State.READ

    @staticmethod
    def _keep(pages: Sequence[MigrationPage]) -> None:
        now = timezone.now()
        for page in pages:
            page.updated_at = now
        MigrationPage.objects.bulk_update(
            pages, ["state", "reason", "html", "record", "attempts", "item", "updated_at"]
        )

    # -- import ------------------------------------------------------------------------------
    def _import(self) -> None:
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
            self._beat("import")

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
            self._keep(pages)
            return
        files = self._files(ready)
        store = Store(lexicon, dry_run=False)
        with transaction.atomic():
            try:
                self._write(ready, files, store, lexicon.version)
                self._keep(pages)
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
        return dict(zip(addresses, self._fetch(addresses, limit=limit), strict=True))

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
            items = writer.write([incoming for _, incoming in new])
            writer.number()
            for (page, _), item in zip(new, items, strict=True):
                page.state, page.item = State.IMPORTED, item
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
            page.state, page.item = State.IMPORTED, twin.item
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
