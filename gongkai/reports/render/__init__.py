"""Draws a report: ``render(document, kind)`` gives the bytes of a file.

Every kind is drawn from the same outline and grids (``document``, ``grid``). The same document
gives the same bytes: dates inside files come from the document, never from the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from gongkai.reports.document import ReportDocument

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "html": "text/html; charset=utf-8",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
        "xml": "application/xml",
    }
)
EXTENSIONS: tuple[str, ...] = tuple(MEDIA_TYPES)
"""The kinds of file that can be drawn; each is its own file extension."""


class UnknownKind(LookupError):
    """A kind of file that is not drawn here; the Chinese message lists those that are."""


def render(document: ReportDocument, kind: str) -> bytes:
    """The report as a file of that kind (``EXTENSIONS``); raises ``UnknownKind``."""
    if kind not in MEDIA_TYPES:
        known = "、".join(EXTENSIONS)
        raise UnknownKind(f"不能生成“{kind}”格式的年度报告，可以选择：{known}。")
    # Word and Excel libraries are slow to import: only the kind asked for is loaded.
    drawer = import_module(f"{__name__}.{kind}")
    data: bytes = drawer.draw(document)
    return data
