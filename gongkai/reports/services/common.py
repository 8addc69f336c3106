"""What all services of this room share: errors, the locked row, the history."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.reports.models import LAWFUL_STEPS, AnnualReport, ReportTransition, State
from gongkai.reports.review import Blocker, Question
from gongkai.reports.tree import ReportError
from gongkai.statute.constraints import Finding


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


def locked_report(report: AnnualReport, lock: int | None = None) -> AnnualReport:
    """The report's row, locked and read afresh; raises `StaleReport` when it moved on."""
    locked = (
        AnnualReport.objects.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=report.pk)
    )
    if lock is not None and locked.lock != lock:
        raise StaleReport(
            f"页面打开之后，{last_writer(locked)}已修改了这份报告（现为“"
            f"{locked.get_state_display()}”）。没有作任何改动，请刷新页面核对后再办理。"
        )
    return locked


def open_report(report: AnnualReport) -> AnnualReport:
    locked = locked_report(report)
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


def require_step(report: AnnualReport, to: State) -> None:
    if to not in [state for state, _ in LAWFUL_STEPS[report.state]]:
        raise ReportError(
            f"报告现为“{report.get_state_display()}”，不能改为“{to.label}”。请刷新页面查看最新状态。"
        )


def save(report: AnnualReport, *fields: str) -> None:
    """Write and raise the lock; the report object shows what is stored."""
    report.lock += 1
    report.save(update_fields=[*fields, "lock", "updated_at"])


def move(
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


def last_writer(report: AnnualReport) -> str:
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
