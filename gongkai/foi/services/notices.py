"""Notices (告知书): drafted, edited, issued with a number, replaced, discarded, read.

A draft holds what the officer wrote and what the notice needs to know of the case, sealed. Issuing
draws the body's next number, fills the template in force on that day and freezes Word file and PDF
with the PDF's SM3, all in one transaction: a number is never lost, and none is drawn for a draft
that is discarded. What was issued never changes; a mistake is put right by a new notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from gongkai.foi import persons
from gongkai.foi.models import (
    ApplicantKind,
    Approval,
    CaseLink,
    Consultation,
    FoiRequest,
    Letterhead,
    Notice,
    NoticeSerial,
    Proof,
)
from gongkai.foi.notice_queries import waits_for_delivery
from gongkai.foi.notices import fields as names
from gongkai.foi.notices import filling, kinds, pdf, wording
from gongkai.foi.notices.kinds import NoticeKind, kind_of
from gongkai.foi.notices.reading import CannotDraw
from gongkai.foi.services.files import refuse_archived
from gongkai.foi.services.requests import DECIDED_BY, HANDLE
from gongkai.foi.services.templates import letterhead_on, template_of
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import allows, authorise, authorise_public
from gongkai.statute.clock import CorrectionRequested
from gongkai.statute.outcomes import OUTCOMES, QueryRemedy
from gongkai.statute.parameters import number as legal_number
from gongkai.statute.remedies import remedy_for
from gongkai.vault.sealing import open_bytes, open_json, seal_bytes, seal_json

REVEAL: Final = "foi.reveal"
_MAY_ISSUE: Final = (HANDLE, "foi.approve", "foi.sign")
LONGEST: Final = 6000
"""Letters of one field at most: a page of a notice holds some six hundred."""

ADDRESSEE, YOU = "addressee", "you"
_PROOFS: Final[Mapping[str, tuple[str, ...]]] = {
    "search": ("search_record",),
    "responsible": ("responsible_organ",),
    "rule": ("query_rule",),
    "channel": ("proper_channel", "publication_way"),
    "earlier": ("earlier_answer",),
    "counts": ("frequency_evidence",),
    "withheld": ("withheld_reasons",),
    "supply": ("supply_list", "access_details", "publication_location"),
    "facts": (
        "prohibiting_provision",
        "safety_reasoning",
        "internal_kind",
        "process_kind",
        "case_number",
        "responsibility_limb",
        "processing_needed",
        "petition_quote",
        "frequency_evidence",
        "reasons_assessed",
        "already_obtained",
        "written_note",
    ),
}
"""From which proofs on file a field is filled in to begin with; of `facts` only what the outcome
asks for. Never from what would tell a secret (定密依据、第三方的商业秘密)."""


@dataclass(frozen=True)
class Content:
    """What a draft holds. `own`: the officer's fields by key; the rest is of the case."""

    own: dict[str, str]
    addressee: str
    you: str
    wish: str
    outcome: str
    subtype: str


@dataclass(frozen=True)
class Paper:
    """A notice as files; `missing` are letters that no typeface has, printed as boxes."""

    docx: bytes
    pdf: bytes
    missing: tuple[str, ...]


# -- drafting ----------------------------------------------------------------------------------


def draft_notice(
    actor: Actor,
    request: FoiRequest,
    kind: str,
    *,
    extra: Mapping[str, str] | None = None,
    consultation_ref: str = "",
    approval: Approval | None = None,
    addressee: str = kinds.APPLICANT,
) -> Notice:
    """A draft of that kind with what is known filled in; `extra` overrules by key or Chinese name.

    `extra` may also name "outcome" and "subtype" (else those of the approval's proposal or of the
    request), "addressee" (the name of whom it goes to, for other bodies) and "you". `addressee`,
    the class of recipient, is the kind's own; another is refused.
    """
    authorise(actor, HANDLE, request.organ)
    refuse_archived(request)
    found = kind_of(kind)
    if addressee not in (kinds.APPLICANT, found.addressee):
        raise ValueError(f"{found} is addressed to {found.addressee}, not to {addressee}.")
    if not consultation_ref and found.addressee in (kinds.THIRD_PARTY, kinds.ORGAN):
        consultation_ref = _next_ref(request, found)
    given = dict(extra or {})
    proposal: Mapping[str, Any] = approval.proposal if approval is not None else {}
    outcome = given.pop("outcome", "") or str(proposal.get("outcome", "")) or request.outcome
    subtype = given.pop("subtype", "") or str(proposal.get("subtype", ""))
    if not subtype and outcome == request.outcome:
        subtype = request.outcome_subtype
    with transaction.atomic():
        name, is_person, wish = _recipient(actor, request, found, consultation_ref)
        name = given.pop(ADDRESSEE, "") or name
        you = given.pop(YOU, "") or (
            "贵单位"
            if found.addressee == kinds.ORGAN
            else wording.pronoun(name, is_person=is_person)
        )
        own = _suggested(request, found, approval, outcome, subtype) | _own(found, given)
        notice = Notice(
            request=request,
            organ=request.organ,
            kind=found.code,
            addressee=found.addressee,
            consultation_ref=consultation_ref,
            approval=approval,
            **_changed_by(actor),
        )
        _seal(notice, Content(own, name, you, wish, outcome, subtype))
        notice.save()
        _note(actor, notice, "draft", {"kind": found.code})
    return notice


