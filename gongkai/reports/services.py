"""Every write to annual reports, one function per thing a person does.

Assumptions about concurrency. A writer locks the report's row (PostgreSQL: ``FOR UPDATE``;
SQLite: the immediate transaction lets one writer in), reads it afresh and checks what its page
was based on: for a text, the fingerprint of the section it started from; for a step (submit,
return, accept, publish), the report's ``lock``, a number that every change raises. Who comes
second gets `StaleReport` with a Chinese sentence, and keeps what was typed, because nothing was
written. Two people editing different sections do not disturb each other.

Every function asks `organs.policy`, and leaves an entry in the body's ledger chain within the
same transaction. Errors are ValidationErrors with a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.reports import content, narrative, review
from gongkai.reports.build import build, check_scope
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import (
    LAWFUL_STEPS,
    AnnualReport,
    DeclaredFigure,
    FlagAnswer,
    ReportTransition,
    State,
)
from gongkai.reports.review import Blocker, Question
from gongkai.reports.tree import ReportError, default_scope
from gongkai.reports.values import as_number, load_cells, show, store, store_cells
from gongkai.statute.constraints import Finding
from gongkai.statute.formats import get_format

NAMED_CHANGES = 40
"""A ledger entry names so many changed cells at most; the versions themselves hold all."""


class StaleReport(ReportError):
    """Somebody else changed the report meanwhile; ``current`` is the text as it stands now."""

    def __init__(self, message: str, current: str = "") -> None:
        super().__init__(message, code="stale")
        self.current = current


class SubmissionBlocked(ReportError):
    """The report cannot be submitted yet: everything that stands against it."""

    def __init__(
        self,
        violations: Iterable[Finding] = (),
        blockers: Iterable[Blocker] = (),
        questions: Iterable[Question] = (),
    ) -> None:
        self.violations = list(violations)
        self.blockers = list(blockers)
        self.questions = list(questions)
        messages = [f"{one.message}（{one.constraint}）" for one in self.violations]
        messages += [one.message for one in self.blockers]
        messages += [f"疑点未答复：{one.message}" for one in self.questions]
        super().__init__(messages, code="blocked")


# -- Writing a draft ---------------------------------------------------------------------------


@transaction.atomic
def create_draft(
    actor: Actor,
    organ: Organ,
    year: int,
    scope: str | None = None,
    *,
    today: date | None = None,
) -> AnnualReport:
    """A new draft with a first text written from the records (条例第四十九条).

    Raises `ReportError` when there is a report already, or none can be made for the year.
    """
    policy.authorise(actor, "reports.edit", organ)
    chosen = check_scope(scope) or str(default_scope(organ))
    existing = AnnualReport.objects.filter(organ=organ, year=year, scope=chosen)
    if existing.exists():
        raise ReportError(
            f"{organ.name}{year}年的报告已经建立，请直接打开；已发布的报告请用“更正”另出新版本。"
        )
    built = build(organ, year, chosen, today=today)
    try:
        with transaction.atomic():
            report = AnnualReport.objects.create(
                organ=organ,
                year=year,
                scope=chosen,
                format_id=built.format.id,
                sections=narrative.draft(built, narrative.Contact.of(organ)),
            )
    except IntegrityError:
        raise StaleReport("另一位同事刚刚建立了这份报告，请刷新页面后打开。") from None
    _move(actor, report, "", State.DRAFT, "")
    record(
        actor,
        "reports.create",
        chain=organ.code,
        obj=report,
        changes={"year": year, "scope": chosen, "format": report.format_id},
    )
    return report


def draft_narrative(report: AnnualReport) -> dict[str, str]:
    """The text that the records would give now; nothing is written."""
    built = build(report.organ, report.year, report.scope)
    return narrative.draft(built, narrative.Contact.of(report.organ))


@transaction.atomic
def save_section(
    actor: Actor, report: AnnualReport, section: str, text: str, base: str | None = None
) -> AnnualReport:
    """The section's text, cleaned, is saved.

    ``base`` is the fingerprint (`content.fingerprint`) of the text that the editor started
    from; when another text stands there by now, `StaleReport` is raised with it.
    """
    policy.authorise(actor, "reports.edit", report.organ)
    locked = _open(report)
    if section not in review.text_sections(get_format(locked.format_id)):
        raise ReportError(f"这一格式没有可填写文字的部分“{section}”。")
    if len(text) > content.MAX_LENGTH:
        raise ReportError(
            f"这一部分有{len(text)}字（含格式），超过{content.MAX_LENGTH}字的上限，请精简后保存。"
        )
    before = locked.sections.get(section, "")
    after = content.clean(text)
    if base is not None and content.fingerprint(before) != base and before != after:
        raise StaleReport(
            f"您编辑期间，{_last_writer(locked)}已修改了这一部分。您的文字没有丢失，"
            "请对照现在的内容合并后再保存。",
            current=before,
        )
    if before != after:
        locked.sections = {**locked.sections, section: after}
        _save(locked, "sections")
        record(
            actor,
            "reports.write",
            chain=locked.organ.code,
            obj=locked,
            changes={section: [shorten(content.plain(before)), shorten(content.plain(after))]},
        )
    return locked


@transaction.atomic
def declare_figure(
    actor: Actor, report: AnnualReport, cell: str, value: Decimal | int | None, note: str
) -> DeclaredFigure:
    """The body states this figure itself; the counted one is kept beside it.

    ``value`` None declares the cell as not filled in. A note is mandatory.
    """
    policy.authorise(actor, "reports.edit", report.organ)
    locked = _open(report)
    report_format = get_format(locked.format_id)
    spec = report_format.cells.get(cell)
    if spec is None:
        raise ReportError(f"{report_format.title}没有单元格“{cell}”。")
    if spec.derived:
        raise ReportError(f"{spec.label}由分项自动合计，请修改分项。")
    number = None if value is None else Decimal(value)
    if number is not None:
        _check_value(spec, number)
    reason = note.strip()
    if not reason:
        raise ValidationError({"note": "填报的数字与记录不同时须写明理由和依据。"})
    known = locked.declared.filter(cell=cell).first()
    before = [store(as_number(known.value, spec)), known.note] if known else None
    declared, _ = DeclaredFigure.objects.update_or_create(
        report=locked, cell=cell, defaults={"value": number, "note": reason, "by": actor.name}
    )
    _save(locked)
    record(
        actor,
        "reports.declare",
        chain=locked.organ.code,
        obj=locked,
        changes={cell: [before, [store(as_number(number, spec)), shorten(reason)]]},
    )
    return declared


@transaction.atomic
def withdraw_declaration(actor: Actor, report: AnnualReport, cell: str) -> None:
    """The counted figure stands again."""
    policy.authorise(actor, "reports.edit", report.organ)
    locked = _open(report)
    known = locked.declared.filter(cell=cell).first()
    if known is None:
        raise ReportError("这一单元格没有填报的数字，无需撤回。")
    spec = get_format(locked.format_id).cells.get(cell)
    value = store(as_number(known.value, spec)) if spec else str(known.value)
    known.delete()
    _save(locked)
    record(
        actor,
        "reports.undeclare",
        chain=locked.organ.code,
        obj=locked,
        changes={cell: [[value, shorten(known.note)], None]},
    )


@transaction.atomic
def answer_question(
    actor: Actor, report: AnnualReport, flag: str, message: str, reason: str = ""
) -> FlagAnswer:
    """The question was looked at: ticked, or answered with a reason."""
    policy.authorise(actor, "reports.edit", report.organ)
    locked = _open(report)
    if not flag or not message:
        raise ReportError("没有指明要答复的疑点，请刷新页面后重试。")
    answer, _ = FlagAnswer.objects.update_or_create(
        report=locked,
        flag=flag,
        message=message,
        defaults={"reason": reason.strip(), "by": actor.name},
    )
    _save(locked)
    record(
        actor,
        "reports.answer",
        chain=locked.organ.code,
        obj=locked,
        changes={"flag": flag, "message": shorten(message), "reason": shorten(answer.reason)},
    )
    return answer


@transaction.atomic
def explain_correction(actor: Actor, report: AnnualReport, note: str) -> AnnualReport:
    """The reason of a correction is changed while its version is still a draft."""
    policy.authorise(actor, "reports.edit", report.organ)
    locked = _open(report)
    reason = note.strip()
    if locked.supersedes_id is None:
        raise ReportError("这是首个版本，不需要更正说明。")
    if not reason:
        raise ValidationError({"note": "请写明为什么更正。"})
    before, locked.change_note = locked.change_note, reason
    _save(locked, "change_note")
    record(
        actor,
        "reports.explain",
        chain=locked.organ.code,
        obj=locked,
        changes=diff({"change_note": before}, {"change_note": reason}),
    )
    return locked


# -- The way of a report -----------------------------------------------------------------------


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
    locked = _locked(report, lock)
    _require_step(locked, State.SUBMITTED)
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
    _save(locked, "issuer", "format_id", "cells", "evidence", "state", "submitted_at")
    _move(actor, locked, before, State.SUBMITTED, comment)
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
    locked = _locked(report, lock)
    _require_step(locked, State.PUBLISHED)
    before = State(locked.state)
    locked.state = State.PUBLISHED
    locked.published_at = timezone.now()
    locked.checksum = content.seal(locked)
    # The history first: the published row may not be touched after this.
    _move(actor, locked, before, State.PUBLISHED, "")
    _save(locked, "state", "published_at", "checksum")
    changes: dict[str, Any] = {"state": [before, State.PUBLISHED], "checksum": locked.checksum}
    if locked.supersedes is not None:
        changes["supersedes"] = locked.supersedes.checksum
        changes["corrected"] = corrected_cells(locked.supersedes, locked)
    record(actor, "reports.publish", chain=locked.organ.code, obj=locked, changes=changes)
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
    original = _locked(report)
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
    _move(actor, corrected, "", State.DRAFT, reason)
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


# -- Helpers -----------------------------------------------------------------------------------


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
    locked = _locked(report, lock)
    _require_step(locked, to)
    before = State(locked.state)
    locked.state = to
    _save(locked, "state")
    _move(actor, locked, before, to, comment)
    record(
        actor,
        action,
        chain=locked.organ.code,
        obj=locked,
        changes={"state": [before, to], "comment": shorten(comment)},
    )
    return locked


def _locked(report: AnnualReport, lock: int | None = None) -> AnnualReport:
    """The report's row, locked and read afresh; raises `StaleReport` when it moved on."""
    locked = (
        AnnualReport.objects.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=report.pk)
    )
    if lock is not None and locked.lock != lock:
        raise StaleReport(
            f"页面打开之后，{_last_writer(locked)}已修改了这份报告（现为“"
            f"{locked.get_state_display()}”）。没有作任何改动，请刷新页面核对后再办理。"
        )
    return locked


