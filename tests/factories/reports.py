"""Records for annual reports, and reports in each state, for tests.

Records are written straight to the tables. Reports go through the services, as people make them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from gongkai.foi.models import FoiRequest, RemedyCase
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
)
from gongkai.reports import content, review, services
from gongkai.reports.build import build
from gongkai.reports.models import AnnualReport, State
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.organs import make_user

CONSOLE = Actor.command("测试")
_numbers = count(1)


def add_requests(
    organ: Organ,
    number: int = 1,
    *,
    kind: str = "natural",
    received: date = date(2021, 3, 1),
    decided: date | None = date(2021, 3, 20),
    outcome: str = "GRANT",
) -> list[FoiRequest]:
    """``number`` requests; with ``decided`` None they are still open."""
    assert outcome in OUTCOMES
    return FoiRequest.objects.bulk_create(
        FoiRequest(
            organ=organ,
            number=f"测{next(_numbers)}",
            channel="online",
            applicant_kind=kind,
            subject="某项目批复文件",
            received_on=received,
            state="decided" if decided else "running",
            outcome=outcome if decided else "",
            decided_on=decided,
        )
        for _ in range(number)
    )


def add_remedies(
    organ: Organ,
    number: int = 1,
    *,
    kind: str = "review",
    filed: date = date(2021, 5, 1),
    concluded: date | None = date(2021, 7, 1),
    result: str = "upheld",
) -> list[RemedyCase]:
    """Reviews or lawsuits."""
    return RemedyCase.objects.bulk_create(
        RemedyCase(
            organ=organ,
            number=f"案{next(_numbers)}",
            kind=kind,
            filed_on=filed,
            concluded_on=concluded,
            result=result if concluded else "",
        )
        for _ in range(number)
    )


def add_decisions(
    organ: Organ, number: int = 1, *, kind: str = "permit", on: date = date(2021, 6, 1)
) -> list[Decision]:
    """Decisions of one kind on one day."""
    return Decision.objects.bulk_create(
        Decision(organ=organ, kind=kind, document_number=f"决{next(_numbers)}", decided_on=on)
        for _ in range(number)
    )


def add_items(
    organ: Organ,
    number: int = 1,
    *,
    kind: str = "permit",
    valid_from: date = date(2015, 1, 1),
    valid_until: date | None = None,
) -> list[ActItem]:
    """Matters of one kind."""
    return ActItem.objects.bulk_create(
        ActItem(
            organ=organ,
            kind=kind,
            code=f"事{next(_numbers)}",
            name="测试事项",
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for _ in range(number)
    )


def add_documents(
    organ: Organ,
    number: int = 1,
    *,
    kind: str = "normative",
    issued: date = date(2021, 2, 1),
    repealed: date | None = None,
) -> list[NormativeDocument]:
    """Normative documents, published on the day they were issued."""
    return NormativeDocument.objects.bulk_create(
        NormativeDocument(
            organ=organ,
            kind=kind,
            document_number=f"测政〔{issued.year}〕{next(_numbers)}号",
            title="测试办法",
            issued_on=issued,
            published_on=issued,
            repealed_on=repealed,
        )
        for _ in range(number)
    )


def add_fee(organ: Organ, amount: str, *, on: date = date(2021, 6, 1)) -> FeeIncome:
    """An administrative fee collected, in 元."""
    return FeeIncome.objects.create(
        organ=organ,
        receipt_number=f"票{next(_numbers)}",
        collected_on=on,
        amount=Decimal(amount),
    )


def add_project(organ: Organ, amount: str, *, on: date = date(2020, 6, 1)) -> ProcurementProject:
    """A procurement project, in 元."""
    return ProcurementProject.objects.create(
        organ=organ,
        project_number=f"采{next(_numbers)}",
        title="测试项目",
        contracted_on=on,
        amount=Decimal(amount),
    )


def person(role: str, organ: Organ) -> Actor:
    """Somebody with a role, acting at the screen."""
    return Actor.for_user(make_user(role, organ))


def complete_text(report: AnnualReport) -> AnnualReport:
    """Every gap of the draft filled in and every question ticked, as a diligent clerk would."""
    report.refresh_from_db()
    for section, text in report.sections.items():
        filled = text
        for what in content.gaps(text):
            filled = filled.replace(content.gap(what), f"已按记录写明{what}。")
        services.save_section(CONSOLE, report, section, filled)
    report.refresh_from_db()
    return tick_questions(report)


def tick_questions(report: AnnualReport) -> AnnualReport:
    """Every question that is open now is answered."""
    built = review.with_text(build(report.organ, report.year, report.scope), report.sections)
    for question in review.questions(built, report.sections, report.flag_answers.all()):
        if question.is_open:
            services.answer_question(CONSOLE, report, question.id, question.message, "已核实")
    report.refresh_from_db()
    return report


def make_report(
    organ: Organ, year: int = 2021, *, state: str = State.DRAFT, scope: str | None = None
) -> AnnualReport:
    """A report brought to ``state`` by the steps people take."""
    report = services.create_draft(CONSOLE, organ, year, scope)
    if state == State.DRAFT:
        return report
    report = services.submit(CONSOLE, complete_text(report))
    if state == State.RETURNED:
        return services.return_report(CONSOLE, report, "请补充说明。")
    if state in (State.ACCEPTED, State.PUBLISHED):
        report = services.accept(CONSOLE, report)
    if state == State.PUBLISHED:
        report = services.publish(CONSOLE, report)
    return report