def edit_notice(
    actor: Actor, notice: Notice, fields: Mapping[str, str], *, seen: str = ""
) -> Notice:
    """The draft holds these texts (by key or Chinese name); fields not named stay as they are.

    `seen` is `version_of` the draft that the editor had before him: when somebody has changed it
    since, he is told and nothing is written.
    """
    authorise(actor, HANDLE, notice.request.organ)
    with transaction.atomic():
        locked = _locked_draft(notice)
        _refuse_agreed(actor, locked)
        if seen and seen != version_of(locked):
            raise ValidationError(
                f"{locked.changed_by}在您打开之后修改了这份草稿"
                f"（{timezone.localtime(locked.changed_at):%m月%d日 %H:%M}），您填写的没有保存。"
                "请另开一个窗口查看现在的草稿，核对后再次保存，即以您填写的为准。",
                code="changed",
            )
        content = content_of(locked)
        given = dict(fields)
        changed = Content(
            own=content.own | _own(kind_of(locked.kind), _without(given, ADDRESSEE, YOU)),
            addressee=given.get(ADDRESSEE, content.addressee),
            you=given.get(YOU, content.you),
            wish=content.wish,
            outcome=content.outcome,
            subtype=content.subtype,
        )
        _seal(locked, changed)
        for name, value in _changed_by(actor).items():
            setattr(locked, name, value)
        locked.save(update_fields=["fields_sealed", "changed_at", "changed_by"])
        _note(actor, locked, "edit", {"fields": sorted(given)})
    return locked


def version_of(notice: Notice) -> str:
    """Names the state of a draft, to notice that it has changed."""
    return notice.changed_at.isoformat()


def discard_notice(actor: Actor, notice: Notice) -> Notice:
    """The draft is given up. It never had a number, and what it held is gone."""
    authorise(actor, HANDLE, notice.request.organ)
    with transaction.atomic():
        locked = _locked_draft(notice)
        locked.state, locked.fields_sealed, locked.replaces = Notice.State.DISCARDED, b"", None
        for name, value in _changed_by(actor).items():
            setattr(locked, name, value)
        locked.save()
        _note(actor, locked, "discard", {"kind": locked.kind})
    return locked


def replace_notice(actor: Actor, notice: Notice, *, reason: str) -> Notice:
    """A new draft that will take the place of an issued notice once it is issued itself."""
    authorise(actor, HANDLE, notice.request.organ)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "请写明替换的原因，例如“文书中的日期有误”。"})
    if len(reason) > 300:
        raise ValidationError({"reason": f"原因有{len(reason)}个字，最多300个字，请缩短。"})
    with transaction.atomic():
        old = _locked(notice)
        refuse_archived(old.request)
        if old.state != Notice.State.ISSUED:
            raise ValidationError("只有已印发、未被替换的文书才能替换。草稿请直接修改。")
        if Notice.objects.filter(replaces=old).exists():
            raise ValidationError("替换这份文书的草稿已经有了，请继续修改那份草稿。")
        fresh = Notice(
            request=old.request,
            organ=old.request.organ,
            kind=old.kind,
            addressee=old.addressee,
            consultation_ref=old.consultation_ref,
            approval=old.approval,
            replaces=old,
            reason=reason,
            **_changed_by(actor),
        )
        _seal(fresh, content_of(old))
        fresh.save()
        _note(actor, fresh, "replace", {"kind": fresh.kind, "replaces": old.number or old.pk})
    return fresh