def _open(report: AnnualReport) -> AnnualReport:
    locked = _locked(report)
    if not locked.is_open:
        raise ReportError(
            f"报告{locked.get_state_display()}，不能修改。"
            + (
                "如有错误，请用“更正”另出新版本。"
                if locked.state == State.PUBLISHED
                else "需要修改的，请上级主管部门退回。"
            )
        )
    return locked


def _require_step(report: AnnualReport, to: State) -> None:
    if to not in [state for state, _ in LAWFUL_STEPS[report.state]]:
        raise ReportError(
            f"报告现为“{report.get_state_display()}”，不能改为“{to.label}”。请刷新页面查看最新状态。"
        )


def _save(report: AnnualReport, *fields: str) -> None:
    """Write and raise the lock; the report object shows what is stored."""
    report.lock += 1
    report.save(update_fields=[*fields, "lock", "updated_at"])


def _move(
    actor: Actor, report: AnnualReport, before: State | str, after: State, comment: str
) -> None:
    ReportTransition.objects.create(
        report=report,
        from_state=before,
        to_state=after,
        actor_id=getattr(actor.user, "pk", None),
        actor_name=actor.name[:150],
        comment=comment,
    )


def _last_writer(report: AnnualReport) -> str:
    entry = (
        LedgerEntry.objects.filter(object_type="reports.annualreport", object_id=str(report.pk))
        .order_by("-pk")
        .values_list("actor_name", "at")
        .first()
    )
    if entry is None:
        return "另一位同事"
    name, at = entry
    moment = timezone.localtime(at)
    return f"{name}于{moment.month}月{moment.day}日{moment:%H:%M}"


def _check_value(spec: Any, number: Decimal) -> None:
    """Refuse what the form cannot hold; the sentence names the cell."""
    problem = ""
    if spec.type == "int" and number != number.to_integral_value():
        problem = "应为整数"
    elif number < 0 and not spec.signed:
        problem = "不能为负数"
    elif abs(number) >= Decimal(10) ** 9:
        problem = f"过大，请核对单位是否为“{spec.unit}”"
    elif number != round(number, 6):
        problem = "的小数位数过多，最多六位"
    if problem:
        raise ValidationError({"value": f"{spec.label}{problem}（填写的是 {show(number)}）。"})


def frozen_cells(report: AnnualReport) -> dict[str, Any]:
    """The cells of a report as sent."""
    return load_cells(get_format(report.format_id), report.cells or {})
