"""What a version says: the fields that are reviewed, and the fingerprint of exactly that.

A review holds for one content (Art. 17): title, text, metadata, issuers, columns, entries and
every attachment by its own hash. Whatever belongs to the item as a whole (`OBJECT_FIELDS`) is no
part of it. The fingerprint is SM3 over a canonical JSON, the same for a row and for a revision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from gongkai.disclosure.models import DisclosedItem, StoredFile
from gongkai.ledger.chain import sm3

CONTENT_FIELDS: Final = (
    "title",
    "legacy_index_number",
    "document_kind",
    "genre",
    "document_number",
    "registration_number",
    "column",
    "topic",
    "statutory_item",
    "keywords",
    "audience",
    "formed_on",
    "changed_on",
    "effective_from",
    "valid_until",
    "disclosure_attribute",
    "exemption",
    "attribute_reason",
    "attribute_basis",
    "summary",
    "body",
    "source",
    "source_url",
    "source_published_at",
    "correction_note",
    "interprets",
    "interpretation_form",
    "needs_interpretation",
    "interpretation_exemption",
    "go_live_at",
    "expire_at",
)
"""Fields of a version, in the order in which a comparison shows them."""

DATES_OF_VALIDITY: Final = ("repealed_on", "amended_on", "successor")
"""Written with a draft; once the item is public only `repeal` and `amend` set them."""

TEXT_FIELDS: Final = (
    "title",
    "summary",
    "correction_note",
    "document_number",
    "registration_number",
    "audience",
    "attribute_reason",
    "attribute_basis",
    "source",
    "source_url",
    "interpretation_exemption",
)
"""Single texts besides the body and the keywords in which the guard looks."""

_ATTRIBUTES: Final[dict[str, str]] = {
    name: DisclosedItem._meta.get_field(name).attname  # type: ignore[union-attr]
    for name in CONTENT_FIELDS
}

LABELS: Final = {
    name: str(DisclosedItem._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    for name in (*CONTENT_FIELDS, *DATES_OF_VALIDITY, "next_assessment_on")
} | {
    "go_live_at": "定时发布时间",
    "expire_at": "定时下架时间",
    "mounts": "同时显示在",
    "entries": "标准目录事项",
    "issuers": "发文机关",
    "attachments": "附件",
}
"""Field → its heading on forms and in comparisons."""


def content_of(item: DisclosedItem) -> dict[str, Any]:
    """The version's content in plain values, as it is fingerprinted."""
    row = {attribute: getattr(item, attribute) for attribute in _ATTRIBUTES.values()}
    content = plain_fields(row)
    content["mounts"] = sorted(column.pk for column in item.mounts.all())
    content["entries"] = sorted(entry.pk for entry in item.entries.all())
    content["issuers"] = [
        [issuer.organ_id, issuer.name]
        for issuer in sorted(item.issuers.all(), key=lambda each: (each.order, each.name))
    ]
    rows = sorted(item.attachments.all(), key=lambda each: (each.order, each.name))
    hashes = dict(
        StoredFile.objects.filter(pk__in=[row.stored_id for row in rows]).values_list(
            "pk", "sha256"
        )
    )
    content["attachments"] = [[row.name, hashes[row.stored_id]] for row in rows]
    return content


def content_hash(item: DisclosedItem) -> str:
    """SM3 of the version's content."""
    return fingerprint(content_of(item))


def fingerprint(content: dict[str, Any]) -> str:
    """SM3 of a content as `content_of` gives it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sm3(text.encode())


def plain_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """The content fields of an item's row (values by attribute) in plain values, without parts."""
    return {name: _plain(row[attribute]) for name, attribute in _ATTRIBUTES.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value
