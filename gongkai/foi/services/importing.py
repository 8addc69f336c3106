"""Taking over cases that were handled elsewhere, with all their events: all or nothing.

Used for history and for the sample city. Every case is read by the statutory clock as if its
events had been recorded one by one, so an unlawful history is named instead of stored; the
writing is in batches, with one ledger entry a body at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.foi.caseclock import SUBTYPE, columns_of, read, subtype_in
from gongkai.foi.models import FoiEvent, FoiRequest, RemedyCase, RemedyKind, RemedyResult
from gongkai.foi.numbering import draw_numbers, note_numbers
from gongkai.foi.services.remedies import check_dates
from gongkai.foi.services.requests import HANDLE, by, check_outcome, check_receipt, stored
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import Act, record_many
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise
from gongkai.statute.clock import Event, EventError, IllegalSequence, Received, event_from_json
from gongkai.workdays.queries import current_calendar

BATCH: Final = 500
MAX_PROBLEMS: Final = 100


@dataclass(frozen=True)
class RemedyRecord:
    """A review or lawsuit that followed a case."""

    kind: str
    number: str
    filed_on: date
    authority: str = ""
    result: str = ""
    concluded_on: date | None = None


@dataclass(frozen=True)
class CaseRecord:
    """One case. `events` as `gongkai clock` reads them, the first being the receipt.

    Without `number` the body's next number of the year of receipt is given. A `decided` event
    may carry `subtype`.
    """

    organ_code: str
    applicant_kind: str
    subject: str
    events: Sequence[Mapping[str, Any]]
    number: str = ""
    remedies: Sequence[RemedyRecord] = field(default_factory=tuple)


class CaseProblem(NamedTuple):
    """Why a case cannot be taken over: its place in the sequence, from 1, and the reason."""

    position: int
    number: str
    message: str

    def __str__(self) -> str:
        name = f"（{self.number}）" if self.number else ""
        return f"第{self.position}件{name}：{self.message}"


@dataclass(frozen=True)
class ImportedCases:
    """What an import brought."""

    requests: int
    events: int
    remedies: int


@dataclass(frozen=True)
class _Case:
    record: CaseRecord
    request: FoiRequest
    events: tuple[tuple[Event, dict[str, Any]], ...]


def import_cases(actor: Actor, cases: Iterable[CaseRecord]) -> ImportedCases:
    """All cases stand in the register with their events and remedies.

    Raises ValidationError whose messages name every bad case (up to a hundred); then nothing
    was kept. Memory holds one batch.
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    try:
        with transaction.atomic():
            run = _Run(actor)
            for batch in _batches(run.checked(cases), BATCH):
                if not run.problems:
                    run.write(batch, counts)
            if run.problems:
                raise ValidationError([str(problem) for problem in run.problems])
            record_many(
                actor,
                [
                    Act(
                        "foi.import",
                        code,
                        changes={"requests": requests, "events": events, "remedies": remedies},
                    )
                    for code, (requests, events, remedies) in sorted(counts.items())
                ],
            )
    except IntegrityError as error:
        raise ValidationError(
            "有申请编号或者案号与已登记的相同，没有导入任何案件，请核对。"
        ) from error
    totals = [sum(column) for column in zip(*counts.values(), strict=True)] or [0, 0, 0]
    return ImportedCases(*totals)


