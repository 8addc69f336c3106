"""From an answer to proactive disclosure (Article 44), and applicants' suggestions of it.

What the applicant was given becomes a draft of the body; who asked does not come along. The draft
goes through the guard and the body's review like any other.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.catalogue.drafts import Drafted, Material, hand_over
from gongkai.catalogue.models import Column
from gongkai.foi.models import Applicant, CaseFile, Conversion, FoiRequest, Suggestion
from gongkai.foi.persons import opened, refuse_personal
from gongkai.foi.redacting import lines_of, prepare, sheets
from gongkai.foi.redacting.looking import plain
from gongkai.foi.services.files import REVEAL, content_of, name_of
from gongkai.foi.services.requests import HANDLE
from gongkai.guard.readers.reading import read
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise, authorise_public
from gongkai.vault.sealing import open_json, seal_json

GIVEN: Final = frozenset({"GRANT", "PARTIAL"})
"""Outcomes by which something was given out."""

MAX_TEXT: Final = 20_000
"""Characters of the files' text that go into the body of a draft; longer ones stay attachments."""

MAX_SUGGESTION: Final = 2000


def refuse_conversion(request: FoiRequest) -> str:
    """Why a case cannot become proactive disclosure now, in Chinese; "" when it can."""
    if Conversion.objects.filter(request=request).exists():
        return "本案的信息已经转为主动公开。"
    if request.decided_on is None or request.outcome not in GIVEN:
        return "只有予以公开、部分公开的申请，答复后才能转为主动公开（条例第四十四条）。"
    if not released_files(request):
        return "没有确定提供给申请人的文件。请先在案卷材料中点“提供给申请人”。"
    return ""


def released_files(request: FoiRequest) -> list[CaseFile]:
    """The files that the applicant is given."""
    return list(
        CaseFile.objects.filter(
            Q(request=request) | Q(intake__request=request), released=True, erased_at=None
        ).order_by("added_at", "pk")
    )


def convert(
    actor: Actor,
    request: FoiRequest,
    *,
    title: str,
    column: Column,
    summary: str = "",
    formed_on: date | None = None,
    with_text: bool = True,
) -> tuple[Conversion, Drafted]:
    """What was given out is a draft for everybody, checked by the guard; once a case.

    Refused when the applicant's name, number, phone or address stands in what would be published:
    such a file has to be struck out first.
    """
    authorise(actor, HANDLE, request.organ)
    authorise(actor, REVEAL, request.organ)
    title, summary = " ".join(title.split()), summary.strip()
    if not title:
        raise ValidationError({"title": "请填写标题。"})
    if len(title) > 200:
        raise ValidationError({"title": f"标题有{len(title)}个字，最多200个字。"})
    if len(summary) > 300:
        raise ValidationError({"summary": f"内容概述有{len(summary)}个字，最多300个字。"})
    problem = refuse_conversion(request)
    if problem:
        raise ValidationError(problem)
    given = released_files(request)
    files = [(name, file.extension, content_of(file)) for name, file in _named(given).items()]
    texts = {name: _text(content, extension) for name, extension, content in files}
    _refuse_applicant(request, {"标题": title, "内容概述": summary, **{
        f"文件《{name}》": f"{texts[name]}\n{_hidden(content, name)}" for name, _, content in files
    }, **{f"文件名《{name}》": name for name, _, _ in files}})  # fmt: skip
    whole_text = "\n".join(texts.values())
    paragraphs = (
        tuple(line.strip() for line in whole_text.splitlines() if line.strip())
        if with_text and len(whole_text) <= MAX_TEXT
        else ()
    )
    material = Material(
        title=title,
        column=column,
        summary=summary,
        paragraphs=paragraphs or ("全文见附件。",),
        files=tuple((name, content) for name, _, content in files),
        formed_on=formed_on,
    )
    with transaction.atomic():
        locked = FoiRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        problem = refuse_conversion(locked)
        if problem:
            raise ValidationError(problem)
        if [one.pk for one in released_files(locked)] != [one.pk for one in given]:
            raise ValidationError("提供给申请人的文件刚刚有变动，没有生成草稿。请核对后再试。")
        drafted = hand_over(actor, request.organ, material)
        made = Conversion.objects.create(
            request=request,
            item=drafted.pk,
            title=title,
            at=timezone.now(),
            by=actor.name[:150],
        )
        record(
            actor,
            "foi.convert",
            chain=request.organ.code,
            obj=request,
            changes={"item": drafted.pk, "files": len(files), "findings": len(drafted.findings)},
        )
    return made, drafted


