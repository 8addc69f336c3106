"""What an item must have before it goes into review (Arts. 5, 12–16, 26), and what is doubtful."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError

from gongkai.disclosure import richtext
from gongkai.disclosure.models import DisclosedItem, DisclosureAttribute, DocumentKind
from gongkai.statute import exemptions, proactive

DOCUMENTS: Final = frozenset(
    {DocumentKind.REGULATION, DocumentKind.NORMATIVE, DocumentKind.POLICY, DocumentKind.WORK}
)
"""Kinds that are official documents with a genre."""
WITH_VALIDITY: Final = frozenset({DocumentKind.REGULATION, DocumentKind.NORMATIVE})
"""Kinds that hold from a day on, and whose validity must be known."""


def missing(item: DisclosedItem, version: DisclosedItem) -> dict[str, list[str]]:
    """What the version still lacks, by field; empty when it may go into review."""
    wrong: dict[str, list[str]] = {}

    def lack(name: str, message: str) -> None:
        wrong.setdefault(name, []).append(message)

    if version.formed_on is None:
        lack("formed_on", "请填写成文（形成）日期：公开期限自此日起算（条例第二十六条）。")
    if not version.attachments.all() and not richtext.plain_text(version.body):
        lack("body", "请填写正文或者上传附件。")
    if not version.issuers.all():
        lack("issuers", "请填写发文机关，联合发文的牵头机关在前。")
    if version.document_kind in DOCUMENTS:
        if not version.genre:
            lack("genre", "公文须选择体裁。")
        if version.topic_id is None:
            lack("topic", "公文须选择主题分类。")
    if version.document_kind in WITH_VALIDITY and version.effective_from is None:
        lack("effective_from", "规章、行政规范性文件须填写施行日期，以便标明有效性。")
    if version.document_kind == DocumentKind.INTERPRETATION and version.interprets_id is None:
        lack("interprets", "请选择所解读的文件，以便相互链接。")
    if version.source_url and not version.source:
        lack("source", "转载的信息须写明信息来源。")
    if version.statutory_item and version.statutory_item not in codes_for(item):
        lack(
            "statutory_item",
            f"“{proactive.label(version.statutory_item)}”不属于本机关的法定公开内容，请重新选择。",
        )
    for message in missing_for_attribute(version):
        lack("exemption" if not version.exemption else "attribute_reason", message)
    if not item.holds_draft and item.live and not version.correction_note:
        lack("correction_note", "修改已发布的信息，请写明更正（更新）说明，将向公众公布。")
    return wrong


def missing_for_attribute(version: DisclosedItem) -> list[str]:
    """What the choice not to publish still needs (Arts. 5 and 13–16)."""
    if version.disclosure_attribute == DisclosureAttribute.PROACTIVE:
        return []
    stated = set()
    if version.attribute_reason.strip():
        stated.add("reason")
    if version.attribute_basis.strip():
        stated |= {"evidence", "consultation", "duty_checked"}
    return exemptions.missing(version.exemption, version.disclosure_attribute, stated)


def codes_for(item: DisclosedItem) -> set[str]:
    """The codes of Articles 20 and 21 that the item's body may use."""
    from django.conf import settings

    return {
        each.code
        for each in proactive.items_for(
            item.organ.kind,
            item.organ.level,
            subdistricts_as_townships=settings.SUBDISTRICT_TOWNSHIP_ITEMS,
        )
    }


def refuse_incomplete(item: DisclosedItem, version: DisclosedItem) -> None:
    """Raise ValidationError with everything that is missing."""
    wrong = missing(item, version)
    if wrong:
        raise ValidationError(wrong)
