"""A body's templates of notices and its letterheads (文书模板、文书设置).

Versions of a template are only ever added; the newest of a body and kind is in force, and an empty
one means that the body has gone back to the packaged template. A letterhead that notices were issued
under stays as it was: a change is a new letterhead with its own day.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from gongkai.foi.models import Letterhead, Notice, NoticeTemplate
from gongkai.foi.notices.checking import MAX_BYTES, TemplateRefused, check_template
from gongkai.foi.notices.kinds import NoticeKind, kind_of
from gongkai.foi.notices.packaged import packaged_template
from gongkai.guard.files import accept
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import diff, record
from gongkai.organs.models import Organ, User
from gongkai.organs.policy import authorise

CONFIGURE: Final = "foi.configure"
SEAL_MAX_BYTES: Final = 512 * 1024
_SEAL_PIXELS: Final = (200, 2400)
_SERIES: Final = re.compile(r"[\u4e00-\u9fff]{2,20}")
LETTERHEAD_FIELDS: Final = (
    "valid_from",
    "series",
    "review_body",
    "court",
    "online_review",
    "query_remedy",
    "payee",
)


@dataclass(frozen=True)
class TemplateInForce:
    """The template that a notice is filled from; `version` 0 is the packaged one."""

    docx: bytes
    version: int


def template_of(organ: Organ, kind: str) -> TemplateInForce:
    """The body's own template of that kind, else the packaged one."""
    newest = NoticeTemplate.objects.filter(organ=organ, kind=kind).order_by("-version").first()
    if newest is None or not newest.docx:
        return TemplateInForce(packaged_template(kind), 0)
    return TemplateInForce(bytes(newest.docx), newest.version)


def letterhead_on(organ: Organ, on: date) -> Letterhead | None:
    """What the body's notices bear on that day; None when nothing has been set for it."""
    return (
        Letterhead.objects.filter(organ=organ, valid_from__lte=on).order_by("-valid_from").first()
    )


# -- templates ---------------------------------------------------------------------------------


def add_template(
    actor: Actor, organ: Organ, kind: str, *, content: bytes, name: str, note: str = ""
) -> NoticeTemplate:
    """The uploaded Word file is the body's template of that kind from now on.

    Raises ValidationError for what the guard or `notices.checking` refuse.
    """
    authorise(actor, CONFIGURE, organ)
    found = kind_of(kind)
    if not name.lower().endswith(".docx"):
        raise ValidationError({"file": "请上传 Word 文档（.docx）。旧版 .doc 请先另存为 .docx。"})
    if len(content) > MAX_BYTES:
        raise ValidationError(
            {"file": f"模板超过{MAX_BYTES // 1024 // 1024} MB，请压缩或者删去其中的图片。"}
        )
    try:
        accepted = accept(content, name)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    with accepted.data:
        cleaned = accepted.data.read()
    try:
        check_template(cleaned, found)
    except TemplateRefused as error:
        raise ValidationError({"file": str(error)}) from error
    return _add(actor, organ, found, cleaned, note, "add")


def restore_template(actor: Actor, version: NoticeTemplate) -> NoticeTemplate:
    """An earlier version is in force again, as a new version."""
    authorise(actor, CONFIGURE, version.organ)
    if not version.docx:
        return reset_template(actor, version.organ, version.kind)
    found = kind_of(version.kind)
    content = bytes(version.docx)
    try:
        check_template(content, found)  # what a notice must hold may have changed since
    except TemplateRefused as error:
        raise ValidationError(f"第{version.version}版已不能使用：{error}") from error
    return _add(actor, version.organ, found, content, f"恢复第{version.version}版", "add")


def reset_template(actor: Actor, organ: Organ, kind: str) -> NoticeTemplate:
    """The packaged template is in force again; the body's own versions stay."""
    authorise(actor, CONFIGURE, organ)
    found = kind_of(kind)
    if template_of(organ, found.code).version == 0:
        raise ValidationError("现在用的就是系统模板。")
    return _add(actor, organ, found, b"", "恢复系统模板", "reset")


def _add(
    actor: Actor, organ: Organ, kind: NoticeKind, content: bytes, note: str, verb: str
) -> NoticeTemplate:
    note = " ".join(note.split())
    if len(note) > 200:
        raise ValidationError({"note": f"修改说明有{len(note)}个字，最多200个字，请缩短。"})
    try:
        with transaction.atomic():
            newest = (
                NoticeTemplate.objects.filter(organ=organ, kind=kind.code)
                .order_by("-version")
                .values_list("version", flat=True)
                .first()
            )
            made = NoticeTemplate.objects.create(
                organ=organ,
                kind=kind.code,
                version=(newest or 0) + 1,
                docx=content,
                sm3=sm3(content),
                note=note,
                at=timezone.now(),
                by=cast(User | None, actor.user),
            )
            facts = {"kind": kind.code, "version": made.version, "sm3": made.sm3}
            record(actor, f"foi.template.{verb}", chain=organ.code, obj=made, changes=facts)
    except IntegrityError as error:
        raise ValidationError("他人刚刚更换了这一模板，请查看最新的版本后再试。") from error
    return made


# -- letterheads -------------------------------------------------------------------------------


