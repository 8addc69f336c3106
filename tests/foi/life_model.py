"""A second reading of the law on one request, as plain as it can be, for `test_life_of_steps`.

It knows days, numbers and articles, and nothing of `gongkai.statute` or of the services: what may be
done is said here once more, in the words of the regulation (条例), with the article that forbids it;
working days are counted one by one; a time that does not count is a set of days.

A refusal is the article as the screens must name it, "" where only the state of the papers stands in
the way; None means that the act is lawful.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar

DAY = timedelta(days=1)

CORRECTION, THIRD_PARTY, ANSWERING = "第三十条", "第三十二条", "第三十三条"
CO_PRODUCER, FREQUENCY, REMEDY = "第三十四条", "第三十五条", "第五十一条"
FEE = "信息处理费"
ANY = ""

ROWS = {
    "GRANT": "granted",
    "DENY_THIRD": "denied_third_party",
    "DENY_INTERNAL": "denied_internal",
    "UNABLE_NOT_HELD": "unavailable_not_held",
    "UNABLE_UNCLEAR": "unavailable_unclear",
    "REFUSE_EXCESSIVE": "refused_abusive",
    "OTHER_NO_SUPPLEMENT": "other_no_correction",
    "OTHER_NO_PAYMENT": "other_no_payment",
    "OTHER_MISC": "other_misc",
}
"""The row of table three (格式 of 2021) in which each result of these lives is counted."""


def works(day: date) -> bool:
    return chinese_calendar.is_workday(day)


def after(start: date, days: int, without: frozenset[date] = frozenset()) -> date:
    """The last of so many working days; the first is the one after `start`."""
    day = start
    while days:
        day += DAY
        days -= works(day) and day not in without
    return day


def span(first: date, last: date) -> set[date]:
    """The days after `first`, up to and with `last`."""
    return {first + DAY * n for n in range(1, (last - first).days + 1)}


@dataclass
class Letter:
    """An opinion that was asked for (征求意见). `harm`: what was found of the third party's rights."""

    ref: str
    third: bool
    sent: date
    arrived: date | None = None
    replied: date | None = None
    reply: str = ""
    harm: bool | None = None
    closed: date | None = None
    told: bool = False
    on_file: bool = True

    @property
    def lapse(self) -> date:
        """The clock's side: fifteen working days from sending, the careful reading."""
        return after(self.sent, 15)

    @property
    def article(self) -> str:
        return THIRD_PARTY if self.third else CO_PRODUCER


@dataclass
class Proposal:
    """What waits for another person's word (审批)."""

    key: int
    kind: str
    what: dict[str, object]
    state: str = "pending"
    approved: date | None = None
    done: bool = False


@dataclass
class Paper:
    """A notice that went out. `answers`: it is the answer that the case now rests on."""

    key: int
    kind: str
    issued: date
    ref: str = ""
    answers: bool = False
    reached: bool = False
    arrived: date | None = None


