"""The sample city's disclosure requests from 2021 on: every outcome, every path of the clock.

2020 had none: the city's report printed zero. Each later year begins with one request of
every outcome, so that no row of table three stays empty for long, and goes on at random.
Days are counted on the statutory calendar, so the histories are lawful; a few answers are
late, as in life. What would happen after ``until`` has not happened yet: those cases are open.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from gongkai.demo.acts import day_in
from gongkai.demo.city import Body, City, seeded
from gongkai.foi.services import CaseRecord, RemedyRecord
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.workdays import WorkCalendar, add_working_days

APPLICANT_WEIGHTS = {
    "natural": 72,
    "enterprise": 12,
    "research": 2,
    "welfare": 3,
    "legal": 8,
    "other": 3,
}
CHANNEL_WEIGHTS = {
    "online": 55,
    "registered_mail": 25,
    "counter": 12,
    "ordinary_mail": 5,
    "fax": 3,
}
FIRST_YEAR = 2021
"""2020 had no request at all, as the city's report says."""
GRANT_SHARE = 0.55
"""Share of requests that are granted in full, beyond the one of every outcome."""


def generate_cases(
    city: City, calendar: WorkCalendar, seed: int, until: date
) -> Iterator[CaseRecord]:
    """All requests received from 2021 to ``until``, in order of receipt."""
    for year in range(FIRST_YEAR, until.year + 1):
        rng = seeded(seed, "requests", year)
        outcomes = [code for code in OUTCOMES if code != "CARRIED"]  # a state, not a result
        wanted = outcomes + [
            "GRANT" if rng.random() < GRANT_SHARE else rng.choice(outcomes)
            for _ in range(rng.randint(45, 70) + 6 * (year - FIRST_YEAR))
        ]
        rng.shuffle(wanted)
        received = sorted(_receipt_day(rng, year, calendar) for _ in wanted)
        serials = {"复议": 0, "诉讼": 0}
        for day, outcome in zip(received, wanted, strict=True):
            case = _case(city, calendar, rng, day, outcome)
            if day > until:
                continue
            happened = [event for event in case.events if event["on"] <= until.isoformat()]
            remedies = tuple(_remedies(happened[-1], day, outcome, rng, serials, until))
            yield replace(case, events=happened, remedies=remedies)


def cases_in_hand(city: City, calendar: WorkCalendar, until: date) -> Iterator[CaseRecord]:
    """What lies on the request officer's desk on ``until``: overdue, due soon, paused, new.

    Requests begin in 2021; a city that ends earlier has none in hand.
    """
    desk = next(one.organ for one in city.logins if one.role == "request_officer")
    body = next(one for one in city.bodies if one.code == desk)
    online = {"type": "received", "channel": "online"}
    histories: list[tuple[int, list[tuple[int, dict[str, Any]]]]] = [
        (23, []),
        (18, []),
        (17, [(3, {"type": "extended", "days": 10})]),
        (12, [(6, {"type": "correction_requested"})]),
        (9, [(2, {"type": "third_party_consulted", "ref": "1"})]),
        (0, []),
    ]
    subjects = city.patterns["request"]
    for place, (ago, later) in enumerate(histories):
        received = _working_days_before(until, ago, calendar)
        if received.year < FIRST_YEAR:
            continue
        events = [{**online, "on": received.isoformat()}]
        events += [
            {**event, "on": _working_days_before(until, back, calendar).isoformat()}
            for back, event in later
        ]
        yield CaseRecord(
            organ_code=body.code,
            applicant_kind="enterprise" if place == 1 else "natural",
            subject=subjects[place % len(subjects)].format(
                year=received.year - 1, noun=body.nouns[place % len(body.nouns)]
            ),
            events=events,
        )


def _working_days_before(day: date, number: int, calendar: WorkCalendar) -> date:
    """The working day that lies ``number`` working days before ``day`` (or before its last one)."""
    while number or not calendar.day(day).is_working:
        number -= calendar.day(day).is_working
        day -= timedelta(1)
    return day


def _receipt_day(rng: Random, year: int, calendar: WorkCalendar) -> date:
    while True:
        day = day_in(rng, year)
        if calendar.day(day).is_working:
            return day


def _case(city: City, calendar: WorkCalendar, rng: Random, day: date, outcome: str) -> CaseRecord:
    body: Body = rng.choices(city.bodies, [body.requests for body in city.bodies])[0]
    channel = rng.choices(list(CHANNEL_WEIGHTS), list(CHANNEL_WEIGHTS.values()))[0]
    subject = rng.choice(city.patterns["request"]).format(
        year=day.year - 1, noun=rng.choice(body.nouns)
    )
    history = _History(calendar, rng, day, channel)
    PATHS.get(outcome, _History.plain)(history, outcome)
    return CaseRecord(
        organ_code=body.code,
        applicant_kind=rng.choices(list(APPLICANT_WEIGHTS), list(APPLICANT_WEIGHTS.values()))[0],
        subject=subject,
        events=history.events,
    )


