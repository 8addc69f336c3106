"""An item as people read it: its metadata in the usual order, its validity, files and links.

The staff's pages and the public page draw the same things from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from gongkai.disclosure import richtext
from gongkai.disclosure.models import (
    DisclosedItem,
    DisclosureAttribute,
    DocumentKind,
    InterpretationForm,
    StoredFile,
)
from gongkai.statute import exemptions, proactive
from gongkai.statute.validity import Validity, validity_on

WITH_VALIDITY = frozenset({DocumentKind.REGULATION, DocumentKind.NORMATIVE, DocumentKind.POLICY})
"""Kinds whose validity is always shown (有效性); others only once it has ended."""


@dataclass(frozen=True)
class Banner:
    """That a document does not hold any more, or not yet. `holds`: it is only a note."""

    word: str
    text: str
    holds: bool
    successor: str = ""
    successor_url: str = ""


@dataclass(frozen=True)
class PublicFile:
    """An attachment as readers see it."""

    name: str
    url: str
    kind: str
    size: int
    readable: bool


@dataclass(frozen=True)
class Link:
    """Another item that belongs to this one."""

    title: str
    url: str
    note: str = ""


def with_files(version: DisclosedItem) -> DisclosedItem:
    """`version` with the stored files of all its attachments, in two statements at most."""
    rows = version.attachments.get_object_list()
    stored = StoredFile.objects.in_bulk([row.stored_id for row in rows])
    for row in rows:
        row.stored = stored[row.stored_id]
    return version


def day(value: date | datetime | None) -> str:
    """A day as pages write it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime | None) -> str:
    """A day with the time."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def validity_of(version: DisclosedItem, item: DisclosedItem, on: date) -> Validity:
    """Where the document stands on `on`; ends belong to the item, not to a version."""
    return validity_on(
        on,
        effective_from=version.effective_from,
        valid_until=version.valid_until,
        repealed_on=item.repealed_on,
        amended_on=item.amended_on,
    )


def metadata(item: DisclosedItem, version: DisclosedItem, on: date) -> list[tuple[str, str]]:
    """(label, text) in the order in which portals print them; what is empty is left out."""
    validity = validity_of(version, item, on)
    shown = (
        version.document_kind in WITH_VALIDITY or not validity.holds or validity.value != "in_force"
    )
    issuers = [issuer.name for issuer in version.issuers.all()]
    rows = [
        ("索引号", item.index_number or ""),
        ("主题分类", str(version.topic) if version.topic_id else ""),
        ("发布机构", "、".join(issuers) or item.organ.name),
        ("成文日期", day(version.formed_on)),
        ("标题", version.title),
        ("发文字号", version.document_number),
        ("发布日期", day(item.published_at)),
        ("有效性", validity.label if shown else ""),
        ("关键词", "、".join(version.keywords)),
        ("体裁", version.get_genre_display() if version.genre else ""),
        ("登记号", version.registration_number),
        ("施行日期", day(version.effective_from)),
        ("有效期至", day(version.valid_until)),
        ("信息来源", version.source),
        ("公开对象", version.audience),
        ("内容概述", version.summary),
    ]
    return [(label, text) for label, text in rows if text]


def internal(item: DisclosedItem, version: DisclosedItem) -> list[tuple[str, str]]:
    """What the staff see besides: how the item is classified, and when it goes and comes."""
    attribute = DisclosureAttribute(version.disclosure_attribute)
    limb = exemptions.LIMBS.get(version.exemption)
    entries = list(version.entries.all())
    rows = [
        ("公开责任机关", item.organ.name),
        ("栏目", str(version.column)),
        ("同时显示在", "、".join(str(column) for column in version.mounts.all())),
        ("文件类别", str(version.get_document_kind_display())),
        ("法定公开内容", proactive.label(version.statutory_item) if version.statutory_item else ""),
        ("标准目录事项", "；".join(f"{entry.code} {entry}" for entry in entries)),
        ("公开属性", str(attribute.label)),
        ("不主动公开的法定情形", str(limb) if limb else version.exemption),
        ("理由", version.attribute_reason),
        ("依据材料或征求意见情况", version.attribute_basis),
        ("下次评估日期", day(item.next_assessment_on)),
        ("变更日期", day(version.changed_on)),
        ("转载来源网址", version.source_url),
        ("来源发布时间", moment(version.source_published_at)),
        ("需要解读", "是" if version.needs_interpretation else ""),
        ("不解读的理由", version.interpretation_exemption),
        (
            "解读形式",
            str(InterpretationForm(version.interpretation_form).label)
            if version.interpretation_form
            else "",
        ),
        ("定时发布", moment(version.go_live_at)),
        ("定时下架", moment(version.expire_at)),
        ("更正（更新）说明", version.correction_note),
        ("原索引号", item.legacy_index_number),
        ("起草人", str(item.drafted_by) if item.drafted_by_id else ""),
        ("最近修改", moment(item.updated_at)),
    ]
    return [(label, text) for label, text in rows if text]


def banner(
    item: DisclosedItem, version: DisclosedItem, on: date, url_of: Callable[[DisclosedItem], str]
) -> Banner | None:
    """What stands across the top when the document ended, changed, or is not in force yet."""
    validity = validity_of(version, item, on)
    text = {
        Validity.REPEALED: f"本文件已于{day(item.repealed_on)}废止。",
        Validity.EXPIRED: f"本文件有效期已于{day(version.valid_until)}届满，不再有效。",
        Validity.PENDING: f"本文件自{day(version.effective_from)}起施行，现在尚未施行。",
        Validity.AMENDED: f"本文件已于{day(item.amended_on)}修改，请以修改后的内容为准。",
    }.get(validity)
    if text is None:
        return None
    successor = item.successor if item.successor_id else None
    if successor is not None and not successor.live:
        successor = None
    return Banner(
        validity.label,
        text,
        validity.holds,
        successor.title if successor else "",
        url_of(successor) if successor else "",
    )


def files(version: DisclosedItem, url_of: Callable[[int], str]) -> list[PublicFile]:
    """The attachments in their order."""
    return [
        PublicFile(
            one.name,
            url_of(one.stored_id),
            one.stored.extension.lstrip(".").upper(),
            one.stored.size,
            one.stored.text_state == StoredFile.TextState.READ,
        )
        for one in version.attachments.all()
    ]


def interpreted_by(
    item: DisclosedItem, url_of: Callable[[DisclosedItem], str], *, public: bool
) -> list[Link]:
    """What explains this document; for readers only what is public."""
    found = item.interpretations.defer("body").order_by("published_at", "pk")
    if public:
        found = found.filter(live=True)
    return [
        Link(one.title, url_of(one), one.get_interpretation_form_display()) for one in found[:50]
    ]


def public_page(
    item: DisclosedItem,
    version: DisclosedItem,
    *,
    file_url: Callable[[int], str],
    item_url: Callable[[DisclosedItem], str],
    on: date | None = None,
) -> dict[str, Any]:
    """What `_public_item.html` draws, as `page`."""
    on = on or timezone.localdate()
    interprets = version.interprets if version.interprets_id else None
    return {
        "title": version.title,
        "rows": metadata(item, version, on),
        "banner": banner(item, version, on, item_url),
        "body": body(version),
        "files": files(version, file_url),
        "traces": list(item.traces.all()),
        "interprets": Link(interprets.title, item_url(interprets))
        if interprets is not None and interprets.live
        else None,
        "interpreted_by": interpreted_by(item, item_url, public=True),
        "source": Link(version.source or version.source_url, version.source_url)
        if version.source_url
        else None,
    }


def body(version: DisclosedItem) -> SafeString:
    """The text, cleaned again: whatever way it came into the table, nothing in it runs."""
    return mark_safe(richtext.clean(version.body))  # noqa: S308