# -- issuing -----------------------------------------------------------------------------------


def issue_notice(actor: Actor, notice: Notice, *, on: date) -> Notice:
    """The notice is issued on that day: numbered, drawn, frozen.

    Raises ValidationError when something is missing: the approval it needs, a field, the body's
    letterhead.
    """
    _authorise_issuing(actor, notice.request.organ)
    with transaction.atomic():
        locked = _locked_draft(notice)
        kind = kind_of(locked.kind)
        content = content_of(locked)
        _check_day(locked, on)
        _check_once(locked)
        _check_approval(actor, locked, kind)
        _check_complete(kind, content)
        head = letterhead_on(locked.organ, on)
        if head is None and (kind.numbered or kind.carries_remedy):
            raise ValidationError(
                f"{locked.organ.name}还没有{wording.day(on)}可用的文书设置（文号代字、复议机关、"
                "管辖法院等），不能印发。请先在“文书设置”中填写。"
            )
        if kind.numbered and head is not None:
            locked.year, locked.serial = on.year, _next_serial(locked.organ, on.year)
            locked.number = f"{head.series}〔{locked.year}〕{locked.serial}号"
        try:
            paper = compose(locked, content, head, on=on)
        except CannotDraw as error:
            raise ValidationError(
                f"模板不能印成 PDF：{error}请修改“{kind.name}”的模板。"
            ) from error
        locked.docx_sealed = seal_bytes(f"{locked.belongs_to}:docx", paper.docx)
        locked.pdf_sealed = seal_bytes(f"{locked.belongs_to}:pdf", paper.pdf)
        locked.sm3, locked.issued_on, locked.state = sm3(paper.pdf), on, Notice.State.ISSUED
        locked.undelivered = waits_for_delivery(locked)
        for name, value in _changed_by(actor).items():
            setattr(locked, name, value)
        locked.save()
        if locked.replaces is not None:
            Notice.objects.filter(pk=locked.replaces.pk).update(
                state=Notice.State.REPLACED, undelivered=False
            )
        facts = {"kind": locked.kind, "number": locked.number, "on": on, "sm3": locked.sm3}
        _note(actor, locked, "issue", facts)
    return locked


def compose(notice: Notice, content: Content, head: Letterhead | None, *, on: date) -> Paper:
    """The notice as it would be issued on that day. Raises `CannotDraw`."""
    kind = kind_of(notice.kind)
    values = values_of(notice, content, head, on=on)
    docx = filling.fill(
        template_of(notice.organ, kind.code).docx,
        kind,
        values,
        title=kind.title,
        author=notice.organ.name,
        on=on,
        seal=bytes(head.seal) if head is not None else b"",
    )
    return Paper(docx, *pdf.draw(docx))


def preview(actor: Actor, notice: Notice, *, on: date | None = None) -> Paper:
    """The draft as it would look if it were issued on that day (today), without a number."""
    authorise(actor, REVEAL, notice.request.organ)
    day = on or timezone.localdate()
    with transaction.atomic():
        _note(actor, notice, "read", {"kind": notice.kind, "as": "preview"})
    try:
        return compose(notice, content_of(notice), letterhead_on(notice.organ, day), on=day)
    except CannotDraw as error:
        raise ValidationError(f"模板不能印成 PDF：{error}") from error


def preview_pdf(actor: Actor, notice: Notice, *, on: date | None = None) -> bytes:
    """The PDF of `preview`."""
    return preview(actor, notice, on=on).pdf


# -- reading -----------------------------------------------------------------------------------


def read_notice(actor: Actor, notice: Notice, form: str = "pdf") -> tuple[str, bytes]:
    """File name and bytes of an issued notice, as they were frozen; against a ledger entry.

    An applicant (the caller has asked for the query code) gets the PDF of what was addressed to
    him. Raises ValidationError when the file is not the one that was issued.
    """
    if actor.channel == "public":
        authorise_public(actor, "foi.follow")
        if notice.addressee != kinds.APPLICANT or form != "pdf":
            raise PermissionDenied("这份文书不对外提供。")
    else:
        authorise(actor, REVEAL, notice.request.organ)
    if notice.state not in (Notice.State.ISSUED, Notice.State.REPLACED):
        raise ValidationError("这份文书还没有印发。")
    if form not in ("pdf", "docx"):
        raise ValueError(f"A notice is kept as pdf and docx, not as {form}.")
    sealed = notice.pdf_sealed if form == "pdf" else notice.docx_sealed
    if not sealed:
        raise ValidationError("这份文书的内容已按保存期限清除。")
    data = open_bytes(f"{notice.belongs_to}:{form}", sealed)
    if form == "pdf" and sm3(data) != notice.sm3:
        raise ValidationError("这份文书与印发时的 SM3 不一致，请联系系统管理员从备份恢复。")
    with transaction.atomic():
        _note(actor, notice, "read", {"kind": notice.kind, "as": form})
    return f"{kind_of(notice.kind).title}{notice.number}.{form}", data


