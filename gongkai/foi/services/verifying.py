"""Do the events and the ledger tell the same? (`gongkai foi verify`)

An event is written in the transaction that writes its ledger entry, the database refuses to change
either, and the ledger is a chain of hashes. So a difference means that somebody went around the
platform. What is compared:

* a received request: its first event with `foi.receive`, each further one with its `foi.event`, in
  order, by type, day and (since entries hold it) the SM3 of the content;
* a request that was split off: what came before the split with the events of the request it came
  from, the rest as above;
* imported requests: their number and that of their events with the counts in `foi.import`, since an
  import leaves one entry a body. Which imported event was changed cannot be told;
* entries whose request is gone.

Reads only. The ledger itself is checked by `gongkai ledger verify`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from gongkai.foi.fingerprints import fingerprint
from gongkai.foi.models import CaseLink, FoiEvent, FoiRequest
from gongkai.ledger.models import LedgerEntry
from gongkai.statute.clock import EVENT_TYPES

CHUNK: Final = 500
BEGINNINGS: Final = ("foi.receive", "foi.split")
EVENT: Final = "foi.event"


@dataclass(frozen=True)
class Difference:
    """One thing on which events and ledger do not agree. `seq` 0: the request as a whole."""

    organ_name: str
    number: str
    seq: int
    message: str


@dataclass
class Verification:
    """A run: `differences()` yields as it goes, the counters tell what was looked at."""

    requests: int = 0
    events: int = 0
    imported_requests: int = field(default=0, init=False)
    imported_events: int = field(default=0, init=False)

    def differences(self) -> Iterator[Difference]:
        """Every difference, by request; constant statements for every 500 requests."""
        last = 0
        rows = FoiRequest.objects.select_related("organ").order_by("pk")
        while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
            last = chunk[-1].pk
            keys = [request.pk for request in chunk]
            parents = dict(
                CaseLink.objects.filter(later__in=keys, kind=CaseLink.Kind.SPLIT)
                .order_by("-pk")
                .values_list("later", "earlier")
            )
            events = _events({*keys, *parents.values()})
            entries = _entries(keys)
            for request in chunk:
                own = events[request.pk]
                self.requests += 1
                self.events += len(own)
                before = events[parents[request.pk]] if request.pk in parents else None
                yield from self._of(request, own, entries[request.pk], before)
        yield from self._imports()
        yield from _without_request()

    def _of(
        self,
        request: FoiRequest,
        events: Sequence[FoiEvent],
        entries: Sequence[LedgerEntry],
        parent: Sequence[FoiEvent] | None,
    ) -> Iterator[Difference]:
        def wrong(seq: int, message: str) -> Difference:
            return Difference(request.organ.label, request.number, seq, message)

        for place, event in enumerate(events, 1):
            if event.seq != place:
                yield wrong(event.seq, f"办理事件的序号不连续，缺第{place}项。")
                break
        begun = next((e for e in entries if e.action in BEGINNINGS), None)
        told = [entry for entry in entries if entry.action == EVENT]
        count = 1 if begun is not None and begun.action == "foi.receive" else 0
        if begun is None or begun.action == "foi.split":
            count = max(len(events) - len(told), 0)
        if begun is None:
            self.imported_requests += 1
            self.imported_events += count
        elif begun.action == "foi.receive":
            if not events:
                yield wrong(1, f"台账第{begun.seq}条登记的收到申请，没有对应的办理事件。")
                return
            yield from _compared(wrong, events[0], begun)
        elif parent is None:
            yield wrong(0, "台账记为分案产生，却没有与原申请的关联。")
        else:
            for event, original in zip(events[:count], parent, strict=False):
                if _print(event) != _print(original):
                    yield wrong(event.seq, "与分案前原申请的办理事件不同。")
        for event, entry in zip(events[count:], told, strict=False):
            yield from _compared(wrong, event, entry)
        for event in events[count + len(told) :]:
            yield wrong(event.seq, f"“{_label(event.type)}”（{event.on}）在台账中没有记录。")
        for entry in told[max(len(events) - count, 0) :]:
            what = _label(str(entry.changes.get("event", "")))
            yield wrong(
                0, f"台账第{entry.seq}条登记的“{what}”（{entry.changes.get('on')}）没有办理事件。"
            )

    def _imports(self) -> Iterator[Difference]:
        requests = events = 0
        counted = LedgerEntry.objects.filter(action="foi.import")
        for changes in counted.values_list("changes", flat=True).iterator(chunk_size=CHUNK):
            requests += int(changes.get("requests", 0))
            events += int(changes.get("events", 0))
        for what, told, found in (
            ("申请", requests, self.imported_requests),
            ("办理事件", events, self.imported_events),
        ):
            if told != found:
                yield Difference(
                    "",
                    "",
                    0,
                    f"台账记录共导入{told:,}项{what}，现有{found:,}项没有逐项台账的{what}。",
                )


def _compared(wrong: Any, event: FoiEvent, entry: LedgerEntry) -> Iterator[Difference]:
    received = entry.action == "foi.receive"
    kind = "received" if received else entry.changes.get("event")
    on = entry.changes.get("received_on" if received else "on")
    if (event.type, event.on.isoformat()) != (kind, on):
        yield wrong(
            event.seq,
            f"办理事件为“{_label(event.type)}”（{event.on}），"
            f"台账第{entry.seq}条为“{_label(str(kind))}”（{on}）。",
        )
    elif entry.changes.get("sm3", _print(event)) != _print(event):
        yield wrong(
            event.seq,
            f"“{_label(event.type)}”（{event.on}）的内容与台账第{entry.seq}条登记时不同。",
        )


def _without_request() -> Iterator[Difference]:
    entries: QuerySet[LedgerEntry] = LedgerEntry.objects.filter(
        action__in=BEGINNINGS, object_type=FoiRequest._meta.label_lower
    ).order_by("pk")
    last = 0
    while chunk := list(entries.filter(pk__gt=last).select_related("chain")[:CHUNK]):
        last = chunk[-1].pk
        there = {
            str(pk)
            for pk in FoiRequest.objects.filter(
                pk__in=[int(e.object_id) for e in chunk if e.object_id.isdigit()]
            ).values_list("pk", flat=True)
        }
        for entry in chunk:
            if entry.object_id not in there:
                yield Difference(
                    entry.chain.name,
                    entry.object_label,
                    0,
                    f"台账第{entry.seq}条登记的申请不见了。",
                )


def _events(requests: set[int]) -> dict[int, list[FoiEvent]]:
    found: dict[int, list[FoiEvent]] = defaultdict(list)
    for event in FoiEvent.objects.filter(request__in=requests).order_by("request", "seq"):
        found[event.request_id].append(event)
    return found


def _entries(requests: Sequence[int]) -> dict[int, list[LedgerEntry]]:
    found: dict[int, list[LedgerEntry]] = defaultdict(list)
    rows = LedgerEntry.objects.filter(
        object_type=FoiRequest._meta.label_lower,
        object_id__in=[str(pk) for pk in requests],
        action__in=(*BEGINNINGS, EVENT),
    )
    # By number: a body that takes a case over writes into a chain of its own, a clock may have been
    # moved back, and whoever adds an event holds the request until its entry is written.
    for entry in rows.order_by("pk"):
        found[int(entry.object_id)].append(entry)
    return found


def _print(event: FoiEvent) -> str:
    return fingerprint(event.type, event.on, event.data)


def _label(kind: str) -> str:
    known = EVENT_TYPES.get(kind)
    return known.label if known is not None else kind