class _History:
    """Writes one case's events in lawful order; days are working days after the last event."""

    def __init__(self, calendar: WorkCalendar, rng: Random, received: date, channel: str) -> None:
        self.calendar, self.rng, self.last = calendar, rng, received
        self.events: list[dict[str, Any]] = []
        self.add("received", 0, channel=channel)

    def add(self, kind: str, after: int, /, **data: Any) -> None:
        if after:
            self.last = add_working_days(self.last, after, self.calendar).date
        self.events.append({"type": kind, "on": self.last.isoformat(), **data})

    def decide(self, outcome: str, days: int) -> None:
        self.add("decided", days, outcome=outcome)
        self.add("delivered", self.rng.randint(0, 2))

    def plain(self, outcome: str) -> None:
        """Straight to the answer, sometimes extended or after another body was asked."""
        turn = self.rng.random()
        if turn < 0.04:
            self.decide(outcome, self.rng.randint(22, 30))  # late
        elif turn < 0.14:
            self.add("extended", self.rng.randint(12, 19), days=20)
            self.decide(outcome, self.rng.randint(3, 20))
        elif turn < 0.22:
            self.add("organ_consulted", self.rng.randint(2, 6), ref="1")
            self.add("organ_answered", self.rng.randint(3, 12), ref="1")
            self.decide(outcome, self.rng.randint(2, 12))
        elif turn < 0.25:
            self.add("fee_noticed", self.rng.randint(3, 12), amount=self.rng.choice([40, 200]))
            self.add("fee_paid", self.rng.randint(2, 15))
            self.decide(outcome, self.rng.randint(2, 10))
        elif turn < 0.36:
            self.add("correction_requested", self.rng.randint(1, 6))
            self.add("correction_received", self.rng.randint(2, 10))
            self.decide(outcome, self.rng.randint(4, 19))
        else:
            self.decide(outcome, self.rng.randint(3, 19))

    def third_party(self, outcome: str) -> None:
        self.add("third_party_consulted", self.rng.randint(2, 6), ref="1")
        self.add("third_party_answered", self.rng.randint(4, 14), ref="1")
        self.decide(outcome, self.rng.randint(2, 12))

    def unclear(self, outcome: str) -> None:
        self.add("correction_requested", self.rng.randint(2, 7))
        self.add("correction_received", self.rng.randint(3, 12))
        self.decide(outcome, self.rng.randint(5, 19))

    def no_correction(self, outcome: str) -> None:
        self.add("correction_requested", self.rng.randint(2, 7))
        self.add("correction_lapsed", 16)

    def no_payment(self, outcome: str) -> None:
        self.add("fee_noticed", self.rng.randint(3, 12), amount=self.rng.choice([40, 200, 700]))
        self.add("fee_lapsed", 21)

    def misc(self, outcome: str) -> None:
        if self.rng.random() < 0.6:
            self.add("withdrawn", self.rng.randint(2, 12))
        else:
            self.decide(outcome, self.rng.randint(3, 15))


PATHS: dict[str, Callable[[_History, str], None]] = {
    "DENY_THIRD": _History.third_party,
    "UNABLE_UNCLEAR": _History.unclear,
    "OTHER_NO_SUPPLEMENT": _History.no_correction,
    "OTHER_NO_PAYMENT": _History.no_payment,
    "OTHER_MISC": _History.misc,
}

REVIEW_FIRST = date(2024, 1, 1)
"""From this day a refusal goes to review before court; only the demo's mix depends on it."""


def _remedies(
    ended: dict[str, Any],
    received: date,
    outcome: str,
    rng: Random,
    serials: dict[str, int],
    until: date,
) -> Iterator[RemedyRecord]:
    """Some unhappy applicants go to review, fewer to court."""
    if ended["type"] != "delivered" or rng.random() > (0.04 if outcome == "GRANT" else 0.28):
        return
    delivered = date.fromisoformat(ended["on"])
    refused = outcome.startswith(("DENY_", "PARTIAL"))
    direct = rng.random() < 0.22 and not (refused and delivered >= REVIEW_FIRST)
    kind = "direct" if direct else "review"
    filed = delivered + timedelta(rng.randint(20, 150) if direct else rng.randint(8, 55))
    first = _remedy(kind, filed, received, rng, serials, until)
    if first is None:
        return
    yield first
    if kind == "review" and first.concluded_on is not None and rng.random() < 0.3:
        filed = first.concluded_on + timedelta(rng.randint(5, 15))
        second = _remedy("after_review", filed, received, rng, serials, until)
        if second is not None:
            yield second


def _remedy(
    kind: str, filed: date, received: date, rng: Random, serials: dict[str, int], until: date
) -> RemedyRecord | None:
    """One review or lawsuit, concluded if that day has come; None if it is still to be filed."""
    concluded = filed + timedelta(rng.randint(35, 75) if kind == "review" else rng.randint(60, 180))
    result = rng.choices(["upheld", "corrected", "other"], [55, 20, 25])[0]
    if filed > until:
        return None
    series = "复议" if kind == "review" else "诉讼"
    serials[series] += 1
    over = concluded <= until
    return RemedyRecord(
        kind=kind,
        number=f"演示{series}〔{filed.year}〕{received.year % 100}{serials[series]:03d}号",
        authority="义马市人民政府" if kind == "review" else "演示法院",
        filed_on=filed,
        result=result if over else "",
        concluded_on=concluded if over else None,
    )