def open_fields(actor: Actor, notice: Notice) -> Content:
    """What the notice was filled with, for the officer's screen; against a ledger entry."""
    authorise(actor, REVEAL, notice.request.organ)
    with transaction.atomic():
        _note(actor, notice, "read", {"kind": notice.kind, "as": "fields"})
    return content_of(notice)


def content_of(notice: Notice) -> Content:
    """What was sealed, for services that have asked the policy themselves."""
    data = open_json(f"{notice.belongs_to}:fields", notice.fields_sealed)
    return Content(
        own={str(key): str(text) for key, text in data.get("own", {}).items()},
        addressee=str(data.get("addressee", "")),
        you=str(data.get("you", "您")),
        wish=str(data.get("wish", "")),
        outcome=str(data.get("outcome", "")),
        subtype=str(data.get("subtype", "")),
    )


# -- what goes in ------------------------------------------------------------------------------


def values_of(
    notice: Notice, content: Content, head: Letterhead | None, *, on: date
) -> dict[str, str]:
    """Every field of the notice by its name in templates, as of the day of issue."""
    kind, request, organ = kind_of(notice.kind), notice.request, notice.organ
    values = {
        names.ISSUER: organ.name,
        "文书名称": kind.title,
        names.NUMBER: notice.number or _no_number(kind, head, on),
        names.ADDRESSEE: content.addressee,
        names.YOU: content.you,
        "申请编号": request.number,
        "收到日期": wording.day(request.received_on),
        "收到方式": wording.CHANNEL_WORDS.get(request.channel, ""),
        "收到依据": wording.RECEIPT_BASIS.get(request.channel, ""),
        "申请时间": wording.day(_arrived_on(request)),
        names.WISH: content.wish or request.subject,
        "办理经过": wording.history(
            (
                {"type": event.type, "on": event.on, "data": event.data}
                for event in request.events.order_by("seq")
            ),
            leave_out=wording.OWN_EVENT.get(kind.code, ()),
        ),
        "答复期限": wording.day(request.due_on),
        "法律依据": _articles(content, kind),
        "处理结果": OUTCOMES[content.outcome].label if content.outcome in OUTCOMES else "",
        names.REMEDY: _remedy(kind, content, head, on),
        names.CONTACT: _contact(organ),
        names.DATE: wording.day(on),
        "第三方答复天数": str(legal_number("foi.third_party_days", on)),
        "机关答复天数": str(legal_number("foi.organ_consult_days", on)),
        "缴费天数": str(legal_number("fee.payment_days", on)),
        "缴费后期限": _after_payment(content.you),
    }
    known = names.auto_fields(kind)
    own = {one.name: content.own.get(one.key, "") for one in kind.fields}
    own |= {one.name: own[one.name].rstrip("。；，;,. ") for one in kind.fields if one.inline}
    if (field := kind.field("period")) is not None:
        own[field.name] = wording.period(own[field.name])
    return {name: text for name, text in values.items() if name in known} | own


def _remedy(kind: NoticeKind, content: Content, head: Letterhead | None, on: date) -> str:
    """The paragraph of `statute.remedies` for this notice, "" where it carries none."""
    if not kind.carries_remedy or kind.addressee == kinds.ORGAN:
        return ""
    # What is no decision upon a request (Articles 32, 41) has the ordinary remedies.
    code = content.outcome if kind.remedy == "outcome" else "GRANT"
    found = OUTCOMES.get(code)
    if found is None or not found.is_decision:
        return ""
    if code == "OTHER_MISC" and content.subtype == "withdrawn":
        return ""
    if head is None:
        return remedy_for(code, on).text
    return remedy_for(
        code,
        on,
        query_remedy=cast(QueryRemedy, head.query_remedy),
        review_body=head.review_body,
        court=head.court,
        online_review=head.online_review,
    ).text


