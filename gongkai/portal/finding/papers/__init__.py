"""Documents as files (.docx, .pdf) and the anchors of their articles.

规章 and 行政规范性文件 are published as structured text that can be had as a file; other policy
documents likewise. The files are drawn from the public version, never from a draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from gongkai.disclosure.models import DisclosedItem, DocumentKind

OFFERED: Final = frozenset({DocumentKind.REGULATION, DocumentKind.NORMATIVE, DocumentKind.POLICY})
"""Kinds of documents that can be had as files."""
MEDIA_TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class PaperLink:
    """A file as which the document can be had."""

    label: str
    url: str
    extension: str


def is_offered(item: DisclosedItem) -> bool:
    """Whether the item is a document with a text of its own."""
    return item.live and item.document_kind in OFFERED and bool(item.body.strip())


def papers_of(item: DisclosedItem) -> list[PaperLink]:
    """The files of the document for its page; empty for what is none. Asks nothing."""
    if not is_offered(item):
        return []
    return [
        PaperLink(label, reverse("portal:item_document", args=[item.pk, extension]), extension)
        for label, extension in (("Word", "docx"), ("PDF", "pdf"))
    ]
