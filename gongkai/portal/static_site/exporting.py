"""The static copy: every public page as a file, and after each publication what changed by it.

A whole run draws everything; a run that was interrupted goes on where it stopped. Every other run
reads the journal of public changes (`portal.triggers`) on from where the last one stood and draws the
pages that show what changed, and those that they lead to and that are new. Files are put in place
whole, and files of pages that are gone are removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection
from django.db.models import Q
from django.utils import timezone

import gongkai
from gongkai.disclosure.models import DisclosedItem
from gongkai.portal import maintenance, preferences, triggers
from gongkai.portal.delivery import journal, tags
from gongkai.portal.models import MovedAddress
from gongkai.portal.static_site import addresses, workers
from gongkai.portal.static_site.drawing import Draughtsman
from gongkai.portal.static_site.state import FOLDER, State

SHALLOW: Final = 3
"""Pages of a list up to this one are renewed before anything else."""
RETRY: Final = 30.0
"""Seconds until a page that could not be drawn is tried again."""
PORTION: Final = 40
"""Pages that a process draws before it reports."""
GONE: Final = frozenset({404})
KEEPABLE: Final = frozenset({200, 301, 302, 410})
EVERYTHING: Final = frozenset({tags.SITE, tags.ORGANS, tags.COLUMNS})
"""Tags that every page carries."""
NOT_FOUND: Final = "/404.html"
_PAGE: Final = re.compile(r"/page/(\d+)/$")
_ITEM_TAG: Final = re.compile(r"^item:(\d+)$")

Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """What a run did."""

    whole: bool = False
    drawn: int = 0
    written: int = 0
    removed: int = 0
    seconds: float = 0.0
    failed: list[tuple[str, str]] = field(default_factory=list)
    redirects_changed: bool = False
    names_changed: bool = False
    tried: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Result:
    """A page as a worker has left it."""

    path: str
    name: str
    status: int
    file: str
    digest: str
    location: str
    tags: tuple[str, ...]
    links: tuple[str, ...]
    assets: tuple[str, ...]
    written: bool
    problem: str = ""
    disposition: str = ""


# -- what a worker does ----------------------------------------------------------------------------
class Worker:
    """Draws pages and puts their files in place."""

    def __init__(self, root: Path, *, with_app: bool) -> None:
        self.root = root
        self.hand = Draughtsman(with_app=with_app)

    def work(self, known: Sequence[tuple[str, str]]) -> list[Result]:
        """The pages of these addresses; each comes with the digest of what is on disk now."""
        return [self._one(path, digest) for path, digest in known]

    def _one(self, path: str, before: str) -> Result:
        try:
            drawn = self.hand.draw(path)
        except Exception as error:
            return self._failed(path, f"{type(error).__name__}: {error}")
        status = 200 if path == NOT_FOUND and drawn.status == 404 else drawn.status
        if status in GONE:
            return Result(path, drawn.name, status, "", "", "", (), (), (), written=False)
        if status not in KEEPABLE:
            return self._failed(path, f"HTTP {drawn.status}")
        digest = hashlib.sha256(f"{status}|{drawn.location}|".encode() + drawn.content).hexdigest()
        written = digest != before and not drawn.location
        file = "" if drawn.location else drawn.file
        if written:
            put(self.root, file, drawn.content)
        return Result(
            path, drawn.name, status, file, digest, drawn.location, tuple(drawn.tags),
            tuple(drawn.links), tuple(drawn.assets), written=written,
            disposition=drawn.disposition,
        )  # fmt: skip

    def _failed(self, path: str, problem: str) -> Result:
        return Result(path, "", 0, "", "", "", (), (), (), written=False, problem=problem)


def inside(root: Path, file: str) -> Path:
    """The place of a file in the copy; never outside of it, whatever the address was."""
    place = root / file
    if ".." in Path(file).parts or not place.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"网址越出了目录：{file}")
    return place


def put(root: Path, file: str, content: bytes) -> None:
    """The file whole in its place, or as it was before."""
    place = inside(root, file)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = root / FOLDER / f"new-{os.getpid()}"
    fresh.write_bytes(content)
    os.replace(fresh, place)


def remove(root: Path, file: str) -> None:
    """The file is gone, and the folders that held nothing else."""
    place = inside(root, file)
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:
            return


# -- the run ---------------------------------------------------------------------------------------
class Export:
    """A copy of the public site in a folder. Use as a context: one run at a time has the folder."""

    def __init__(
        self,
        root: Path,
        *,
        with_app: bool = False,
        workers: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self.root = root.absolute()
        self.with_app = with_app
        self.workers = workers
        self.progress = progress or (lambda done, known: None)
        self.state = State(self.root)
        self._pool: ProcessPoolExecutor | None = None
        self._own: Worker | None = None
        self._hand = Draughtsman(with_app=with_app)
        self._unclean = False

    def __enter__(self) -> Export:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self.state.close()

    def run(self, *, anew: bool = False, limit: int = -1) -> Outcome:
        """Bring the copy up to date. With `limit` no more than so many pages from the depths of
        lists are drawn now: what is published meanwhile comes before them."""
        started = time.perf_counter()
        if maintenance.current() is not None:
            return Outcome(failed=[("/", "网站正在维护，未更新静态副本")])
        preferences.forget()
        self._unclean = bool(self.state.get("dirty"))
        shape = self._shape()
        today = timezone.localdate()
        whole = (
            anew
            or self.state.get("shape") != shape
            or not self.state.get("position")
            or self._too_old()
        )
        outcome = self._whole(shape, today, anew) if whole else self._since(today, limit)
        outcome.redirects_changed = self._redirects()
        outcome.names_changed = self._map("names", self.state.dispositions())
        outcome.seconds = time.perf_counter() - started
        return outcome

    # -- everything ------------------------------------------------------------------------------
    def _whole(self, shape: str, today: date, anew: bool) -> Outcome:
        outcome = Outcome(whole=True)
        begun = self.state.get("begun")
        if begun != shape or anew or not self.state.get("begun_position"):
            self.state.note(
                run=self._run + 1, begun=shape, begun_position=journal.position(), begun_on=today
            )
            self.state.clear()
        self.state.note(dirty="1")
        self.state.commit()
        position, on = self.state.get("begun_position"), self.state.get("begun_on")
        run = self._run

        def wanted() -> Iterator[str]:
            yield from addresses.places()
            yield NOT_FOUND
            yield from addresses.item_pages()

        todo = (path for path in wanted() if not self.state.has(path, run))
        self._draw(
            chain(self.state.todo(), todo), run, outcome, lambda path: not self.state.has(path, run)
        )
        failed = {path for path, _problem in outcome.failed}
        for path in self.state.untouched(run):
            if path not in failed:
                self._remove(path, outcome)
        put(self.root, "503.html", maintenance.draw(maintenance.Closure()).encode())
        self.state.note(
            shape=shape, position=position, day=on, begun="", begun_position="",
            read_at=timezone.now().isoformat(), dirty="",
        )  # fmt: skip
        self._note_failures(outcome)
        self.state.commit()
        return outcome

    # -- what changed ----------------------------------------------------------------------------
    def _since(self, today: date, limit: int) -> Outcome:
        outcome = Outcome()
        before = int(self.state.get("position"))
        found = journal.changes(before)
        handled = set(filter(None, self.state.get("handled").split(",")))
        fresh = {tag for key, tag in found.rows if str(key) not in handled}
        last = date.fromisoformat(self.state.get("day"))
        if found.all or fresh & EVERYTHING:
            return self._whole(self._shape(), today, anew=True)
        due = self._failed_before()
        if today != last:
            fresh |= self._turned(last, today)
            due |= {path for path in self.state.paths(but="item") if _number(path) == 1}
        if not fresh and not due and not self.state.todo(1):
            return outcome
        due |= self.state.made_from(fresh)
        for tag in fresh:
            if match := _ITEM_TAG.match(tag):
                due.add(addresses.at("item", int(match[1])))
        run = self._run
        if fresh or due:
            due |= {path for path in addresses.places() if not self.state.has(path)}
        self.state.note(dirty="1")
        self.state.commit()
        # What readers see first is drawn first: pages of items, the beginnings of lists.
        deep = {path for path in due if _number(path) > SHALLOW}
        order = sorted(due - deep, key=lambda path: (_number(path), path.count("/"), path))
        self.state.add_todo(deep)
        self._draw(iter(order), run, outcome, lambda path: not self.state.has(path))
        while waiting := self.state.todo(limit if limit >= 0 else PORTION * 10):
            self._draw(iter(waiting), run, outcome, lambda path: not self.state.has(path))
            if limit >= 0:
                break
        self.state.note(
            position=found.position,
            handled=",".join(str(key) for key, _tag in found.rows)
            if connection.vendor == "postgresql"
            else "",
            day=today,
            read_at=timezone.now().isoformat(),
            dirty="",
        )
        self._note_failures(outcome)
        self.state.commit()
        return outcome

    def _failed_before(self) -> set[str]:
        """Pages that could not be drawn at an earlier run, when it is time to try again."""
        failed = json.loads(self.state.get("failed") or "[]")
        if not failed or time.time() - float(self.state.get("failed_at")) < RETRY:
            return set()
        return set(failed)

    def _note_failures(self, outcome: Outcome) -> None:
        before = set(json.loads(self.state.get("failed") or "[]")) - outcome.tried
        failed = sorted(before | {path for path, _problem in outcome.failed})
        self.state.note(failed=json.dumps(failed, ensure_ascii=False), failed_at=time.time())

    def _turned(self, last: date, today: date) -> set[str]:
        """The tags of documents that since then came into force, expired, or were repealed."""
        names = ("effective_from", "valid_until", "repealed_on", "amended_on")
        turned = Q()
        for name in names:
            turned |= Q(**{f"{name}__gt": last - timedelta(days=1), f"{name}__lte": today})
        keys = DisclosedItem.objects.filter(turned, live=True).values_list("pk", flat=True)
        return triggers.tags_of_items(list(keys))

    # -- drawing ---------------------------------------------------------------------------------
    def _draw(
        self,
        wanted: Iterator[str],
        run: int,
        outcome: Outcome,
        follow: Callable[[str], bool],
    ) -> None:
        """Draw these pages and those that they lead to for which `follow` says so."""
        seen: set[str] = set()
        found: deque[str] = deque()
        digests = not self._unclean

        def next_ones() -> list[tuple[str, str]]:
            portion: list[tuple[str, str]] = []
            while len(portion) < PORTION:
                if found:
                    path = found.popleft()
                else:
                    path = next((one for one in wanted if one not in seen), "")
                    if not path:
                        break
                    seen.add(path)
                known = self.state.page(path)
                portion.append((path, known[1] if known and digests else ""))
            return portion

        def take(results: Iterable[Result]) -> None:
            for result in results:
                self._take(result, run, outcome)
                links = [path for path in result.links if path not in seen and follow(path)]
                seen.update(links)
                found.extend(links)
                self.state.add_todo(links)
                self.state.done(result.path)
            self.state.commit()
            self.progress(outcome.drawn, len(seen))

        first = next_ones()
        if self.workers <= 1 or len(first) < PORTION:
            if self._own is None:
                self._own = Worker(self.root, with_app=self.with_app)
            while first:
                take(self._own.work(first))
                first = next_ones()
                if self.workers > 1 and len(first) == PORTION:
                    break
        if not first:
            return
        pool = self._workers()
        waiting: set[Future[list[Result]]] = {pool.submit(workers.work, first)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for one in done:
                take(one.result())
            while len(waiting) < self.workers * 2 and (portion := next_ones()):
                waiting.add(pool.submit(workers.work, portion))

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.workers,
                mp_context=get_context("spawn"),
                initializer=workers.begin,
                initargs=(self.root, self.with_app),
            )
        return self._pool

    def _take(self, result: Result, run: int, outcome: Outcome) -> None:
        outcome.drawn += 1
        outcome.tried.add(result.path)
        if result.problem:
            outcome.failed.append((result.path, result.problem))
            return
        known = self.state.page(result.path)
        if result.status in GONE:
            if known is not None:
                self._remove(result.path, outcome)
            return
        if known is not None and known[0] and known[0] != result.file:
            remove(self.root, known[0])
            outcome.removed += 1
        outcome.written += result.written
        for asset in result.assets:
            self._asset(asset)
        self.state.keep(
            result.path, result.name, result.status, result.file, result.digest, result.location,
            result.tags, run, result.disposition,
        )  # fmt: skip

    def _remove(self, path: str, outcome: Outcome) -> None:
        known = self.state.page(path)
        if known is not None and known[0]:
            remove(self.root, known[0])
        self.state.forget(path)
        outcome.removed += 1

    def _asset(self, path: str) -> None:
        """A style sheet, script or picture, with all that a style sheet asks for."""
        if self.state.asset(path):
            return
        name = path.removeprefix(settings.STATIC_URL)
        content = asset_content(name)
        if content is None:
            return
        put(self.root, path.lstrip("/"), content)
        self.state.keep_asset(path, hashlib.sha256(content).hexdigest())
        if path.endswith(".css"):
            for needed in self._hand.leads(path, content, "text/css")[1]:
                self._asset(needed)

    # -- around it -------------------------------------------------------------------------------
    @property
    def _run(self) -> int:
        return int(self.state.get("run") or 0)

    def _shape(self) -> str:
        """What every page depends on besides the records: the program and its settings."""
        facts = (
            gongkai.__version__, self.with_app, settings.SITE_NAME, settings.THEME,
            settings.SITE_FOOTER, settings.DEMO, settings.HTTPS, settings.WAGTAILADMIN_BASE_URL,
            _newest_source(),
        )  # fmt: skip
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def _too_old(self) -> bool:
        """Whether the journal may have been tidied beyond where the copy stands."""
        read = self.state.get("read_at")
        return not read or timezone.now() - datetime.fromisoformat(read) > journal.KEPT / 2

    def _redirects(self) -> bool:
        """The addresses that lead on, for nginx. Whether they changed."""
        moved = MovedAddress.objects.order_by("path")
        rows = [*moved.values_list("path", "target"), *self.state.moved()]
        return self._map("redirects", rows)

    def _map(self, name: str, rows: Iterable[tuple[str, str]]) -> bool:
        """What nginx looks up by address (`nginx`). Whether it changed."""
        text = "".join(f"{_quoted(path)} {_quoted(value)};\n" for path, value in rows)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest == self.state.get(name):
            return False
        put(self.root, f"{FOLDER}/{name}.map", text.encode())
        self.state.note(**{name: digest})
        self.state.commit()
        return True


def _number(path: str) -> int:
    """Which page of a list an address is; 1 for everything else."""
    match = _PAGE.search(path)
    return int(match[1]) if match else 1


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "")
    return f'"{escaped}"'


def asset_content(name: str) -> bytes | None:
    if settings.WHITENOISE_USE_FINDERS:
        found = finders.find(name)
        return Path(str(found)).read_bytes() if found else None
    if not staticfiles_storage.exists(name):
        return None
    with staticfiles_storage.open(name) as stream:
        return bytes(stream.read())


def _newest_source() -> float:
    """When the program's templates last changed: a new version draws other pages."""
    folder = Path(gongkai.__file__).parent
    return max((path.stat().st_mtime for path in folder.glob("*/templates/**/*.html")), default=0.0)