def save_letterhead(
    actor: Actor,
    organ: Organ,
    *,
    letterhead: Letterhead | None = None,
    seal: bytes | None = None,
    remove_seal: bool = False,
    **values: Any,
) -> Letterhead:
    """A new letterhead of the body, or changes to one under which nothing was issued yet.

    `values`: `LETTERHEAD_FIELDS`. `seal`: a PNG; None keeps the one that is there (a new letterhead
    takes over the seal of the one before it).
    """
    authorise(actor, CONFIGURE, organ)
    unknown = sorted(set(values) - set(LETTERHEAD_FIELDS))
    if unknown:
        raise TypeError(f"Letterhead has no such field: {', '.join(unknown)}")
    picture = check_seal(seal) if seal else None
    with transaction.atomic():
        if letterhead is not None:
            head = Letterhead.objects.select_for_update().get(pk=letterhead.pk)
            _refuse_used(head)
        else:
            head = Letterhead(organ=organ)
            before = letterhead_on(organ, values.get("valid_from") or timezone.localdate())
            head.seal = bytes(before.seal) if before is not None else b""
        old = {name: getattr(head, name) for name in LETTERHEAD_FIELDS} if head.pk else {}
        for name, value in values.items():
            setattr(head, name, value)
        _check_letterhead(head)
        _refuse_covering(head)
        if picture is not None:
            head.seal = picture
        elif remove_seal:
            head.seal = b""
        try:
            with transaction.atomic():
                head.save()
        except IntegrityError as error:
            raise ValidationError(
                {"valid_from": "这一天已有文书设置，请修改那一份，或者换一个启用日期。"}
            ) from error
        facts: dict[str, Any] = dict(
            diff(old, {name: getattr(head, name) for name in LETTERHEAD_FIELDS})
        )
        facts["seal"] = sm3(bytes(head.seal)) if head.seal else ""
        record(actor, "foi.letterhead.save", chain=organ.code, obj=head, changes=facts)
    return head


def remove_letterhead(actor: Actor, letterhead: Letterhead) -> None:
    """A letterhead under which nothing was issued is gone."""
    authorise(actor, CONFIGURE, letterhead.organ)
    with transaction.atomic():
        head = Letterhead.objects.select_for_update().get(pk=letterhead.pk)
        _refuse_used(head)
        record(
            actor,
            "foi.letterhead.remove",
            chain=head.organ.code,
            obj=head,
            changes={"series": head.series, "valid_from": head.valid_from},
        )
        head.delete()


def is_used(letterhead: Letterhead) -> bool:
    """Whether a notice was issued under it."""
    issued = Notice.objects.filter(
        organ_id=letterhead.organ_id, issued_on__gte=letterhead.valid_from
    )
    later = (
        Letterhead.objects.filter(
            organ_id=letterhead.organ_id, valid_from__gt=letterhead.valid_from
        )
        .order_by("valid_from")
        .first()
    )
    if later is not None:
        issued = issued.filter(issued_on__lt=later.valid_from)
    return issued.exists()


def check_seal(data: bytes) -> bytes:
    """The picture of a seal without its metadata. Raises ValidationError."""
    if len(data) > SEAL_MAX_BYTES:
        raise ValidationError({"seal": f"印章图片超过{SEAL_MAX_BYTES // 1024} KB，请压缩后上传。"})
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 33:
        raise ValidationError({"seal": "印章请用 PNG 图片，背景透明。"})
    width, height = struct.unpack(">II", data[16:24])
    least, most = _SEAL_PIXELS
    if not (least <= width <= most and least <= height <= most):
        raise ValidationError(
            {"seal": f"图片为 {width}×{height} 像素，宽和高都应在{least}至{most}像素之间。"}
        )
    if not 0.5 <= width / height <= 2:
        raise ValidationError({"seal": "图片过于狭长，请裁去印章周围的空白。"})
    try:
        accepted = accept(data, "seal.png")
    except ValidationError as error:
        raise ValidationError({"seal": error.messages}) from error
    with accepted.data:
        return accepted.data.read()


def _refuse_used(head: Letterhead) -> None:
    if is_used(head):
        raise ValidationError(
            "已有文书按这份设置印发，不能修改。请新增一份设置，填写新的启用日期。"
        )


def _refuse_covering(head: Letterhead) -> None:
    """Refuse a day from which on notices bear another letterhead already: what was issued stays
    under its own, and so does what its readers are told of review and court."""
    others = Letterhead.objects.filter(organ_id=head.organ_id).exclude(pk=head.pk)
    if not others.filter(valid_from__lt=head.valid_from).exists():
        return
    issued = Notice.objects.filter(organ_id=head.organ_id, issued_on__gte=head.valid_from)
    later = others.filter(valid_from__gt=head.valid_from).order_by("valid_from").first()
    if later is not None:
        issued = issued.filter(issued_on__lt=later.valid_from)
    last = issued.aggregate(last=Max("issued_on"))["last"]
    if last is not None:
        raise ValidationError(
            {
                "valid_from": f"{head.valid_from}以后已有文书按原来的设置印发，"
                f"启用日期请选在最后一份（{last}）之后。"
            }
        )


def _check_letterhead(head: Letterhead) -> None:
    problems: dict[str, str] = {}
    head.series = "".join(str(head.series).split())
    for name in ("review_body", "court", "payee"):
        setattr(head, name, " ".join(str(getattr(head, name)).split()))
    if not _SERIES.fullmatch(head.series):
        problems["series"] = "文号代字应为2至20个汉字，例如“义教公复”，不含年份和序号。"
    if not head.review_body:
        problems["review_body"] = (
            "请填写行政复议机关的全称（行政复议法第二十四条、第二十七条、第二十八条）。"
        )
    if not head.court:
        problems["court"] = "请填写有管辖权的人民法院的全称。"
    if head.query_remedy not in ("A", "B"):
        problems["query_remedy"] = "请从列表中选择。"
    if head.online_review:
        try:
            URLValidator(schemes=["http", "https"])(head.online_review)
        except ValidationError:
            problems["online_review"] = "请填写完整的网址，以 https:// 开头。"
    if problems:
        raise ValidationError(problems)