class _Run:
    """One import: cases are judged as they come, then written by batches."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.calendar = current_calendar()
        self.today = timezone.localdate()
        self.organs: dict[str, Organ] = {}
        self.problems: list[CaseProblem] = []

    def checked(self, cases: Iterable[CaseRecord]) -> Iterator[_Case]:
        """The cases that can be taken over; reasons for the others go to `problems`."""
        for position, case in enumerate(cases, 1):
            try:
                yield self._checked(case)
            except (IllegalSequence, EventError) as error:
                self.problems.append(CaseProblem(position, case.number, str(error)))
            except ValidationError as error:
                self.problems.append(CaseProblem(position, case.number, " ".join(error.messages)))
            if len(self.problems) >= MAX_PROBLEMS:
                return

    def _checked(self, case: CaseRecord) -> _Case:
        organ = self._organ(case.organ_code)
        events = tuple(
            (event_from_json(data, position=place), _notes(data))
            for place, data in enumerate(case.events, 1)
        )
        first = events[0][0] if events else None
        if not isinstance(first, Received):
            raise ValidationError("第一项事件应为收到申请（received）。")
        late = [event for event, _ in events if event.on > self.today]
        if late:
            raise ValidationError(f"{late[0].label}的日期 {late[0].on} 晚于今天，请核对。")
        subject = " ".join(case.subject.split())
        check_receipt(organ, first.channel, case.applicant_kind, subject, first.on, self.today)
        for event, notes in events:
            check_outcome(event, notes.get(SUBTYPE, ""))
        reading = read((event for event, _ in events), self.calendar, self.today)
        columns = columns_of(reading, subtype_in(notes for _, notes in events))
        request = FoiRequest(
            organ=organ,
            number=case.number,
            channel=first.channel,
            applicant_kind=case.applicant_kind,
            subject=subject,
            received_on=first.on,
            **columns._asdict(),
        )
        for remedy in case.remedies:
            _check_remedy(remedy, request, self.today)
        return _Case(case, request, events)

    def _organ(self, code: str) -> Organ:
        organ = self.organs.get(code)
        if organ is None:
            organ = Organ.objects.filter(code=code).first()
            if organ is None:
                raise ValidationError(f"没有代码为“{code}”的机关，请核对。")
            authorise(self.actor, HANDLE, organ)
            self.organs[code] = organ
        return organ

    def write(self, cases: Sequence[_Case], counts: dict[str, list[int]]) -> None:
        """Write one batch: requests, then their events and remedies."""
        self._number(cases)
        FoiRequest.objects.bulk_create([case.request for case in cases])
        stamp = by(self.actor)
        events = [
            FoiEvent(request=case.request, seq=seq, **stored(event, notes), **stamp)
            for case in cases
            for seq, (event, notes) in enumerate(case.events, 1)
        ]
        FoiEvent.objects.bulk_create(events)
        remedies = [
            RemedyCase(organ=case.request.organ, request=case.request, **vars(remedy))
            for case in cases
            for remedy in case.record.remedies
        ]
        RemedyCase.objects.bulk_create(remedies)
        for case in cases:
            count = counts[case.record.organ_code]
            count[0] += 1
            count[1] += len(case.events)
            count[2] += len(case.record.remedies)

    def _number(self, cases: Sequence[_Case]) -> None:
        """Numbers that came along are noted, the others drawn, in the order of the cases."""
        unnumbered: dict[tuple[int, int], list[FoiRequest]] = defaultdict(list)
        given: dict[int, list[str]] = defaultdict(list)
        for case in cases:
            request = case.request
            if request.number:
                given[request.organ_id].append(request.number)
            else:
                unnumbered[request.organ_id, request.received_on.year].append(request)
        for organ_id, numbers in given.items():
            note_numbers(organ_id, numbers)
        for (organ_id, year), requests in unnumbered.items():
            drawn = draw_numbers(organ_id, year, len(requests))
            for request, number in zip(requests, drawn, strict=True):
                request.number = number


def _notes(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a stored event keeps beside the clock's own fields."""
    return {SUBTYPE: str(data[SUBTYPE])} if data.get(SUBTYPE) else {}


def _check_remedy(remedy: RemedyRecord, request: FoiRequest, today: date) -> None:
    if remedy.kind not in RemedyKind.values:
        raise ValidationError(f"案件“{remedy.number}”的类型“{remedy.kind}”不认识。")
    if (remedy.result == "") != (remedy.concluded_on is None) or (
        remedy.result and remedy.result not in RemedyResult.values
    ):
        raise ValidationError(f"案件“{remedy.number}”的结果与审结日期须同时填写。")
    if remedy.concluded_on is not None and remedy.concluded_on < remedy.filed_on:
        raise ValidationError(f"案件“{remedy.number}”的审结日期早于受理（立案）日期。")
    check_dates(RemedyCase(request=request, **vars(remedy)), today)


def _batches(cases: Iterator[_Case], size: int) -> Iterator[list[_Case]]:
    while batch := list(islice(cases, size)):
        yield batch