@dataclass
class Law:
    """One request, from its receipt on."""

    received: date
    begun: date
    days: int = 20
    extended: bool = False
    delayed: date | None = None
    until: date | None = None
    set_until: date | None = None
    waits: str = ""
    asked: date | None = None
    asked_days: int = 0
    supplemented: bool = False
    owed: int = 0
    noticed: date | None = None
    fee_arrived: date | None = None
    paid: int = 0
    settled: bool = False
    payments: list[tuple[date, int]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    reasons_asked: bool = False
    answer: tuple[str, str, date] | None = None
    ended: tuple[str, date] | None = None
    first: tuple[str, str, date] | None = None
    reopened: bool = False

    # -- where it stands -----------------------------------------------------------------------

    @property
    def open(self) -> bool:
        return self.ended is None and self.answer is None

    @property
    def runs(self) -> bool:
        return self.open and not self.waits

    def uncounted(self) -> frozenset[date]:
        """Days on which somebody's opinion was waited for (第三十三条第三款)."""
        days: set[date] = set()
        if self.set_until:
            return frozenset()
        for one in self.letters:
            ends = [one.lapse, one.replied, one.closed, self.answer and self.answer[2]]
            ends.append(self.delayed)
            days |= span(one.sent, min(end for end in ends if end))
        return frozenset(days)

    @property
    def deadline(self) -> date:
        return self.until or self.set_until or after(self.begun, self.days, self.uncounted())

    @property
    def correct_by(self) -> date:
        assert self.asked is not None
        return after(self.asked, self.asked_days)

    @property
    def pay_by(self) -> date:
        assert self.noticed is not None
        return after(self.fee_arrived or self.noticed, 20)

    @property
    def due(self) -> date | None:
        """The day that somebody has to mind; None once nothing is left to do."""
        if self.ended:
            return None
        if self.waits:
            return self.pay_by if self.waits == "payment" else self.correct_by
        return self.deadline

    def state(self, today: date) -> str:
        if self.ended:
            return self.ended[0]
        if self.answer:
            return "decided"
        if self.waits:
            return f"awaiting_{self.waits}"
        return "paused" if self.pausing(today) else "running"

    def pausing(self, today: date) -> bool:
        if not self.runs or self.until or self.set_until:
            return False
        return any(
            one.replied is None
            and one.closed is None
            and today <= one.lapse
            and one.sent < self.deadline
            for one in self.letters
        )

    @property
    def result(self) -> tuple[str, str, date] | None:
        """What table three counts: the first result, whatever a court has done to it since."""
        if self.first:
            return self.first
        if self.ended and self.ended[0] == "closed_no_correction":
            return "OTHER_NO_SUPPLEMENT", "", self.ended[1]
        if self.ended and self.ended[0] == "closed_no_payment":
            return "OTHER_NO_PAYMENT", "", self.ended[1]
        if self.ended and self.ended[0] == "withdrawn":
            return "OTHER_MISC", "withdrawn", self.ended[1]
        return self.answer

    def cells(self, year: int) -> list[str]:
        """The cells of table three of that year in which this request stands."""
        result = self.result
        if self.received.year > year or (result and result[2].year < year):
            return []
        found = ["new" if self.received.year == year else "carried_in"]
        if result and result[2].year == year:
            return [*found, ROWS[result[0]]]
        return [*found, "carried_out"]

    # -- 补正 (第三十条) --------------------------------------------------------------------------

    def may_ask_correction(self, today: date) -> str | None:
        once = self.asked is None
        in_time = today <= after(self.received, 7)
        return None if self.open and once and in_time and not self.waits else CORRECTION

    def ask_correction(self, today: date, days: int) -> None:
        self.asked, self.asked_days, self.waits = today, days, "correction"

    def may_supplement(self, justified: bool) -> str | None:
        lapsed = bool(self.ended) and self.ended[0] == "closed_no_correction"
        waits = self.open and self.waits == "correction"
        return None if waits or (lapsed and justified) else CORRECTION

    def supplement(self, today: date) -> None:
        self.ended, self.supplemented = None, True
        self._anew(today)

    def may_lapse(self, today: date) -> str | None:
        """Only who is proven to have got the letter can have let its time go by."""
        if not self.open or not self.waits:
            return CORRECTION if self.open or self.waits != "payment" else ANY
        if self.waits == "correction":
            told = [one for one in self.papers if one.kind == "N02" and one.reached]
            arrived = [one.arrived for one in told if one.arrived]
            if not told or not arrived or today <= after(min(arrived), self.asked_days):
                return CORRECTION
            return None
        told = [one for one in self.papers if one.kind == "N09" and one.reached]
        return None if told and self.fee_arrived and today > self.pay_by else FEE

    def lapse(self, today: date) -> None:
        self.ended = (f"closed_no_{self.waits}", today)

    # -- 征求意见 (第三十二条、第三十四条) ----------------------------------------------------------

    def may_consult(self, third: bool) -> str | None:
        return None if self.open else THIRD_PARTY if third else CO_PRODUCER

    def may_assess(self, letter: Letter) -> str | None:
        if not letter.third or letter.reply not in ("objected", "silent"):
            return ANY
        return None if self.open or letter.harm is None else ANY

    def third_parties(self) -> list[Letter]:
        return [one for one in self.letters if one.third and one.on_file]

    # -- longer periods (第三十三条、第三十五条) ----------------------------------------------------

    def may_extend(self, today: date, days: int) -> str | None:
        if not self.runs:
            return ANSWERING
        if self.until:
            return FREQUENCY
        if self.set_until:
            return REMEDY
        return None if not self.extended and days <= 20 and today <= self.deadline else ANSWERING

    def may_delay(self, today: date, until: date) -> str | None:
        if not self.runs:
            return FREQUENCY
        if self.set_until:
            return REMEDY
        in_time = self.reasons_asked and today <= self.deadline < until
        return None if in_time else FREQUENCY

    # -- 信息处理费 (第四十二条) -------------------------------------------------------------------

    def may_charge(self, today: date, amount: int) -> str | None:
        if not self.open or self.settled or self.waits == "correction":
            return FEE
        if self.waits == "payment":
            return None if amount < self.owed else FEE
        return None if today <= self.deadline else FEE

    def charge(self, on: date, amount: int, arrived: date | None) -> None:
        self.owed, self.noticed, self.fee_arrived, self.waits = amount, on, arrived, "payment"
        if self.paid >= amount:
            self.settle(on)

    def may_pay(self) -> str | None:
        return None if self.open and self.waits == "payment" else FEE

    def pay(self, on: date, amount: int | None) -> None:
        given = self.owed - self.paid if amount is None else amount
        self.payments.append((on, given))
        self.paid += given
        if self.paid >= self.owed:
            self.settle(on)

    def settle(self, on: date) -> None:
        self.settled = True
        self._anew(on)

    # -- 答复 (第三十六条) ------------------------------------------------------------------------

    def may_answer(self, code: str) -> str | None:
        """Whether the answer may be proposed, and signed, once its written grounds are on file."""
        if code in ("OTHER_NO_SUPPLEMENT", "OTHER_NO_PAYMENT"):
            # Only the lapse itself brings it about.
            return ANY
        if not self.open:
            return ANSWERING
        asked = self.third_parties()
        if code == "UNABLE_UNCLEAR" and not self.supplemented:
            return ANY
        if code == "REFUSE_EXCESSIVE" and not self.reasons_asked:
            return FREQUENCY
        if any(not one.reply for one in asked):
            return THIRD_PARTY if code != "DENY_THIRD" else ANY
        heard = all(one.reply == "agreed" or one.harm is not None for one in asked)
        if code == "DENY_THIRD" and not (asked and heard):
            return ANY
        if code == "GRANT":
            if not heard:
                return THIRD_PARTY
            for one in asked:
                if one.harm and one.reply != "agreed" and not (self.overridden(one) and one.told):
                    return THIRD_PARTY
        return None

    def overridden(self, letter: Letter) -> bool:
        """Somebody responsible has agreed that the public interest goes before this third party."""
        return any(
            one.kind == "override" and one.state == "approved" and letter.ref in str(one.what)
            for one in self.proposals
        )

    def decide(self, today: date, code: str, subtype: str) -> None:
        self.answer = (code, subtype, today)
        for one in self.papers:
            one.answers = False

    def may_withdraw(self) -> str | None:
        return ANSWERING if self.ended else None

    # -- 复议、诉讼 --------------------------------------------------------------------------------

    def answer_anew(self, today: date, until: date | None) -> bool:
        """A decision that orders an answer puts an ended case on the clock again."""
        if self.open or (self.ended and self.ended[0] == "withdrawn"):
            return False
        closed = self.answer[2] if self.answer else self.ended[1] if self.ended else today
        self.first = self.result
        for letter in self.letters:
            letter.closed = letter.closed or closed
        for paper in self.papers:
            paper.answers = False
        self.answer = self.ended = None
        self.reopened = True
        self._anew(today)
        self.set_until = until
        return True

    # -- 一事一申请 --------------------------------------------------------------------------------

    def may_split(self, today: date) -> str | None:
        """A part has the history of the whole, so nothing of it may be somebody's alone."""
        lawful = self.state(today) == "running" and not self.reopened and not self.payments
        return None if lawful else ANY

    def part(self) -> Law:
        """What was split off: the same clock, none of the papers."""
        child = deepcopy(self)
        child.proposals, child.papers, child.reasons_asked = [], [], False
        for letter in child.letters:
            letter.on_file = False
        return child

    def _anew(self, start: date) -> None:
        self.begun, self.days, self.extended = start, 20, False
        self.delayed = self.until = self.set_until = None
        self.waits = ""
