"""The whole life of a case through the services that the screens call, against `life_model`.

Days go by; officers, the responsible person, the leader, the applicant, third parties and a reviewing
body do what they may and what they may not. What the model calls unlawful must be refused with the
article and leave nothing behind; whoever lacks the right is refused whatever he tries; and after every
step the due date, the state, the next steps, the cells of tables three and four, the numbers of the
notices, the index and the ledger are what the model and the records say.

Short by default and the same every time. LIFE_EXAMPLES, LIFE_STEPS and LIFE_SEED make it longer and
different (docs/developers/random-lives.md).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gongkai.foi import facts
from gongkai.foi.caseclock import columns_now
from gongkai.foi.models import (
    Approval,
    CaseFile,
    CaseNote,
    Complaint,
    Consultation,
    Delivery,
    FoiEvent,
    FoiRequest,
    Intake,
    Letterhead,
    Notice,
    NoticeSerial,
    Proof,
    RemedyCase,
)
from gongkai.foi.notices.kinds import kind_of
from gongkai.foi.queries import reading_of
from gongkai.foi.services import (
    advance_remedy_case,
    complaints,
    conclude_remedy_case,
    deliveries,
    following,
    fulfil_duty,
    linking,
    notices,
    open_remedy_case,
    recompute_due_dates,
    retention,
    steps,
    triage,
)
from gongkai.foi.services.intake import Incoming, confirm_intake, record_intake
from gongkai.foi.services.verifying import Verification
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ, Role
from gongkai.statute.clock import ClockReading, IllegalSequence
from gongkai.statute.formats import format_for_year
from gongkai.statute.outcomes import OUTCOMES
from gongkai.vault import keys
from gongkai.workdays.queries import current_calendar
from tests.factories.organs import make_organ, make_user
from tests.foi.holds.conftest import CONSOLE, picture
from tests.foi.intake.people import person, wish
from tests.foi.life_model import ANY, DAY, FEE, Law, Letter, Paper, Proposal, after

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "8"))
STEPS = int(os.environ.get("LIFE_STEPS", "25"))
SEED = os.environ.get("LIFE_SEED", "")
LAST_DAY = date(2026, 3, 31)
"""The days after it are counted too, and the calendar of 2026 is the last one that is known."""
CHINA = ZoneInfo("Asia/Shanghai")

ANSWERS = (
    ("GRANT", "provided"),
    ("GRANT", "provided"),
    ("DENY_THIRD", ""),
    ("DENY_INTERNAL", ""),
    ("UNABLE_NOT_HELD", "not_exist"),
    ("UNABLE_UNCLEAR", ""),
    ("REFUSE_EXCESSIVE", ""),
    ("OTHER_MISC", "party_affairs"),
    ("OTHER_NO_SUPPLEMENT", ""),
)
FEES = {31: 10, 68: 380}
"""Pages, and what they cost (fees.md, schedule B)."""

NEXT = (
    "decided",
    "correction_requested",
    "correction_received",
    "correction_lapsed",
    "third_party_consulted",
    "organ_consulted",
    "extended",
    "delay_stated",
    "fee_noticed",
    "fee_paid",
    "fee_lapsed",
    "delivered",
    "withdrawn",
    "reopened",
)

done: Counter[str] = Counter()
"""How often each act was done, and refused: what a long run has seen."""


@dataclass(repr=False)
class Team:
    """A body and who works there."""

    organ: Organ
    officer: Actor
    responsible: Actor
    leader: Actor
    reviewer: Actor

    @classmethod
    def of(cls, code: str) -> Team:
        organ = make_organ(name=f"测试{code}局", phone="000-0000000", address="测试路1号")
        Letterhead.objects.create(
            organ=organ,
            valid_from=date(2019, 5, 15),
            series=f"测{code}复",
            review_body="测试市人民政府",
            court="测试市人民法院",
            payee="非税收入缴款码缴费",
        )
        roles = (
            Role.REQUEST_OFFICER,
            Role.RESPONSIBLE_PERSON,
            Role.APPROVING_LEADER,
            Role.REVIEWER,
        )
        return cls(organ, *(Actor.for_user(make_user(role, organ)) for role in roles))


@dataclass(repr=False)
class Remedy:
    """A review or lawsuit as the register must have it."""

    key: int
    kind: str
    filed: date
    case: Case
    result: str = ""
    concluded: date | None = None
    stage: int = 0
    duty: bool = False
    fulfilled: bool = False

    @property
    def pends(self) -> bool:
        return self.concluded is None or (self.duty and not self.fulfilled)


@dataclass(repr=False)
class Case:
    """A request in the database and in the model."""

    key: int
    law: Law
    team: Team
    erased: bool = False
    sent: dict[int, int] = field(default_factory=dict)
    """The delivery by which each paper went out last."""

    @property
    def request(self) -> FoiRequest:
        return FoiRequest.objects.select_related("organ").get(pk=self.key)

    @property
    def intake(self) -> Intake:
        return Intake.objects.get(request=self.key)


ACTS: dict[str, Callable[[LifeOfSteps, Case, Any], None]] = {}
WHEN: dict[str, Callable[[LifeOfSteps, Case], bool]] = {}


def act(when: Callable[[LifeOfSteps, Case], bool]) -> Callable[[Any], Any]:
    """Something a person does; `when` says roughly when it may succeed."""

    def register(function: Any) -> Any:
        ACTS[function.__name__], WHEN[function.__name__] = function, when
        return function

    return register


class LifeOfSteps(RuleBasedStateMachine):
    """A body, an applicant and his request, to wherever it goes."""

    # -- the beginning -------------------------------------------------------------------------

    @initialize(
        on=st.dates(date(2022, 1, 4), date(2024, 12, 31)),
        channel=st.sampled_from(["counter", "registered_mail", "ordinary_mail", "email"]),
        waited=st.integers(0, 2),
    )
    def receive(self, on: date, channel: str, waited: int) -> None:
        # A life of its own: nothing of it is there for the next one.
        self.own = transaction.atomic()
        self.own.__enter__()
        self.patch = pytest.MonkeyPatch()
        self.today = on
        self.trail: list[str] = [f"{on} {channel}"]
        ticks = count()
        self.patch.setattr(timezone, "now", lambda: self.morning(next(ticks)))
        self.team, self.heir, self.others = Team.of("甲"), Team.of("乙"), Team.of("丙")
        self.abolished = False
        self.remedies: list[Remedy] = []
        intake = record_intake(
            self.team.officer,
            self.team.organ,
            channel=channel,
            arrived_on=on,
            person=person(),
            wish=wish(),
            posting_number="1234567890123",
        ).intake
        if channel in ("ordinary_mail", "email"):
            self.today += waited * DAY
            confirm_intake(self.team.officer, intake, on=self.today, subject="测试项目的批复")
        intake.refresh_from_db()
        assert intake.request is not None
        # By letter and e-mail the day of confirmation is the day of receipt (第三十一条).
        law = Law(received=self.today, begun=self.today)
        self.cases = [Case(intake.request.pk, law, self.team)]

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            note("；".join(self.trail))
            self.patch.undo()
            transaction.set_rollback(True)
            self.own.__exit__(None, None, None)
            keys.forget()

    def morning(self, seconds: int) -> datetime:
        """Some time of today, later each time that somebody looks."""
        return datetime.combine(self.today, time(10), CHINA) + timedelta(milliseconds=seconds)

    # -- how things are tried ------------------------------------------------------------------

    def picture(self) -> list[Any]:
        """Everything that an act may leave behind."""
        asked = Consultation.objects.order_by("pk")
        return [
            LedgerEntry.objects.count(),
            FoiEvent.objects.count(),
            list(FoiRequest.objects.order_by("pk").values_list()),
            list(Approval.objects.order_by("pk").values_list("pk", "state", "carried_out_at")),
            list(Notice.objects.order_by("pk").values_list("pk", "state", "number", "changed_at")),
            list(Delivery.objects.order_by("pk").values_list()),
            list(asked.values_list("pk", "reply", "received_on", "accepted", "told_on")),
            list(RemedyCase.objects.order_by("pk").values_list()),
            list(NoticeSerial.objects.order_by("pk").values_list()),
            [model.objects.count() for model in (CaseFile, CaseNote, Complaint, Intake, Proof)],
        ]

    def attempt(
        self,
        name: str,
        refusal: str | None,
        tried: Callable[[Actor], Any],
        by: Actor,
        without_right: tuple[Actor, ...] = (),
    ) -> Any:
        """What came of it; None when it was refused, as the model says that it must be."""
        before = self.picture()
        for actor in without_right:
            with pytest.raises(PermissionDenied):
                tried(actor)
        try:
            result = tried(by)
        except (IllegalSequence, ValidationError) as error:
            said = str(error) if isinstance(error, IllegalSequence) else "；".join(error.messages)
            assert refusal is not None, f"{name} is lawful on {self.today}, and was refused: {said}"
            assert refusal in said, f"{name}: {refusal} should be named, not: {said}"
            assert self.picture() == before, f"{name} was refused and left something behind"
            done[f"{name} refused"] += 1
            self.trail.append(f"{self.today} no {name}")
            return None
        assert refusal is None, f"{name} is not lawful on {self.today} ({refusal})"
        done[name] += 1
        self.trail.append(f"{self.today} {name}")
        return result if result is not None else True

    def handled(self, name: str, case: Case, refusal: str | None, tried: Any) -> Any:
        """Done by the officer of the body; a reviewer and another body's officer may not."""
        outsiders = (self.others.responsible, case.team.reviewer)
        return self.attempt(name, refusal, tried, case.team.officer, outsiders)

    def applied(self, name: str, refusal: str | None, tried: Any) -> Any:
        """Done by the applicant on the public site."""
        return self.attempt(name, refusal, tried, Actor.applicant())

    def issued(self, case: Case, kind: str, ref: str = "", *, answers: bool = False) -> Paper:
        """The newest notice of that kind lies with the model."""
        notice = Notice.objects.filter(request=case.key, kind=kind).latest("pk")
        assert notice.state == "issued"
        paper = Paper(notice.pk, kind, self.today, ref, answers)
        case.law.papers.append(paper)
        return paper

    # -- time ----------------------------------------------------------------------------------

    @rule(days=st.integers(0, 12))
    def days_go_by(self, days: int) -> None:
        self.today = min(self.today + days * DAY, LAST_DAY)

    @rule(data=st.data(), off=st.integers(-1, 1))
    def somebodys_last_day_comes(self, data: Any, off: int) -> None:
        """To the days on which things turn: the day before, the day itself, the day after."""
        days = [after(self.cases[0].law.received, 7), date(self.today.year, 12, 31)]
        for case in self.cases:
            days += [day for day in (case.law.due,) if day]
            days += [after(one.arrived or one.sent, 15) for one in case.law.letters]
            days += [
                after(one.arrived, case.law.asked_days)
                for one in case.law.papers
                if one.kind == "N02" and one.arrived
            ]
        moved = {day + off * DAY for day in days}
        ahead = sorted(day for day in moved if self.today < day <= LAST_DAY)
        if ahead:
            self.today = data.draw(st.sampled_from(ahead))

    # -- what people do ------------------------------------------------------------------------

    @rule(data=st.data(), times=st.integers(1, 3))
    def something_sensible(self, data: Any, times: int) -> None:
        for _ in range(times):
            case = self.cases[data.draw(st.integers(0, len(self.cases) - 1))]
            names = [name for name in ACTS if WHEN[name](self, case)]
            ACTS[data.draw(st.sampled_from(names))](self, case, data.draw)

    @rule(data=st.data())
    def something_whether_lawful_or_not(self, data: Any) -> None:
        case = self.cases[data.draw(st.integers(0, len(self.cases) - 1))]
        ACTS[data.draw(st.sampled_from(sorted(ACTS)))](self, case, data.draw)

    # -- 补正 ----------------------------------------------------------------------------------

    @act(lambda self, case: case.law.may_ask_correction(self.today) is None)
    def ask_correction(self, case: Case, draw: Any) -> None:
        days, refusal = draw(st.sampled_from([5, 10])), case.law.may_ask_correction(self.today)
        if self.handled(
            "ask_correction",
            case,
            refusal,
            lambda who: steps.request_correction(who, case.request, points="请写明", days=days),
        ):
            case.law.ask_correction(self.today, days)
            self.issued(case, "N02")

    @act(lambda self, case: case.law.may_supplement(True) is None)
    def supplement_comes(self, case: Case, draw: Any) -> None:
        justified = draw(st.booleans())
        if self.handled(
            "supplement_comes",
            case,
            case.law.may_supplement(justified),
            lambda who: steps.receive_correction(
                who, case.request, on=self.today, justified=justified
            ),
        ):
            case.law.supplement(self.today)

    @act(lambda self, case: case.law.may_supplement(False) is None)
    def applicant_supplements(self, case: Case, draw: Any) -> None:
        if self.applied(
            "applicant_supplements",
            case.law.may_supplement(False),
            lambda who: following.answer_correction(who, case.intake, text="指2021年的文件"),
        ):
            case.law.supplement(self.today)

    @act(lambda self, case: case.law.may_lapse(self.today) is None)
    def lapses(self, case: Case, draw: Any) -> None:
        if self.handled(
            "lapses",
            case,
            case.law.may_lapse(self.today),
            lambda who: steps.lapse(who, case.request, facts="逾期没有办理。"),
        ):
            case.law.lapse(self.today)
            self.issued(case, "N22")

    # -- 征求意见 --------------------------------------------------------------------------------

    @act(lambda self, case: case.law.runs and len(case.law.letters) < 3)
    def third_party_is_asked(self, case: Case, draw: Any) -> None:
        asked = self.handled(
            "third_party_is_asked",
            case,
            case.law.may_consult(third=True),
            lambda who: steps.consult_third_party(
                who,
                case.request,
                name="示例公司",
                address="示例路2号",
                information="报价",
                ground="可能损害第三方合法权益",
            ),
        )
        self._asked(case, asked, "N05")

    @act(lambda self, case: case.law.runs and len(case.law.letters) < 3)
    def other_body_is_asked(self, case: Case, draw: Any) -> None:
        asked = self.handled(
            "other_body_is_asked",
            case,
            case.law.may_consult(third=False),
            lambda who: steps.consult_organ(
                who, case.request, organ_name="示范局", information="通知", ground="共同制作"
            ),
        )
        self._asked(case, asked, "N07")

    def _asked(self, case: Case, asked: Consultation | None, kind: str) -> None:
        if asked:
            case.law.letters.append(Letter(asked.ref, kind == "N05", self.today))
            self.issued(case, kind, asked.ref)
            self.issued(case, "N06")

    def _letter(self, case: Case, draw: Any) -> tuple[Letter, Callable[[], Consultation]] | None:
        on_file = [one for one in case.law.letters if one.on_file]
        if not on_file:
            return None
        letter = draw(st.sampled_from(on_file))
        rows = Consultation.objects.select_related("request__organ")
        return letter, lambda: rows.get(request=case.key, ref=letter.ref)

    @act(lambda self, case: any(not one.reply and one.on_file for one in case.law.letters))
    def letter_arrives(self, case: Case, draw: Any) -> None:
        if (found := self._letter(case, draw)) is None:
            return
        letter, row = found
        if self.handled(
            "letter_arrives",
            case,
            ANY if letter.reply else None,
            lambda who: steps.note_arrival(who, row(), on=self.today),
        ):
            letter.arrived = self.today

    @act(lambda self, case: any(not one.replied and one.on_file for one in case.law.letters))
    def opinion_comes(self, case: Case, draw: Any) -> None:
        if (found := self._letter(case, draw)) is None:
            return
        letter, row = found
        reply = draw(st.sampled_from(["agreed", "objected"]))
        if self.handled(
            "opinion_comes",
            case,
            ANY if letter.replied else None,
            lambda who: steps.record_reply(who, row(), on=self.today, reply=reply, text="理由"),
        ):
            # What was found of his silence is no finding on the reasons that he gives now.
            letter.reply, letter.replied, letter.harm = reply, self.today, None

    @act(lambda self, case: any(not one.reply and one.arrived for one in case.law.letters))
    def silence_is_noted(self, case: Case, draw: Any) -> None:
        if (found := self._letter(case, draw)) is None:
            return
        letter, row = found
        over = letter.arrived is not None and self.today > after(letter.arrived, 15)
        if self.handled(
            "silence_is_noted",
            case,
            ANY if letter.reply else None if over else letter.article,
            lambda who: steps.record_silence(who, row()),
        ):
            letter.reply = "silent"

    @act(lambda self, case: any(one.reply in ("objected", "silent") for one in case.law.letters))
    def reasons_are_assessed(self, case: Case, draw: Any) -> None:
        if (found := self._letter(case, draw)) is None:
            return
        letter, row = found
        harm = draw(st.booleans())
        if self.handled(
            "reasons_are_assessed",
            case,
            case.law.may_assess(letter),
            lambda who: steps.assess_reply(who, row(), accepted=harm, assessment="经核对认定"),
        ):
            letter.harm = harm

    # -- what another person has to agree to ---------------------------------------------------

    def _propose(
        self, case: Case, kind: str, refusal: str | None, what: dict[str, object], tried: Any
    ) -> None:
        pending = any(one.kind == kind and one.state == "pending" for one in case.law.proposals)
        if refusal is None and pending:
            refusal = ANY
        made = self.handled(f"propose_{kind}", case, refusal, tried)
        if made:
            assert made.kind == kind
            case.law.proposals.append(Proposal(made.pk, kind, what))

    @act(lambda self, case: case.law.may_extend(self.today, 1) is None)
    def extension_is_proposed(self, case: Case, draw: Any) -> None:
        days = draw(st.sampled_from([1, 5, 10, 20, 21]))
        self._propose(
            case,
            "extension",
            case.law.may_extend(self.today, days),
            {"days": days},
            lambda who: steps.propose_extension(who, case.request, days=days, reason="数量较大"),
        )

    @act(lambda self, case: case.law.may_delay(self.today, case.law.deadline + DAY) is None)
    def delay_is_proposed(self, case: Case, draw: Any) -> None:
        until = self.today + draw(st.sampled_from([-3, 0, 20, 45])) * DAY
        self._propose(
            case,
            "delay",
            ANY if until < self.today else case.law.may_delay(self.today, until),
            {"until": until},
            lambda who: steps.propose_delay(who, case.request, until=until, reason="申请较多"),
        )

    @act(lambda self, case: case.law.may_charge(self.today, 10) is None)
    def fee_is_proposed(self, case: Case, draw: Any) -> None:
        pages = draw(st.sampled_from(sorted(FEES)))
        self._propose(
            case,
            "fee",
            case.law.may_charge(self.today, FEES[pages]),
            {"amount": FEES[pages]},
            lambda who: steps.propose_fee(
                who, case.request, method="page", pages=pages, reason="页数多", offered="查阅"
            ),
        )

    @act(lambda self, case: any(one.harm for one in case.law.letters if one.on_file))
    def override_is_proposed(self, case: Case, draw: Any) -> None:
        harmed = [one.ref for one in case.law.third_parties() if one.harm]
        heard = [one for one in case.law.third_parties() if one.reply == "objected"]
        self._propose(
            case,
            "override",
            None if (harmed or heard) and case.law.open else ANY,
            {"refs": [*harmed, *(one.ref for one in heard)]},
            lambda who: steps.propose_override(who, case.request, reason="关系公共利益"),
        )

    @act(lambda self, case: case.law.runs)
    def answer_is_proposed(self, case: Case, draw: Any) -> None:
        code, subtype = draw(st.sampled_from(ANSWERS))
        wanted = {proof.key for proof in OUTCOMES[code].proofs_for(subtype)}
        for key in sorted(wanted - steps.deciding.SHOWN_BY_RECORDS):
            self.handled(
                "evidence_is_filed",
                case,
                None,
                lambda who, key=key: steps.add_proof(who, case.request, key=key, text="已核对"),
            )
        law = OUTCOMES[code].notice_for(subtype)
        kind = kind_of("N00" if law is None else law.number)
        extra = {one.key: one.sample or "无" for one in kind.fields}
        self._propose(
            case,
            "decision",
            case.law.may_answer(code),
            {"code": code, "subtype": subtype, "kind": kind.code},
            lambda who: steps.propose_decision(
                who,
                case.request,
                outcome_code=code,
                subtype=subtype,
                reason="材料齐全",
                extra=extra,
            ),
        )

    def _proposal(self, case: Case, draw: Any, *states: str) -> tuple[Proposal, Any] | None:
        found = [one for one in case.law.proposals if one.state in states] or case.law.proposals
        if not found:
            return None
        chosen = draw(st.sampled_from(found))
        rows = Approval.objects.select_related("request__organ")
        return chosen, lambda: rows.get(pk=chosen.key)

    def _still(self, case: Case, proposal: Proposal) -> str | None:
        """Whether what was proposed is lawful on this day."""
        if proposal.kind == "extension":
            return case.law.may_extend(self.today, int(str(proposal.what["days"])))
        if proposal.kind == "delay":
            until = proposal.what["until"]
            assert isinstance(until, date)
            return case.law.may_delay(self.today, until)
        if proposal.kind == "fee":
            return case.law.may_charge(self.today, int(str(proposal.what["amount"])))
        if proposal.kind == "decision":
            return case.law.may_answer(str(proposal.what["code"]))
        return None if case.law.open else ANY

    @act(lambda self, case: any(one.state == "pending" for one in case.law.proposals))
    def proposal_is_settled(self, case: Case, draw: Any) -> None:
        if (found := self._proposal(case, draw, "pending")) is None:
            return
        proposal, row = found
        signs = proposal.kind == "decision"
        agreed = draw(st.integers(0, 3)) > 0
        by = case.team.leader if signs else case.team.responsible
        refusal = ANY if proposal.state != "pending" else None
        if agreed and refusal is None:
            refusal = self._still(case, proposal)

        def settle(who: Actor) -> Any:
            if not agreed:
                return steps.return_proposal(who, row(), comment="再核对")
            return steps.sign(who, row()) if signs else steps.approve(who, row())

        name = f"{'approve' if agreed else 'return'}_{proposal.kind}"
        outsiders = (case.team.officer, self.others.responsible, self.others.leader)
        if not self.attempt(name, refusal, settle, by, outsiders):
            return
        proposal.state = "approved" if agreed else "returned"
        proposal.approved = self.today if agreed else None
        if agreed and signs:
            proposal.done = True
            case.law.decide(self.today, str(proposal.what["code"]), str(proposal.what["subtype"]))
            self.issued(case, str(proposal.what["kind"]), answers=True)

    @act(lambda self, case: any(one.state == "pending" for one in case.law.proposals))
    def proposal_is_taken_back(self, case: Case, draw: Any) -> None:
        if draw(st.integers(0, 2)) or (found := self._proposal(case, draw, "pending")) is None:
            return
        proposal, row = found
        if self.handled(
            f"take_back_{proposal.kind}",
            case,
            ANY if proposal.state != "pending" else None,
            lambda who: steps.take_back(who, row()),
        ):
            proposal.state = "taken_back"

    @act(
        lambda self, case: any(
            one.state == "approved" and not one.done and one.kind != "override"
            for one in case.law.proposals
        )
    )
    def proposal_is_carried_out(self, case: Case, draw: Any) -> None:
        if (found := self._proposal(case, draw, "approved")) is None:
            return
        proposal, row = found
        way = draw(st.sampled_from(["in_person", "post", "electronic"]))
        sent_on = self.today - draw(st.sampled_from([0, 0, 0, 3])) * DAY
        ready = (
            proposal.state == "approved"
            and not proposal.done
            and proposal.kind in ("extension", "delay", "fee")
        )
        refusal = self._still(case, proposal) if ready else ANY
        if ready and proposal.approved is not None and sent_on < proposal.approved:
            refusal = ANY
        elif sent_on < self.today:
            return  # The past of a case is `test_life`'s; here things are noted on their day.
        carried = self.handled(
            f"carry_out_{proposal.kind}",
            case,
            refusal,
            lambda who: steps.carry_out(
                who,
                row(),
                way=way,
                sent_on=sent_on,
                tracking_number="1234567890123" if way == "post" else "",
                received_on=sent_on if way == "in_person" else None,
            ),
        )
        if not carried:
            return
        proposal.done = True
        law = case.law
        kind = {"extension": "N04", "delay": "N19", "fee": "N09"}[proposal.kind]
        paper = self.issued(case, kind)
        case.sent[paper.key] = Delivery.objects.get(notice=paper.key).pk
        paper.reached, paper.arrived = True, self.today if way == "in_person" else None
        if proposal.kind == "extension":
            law.days += int(str(proposal.what["days"]))
            law.extended = True
        elif proposal.kind == "delay":
            until = proposal.what["until"]
            assert isinstance(until, date)
            law.until, law.delayed = until, law.delayed or self.today
        else:
            law.charge(self.today, int(str(proposal.what["amount"])), paper.arrived)

    # -- 信息处理费 ------------------------------------------------------------------------------

    @act(lambda self, case: case.law.may_pay() is None and case.law.fee_arrived is None)
    def fee_notice_arrives(self, case: Case, draw: Any) -> None:
        law = case.law
        on = self.today + draw(st.sampled_from([0, 0, 1])) * DAY
        waits = law.may_pay() is None and law.fee_arrived is None and on <= self.today
        if self.handled(
            "fee_notice_arrives",
            case,
            None if waits else ANY,
            lambda who: steps.note_fee_arrival(who, case.request, on=on),
        ):
            law.fee_arrived = on

    @act(lambda self, case: case.law.may_pay() is None)
    def money_comes(self, case: Case, draw: Any) -> None:
        amount = draw(st.sampled_from([None, None, 60]))
        if self.handled(
            "money_comes",
            case,
            case.law.may_pay(),
            lambda who: steps.record_payment(who, case.request, on=self.today, amount=amount),
        ):
            case.law.pay(self.today, amount)

    @act(lambda self, case: case.law.may_pay() is None)
    def slip_is_handed_in(self, case: Case, draw: Any) -> None:
        self.applied(
            "slip_is_handed_in",
            ANY if case.law.may_pay() == FEE else None,
            lambda who: following.hand_in_slip(
                who, case.intake, [Incoming("slip", "凭证.png", picture())]
            ),
        )

    @act(lambda self, case: case.law.runs and not case.law.reasons_asked)
    def reasons_are_asked(self, case: Case, draw: Any) -> None:
        if self.handled(
            "reasons_are_asked",
            case,
            None if case.law.open else ANY,
            lambda who: steps.ask_reasons(
                who, case.request, counts="本月12件", points="用途以外的理由", period="7个工作日"
            ),
        ):
            case.law.reasons_asked = True
            self.issued(case, "N03")

    # -- letters that go out -------------------------------------------------------------------

    @act(lambda self, case: any(not one.reached for one in case.law.papers))
    def paper_is_delivered(self, case: Case, draw: Any) -> None:
        waiting = [one for one in case.law.papers if not one.reached] or case.law.papers
        if not waiting:
            return
        paper = draw(st.sampled_from(waiting))
        way = draw(st.sampled_from(["in_person", "post", "electronic"]))
        sent = self.handled(
            "paper_is_delivered",
            case,
            None,
            lambda who: deliveries.deliver_notice(
                who,
                Notice.objects.select_related("organ", "request__organ").get(pk=paper.key),
                way=way,
                sent_on=self.today,
                tracking_number="1234567890123" if way == "post" else "",
                received_on=self.today if way == "in_person" else None,
            ),
        )
        assert sent
        case.sent[paper.key] = sent.pk
        paper.reached = True
        if way != "post":
            self._arrived(case, paper, by_hand=way == "in_person")
        if paper.answers and case.law.answer and not case.law.ended:
            case.law.ended = ("delivered", self.today)

    def _arrived(self, case: Case, paper: Paper, *, by_hand: bool = True) -> None:
        """The addressee has it: whatever time the paper gives him runs from this day."""
        paper.arrived = paper.arrived or self.today
        law = case.law
        waits = law.may_pay() is None and law.fee_arrived is None
        if paper.kind == "N09" and waits and by_hand:
            law.fee_arrived = self.today
        for letter in law.letters:
            if letter.ref == paper.ref and not letter.reply and not letter.arrived and by_hand:
                letter.arrived = self.today

    @act(lambda self, case: bool(case.sent))
    def paper_is_signed_for(self, case: Case, draw: Any) -> None:
        if not case.sent:
            return
        key = draw(st.sampled_from(sorted(case.sent)))
        sent = Delivery.objects.select_related("notice__request__organ").get(pk=case.sent[key])
        open_ = sent.received_on is None and sent.failed_on is None
        if self.handled(
            "paper_is_signed_for",
            case,
            None if open_ else ANY,
            lambda who: deliveries.sign_for_delivery(who, sent, received_on=self.today),
        ):
            paper = next(one for one in case.law.papers if one.key == key)
            paper.arrived = None if sent.way == "post" else paper.arrived
            self._arrived(case, paper)

    @act(lambda self, case: bool(case.sent))
    def paper_comes_back(self, case: Case, draw: Any) -> None:
        if not case.sent or draw(st.integers(0, 2)):
            return
        key = draw(st.sampled_from(sorted(case.sent)))
        sent = Delivery.objects.select_related("notice__request__organ").get(pk=case.sent[key])
        open_ = sent.received_on is None and sent.failed_on is None
        if self.handled(
            "paper_comes_back",
            case,
            None if open_ else ANY,
            lambda who: deliveries.record_failed_delivery(
                who, sent, on=self.today, reason="地址不详"
            ),
        ):
            paper = next(one for one in case.law.papers if one.key == key)
            stands = Delivery.objects.filter(
                notice=key, failed_on=None, counts_on__isnull=False
            ).exists()
            paper.reached = stands
            paper.arrived = None

    @act(
        lambda self, case: any(
            one.harm and not one.told and case.law.overridden(one) for one in case.law.letters
        )
    )
    def third_party_is_told(self, case: Case, draw: Any) -> None:
        """N08: what is disclosed against its objection, and why (第三十二条)."""
        if (found := self._letter(case, draw)) is None or not found[0].third:
            return
        letter, _row = found
        extra = {"information": "总价", "reason": "公共利益", "release_on": "2026年3月30日"}

        def tell(who: Actor) -> Any:
            draft = notices.draft_notice(
                who, case.request, "N08", extra=extra, consultation_ref=letter.ref
            )
            return notices.issue_notice(who, draft, on=self.today)

        if letter.reply == "objected" and not case.law.overridden(letter):
            # The draft is lawful and stays; it is the issuing that is refused.
            return
        if self.handled("third_party_is_told", case, None, tell):
            letter.told = True
            self.issued(case, "N08", letter.ref)

    @act(lambda self, case: case.law.asked is not None and case.law.open)
    def correction_is_told_again_by_hand(self, case: Case, draw: Any) -> None:
        """A second N02 past the step, written by hand: told once is once (第三十条)."""
        if case.law.asked is None or draw(st.integers(0, 3)):
            return
        extra = {"points": "再补一点", "period": "5个工作日"}
        draft = notices.draft_notice(case.team.officer, case.request, "N02", extra=extra)
        self.handled(
            "correction_is_told_again_by_hand",
            case,
            "第三十条",
            lambda who: notices.issue_notice(who, draft, on=self.today),
        )
        notices.discard_notice(case.team.officer, draft)

    # -- the applicant, complaints -------------------------------------------------------------

    @act(lambda self, case: case.law.may_withdraw() is None and self.today.day % 3 == 0)
    def applicant_withdraws(self, case: Case, draw: Any) -> None:
        by_letter = draw(st.booleans())
        refusal = case.law.may_withdraw()
        if by_letter:
            gone = self.handled(
                "withdraw",
                case,
                refusal,
                lambda who: steps.withdraw(who, case.request, on=self.today),
            )
        else:
            gone = self.applied(
                "withdraw", refusal, lambda who: following.withdraw(who, case.intake)
            )
        if gone:
            case.law.ended = ("withdrawn", self.today)

    @act(lambda self, case: not case.law.ended)
    def other_form_is_wanted(self, case: Case, draw: Any) -> None:
        form = draw(st.sampled_from(["paper", "electronic"]))
        lawful = not case.erased and (not case.law.ended or case.law.ended[0] == "delivered")
        self.applied(
            "other_form_is_wanted",
            None if lawful else ANY,
            lambda who: following.ask_supply(who, case.intake, supply_form=form, supply_way="post"),
        )

    @act(lambda self, case: True)
    def applicant_complains(self, case: Case, draw: Any) -> None:
        if draw(st.integers(0, 3)):
            return
        waiting = Complaint.objects.filter(request=case.key, answered_at=None)
        complaint = self.applied(
            "applicant_complains",
            ANY if waiting.count() >= 5 else None,
            lambda who: following.complain(who, case.intake, text="办得太慢"),
        )
        if complaint and draw(st.booleans()):
            self.attempt(
                "complaint_is_answered",
                None,
                lambda who: complaints.answer_complaint(who, complaint, answer="已督办"),
                case.team.responsible,
                (case.team.officer, self.others.responsible),
            )

    # -- 研判、分案、归档 ------------------------------------------------------------------------

    @act(lambda self, case: case.law.open)
    def matter_is_judged(self, case: Case, draw: Any) -> None:
        question = triage.QUESTIONS[0]
        answers = {question.key: question.answers[0].key}
        self.handled(
            "matter_is_judged",
            case,
            None if case.law.open else ANY,
            lambda who: triage.record_triage(who, case.request, answers=answers),
        )

    @act(lambda self, case: case.law.open)
    def help_is_asked(self, case: Case, draw: Any) -> None:
        if draw(st.integers(0, 1)):
            return
        asked = self.handled(
            "help_is_asked",
            case,
            None if case.law.open else ANY,
            lambda who: linking.ask_for_help(
                who, case.request, self.others.organ, question="请提供目录"
            ),
        )
        if asked:
            self.attempt(
                "help_is_given",
                None,
                lambda who: linking.answer_help(who, asked, answer="没有"),
                self.others.officer,
                (case.team.officer,),
            )

    @act(lambda self, case: case.law.may_split(self.today) is None and len(self.cases) < 3)
    def request_is_split(self, case: Case, draw: Any) -> None:
        if len(self.cases) > 2:
            return
        refusal = ANY if case.erased else case.law.may_split(self.today)
        made = self.handled(
            "request_is_split",
            case,
            refusal,
            lambda who: linking.split_request(who, case.request, descriptions=["另一项目的批复"]),
        )
        if made:
            self.cases.append(Case(made[0].pk, case.law.part(), case.team))

    @act(lambda self, case: bool(case.law.ended))
    def file_is_put_away(self, case: Case, draw: Any) -> None:
        """What a complete file is, is `archiving`'s; an open case has none."""
        if case.law.ended and case.law.due is None:
            return
        self.handled("file_is_put_away", case, ANY, lambda who: steps.archive(who, case.request))

    # -- 复议、诉讼 ------------------------------------------------------------------------------

    @act(lambda self, case: not case.law.open and len(self.remedies) < 3)
    def review_begins(self, case: Case, draw: Any) -> None:
        if len(self.remedies) > 3:
            return
        kind = draw(st.sampled_from(["review", "direct", "after_review"]))
        opened = self.handled(
            "review_begins",
            case,
            None,
            lambda who: open_remedy_case(
                who,
                case.request.organ,
                kind=kind,
                number=f"测〔{self.today.year}〕{len(self.remedies) + 1}号",
                filed_on=self.today,
                request=case.request,
            ),
        )
        self.remedies.append(Remedy(opened.pk, kind, self.today, case))

    def _remedy(self, case: Case, draw: Any) -> tuple[Remedy, Callable[[], RemedyCase]] | None:
        mine = [one for one in self.remedies if one.case is case]
        if not mine:
            return None
        remedy = draw(st.sampled_from(mine))
        return remedy, lambda: RemedyCase.objects.select_related("organ").get(pk=remedy.key)

    @act(lambda self, case: any(r.case is case and not r.concluded for r in self.remedies))
    def review_ends(self, case: Case, draw: Any) -> None:
        if (found := self._remedy(case, draw)) is None:
            return
        remedy, row = found
        result = draw(st.sampled_from(["corrected", "corrected", "upheld", "other"]))
        duty = draw(st.sampled_from(["", "answer", "anew"])) if result == "corrected" else ""
        later = draw(st.sampled_from([None, 10, 30])) if duty else None
        until = self.today + timedelta(later) if later else None
        if self.handled(
            "review_ends",
            case,
            ANY if remedy.concluded else None,
            lambda who: conclude_remedy_case(
                who,
                row(),
                result=result,
                concluded_on=self.today,
                duty=duty,
                duty_until=until,
            ),
        ):
            remedy.result, remedy.concluded, remedy.duty = result, self.today, bool(duty)
            remedy.fulfilled = False
            if duty:
                case.law.answer_anew(self.today, until)

    @act(lambda self, case: any(r.case is case and r.concluded for r in self.remedies))
    def next_instance(self, case: Case, draw: Any) -> None:
        if draw(st.booleans()) or (found := self._remedy(case, draw)) is None:
            return
        remedy, row = found
        stage = draw(st.sampled_from([1, 2]))
        lawful = remedy.concluded is not None and stage > remedy.stage
        if self.handled(
            "next_instance",
            case,
            None if lawful else ANY,
            lambda who: advance_remedy_case(who, row(), stage=("", "appeal", "retrial")[stage]),
        ):
            remedy.stage, remedy.result, remedy.concluded = stage, "", None
            remedy.duty = remedy.duty and remedy.fulfilled

    @act(lambda self, case: any(r.case is case and r.duty for r in self.remedies))
    def duty_is_done(self, case: Case, draw: Any) -> None:
        if (found := self._remedy(case, draw)) is None:
            return
        remedy, row = found
        delivered = bool(case.law.ended) and case.law.ended[0] == "delivered"
        lawful = remedy.duty and not remedy.fulfilled and delivered
        if self.handled(
            "duty_is_done",
            case,
            None if lawful else ANY,
            lambda who: fulfil_duty(who, row(), on=self.today),
        ):
            remedy.fulfilled = True

    # -- 机构改革、保存期限 -----------------------------------------------------------------------

    @act(lambda self, case: not self.abolished and self.today.day % 5 == 0)
    def body_is_abolished(self, case: Case, draw: Any) -> None:
        if self.abolished or draw(st.integers(0, 2)):
            return
        gone, heir = self.team, self.heir
        Organ.objects.filter(pk=gone.organ.pk).update(abolished_on=self.today, successor=heir.organ)
        self.abolished = True
        self.attempt(
            "body_is_abolished",
            None,
            lambda who: linking.hand_over_cases(who, Organ.objects.get(pk=gone.organ.pk)),
            heir.officer,
            (self.others.responsible, heir.reviewer),
        )
        for one in self.cases:
            if one.law.result is None or one.law.due is not None:
                one.team = heir

    @act(lambda self, case: case.law.due is None and self.today.day % 4 == 0)
    def applicant_is_forgotten(self, case: Case, draw: Any) -> None:
        """个人信息保护法第四十七条: not while anybody still needs to know who asked."""
        needed = not case.law.ended or any(r.case is case and r.pends for r in self.remedies)
        if self.attempt(
            "applicant_is_forgotten",
            ANY if needed or case.erased else None,
            lambda who: retention.erase_on_request(who, case.intake, reason="申请人书面要求"),
            case.team.responsible,
            (case.team.officer, self.others.responsible),
        ):
            case.erased = True

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def cases_are_what_the_model_says(self) -> None:
        for case in getattr(self, "cases", ()):
            request, law = case.request, case.law
            events = list(request.events.order_by("seq"))
            reading = reading_of(events, current_calendar(), self.today)
            assert isinstance(reading, ClockReading)
            assert request.organ_id == case.team.organ.pk
            assert reading.state.value == law.state(self.today)
            row = columns_now(request)
            assert row.due_on == law.due
            code, subtype, on = law.result or ("", "", None)
            assert (row.outcome, row.outcome_subtype, row.decided_on) == (code, subtype, on)
            allowed = {step.type for step in reading.next_events if step.allowed}
            assert allowed & set(NEXT) == self.next_steps(law)
            if row.state != law.state(self.today):
                # A consultation that ran out ages without anybody's act.
                assert (row.state, law.state(self.today)) == ("paused", "running")

    def next_steps(self, law: Law) -> set[str]:
        """What may be done today, by the model."""
        today, found = self.today, set()
        if law.runs:
            found |= {"decided", "third_party_consulted", "organ_consulted"}
            if law.may_ask_correction(today) is None:
                found.add("correction_requested")
            if law.may_extend(today, 1) is None:
                found.add("extended")
            if not law.set_until and today <= law.deadline:
                found.add("delay_stated")
            if law.may_charge(today, 1) is None:
                found.add("fee_noticed")
        elif law.open and law.waits == "correction":
            found.add("correction_received")
            if today > law.correct_by:
                found.add("correction_lapsed")
        elif law.open:
            found.add("fee_paid")
            if law.fee_arrived and today > law.pay_by:
                found.add("fee_lapsed")
        elif law.answer and not law.ended:
            found.add("delivered")
        elif law.ended and law.ended[0] != "withdrawn":
            found.add("reopened")
            if law.ended[0] == "closed_no_correction":
                found.add("correction_received")
        if not law.ended:
            found.add("withdrawn")
        return found

    @invariant()
    def tables_are_what_the_records_say(self) -> None:
        if not hasattr(self, "cases"):
            return
        first = min(case.law.received for case in self.cases).year
        carried: Counter[int] = Counter()
        for year in range(first, self.today.year + 1):
            fmt = format_for_year(year)
            expected: Counter[tuple[int, str]] = Counter()
            for case in self.cases:
                for cell in case.law.cells(year):
                    expected[case.team.organ.pk, f"t3.{cell}.natural"] += 1
            bodies = Organ.objects.filter(pk__in=[self.team.organ.pk, self.heir.organ.pk])
            rows = {(r.organ_id, r.cell): r.value for r in facts.request_rows(fmt, year, bodies)}
            assert rows == dict(expected), f"table three of {year}"
            for body in (self.team.organ.pk, self.heir.organ.pk):
                came_in = expected[body, "t3.carried_in.natural"]
                assert came_in == carried[body], "what was carried out comes in again"
                carried[body] = expected[body, "t3.carried_out.natural"]
                results = sum(
                    value
                    for (organ, cell), value in rows.items()
                    if organ == body and cell.split(".")[1] not in ("new", "carried_in")
                )
                assert expected[body, "t3.new.natural"] + came_in == results
            reviews: Counter[str] = Counter()
            for one in self.remedies:
                if one.concluded and one.concluded.year == year:
                    reviews[f"t4.{one.kind}.{one.result}"] += 1
                elif one.filed.year <= year and (
                    one.concluded is None or one.concluded.year > year
                ):
                    reviews[f"t4.{one.kind}.pending"] += 1
            told: Counter[str] = Counter()
            for row in facts.remedy_rows(fmt, year, bodies):
                told[row.cell] += row.value
            assert told == reviews, f"table four of {year}"
            paid = [
                sum(amount for on, amount in case.law.payments if on.year == year)
                for case in self.cases
            ]
            fees = {row.cell: row.value for row in facts.fee_rows(fmt, year, bodies)}
            assert fees.get("m.fee.amount", 0) == sum(paid)
            assert fees.get("m.fee.requests", 0) == sum(1 for one in paid if one)

    @invariant()
    def records_hold_together(self) -> None:
        if not hasattr(self, "cases"):
            return
        moved = recompute_due_dates(CONSOLE, dry_run=True)
        assert (moved.moved, moved.unreadable) == ((), ())
        assert list(Verification().differences()) == []
        for team in (self.team, self.heir):
            numbers = Notice.objects.filter(organ=team.organ).exclude(serial=None)
            by_year: dict[int, list[int]] = {}
            for year, serial in numbers.values_list("year", "serial"):
                by_year.setdefault(year, []).append(serial)
            for serials in by_year.values():
                assert sorted(serials) == list(range(1, len(serials) + 1))
        assert retention.retain(CONSOLE, dry_run=True).erased == []


LifeOfSteps.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    phases=[Phase.explicit, Phase.generate],
    derandomize=not SEED,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Any) -> Any:
    """Files and keys of this test's own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAULT_MASTER_KEY = ""
    keys.forget()
    yield
    keys.forget()


@pytest.mark.django_db
class TestLifeOfSteps(LifeOfSteps.TestCase):
    """Run by pytest in one transaction; every example has bodies of its own."""


if SEED:
    TestLifeOfSteps = seed(int(SEED))(TestLifeOfSteps)
