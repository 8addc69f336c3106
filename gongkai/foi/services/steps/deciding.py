"""作出答复 (Articles 36 to 39): the proofs first, then the proposal with its notice, then the signature.

No outcome can be proposed before everything that `statute.outcomes` wants for it is on file; whoever
signs is another person; what he signs is the notice that lies before him, issued in the same act.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.foi.models import (
    Approval,
    CaseFile,
    CaseNote,
    Consultation,
    Delivery,
    FoiEvent,
    FoiRequest,
    Notice,
)
from gongkai.foi.models import Proof as ProofOnFile
from gongkai.foi.notices.kinds import GENERAL
from gongkai.foi.services.linking import refuse_merged_outcome
from gongkai.foi.services.notices import is_overridden, issue_notice
from gongkai.foi.services.requests import HANDLE, append_event, check_outcome
from gongkai.foi.services.steps.approvals import (
    propose,
    refuse_without_reasons,
    settle,
)
from gongkai.foi.services.steps.common import locked, reading_now
from gongkai.foi.services.triage import KEY as TRIAGE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.clock import CorrectionReceived, Decided
from gongkai.statute.outcomes import OUTCOMES, Proof, missing_proofs, outcome
from gongkai.vault.sealing import open_json, seal_json

LONGEST: Final = 5_000

SHOWN_BY_RECORDS: Final = frozenset(
    {
        "correction_answered",
        "correction_delivered",
        "fee_notice_delivered",
        "released_part",
        "third_party_consulted",
    }
)
"""Proofs that deliveries, events, files and opinions show: words do not take their place."""


def add_proof(
    actor: Actor, request: FoiRequest, *, key: str, text: str, file: CaseFile | None = None
) -> ProofOnFile:
    """What an outcome needs is on file, sealed; a later one with the same key takes its place."""
    authorise(actor, HANDLE, request.organ)
    known = {proof.key for one in OUTCOMES.values() for proof in _all_proofs(one.code)}
    if key not in known:
        raise ValidationError({"key": "请从列表中选择办理依据的种类。"})
    if key in SHOWN_BY_RECORDS:
        raise ValidationError(
            {"key": "这项依据由系统根据送达、补正、征求意见和提供文件的登记认定，不能手工填写。"}
        )
    text = text.strip()
    if not text:
        raise ValidationError({"text": "请写明内容。"})
    if len(text) > LONGEST:
        raise ValidationError({"text": f"有{len(text)}个字，最多{LONGEST}个字，请作为材料附上。"})
    if file is not None and file.request_id != request.pk:
        raise ValidationError({"file": "这份材料不属于这件申请。"})
    with transaction.atomic():
        proof = ProofOnFile(
            request=request, key=key, file=file, at=timezone.now(), by=actor.name[:150]
        )
        proof.sealed = seal_json(proof.belongs_to, {"text": text})
        proof.save()
        record(actor, "foi.proof", chain=request.organ.code, obj=request, changes={"proof": key})
    return proof


def add_note(actor: Actor, request: FoiRequest, *, text: str) -> CaseNote:
    """A note for those who handle the case, sealed."""
    authorise(actor, HANDLE, request.organ)
    text = text.strip()
    if not text:
        raise ValidationError({"text": "请填写备注。"})
    if len(text) > LONGEST:
        raise ValidationError({"text": f"有{len(text)}个字，最多{LONGEST}个字，请精简。"})
    with transaction.atomic():
        note = CaseNote(request=request, at=timezone.now(), by=actor.name[:150])
        note.sealed = seal_json(note.belongs_to, {"text": text})
        note.save()
        record(actor, "foi.note", chain=request.organ.code, obj=request, changes={})
    return note


def proofs_of(actor: Actor, request: FoiRequest) -> list[tuple[ProofOnFile, str]]:
    """The written proofs in force with their texts, for who may see them; against a ledger entry."""
    authorise(actor, "foi.reveal", request.organ)
    written = request.proofs.exclude(key=TRIAGE).order_by("at", "pk")
    latest = {proof.key: proof for proof in written}
    with transaction.atomic():
        record(actor, "foi.proof.read", chain=request.organ.code, obj=request, changes={})
    return [
        (proof, str(open_json(proof.belongs_to, proof.sealed).get("text", "")))
        for proof in latest.values()
    ]


def notes_of(actor: Actor, request: FoiRequest) -> list[tuple[CaseNote, str]]:
    """The notes with their texts, newest first, for who may see them; against a ledger entry."""
    authorise(actor, "foi.reveal", request.organ)
    with transaction.atomic():
        record(actor, "foi.note.read", chain=request.organ.code, obj=request, changes={})
    return [
        (note, str(open_json(note.belongs_to, note.sealed).get("text", "")))
        for note in request.notes.order_by("-at", "-pk")
    ]


def proofs_on_file(request: FoiRequest) -> frozenset[str]:
    """Keys of the proofs on file: those written, and those that the records show by themselves."""
    found = set(request.proofs.values_list("key", flat=True))
    asked = list(
        request.consultations.filter(kind=Consultation.Kind.THIRD_PARTY).values_list(
            "reply", "accepted"
        )
    )
    # Consulted: every third party has answered or let the time go by, and is assessed.
    if asked and all(
        reply == Consultation.Reply.AGREED or (reply and accepted is not None)
        for reply, accepted in asked
    ):
        found.add("third_party_consulted")
    events = set(FoiEvent.objects.filter(request=request).values_list("type", flat=True))
    if CorrectionReceived.type in events:
        found.add("correction_answered")
    delivered = set(
        Delivery.objects.filter(
            notice__request=request, counts_on__isnull=False, failed_on=None
        ).values_list("notice__kind", flat=True)
    )
    if "N02" in delivered:
        found.add("correction_delivered")
    if "N09" in delivered:
        found.add("fee_notice_delivered")
    released = list(request.files.filter(released=True).values_list("kind", "pk"))
    if released:
        found.add("released_part")
    if any(kind == CaseFile.Kind.REDACTED for kind, _ in released):
        # Every block that was struck out carries its ground and its reason.
        found.add("withheld_reasons")
    return frozenset(found)


def still_missing(request: FoiRequest, code: str, subtype: str = "") -> tuple[Proof, ...]:
    """What the outcome still needs before it may be proposed. Raises `UnknownOutcome`."""
    return missing_proofs(code, proofs_on_file(request), subtype)


def propose_decision(
    actor: Actor,
    request: FoiRequest,
    *,
    outcome_code: str,
    subtype: str = "",
    reason: str,
    extra: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> Approval:
    """The answer with its notice goes to the one who signs.

    Raises ValidationError naming what is missing, and `IllegalSequence` when the case cannot be
    answered now. `reason`: what the signing leader should know; it names nobody.
    """
    authorise(actor, HANDLE, request.organ)
    today = timezone.localdate()
    event = Decided(today, outcome_code)
    check_outcome(event, subtype)
    known = outcome(outcome_code)
    if known.subtypes and not subtype:
        raise ValidationError({"subtype": f"请选择“{known.label}”的细目。"})
    reading_now(request, event)
    _refuse_unready(request, outcome_code, subtype)
    notice = known.notice_for(subtype)
    kind = notice.number if notice is not None else ""
    return propose(
        actor,
        request,
        Approval.Kind.DECISION,
        {"outcome": outcome_code, "subtype": subtype},
        reason,
        seen=seen,
        # What has no notice of its own goes out as the general one.
        notice=GENERAL if kind in ("", "GENERAL") else kind,
        extra=extra,
    )


def sign(actor: Actor, approval: Approval, *, comment: str = "", seen: str = "") -> Notice:
    """The leader signs: the answer is made and its notice issued, today, in one act.

    `seen` is the version of the draft that he read (`notices.version_of`): a draft that was changed
    since is not signed.
    """
    request = approval.request
    authorise(actor, "foi.sign", request.organ)
    today = timezone.localdate()
    with transaction.atomic():
        case = locked(request)
        proposal = approval.proposal
        code, subtype = str(proposal["outcome"]), str(proposal.get("subtype", ""))
        # That the case has ended meanwhile is said before what its file lacks.
        reading_now(case, Decided(today, code))
        _refuse_unready(case, code, subtype)
        draft = (
            Notice.objects.select_for_update(of=("self",))
            .filter(approval=approval, state=Notice.State.DRAFT)
            .order_by("-pk")
            .first()
        )
        if draft is None:
            raise ValidationError("答复的草稿已经作废，请退回经办人重新提出。")
        if seen and seen != draft.changed_at.isoformat():
            raise ValidationError(
                f"{draft.changed_by}刚刚修改了答复的草稿，请重新阅读后再签发。", code="changed"
            )
        settled = settle(actor, approval, Approval.State.APPROVED, comment)
        append_event(actor, case, Decided(today, code), subtype=subtype)
        issued = issue_notice(actor, draft, on=today)
        settled.carried_out_at = timezone.now()
        settled.save(update_fields=["carried_out_at"])
    return issued


def _refuse_unready(request: FoiRequest, code: str, subtype: str) -> None:
    refuse_merged_outcome(request, code, subtype)
    missing = still_missing(request, code, subtype)
    if missing:
        raise ValidationError(
            "还缺少办理依据，不能作出这种答复：" + "；".join(proof.text for proof in missing) + "。"
        )
    if code == "REFUSE_EXCESSIVE":
        refuse_without_reasons(request)
    asked = list(
        request.consultations.filter(kind=Consultation.Kind.THIRD_PARTY).order_by("sent_on", "pk")
    )
    waiting = next((one for one in asked if not one.reply), None)
    if waiting is not None:
        raise ValidationError(
            f"{waiting.ref}的意见还没有收到，也没有登记逾期未答复，不能作出答复（条例第三十二条）。"
        )
    if code in ("GRANT", "PARTIAL"):
        for one in asked:
            _refuse_against(one)


def _refuse_against(asked: Consultation) -> None:
    """What would harm a third party is disclosed for the public interest alone (Articles 15, 32).

    So its reasons, or what its silence leaves open, are assessed before anything is disclosed; each
    that is harmed must be overridden, and told in writing what is disclosed and why.
    """
    if asked.reply == Consultation.Reply.AGREED or asked.accepted is False:
        return
    if asked.accepted is None:
        raise ValidationError(
            f"{asked.ref}{asked.get_reply_display()}，还没有认定公开是否会损害其合法权益，"
            "不能作出公开的答复。请先登记认定（条例第三十二条）。"
        )
    told = asked.request.notices.filter(
        Q(consultation_ref=asked.ref) | Q(consultation_ref=""),
        kind="N08",
        state=Notice.State.ISSUED,
    )
    if not is_overridden(asked) or not told.exists():
        raise ValidationError(
            f"认定公开会损害{asked.ref}的合法权益。决定公开的，须先经“不采纳第三方意见而公开”审批，"
            "并以书面告知第三方公开的内容和理由（条例第三十二条）。"
        )


def _all_proofs(code: str) -> list[Proof]:
    found = OUTCOMES[code]
    return [*found.proofs, *(proof for sub in found.subtypes.values() for proof in sub.proofs)]
