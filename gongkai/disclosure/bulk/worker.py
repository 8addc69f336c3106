"""Carrying a migration out: lists are walked, pages fetched and read, items imported.

Every address is a row with a state, written portion by portion. Whatever ends a run (a stop, a
restart of the server, a killed process), the next run goes on from the rows: nothing is fetched
or imported twice. A portion's items, their rows and the ledger's entry are one transaction.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure.bulk import sources
from gongkai.disclosure.bulk.bringing import Bringing, keep
from gongkai.disclosure.bulk.decoding import decode
from gongkai.disclosure.bulk.fetching import Fetched, Fetcher, FetchRefused, Loop, gather
from gongkai.disclosure.bulk.migration import Kind, State, end
from gongkai.disclosure.bulk.pages import read_page
from gongkai.disclosure.bulk.resolve import IMPORT
from gongkai.disclosure.models import MigrationPage, MigrationRun
from gongkai.ledger.actor import Actor
from gongkai.organs import policy

PORTION: Final = 20
MAX_LIST_PAGES: Final = 5_000
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
        with Loop() as loop:
            self.loop = loop
            self.fetcher: Fetcher = loop.run(sources.fetcher_of(self.source).__aenter__())
            try:
                self._beat("lists")
                self._walk_lists()
                self._beat("pages")
                self._read_pages()
                self._beat("import")
                Bringing(self.run, self.actor, self._fetch).bring(lambda: self._beat("import"))
            except _Stopped:
                return False
            finally:
                loop.run(self.fetcher.__aexit__())
        return True

    def _fetch(self, addresses: Sequence[str], **limits: int) -> list[Fetched | FetchRefused]:
        return self.loop.run(gather(self.fetcher, addresses, **limits))

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
            keep(wanted)
            fetched = [page for page in waiting if page.state == State.FETCHED]
            for page in fetched:
                self._read(page)
            keep(fetched)
            self._beat("pages")

    def _read(self, page: MigrationPage) -> None:
        found = read_page(page.html, page.address, self.profile)
        page.html = ""
        if not found.body and not found.attachments:
            page.state = State.FAILED
            page.reason = "".join(found.notes) or "没有找到正文，也没有附件。"
            return
        page.record = found.as_json()
        page.state = State.READ