def _articles(content: Content, kind: NoticeKind) -> str:
    found = OUTCOMES.get(content.outcome)
    if found is None or kind.remedy != "outcome":
        return ""
    subtype = content.subtype if content.subtype in found.subtypes else ""
    return wording.articles(found.articles_for(subtype))


def _after_payment(you: str) -> str:
    """What payment does to the answer clock, by the site's reading (setting FEE_PAYMENT_EFFECT)."""
    if settings.FEE_PAYMENT_EFFECT == "restart":
        return f"本机关自{you}完成缴费次日起重新计算答复期限。"
    return f"本机关自{you}完成缴费次日起继续计算答复期限。"


def _contact(organ: Organ) -> str:
    return wording.contact(organ.office_name or organ.name, organ.phone, organ.address)


def _no_number(kind: NoticeKind, head: Letterhead | None, on: date) -> str:
    """How the number of a draft looks: a gap, so that nobody takes it for one."""
    return f"{head.series if head else ''}〔{on.year}〕　号" if kind.numbered else ""


def _arrived_on(request: FoiRequest) -> date:
    first = request.events.order_by("seq").first()
    arrived = first.data.get("arrived_on") if first is not None else None
    return date.fromisoformat(arrived) if isinstance(arrived, str) else request.received_on


def _recipient(
    actor: Actor, request: FoiRequest, kind: NoticeKind, ref: str
) -> tuple[str, bool | None, str]:
    """Name of the recipient, whether that is a person, and the applicant's words."""
    if kind.addressee == kinds.THIRD_PARTY:
        asked = _consultation(request, Consultation.Kind.THIRD_PARTY, ref)
        data = open_json(asked.belongs_to, asked.sealed) if asked is not None else {}
        return str(data.get("name", "")), None, ""
    intake = getattr(request, "intake", None)
    applicant = getattr(intake, "applicant", None)
    if applicant is None:
        name, is_person, wish = "", request.applicant_kind == ApplicantKind.NATURAL, request.subject
    else:
        person, asked_for = persons.reveal(actor, applicant)
        name, is_person = person.name, request.applicant_kind == ApplicantKind.NATURAL
        wish = asked_for.description or asked_for.title or request.subject
    if kind.addressee == kinds.ORGAN:
        consulted = _consultation(request, Consultation.Kind.ORGAN, ref)
        return (consulted.organ_name if consulted is not None else ""), False, wish
    return name, is_person, wish


def _next_ref(request: FoiRequest, kind: NoticeKind) -> str:
    """Whom a letter without an addressee is for: of those asked the first that has none, else the
    last; "" where nobody was asked."""
    third = kind.addressee == kinds.THIRD_PARTY
    asked = Consultation.objects.filter(
        request=request,
        kind=Consultation.Kind.THIRD_PARTY if third else Consultation.Kind.ORGAN,
    ).order_by("sent_on", "pk")
    refs = list(asked.values_list("ref", flat=True))
    have = set(
        Notice.objects.filter(request=request, kind=kind.code)
        .exclude(state=Notice.State.DISCARDED)
        .values_list("consultation_ref", flat=True)
    )
    without = [ref for ref in refs if ref not in have]
    return (without or refs[-1:] or [""])[0]


def _consultation(request: FoiRequest, kind: str, ref: str) -> Consultation | None:
    found = Consultation.objects.filter(request=request, kind=kind)
    return found.filter(ref=ref).first() if ref else found.last()


def _suggested(
    request: FoiRequest, kind: NoticeKind, approval: Approval | None, outcome: str, subtype: str
) -> dict[str, str]:
    """What the case already holds for the kind's own fields."""
    found: dict[str, str] = {}
    ends = OUTCOMES.get(outcome)
    asked = (
        {proof.key for proof in ends.proofs_for(subtype if subtype in ends.subtypes else "")}
        if ends is not None
        else set()
    )
    latest = {
        proof.key: proof for proof in Proof.objects.filter(request=request).order_by("at", "pk")
    }
    for one in kind.fields:
        texts = []
        for key in _PROOFS.get(one.key, ()):
            if key in latest and (one.key != "facts" or key in asked):
                sealed = open_json(latest[key].belongs_to, latest[key].sealed)
                texts.append(str(sealed.get("text", "")))
        if any(texts):
            found[one.key] = "\n".join(text for text in texts if text)
    if approval is not None:
        for key in ("days", "amount", "until"):
            if kind.field(key) is not None and approval.proposal.get(key) is not None:
                found[key] = _worded(approval.proposal[key])
    if kind.field("payee") is not None:
        head = letterhead_on(request.organ, timezone.localdate())
        if head is not None and head.payee:
            found["payee"] = head.payee
    return found


