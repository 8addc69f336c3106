"""The way of a report: submitted, returned or accepted, published, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs import policy
from gongkai.reports import content, documents, review
from gongkai.reports.build import build
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import LAWFUL_STEPS, AnnualReport, DeclaredFigure, State
from gongkai.reports.review import Blocker, Question
from gongkai.reports.services.common import (
    StaleReport,
    SubmissionBlocked,
    locked_report,
    move,
    require_step,
    save,
)
from gongkai.reports.tree import ReportError
from gongkai.reports.values import store, store_cells
from gongkai.search.services import changed
from gongkai.statute.constraints import Finding

NAMED_CHANGES = 40
"""A ledger entry names so many changed cells at most; the versions themselves hold all."""


def obstacles(
    report: AnnualReport, built: BuiltReport
) -> tuple[list[Finding], list[Blocker], list[Question]]:
    """What keeps the report from being submitted: violations, faults of the text, questions."""
    read = review.with_text(built, report.sections)
    asked = review.questions(read, report.sections, report.flag_answers.all())
    return (
        read.violations,
        review.blockers(read, report.sections),
        [question for question in asked if question.is_open],
    )


@transaction.atomic
def submit(
    actor: Actor,
    report: AnnualReport,
    lock: int | None = None,
    comment: str = "",
    *,
    today: date | None = None,
) -> AnnualReport:
    """The report goes to the superior; its figures are frozen as they are counted now.

    Raises `SubmissionBlocked` with everything that stands against it, and `StaleReport` when
    it changed since the page was opened.
    """
    policy.authorise(actor, "reports.submit", report.organ)
    locked = locked_report(report, lock)
    require_step(locked, State.SUBMITTED)
    now = today or timezone.localdate()
    if now <= date(locked.year, 12, 31):
        raise ReportError(
            f"{locked.year}年尚未结束，统计期限至12月31日，请在{locked.year + 1}年1月1日后提交。"
        )
    if locked.supersedes_id is not None and not locked.change_note.strip():
        raise ReportError("更正版本须写明更正说明，请先填写。")
    built = build(locked.organ, locked.year, locked.scope, today=now)
    built = review.with_text(built, locked.sections)
    violations, faults, asked = obstacles(locked, built)
    if violations or faults or asked:
        raise SubmissionBlocked(violations, faults, asked)
    before = State(locked.state)
    locked.issuer = locked.organ.name
    locked.format_id = built.format.id
    locked.cells = store_cells(built.format, built.cells)
    locked.evidence = evidence(locked, built)
    locked.state = State.SUBMITTED
    locked.submitted_at = timezone.now()
    save(locked, "issuer", "format_id", "cells", "evidence", "state", "submitted_at")
    move(actor, locked, before, State.SUBMITTED, comment)
    record(
        actor,
        "reports.submit",
        chain=locked.organ.code,
        obj=locked,
        changes={
            "state": [before, State.SUBMITTED],
            "figures": content.fingerprint(str(sorted(locked.cells.items()))),
            "declared": sorted(built.declared),
        },
    )
    return locked


def evidence(report: AnnualReport, built: BuiltReport) -> dict[str, Any]:
    """What the figures rest on at the moment of submission."""
    answers = report.flag_answers.all()
    asked = review.questions(built, report.sections, answers)
    return {
        "built_at": timezone.now().isoformat(),
        "computed": store_cells(built.format, built.computed),
        "adjustment": {cell: store(value) for cell, value in built.adjustment.items()},
        "declared": {
            cell: {"value": store(one.value), "note": one.note, "by": one.by}
            for cell, one in built.declared.items()
        },
        "warnings": [
            {"constraint": one.constraint, "message": one.message} for one in built.warnings
        ],
        "questions": [
            {
                "id": one.id,
                "message": one.message,
                "reason": one.answer.reason if one.answer else "",
                "by": one.answer.by if one.answer else "",
            }
            for one in asked
        ],
        "measures": {name: store(value) for name, value in built.measures.items()},
    }


@transaction.atomic
def return_report(
    actor: Actor, report: AnnualReport, comment: str, lock: int | None = None
) -> AnnualReport:
    """The superior sends the report back with a comment; the body may change it again."""
    _authorise_review(actor, report)
    reason = comment.strip()
    if not reason:
        raise ValidationError({"comment": "请写明退回的原因和需要修改的地方。"})
    return _step(actor, report, lock, State.RETURNED, reason, "reports.return")


@transaction.atomic
def accept(
    actor: Actor, report: AnnualReport, comment: str = "", lock: int | None = None
) -> AnnualReport:
    """The superior finds the report in order; it may be published."""
    _authorise_review(actor, report)
    return _step(actor, report, lock, State.ACCEPTED, comment.strip(), "reports.accept")


def accept_many(
    actor: Actor, reports: Iterable[AnnualReport], comment: str = ""
) -> tuple[list[AnnualReport], list[tuple[AnnualReport, str]]]:
    """Accept each; one that cannot be accepted does not hold up the others.

    Returns what was accepted, and what was not with the reason.
    """
    done: list[AnnualReport] = []
    refused: list[tuple[AnnualReport, str]] = []
    for report in reports:
        try:
            done.append(accept(actor, report, comment, report.lock))
        except (ReportError, PermissionDenied) as error:
            refused.append((report, str(error)))
    return done, refused


@transaction.atomic
def publish(actor: Actor, report: AnnualReport, lock: int | None = None) -> AnnualReport:
    """The report is public and frozen for good: sealed with SM3 over its content.

    From now on the database refuses any change; see `gongkai.reports.triggers`.
    """
    policy.authorise(actor, "reports.publish", report.organ)
    locked = locked_report(report, lock)
    require_step(locked, State.PUBLISHED)
    before = State(locked.state)
    locked.state = State.PUBLISHED
    locked.published_at = timezone.now()
    locked.checksum = content.seal(locked)
    # The history first: the published row may not be touched after this.
    move(actor, locked, before, State.PUBLISHED, "")
    save(locked, "state", "published_at", "checksum")
    changes: dict[str, Any] = {"state": [before, State.PUBLISHED], "checksum": locked.checksum}
    if locked.supersedes is not None:
        changes["supersedes"] = locked.supersedes.checksum
        changes["corrected"] = corrected_cells(locked.supersedes, locked)
    record(actor, "reports.publish", chain=locked.organ.code, obj=locked, changes=changes)
    # The version that it corrects is not in force any more.
    replaced = [] if locked.supersedes_id is None else [locked.supersedes_id]
    changed(documents.NAME, [locked.pk, *replaced])
    return locked


@transaction.atomic
def correct_published(actor: Actor, report: AnnualReport, note: str) -> AnnualReport:
    """A new version of a published report, opened for editing; the old one stays as it is.

    Text and declared figures are taken over; counted figures are counted anew. ``note`` says
    why; what changed is found by comparing the versions.
    """
    policy.authorise(actor, "reports.edit", report.organ)
    reason = note.strip()
    if not reason:
        raise ValidationError({"note": "请写明为什么更正，这段说明将与新版本一同公布。"})
    original = locked_report(report)
    if original.state != State.PUBLISHED:
        raise ReportError("只有已发布的报告才用更正；未发布的报告可以直接修改。")
    if AnnualReport.objects.filter(supersedes=original).exists():
        raise ReportError("这个版本已有更正版本，请打开最新的版本。")
    try:
        with transaction.atomic():
            corrected = AnnualReport.objects.create(
                organ=original.organ,
                year=original.year,
                scope=original.scope,
                format_id=original.format_id,
                version=original.version + 1,
                sections=original.sections,
                supersedes=original,
                change_note=reason,
            )
    except IntegrityError:
        raise StaleReport("另一位同事刚刚建立了更正版本，请刷新页面后打开。") from None
    DeclaredFigure.objects.bulk_create(
        DeclaredFigure(report=corrected, cell=one.cell, value=one.value, note=one.note, by=one.by)
        for one in original.declared.all()
    )
    move(actor, corrected, "", State.DRAFT, reason)
    record(
        actor,
        "reports.correct",
        chain=corrected.organ.code,
        obj=corrected,
        changes={"supersedes": original.checksum, "note": shorten(reason)},
    )
    return corrected


def corrected_cells(old: AnnualReport, new: AnnualReport) -> dict[str, Any]:
    """Cell → [old, new] of two frozen versions, as far as a ledger entry holds them."""
    before: Mapping[str, Any] = old.cells or {}
    after: Mapping[str, Any] = new.cells or {}
    changed = diff(before, after)
    if len(changed) > NAMED_CHANGES:
        named = dict(list(changed.items())[:NAMED_CHANGES])
        return {**named, "more": len(changed) - NAMED_CHANGES}
    return changed


def lawful_steps(report: AnnualReport, user: Any) -> list[str]:
    """The states that ``user`` may move the report to now."""
    steps = []
    for state, action in LAWFUL_STEPS[report.state]:
        if not policy.allows(user, action, report.organ):
            continue
        if action == "reports.review" and was_submitted_by(report, user):
            continue
        steps.append(str(state))
    return steps


def was_submitted_by(report: AnnualReport, user: Any) -> bool:
    """Whether this person submitted the report last: nobody reviews their own report."""
    pk = getattr(user, "pk", None)
    if pk is None:
        return False
    last = report.transitions.filter(to_state=State.SUBMITTED).order_by("-pk").first()
    return last is not None and last.actor_id == pk


def _authorise_review(actor: Actor, report: AnnualReport) -> None:
    policy.authorise(actor, "reports.review", report.organ)
    if was_submitted_by(report, actor.user):
        raise PermissionDenied("报送人不能审核自己报送的报告，请由另一位审核人员办理。")


def _step(
    actor: Actor, report: AnnualReport, lock: int | None, to: State, comment: str, action: str
) -> AnnualReport:
    locked = locked_report(report, lock)
    require_step(locked, to)
    before = State(locked.state)
    locked.state = to
    save(locked, "state")
    move(actor, locked, before, to, comment)
    record(
        actor,
        action,
        chain=locked.organ.code,
        obj=locked,
        changes={"state": [before, to], "comment": shorten(comment)},
    )
    return locked
