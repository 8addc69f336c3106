"""Drafting items: new ones, new versions, and taking an unpublished version back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gongkai.disclosure import richtext
from gongkai.disclosure.content import CONTENT_FIELDS, DATES_OF_VALIDITY, content_hash, content_of
from gongkai.disclosure.models import (
    Attachment,
    DisclosedItem,
    DisclosureAttribute,
    ItemIssuer,
    Status,
    StoredFile,
)
from gongkai.disclosure.services.common import (
    EDIT,
    ensure_version,
    locked,
    newest,
    note,
    refuse_conflict,
    save_version,
    user_of,
)
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise
from gongkai.statute import document_numbers, exemptions, proactive

SETTABLE: Final = frozenset(
    {*CONTENT_FIELDS, *DATES_OF_VALIDITY, "next_assessment_on", "mounts", "entries"}
)
_TEXTS: Final = frozenset(
    field.name
    for field in DisclosedItem._meta.get_fields()
    if isinstance(field, models.CharField) and not field.choices
)
_KEEP_VALUES: Final = frozenset(CONTENT_FIELDS) - {
    # Free texts may hold what must not be written into the ledger; it keeps their names only.
    "title", "summary", "body", "keywords", "audience", "attribute_reason", "attribute_basis",
    "source", "source_url", "correction_note", "interpretation_exemption", "document_number",
    "registration_number", "legacy_index_number",
}  # fmt: skip
MAX_KEYWORDS: Final = 5

Issuer = Organ | str | tuple[Organ | None, str]
File = tuple[StoredFile, str] | Attachment


def create_item(
    actor: Actor,
    organ: Organ,
    values: Mapping[str, Any],
    *,
    issuers: Iterable[Issuer] = (),
    attachments: Iterable[File] = (),
) -> DisclosedItem:
    """A draft of the body. It may be incomplete; `submit` asks for the rest.

    Without `issuers` the body itself is the issuer. Raises ValidationError when the body has been
    abolished, naming its successor.
    """
    authorise(actor, EDIT, organ)
    refuse_abolished(organ)
    item = DisclosedItem(organ=organ, live=False, drafted_by=user_of(actor))
    apply(item, values)
    set_issuers(item, list(issuers) or [organ])
    set_attachments(item, attachments)
    check(item)
    with transaction.atomic():
        item.save()
        save_version(item, item, user_of(actor))
        note(actor, item, "create", _facts({}, item))
    return item


def update_item(
    actor: Actor,
    item: DisclosedItem,
    values: Mapping[str, Any],
    *,
    issuers: Iterable[Issuer] | None = None,
    attachments: Iterable[File] | None = None,
    seen: int | str | None = None,
) -> DisclosedItem:
    """The newest version reads as `values` say; what they leave out stays.

    `issuers` and `attachments` replace the whole list; None leaves it. A published item stays as
    it is in public until the new version has been through the review. Returns the newest version.
    """
    authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        authorise(actor, EDIT, current.organ)
        refuse_conflict(current, seen)
        refuse_closed(current)
        ensure_version(current)
        fixed = set(values) & set(DATES_OF_VALIDITY)
        version = newest(current)
        if not current.holds_draft:
            wrong = {
                name: "已发布的信息请用“废止”或“修改”办理，不能直接改写。"
                for name in fixed
                if _plain(getattr(version, _attname(name))) != _plain(_given(name, values[name]))
            }
            if wrong:
                raise ValidationError(wrong)
            values = {name: value for name, value in values.items() if name not in fixed}
            if not current.has_unpublished_changes and "correction_note" not in values:
                version.correction_note = ""
        before, before_hash = content_of(version), content_hash(version)
        object_before = {name: getattr(version, _attname(name)) for name in _OBJECT_VALUES}
        apply(version, values)
        if issuers is not None:
            set_issuers(version, issuers)
        if attachments is not None:
            set_attachments(version, attachments)
        check(version)
        object_after = {name: getattr(version, _attname(name)) for name in _OBJECT_VALUES}
        if before_hash == content_hash(version) and object_before == object_after:
            return version
        if object_before != object_after:
            DisclosedItem.objects.filter(pk=current.pk).update(
                **{_attname(name): value for name, value in object_after.items()}
            )
        save_version(current, version, user_of(actor))
        note(actor, version, "update", _facts(before, version) | diff(object_before, object_after))
    return version


def discard_version(actor: Actor, item: DisclosedItem) -> DisclosedItem:
    """The draft of a published item is dropped: the published version is the newest again."""
    authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        refuse_closed(current)
        if current.holds_draft or not current.has_unpublished_changes:
            raise ValidationError("这条信息没有未发布的修改，无需放弃。")
        current.has_unpublished_changes = False
        current.returned = False
        current.blocking = 0
        current.correction_note = ""
        current.save_revision(user=user_of(actor), clean=False, changed=False)
        current.save(
            update_fields=["has_unpublished_changes", "returned", "blocking", "updated_at"]
        )
        note(actor, current, "discard")
    return current


def delete_draft(actor: Actor, item: DisclosedItem, reason: str) -> None:
    """A draft that was never published nor decided upon is gone; the ledger keeps that it was.

    A draft on which somebody has decided stays: its decisions are part of the record.
    """
    from gongkai.disclosure.services.common import stated

    reason = stated(reason, "请写明删除原因，例如“重复起草”。")
    authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        refuse_closed(current)
        if not current.holds_draft:
            raise ValidationError("已发布过的信息不能删除。如需下架，请用“撤回”。")
        if current.decisions.exists():
            raise ValidationError("这份草稿已有审核意见，须留存备查，不能删除。")
        note(actor, current, "delete", {"reason": reason})
        current.delete()


# -- the values --------------------------------------------------------------------------------


def apply(item: DisclosedItem, values: Mapping[str, Any]) -> None:
    """Put `values` into the version, each in its one form."""
    unknown = sorted(set(values) - SETTABLE)
    if unknown:
        raise TypeError(f"an item has no field {', '.join(unknown)}")
    for name, value in values.items():
        if name in ("mounts", "entries"):
            related: Any = DisclosedItem._meta.get_field(name)
            setattr(item, name, _objects(related.related_model, value, name))
        elif name == "body":
            item.body = _cleaned(value)
        elif name == "keywords":
            item.keywords = _keywords(value)
        elif name == "document_number":
            item.document_number = document_numbers.normalise(str(value or ""))
        else:
            setattr(item, _attname(name), _given(name, value))
    if item.disclosure_attribute == DisclosureAttribute.PROACTIVE:
        item.exemption = item.attribute_reason = item.attribute_basis = ""
        item.next_assessment_on = None


def _cleaned(body: Any) -> str:
    try:
        return richtext.clean(str(body or ""))
    except ValidationError as refused:
        raise ValidationError({"body": refused.messages}) from None


def set_issuers(item: DisclosedItem, issuers: Iterable[Issuer]) -> None:
    """The issuing bodies in their order, the lead first."""
    rows = []
    for order, issuer in enumerate(issuers):
        organ, name = _issuer(issuer)
        if name.strip():
            rows.append(ItemIssuer(organ=organ, name=name.strip(), order=order))
    item.issuers.set(rows)


def set_attachments(item: DisclosedItem, attachments: Iterable[File]) -> None:
    """The files in their order; a name is that of a file, never of a path."""
    rows = []
    for order, each in enumerate(attachments):
        stored, name = each if isinstance(each, tuple) else (each.stored, each.name)
        plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or str(stored)
        rows.append(Attachment(stored=stored, name=plain, order=order))
    item.attachments.set(rows)


def check(item: DisclosedItem) -> None:
    """Everything that must hold of a draft, each complaint at its field."""
    wrong: dict[str, list[str]] = {}

    def complain(name: str, message: str) -> None:
        wrong.setdefault(name, []).append(message)

    today = timezone.localdate()
    if "\n" in item.title or "\r" in item.title:
        complain("title", "标题不能换行，请删去换行。")
    for name in ("formed_on", "changed_on"):
        day: date | None = getattr(item, name)
        if day is not None and day > today:
            complain(name, f"不能晚于今天（{today}），请核对。")
    if item.formed_on and item.changed_on and item.changed_on < item.formed_on:
        complain("changed_on", "变更日期不能早于成文（形成）日期，请核对。")
    if item.go_live_at and item.expire_at and item.expire_at <= item.go_live_at:
        complain("expire_at", "定时下架须晚于定时发布，请核对。")
    if len(item.keywords) > MAX_KEYWORDS:
        complain("keywords", f"关键词最多{MAX_KEYWORDS}个，现有{len(item.keywords)}个。")
    if item.statutory_item and item.statutory_item not in proactive.ITEMS:
        complain("statutory_item", f"没有编号为“{item.statutory_item}”的法定公开内容。")
    if item.column_id and item.column.closed_on and item.column.closed_on <= today:
        complain("column", f"栏目“{item.column}”已于{item.column.closed_on}停用，请另选栏目。")
    if item.interprets_id and item.interprets_id == item.pk:
        complain("interprets", "信息不能解读自己，请选择所解读的文件。")
    if item.disclosure_attribute != DisclosureAttribute.PROACTIVE and item.exemption:
        limb = exemptions.LIMBS.get(item.exemption)
        if limb is None or item.disclosure_attribute not in limb.attributes:
            for message in exemptions.missing(
                item.exemption, item.disclosure_attribute, ("reason",)
            ):
                complain("exemption", message)
    # Lengths, choices and constraints of the model, as of a draft: what the item is today in public
    # says nothing against its next version.
    stands = item.status, item.live
    item.status, item.live = Status.DRAFT, False
    try:
        item.full_clean(exclude=["organ", "drafted_by", "submitted_by", "latest_revision"])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            wrong.setdefault(name, []).extend(messages)
    finally:
        item.status, item.live = stands
    for issuer in item.issuers.all():
        if len(issuer.name) > 120:
            complain("issuers", f"机关名称“{issuer.name[:20]}…”超过120个字。")
    for attachment in item.attachments.all():
        if len(attachment.name) > 160:
            complain("attachments", f"文件名“{attachment.name[:20]}…”超过160个字，请改短。")
    names = [attachment.name for attachment in item.attachments.all()]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        complain("attachments", f"附件重名：{'、'.join(doubles)}。请改名，以便读者区分。")
    if wrong:
        raise ValidationError(wrong)


def refuse_abolished(organ: Organ) -> None:
    """An abolished body drafts nothing any more; its successor does."""
    if organ.is_active():
        return
    if organ.abolished_on is None:
        raise ValidationError(f"{organ.name}于{organ.established_on}成立，成立后才能发布信息。")
    successor = organ.successor
    then = (
        f"请由承继机构{successor.name}起草。"
        if successor is not None
        else "请先在机构管理中填写承继机构。"
    )
    raise ValidationError(f"{organ.name}已于{organ.abolished_on}撤销，不能再起草信息。{then}")


def refuse_closed(item: DisclosedItem) -> None:
    """Nobody edits what is under review or scheduled."""
    if item.step:
        raise ValidationError(
            "这条信息正在审核，内容已锁定。如需修改，请先由送审人收回，或由审核人退回。"
        )
    if item.scheduled_for is not None:
        at = timezone.localtime(item.scheduled_for)
        raise ValidationError(
            f"这条信息已审批，定于{at:%Y-%m-%d %H:%M}发布。如需修改，请先取消定时发布。"
        )
    refuse_abolished(item.organ)


# -- how it is done --------------------------------------------------------------------------

_OBJECT_VALUES: Final = ("next_assessment_on",)


def _attname(name: str) -> str:
    field: Any = DisclosedItem._meta.get_field(name)
    return str(field.attname)


def _given(name: str, value: Any) -> Any:
    """The value as the column takes it; related objects by their number."""
    try:
        field: Any = DisclosedItem._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(field, models.DateTimeField) and isinstance(value, str):
        value = parse_datetime(value) if value else None
    if isinstance(field, models.DateTimeField) and value:
        value = timezone.make_aware(value) if timezone.is_naive(value) else value
        return value.replace(microsecond=0)
    if isinstance(field, models.DateField | models.ForeignKey) and value == "":
        return None
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return field.to_python(value)
    if value is None and isinstance(field, models.CharField | models.TextField):
        return ""
    if name in _TEXTS and isinstance(value, str):
        return value.strip()
    return value


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _objects(model: Any, values: Iterable[Any] | None, name: str) -> list[Any]:
    keys = [value.pk if isinstance(value, models.Model) else value for value in values or ()]
    found = list(model._default_manager.filter(pk__in=keys))
    if len(found) != len(set(keys)):
        raise ValidationError({name: "所选的项目有的已不存在，请重新选择。"})
    return found


def _keywords(value: Any) -> list[str]:
    if isinstance(value, str):
        for mark in "，、；;\t\n ":
            value = value.replace(mark, ",")
        value = value.split(",")
    return list(dict.fromkeys(str(word).strip() for word in value or () if str(word).strip()))


def _issuer(issuer: Issuer) -> tuple[Organ | None, str]:
    if isinstance(issuer, Organ):
        return issuer, issuer.name
    if isinstance(issuer, str):
        return None, issuer
    organ, name = issuer
    return organ, name or (organ.name if organ else "")


def _facts(before: Mapping[str, Any], item: DisclosedItem) -> dict[str, Any]:
    """What changed, for the ledger: values of dates and choices, of texts the name alone."""
    after = content_of(item)
    changed = [name for name in after if before.get(name) != after[name]]
    empty: tuple[Any, ...] = (None, "", [])
    if not before:
        changed = [name for name in changed if after[name] not in empty]
    facts: dict[str, Any] = diff(
        before, after, keys=[name for name in changed if name in _KEEP_VALUES]
    )
    facts["fields"] = changed
    facts["sm3"] = content_hash(item)
    return facts