def _worded(value: Any) -> str:
    try:
        return wording.day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


# -- checks ------------------------------------------------------------------------------------


def _own(kind: NoticeKind, given: Mapping[str, str]) -> dict[str, str]:
    """The texts by key. A key that the kind does not know is a mistake of the caller."""
    own: dict[str, str] = {}
    for key, text in given.items():
        one = kind.field(key)
        if one is None:
            known = ", ".join(field.key for field in kind.fields)
            raise ValueError(f"{kind} has no field “{key}”; it has: {known}.")
        text = filling.plain(str(text))
        if len(text) > LONGEST:
            raise ValidationError(
                {
                    one.key: f"“{one.name}”有{len(text)}个字，最多{LONGEST}个字，请缩短，或者作为附件。"
                }
            )
        own[one.key] = text if one.lines else text.replace("\n", " ")
    return own


def _check_complete(kind: NoticeKind, content: Content) -> None:
    problems: dict[str, str] = {}
    for one in kind.fields:
        if not one.optional and not content.own.get(one.key, "").strip():
            problems[one.key] = f"请填写“{one.name}”：{one.help}"
    if not content.addressee.strip() and kind.addressee != kinds.FILE:
        problems[ADDRESSEE] = "请填写收件人的姓名或者名称。"
    if kind.is_decision and content.outcome not in OUTCOMES:
        problems["__all__"] = "还没有确定处理结果，不能印发答复文书。"
    if problems:
        raise ValidationError(problems)


def _check_day(notice: Notice, on: date) -> None:
    today = timezone.localdate()
    if on > today:
        raise ValidationError({"on": f"印发日期 {on} 晚于今天（{today}），请核对。"})
    if on < notice.request.received_on:
        raise ValidationError(
            {"on": f"印发日期早于收到申请之日（{notice.request.received_on}），请核对。"}
        )


def _check_once(notice: Notice) -> None:
    """A correction is told once (Article 30); a mistake in it is put right by replacing the paper."""
    if notice.kind != "N02" or notice.replaces_id is not None:
        return
    if not notice.request.events.filter(type=CorrectionRequested.type).exists():
        return
    told = Notice.objects.filter(
        _told_to(notice.request_id),
        kind="N02",
        state__in=[Notice.State.ISSUED, Notice.State.REPLACED],
    )
    if told.exists():
        raise ValidationError(
            "补正告知书已经印发过，补正只能一次性告知（条例第三十条）。"
            "原告知书文字有误的，请在原文书上选择“替换”。"
        )


def _told_to(request: int) -> Q:
    """Papers of the case, and those that the whole had had before this part was split off."""
    found = Q(request=request)
    until = timezone.now()
    key = request
    while split := CaseLink.objects.filter(later=key, kind=CaseLink.Kind.SPLIT).first():
        key, until = split.earlier_id, min(until, split.at)
        found |= Q(request=key, changed_at__lte=until)
    return found


def _check_approval(actor: Actor, notice: Notice, kind: NoticeKind) -> None:
    """Extension, delay, fee and every answer go out approved (Articles 33, 35, 45).

    One that takes the place of such a paper says something else than what was agreed to: who may
    agree issues it himself.
    """
    if kind.code == "N08":
        _check_override(notice)
    if not kind.approval:
        return
    label = Approval.Kind(kind.approval).label
    approval = notice.approval
    if approval is None or approval.kind != kind.approval:
        raise ValidationError(
            f"“{kind.name}”须经“{label}”审批后印发，请在案件页面提出审批，由系统带出文书。"
        )
    state = Approval.objects.values_list("state", flat=True).get(pk=approval.pk)
    if state != Approval.State.APPROVED:
        raise ValidationError(f"“{label}”的审批还没有通过，“{kind.name}”不能印发。")
    if notice.replaces is not None and not _decides(actor, notice):
        raise ValidationError(
            f"原来的“{kind.name}”是经“{label}”审批的，替换的文书由有权审批的人核对后印发。"
        )


