"""How long the platform keeps who asked (保存期限), and erasing it.

The case file itself is a record and is kept, and handed over, by the rules on archives; what is
erased here is the personal data of the form: the sealed particulars with their blind index and
likeness, the papers that the applicant handed in, where messages went, complaints, suggestions, and
whose account the request stood in. 个人信息保护法
Article 19: no longer than the purpose needs; Article 47: erased once the purpose is reached or the
period has run out [from knowledge]. The law sets no number of days, so it is a dated parameter
marked as a reading: by default as long as a lawsuit is possible.

Nothing is erased while a case is open, a review or lawsuit is pending or a decision of one waits to
be carried out. What the yearly figures count (kind of applicant, channel, outcome, days) stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from gongkai.foi import similarity
from gongkai.foi.models import (
    Applicant,
    CaseFile,
    Complaint,
    FoiEvent,
    Intake,
    Message,
    RemedyCase,
    Suggestion,
)
from gongkai.foi.persons import refuse_personal
from gongkai.foi.services import account_requests, accounts, drafts
from gongkai.foi.services.files import PUBLIC_KINDS
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.ledger.services import Act, record_many
from gongkai.organs.policy import authorise
from gongkai.statute.parameters import parameter
from gongkai.vault import files as sealed_files

APPROVE: Final = "foi.approve"
CLOSED: Final = "foi.applicant_retention_days"
UNACCEPTED: Final = "foi.unaccepted_retention_days"
CHUNK: Final = 500
MAX_REASON: Final = 200

_ENDED: Final = (Intake.State.FORWARDED, Intake.State.SET_ASIDE, Intake.State.WITHDRAWN)
_ENDINGS: Final = tuple(f"foi.intake.{state}" for state in _ENDED)
_PENDING: Final = Q(voided_at=None) & (Q(concluded_on=None) | (~Q(duty="") & Q(duty_done_on=None)))
"""Reviews and lawsuits that go on, or whose decision is not carried out yet."""


class Erased(NamedTuple):
    """One applicant whose data is gone (or would be)."""

    organ_code: str
    organ_name: str
    number: str
    until: date


@dataclass
class Retained:
    """What a run came to. `marked`: applicants whose last day was set, moved or taken back."""

    erased: list[Erased] = field(default_factory=list)
    marked: int = 0
    drafts: int = 0
    accounts: int = 0


def retain(actor: Actor, *, dry_run: bool = False, today: date | None = None) -> Retained:
    """What is past its period is erased; of the rest the last day stands in `retain_until`.

    Each applicant is a transaction of its own: killed, the next run goes on. Only the console and
    the schedule do this; nobody chooses whom it strikes.
    """
    if actor.user is not None:
        raise PermissionDenied("到期清除由定时任务执行。需要提前清除的，请在来件页面逐件办理。")
    today = today or timezone.localdate()
    done = Retained()
    for chunk in _chunks(Applicant.objects.filter(erased_at=None).order_by("pk")):
        until = retain_until(chunk, today)
        stale = [one for one in chunk if one.retain_until != until[one.pk]]
        done.marked += len(stale)
        if not dry_run:
            for applicant in stale:
                applicant.retain_until = until[applicant.pk]
            Applicant.objects.bulk_update(stale, ["retain_until"], batch_size=CHUNK)
        for applicant in chunk:
            last = until[applicant.pk]
            if last is None or last >= today:
                continue
            if dry_run or _erase_due(actor, applicant.pk, today):
                organ = _organ(applicant.intake)
                done.erased.append(Erased(organ.code, organ.label, applicant.intake.number, last))
    done.accounts = accounts.sweep(actor, dry_run=dry_run).accounts
    if not dry_run:
        done.drafts = drafts.sweep(actor)
    return done


def erase_on_request(actor: Actor, intake: Intake, *, reason: str) -> Applicant:
    """The responsible person has the applicant's data erased before its time (Article 47).

    Raises ValidationError while the data is still needed for the case, or without a reason.
    """
    organ = _organ(intake)
    authorise(actor, APPROVE, organ)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "请写明提前清除的理由，例如“申请人书面要求删除”。"})
    if len(reason) > MAX_REASON:
        raise ValidationError(
            {"reason": f"理由有{len(reason)}个字，最多{MAX_REASON}个字，请精简。"}
        )
    refuse_personal(reason=reason)
    with transaction.atomic():
        applicant = _locked(intake.applicant.pk)
        if applicant.erased_at is not None:
            at = timezone.localtime(applicant.erased_at)
            raise ValidationError(f"申请人信息已于{at:%Y年%m月%d日}清除。")
        if closed_on([applicant])[applicant.pk] is None:
            raise ValidationError(
                "现在不能清除：申请还没有办结，或者有未审结、未履行的复议、诉讼，办理仍需要"
                "申请人信息（个人信息保护法第四十七条第一款第一项）。办结后再清除。"
            )
        _erase(actor, applicant, {"why": "request", "reason": reason})
    return applicant


def retain_until(applicants: Sequence[Applicant], today: date) -> dict[int, date | None]:
    """The last day on which each applicant's data is kept; None while it is needed."""
    days = {key: int(parameter(key, today).value) for key in (CLOSED, UNACCEPTED)}
    ended = closed_on(applicants)
    return {
        one.pk: day
        and day + timedelta(days[UNACCEPTED if one.intake.request_id is None else CLOSED])
        for one, day in ((one, ended[one.pk]) for one in applicants)
    }


