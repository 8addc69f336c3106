"""The text of a report: what may stand in it, and the seal over the whole.

Text comes from people and from word processors; a small set of elements is kept, everything
else is dropped with its attributes (nh3), so that what is published can be drawn by every
renderer and cannot carry a script.

The seal is SM3 (GB/T 32905-2016) over one JSON array, UTF-8, no spaces, object keys sorted:

    ["gongkai-report/1", organ code, name of the organ at the time, year, scope, format, version,
     cells, sections, change note, checksum of the version it corrects or ""]

Amounts stand in it as text, figures not filled in as null.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import nh3

from gongkai.ledger.chain import sm3

if TYPE_CHECKING:
    from gongkai.reports.models import AnnualReport

TAGS = frozenset({"p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "h3", "h4", "blockquote"})
"""Elements that a section may hold; none has attributes."""
MAX_LENGTH = 60_000
"""Characters of one section: some forty printed pages."""

GAP_OPENS = "【待填："
_GAP = re.compile(r"【待填：([^】]*)】")
_TAG = re.compile(r"<[^>]+>")
_BLOCK_END = re.compile(r"</(?:p|li|h3|h4|blockquote)>|<br\s*/?>", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|h3|h4|li|blockquote)>(?:\s|&nbsp;|<br\s*/?>)*</\1>")


def clean(text: str) -> str:
    """``text`` with the permitted elements only; plain text becomes paragraphs."""
    stripped = text.strip()
    if stripped and not _TAG.search(stripped):
        lines = [line.strip() for line in html.unescape(stripped).splitlines()]
        return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines if line)
    cleaned = nh3.clean(
        stripped,
        tags=set(TAGS),
        attributes={},
        clean_content_tags={"script", "style", "title"},
        strip_comments=True,
        link_rel=None,
    )
    return _EMPTY.sub("", cleaned.replace("\xa0", " ")).strip()


def plain(text: str) -> str:
    """The words of a section, one block a line."""
    broken = _BLOCK_END.sub("\n", text)
    lines = (line.strip() for line in html.unescape(_TAG.sub("", broken)).splitlines())
    return "\n".join(line for line in lines if line)


def gap(what: str) -> str:
    """A marked place that a person must fill in, because no record says it."""
    return f"{GAP_OPENS}{what}】"


def gaps(text: str) -> list[str]:
    """What is still to be filled in."""
    return [html.unescape(_TAG.sub("", found)) for found in _GAP.findall(text)]


def fingerprint(text: str) -> str:
    """A short mark of a section's text, by which an editor knows what it started from."""
    return sm3(text.encode("utf-8", "backslashreplace"))[:16]


def canonical(report: AnnualReport) -> bytes:
    """The bytes that are sealed. The report's organ and the corrected version are read."""
    original = report.supersedes
    parts: list[Any] = [
        "gongkai-report/1",
        report.organ.code,
        report.issuer,
        report.year,
        report.scope,
        report.format_id,
        report.version,
        report.cells,
        report.sections,
        report.change_note,
        original.checksum if original is not None else "",
    ]
    text = json.dumps(
        parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8", "backslashreplace")


def seal(report: AnnualReport) -> str:
    """SM3 over the canonical content."""
    return sm3(canonical(report))


def is_intact(report: AnnualReport) -> bool:
    """Whether a published report still says what was sealed."""
    return bool(report.checksum) and seal(report) == report.checksum


def sections_plain(sections: Mapping[str, str]) -> dict[str, str]:
    """All sections as words."""
    return {name: plain(text) for name, text in sections.items()}