def _refuse_agreed(actor: Actor, draft: Notice) -> None:
    """What was agreed to goes out as it was agreed to, or as changed by who may agree."""
    approval = draft.approval
    if approval is None or approval.state != Approval.State.APPROVED or draft.replaces is not None:
        return
    if not _decides(actor, draft):
        raise ValidationError(
            f"“{approval.get_kind_display()}”已经审批通过，文书即按审批的内容发出。"
            "确需修改的，由有权审批的人修改。"
        )


def _decides(actor: Actor, notice: Notice) -> bool:
    """Whether the actor may decide what the paper's approval is about."""
    assert notice.approval is not None
    action = DECIDED_BY[notice.approval.kind]
    return actor.user is None or allows(actor.user, action, notice.request.organ)


def _check_override(notice: Notice) -> None:
    """To disclose against a third party's objection is decided by another person (Article 32)."""
    asked = _consultation(notice.request, Consultation.Kind.THIRD_PARTY, notice.consultation_ref)
    if asked is None:
        return
    objected = asked.reply == Consultation.Reply.OBJECTED
    harmed = asked.reply == Consultation.Reply.SILENT and asked.accepted
    if (objected or harmed) and not is_overridden(asked):
        raise ValidationError(
            "第三方不同意公开。决定公开的，须先经“不采纳第三方意见而公开”审批（条例第三十二条）。"
        )


def is_overridden(consultation: Consultation) -> bool:
    """Whether disclosure against this third party was agreed to.

    Approvals of former versions name nobody; they are for whoever had been asked by then.
    """
    given = Approval.objects.filter(
        request=consultation.request_id,
        kind=Approval.Kind.OVERRIDE,
        state=Approval.State.APPROVED,
    )
    for approval in given:
        refs = approval.proposal.get("refs")
        if refs is None:
            if consultation.sent_on <= timezone.localdate(approval.proposed_at):
                return True
        elif consultation.ref in refs:
            return True
    return False


def may_issue(actor: Actor, notice: Notice) -> bool:
    """Whether this draft would be issued for the actor, as far as his rights go."""
    user = actor.user
    if user is not None and not any(allows(user, one, notice.request.organ) for one in _MAY_ISSUE):
        return False
    takes_place = notice.replaces is not None and kind_of(notice.kind).approval
    return not takes_place or notice.approval is None or _decides(actor, notice)


def _authorise_issuing(actor: Actor, organ: Organ) -> None:
    """Whoever handles, approves or signs for the body may send the paper off."""
    for action in _MAY_ISSUE:
        if actor.user is not None and allows(actor.user, action, organ):
            authorise(actor, action, organ)
            return
    authorise(actor, HANDLE, organ)


# -- shared ------------------------------------------------------------------------------------


def _next_serial(organ: Organ, year: int) -> int:
    """The body's next number of the year; the row stays locked until the notice is issued."""
    NoticeSerial.objects.get_or_create(organ=organ, year=year)
    NoticeSerial.objects.filter(organ=organ, year=year).update(last=F("last") + 1)
    return NoticeSerial.objects.values_list("last", flat=True).get(organ=organ, year=year)


def _locked(notice: Notice) -> Notice:
    return (
        Notice.objects.select_for_update(of=("self",))
        .select_related("organ", "request", "request__organ", "approval", "replaces")
        .get(pk=notice.pk)
    )


def _locked_draft(notice: Notice) -> Notice:
    locked = _locked(notice)
    if locked.state != Notice.State.DRAFT:
        raise ValidationError(
            f"这份文书{locked.get_state_display()}（{locked.changed_by}于"
            f"{timezone.localtime(locked.changed_at):%Y-%m-%d %H:%M}），不能再修改。",
            code="changed",
        )
    refuse_archived(locked.request)
    return locked


def _seal(notice: Notice, content: Content) -> None:
    notice.fields_sealed = seal_json(f"{notice.belongs_to}:fields", content.__dict__)


def _changed_by(actor: Actor) -> dict[str, Any]:
    return {"changed_at": timezone.now(), "changed_by": actor.name[:150]}


def _without(given: Mapping[str, str], *keys: str) -> dict[str, str]:
    return {key: text for key, text in given.items() if key not in keys}


def _note(actor: Actor, notice: Notice, verb: str, facts: Mapping[str, Any]) -> None:
    record(actor, f"foi.notice.{verb}", chain=notice.request.organ.code, obj=notice, changes=facts)