def record_suggestion(
    actor: Actor, request: FoiRequest, *, text: str, made_on: date | None = None
) -> Suggestion:
    """The applicant suggests that the information be disclosed to all (Article 44 (2))."""
    if actor.channel == "public":
        authorise_public(actor, "foi.follow")
    else:
        authorise(actor, HANDLE, request.organ)
    today = timezone.localdate()
    text = text.strip()
    if not text:
        raise ValidationError({"text": "请填写建议的内容。"})
    if len(text) > MAX_SUGGESTION:
        raise ValidationError(
            {"text": f"建议有{len(text)}个字，最多{MAX_SUGGESTION}个字，请精简。"}
        )
    made_on = made_on or today
    if made_on > today:
        raise ValidationError({"made_on": f"提出日期晚于今天（{today}），请核对。"})
    if made_on < request.received_on:
        raise ValidationError({"made_on": f"提出日期早于收到申请的日期（{request.received_on}）。"})
    suggestion = Suggestion(
        request=request, made_on=made_on, at=timezone.now(), by=actor.name[:150]
    )
    suggestion.sealed = seal_json(suggestion.belongs_to, {"text": text})
    with transaction.atomic():
        suggestion.save()
        record(actor, "foi.suggestion.add", chain=request.organ.code, obj=request)
    return suggestion


def decide_suggestion(
    actor: Actor, suggestion: Suggestion, *, decision: str, reason: str
) -> Suggestion:
    """The body has examined the suggestion; what it took up it publishes in time (Article 44 (2))."""
    organ = suggestion.request.organ
    authorise(actor, HANDLE, organ)
    reason = reason.strip()
    if decision not in Suggestion.Decision.values:
        raise ValidationError({"decision": "请选择审核结果。"})
    if not reason:
        raise ValidationError({"reason": "请写明审核理由。"})
    if len(reason) > 500:
        raise ValidationError({"reason": f"理由有{len(reason)}个字，最多500个字。"})
    refuse_personal(reason=reason)
    with transaction.atomic():
        current = Suggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
        if current.decision:
            raise ValidationError(
                f"这条建议已由{current.decided_by}审核（{current.get_decision_display()}），不能重复审核。"
            )
        current.decision, current.decision_reason = decision, reason
        current.decided_at, current.decided_by = timezone.now(), actor.name[:150]
        current.save()
        record(
            actor,
            "foi.suggestion.decide",
            chain=organ.code,
            obj=suggestion.request,
            changes={"decision": decision},
        )
    return current


def suggestion_text(actor: Actor, suggestion: Suggestion) -> str:
    """What the applicant wrote, for those who handle the case."""
    authorise(actor, HANDLE, suggestion.request.organ)
    return str(open_json(suggestion.belongs_to, suggestion.sealed).get("text", ""))


def _named(files: list[CaseFile]) -> dict[str, CaseFile]:
    """The files by names that differ, as readers must tell them apart."""
    named: dict[str, CaseFile] = {}
    for file in files:
        name, number = name_of(file), 2
        stem, dot, ending = name.rpartition(".")
        while name in named:
            name, number = f"{stem}（{number}）{dot}{ending}", number + 1
        named[name] = file
    return named


def _text(content: bytes, extension: str) -> str:
    """The text of a file, page by page; "" for pictures and what has no pages."""
    if extension == ".pdf":
        pages = sheets(prepare(content, extension))
        return "\n".join(line for one in pages for line in lines_of(one))
    return "\n".join(segment.text for segment in read(content, f"x{extension}").segments)


def _hidden(content: bytes, name: str) -> str:
    """What else a file holds and readers of the attachment can get at: notes, forms, properties,
    and letters that are not seen on its pages."""
    return "\n".join(segment.text for segment in read(content, name).segments)


def _refuse_applicant(request: FoiRequest, texts: dict[str, str]) -> None:
    """Raise ValidationError where the applicant's own data stands in what would be published."""
    applicant = Applicant.objects.filter(intake__request=request).first()
    if applicant is None or applicant.erased_at is not None:
        return
    person, _ = opened(applicant)
    natural = applicant.kind == "natural"
    wanted = {
        "姓名": person.name if natural else person.contact_name,
        "证件号码": person.identity_number if natural else "",
        "电话": person.phone,
        "电子邮箱": person.email,
        "通信地址": person.address if natural else "",
        "代理人姓名": person.agent_name,
        "代理人证件号码": person.agent_identity_number,
        "代理人电话": person.agent_phone,
    }
    wrong = [
        f"{where}中有申请人的{label}，请修改；文件请先作区分处理，只提供处理后的文件。"
        for where, text in texts.items()
        for label, value in wanted.items()
        if len(plain(value)) >= 2 and plain(value) in plain(text)
    ]
    if wrong:
        raise ValidationError(wrong)