def closed_on(applicants: Sequence[Applicant]) -> dict[int, date | None]:
    """The day on which all was done for each applicant; None while something is to be done.

    For a request the last of: result, last event, end of reviews and lawsuits, their carrying out.
    Three statements, however many applicants.
    """
    requests = [one.intake.request_id for one in applicants if one.intake.request_id is not None]
    pending = set(
        RemedyCase.objects.filter(_PENDING, request__in=requests).values_list("request", flat=True)
    )
    last: dict[int, list[date | None]] = {
        pk: [on, concluded, carried_out]
        for pk, on, concluded, carried_out in Intake.objects.filter(request__in=requests)
        .order_by()
        .annotate(
            last_event=Subquery(_latest(FoiEvent.objects.all(), "on")),
            concluded=Subquery(_latest(RemedyCase.objects.filter(voided_at=None), "concluded_on")),
            carried_out=Subquery(
                _latest(RemedyCase.objects.filter(voided_at=None), "duty_done_on")
            ),
        )
        .values_list("request", "last_event", "concluded", "carried_out")
    }
    endings = _ends_of_intakes(one.intake_id for one in applicants if one.intake.state in _ENDED)
    found: dict[int, date | None] = {}
    for one in applicants:
        request = one.intake.request
        if request is None:
            ended = endings.get(one.intake_id, one.intake.arrived_on)
            found[one.pk] = ended if one.intake.state in _ENDED else None
        elif request.decided_on is None or request.due_on is not None or request.pk in pending:
            found[one.pk] = None
        else:
            days = [request.decided_on, *last.get(request.pk, ())]
            found[one.pk] = max(day for day in days if day is not None)
    return found


# -- inside ------------------------------------------------------------------------------------


def _erase_due(actor: Actor, pk: int, today: date) -> bool:
    """Erase unless something has happened to the case meanwhile."""
    with transaction.atomic():
        applicant = _locked(pk)
        until = retain_until([applicant], today)[pk]
        if applicant.erased_at is not None or until is None or until >= today:
            return False
        _erase(actor, applicant, {"why": "retention", "until": until})
    return True


def _erase(actor: Actor, applicant: Applicant, facts: Mapping[str, Any]) -> None:
    now = timezone.now()
    intake = applicant.intake
    mine = Q(intake=intake)
    if intake.request_id is not None:
        mine |= Q(request=intake.request_id)
    papers = list(
        CaseFile.objects.select_for_update(of=("self",)).filter(
            mine, kind__in=PUBLIC_KINDS, erased_at=None
        )
    )
    paths = [paper.path for paper in papers]
    for paper in papers:
        paper.path, paper.name_sealed, paper.erased_at = "", b"", now
    CaseFile.objects.bulk_update(papers, ["path", "name_sealed", "erased_at"])
    messages = Message.objects.filter(intake=intake)
    messages.filter(state=Message.State.QUEUED).update(state=Message.State.CANCELLED, try_at=None)
    count = messages.exclude(sealed=b"").update(sealed=b"")
    if intake.request_id is not None:
        Complaint.objects.filter(request=intake.request_id).update(sealed=b"")
        # Why something should be published, in the applicant's own words (Article 44).
        Suggestion.objects.filter(request=intake.request_id).update(sealed=b"")
    similarity.forget([intake.pk])
    account_requests.forget_request(intake)
    applicant.sealed, applicant.identity_index, applicant.identity_kind = b"", "", ""
    applicant.erased_at = now
    applicant.save(update_fields=["sealed", "identity_index", "identity_kind", "erased_at"])
    record_many(
        actor,
        [
            Act(
                "foi.erase",
                _organ(intake).code,
                intake,
                {**facts, "files": len(papers), "messages": count},
            )
        ],
    )
    # First the rows, for certain, then the files: a file without a row is swept up later.
    transaction.on_commit(lambda: _remove(paths))


def _remove(paths: Sequence[str]) -> None:
    for path in paths:
        sealed_files.remove(path)


def _locked(pk: int) -> Applicant:
    return (
        Applicant.objects.select_for_update(of=("self",))
        .select_related("intake__organ", "intake__request__organ")
        .get(pk=pk)
    )


def _chunks(rows: QuerySet[Applicant]) -> Iterator[list[Applicant]]:
    """The applicants with what the rules ask of them, by ascending number, so many at once."""
    last = 0
    rows = rows.defer("sealed").select_related("intake__organ", "intake__request__organ")
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _latest(rows: Any, day: str) -> Any:
    return (
        rows.filter(request=OuterRef("request"))
        .order_by()
        .values("request")
        .annotate(latest=Max(day))
        .values("latest")
    )


def _ends_of_intakes(intakes: Iterable[int]) -> dict[int, date]:
    """When each intake ended without a request, as the ledger has it."""
    rows = (
        LedgerEntry.objects.filter(
            object_type=Intake._meta.label_lower,
            object_id__in=[str(pk) for pk in intakes],
            action__in=_ENDINGS,
        )
        .order_by()
        .values("object_id")
        .annotate(last=Max("at"))
    )
    return {int(row["object_id"]): timezone.localdate(row["last"]) for row in rows}


def _organ(intake: Intake) -> Any:
    return intake.request.organ if intake.request is not None else intake.organ
