"""Bytes of a page → text: header → byte order mark → meta → strict UTF-8 → gb18030.

Old government pages say GB2312 and mean GB18030, say UTF-8 and are GBK, or say nothing. A page
is never given up for one broken character: a declared encoding is believed as long as hardly
anything in the page contradicts it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE = {"gb2312", "gbk", "gb_2312-80", "gb2312-80", "x-gbk", "cp936", "gb18030"}
_META_WITHIN = 4096
_BROKEN_SHARE = 0.02


def decode(data: bytes, content_type: str = "") -> str:
    """The page as text; `content_type` is the header as the server sent it."""
    for encoding in _declared(data, content_type):
        text = _plausible(data, encoding)
        if text is not None:
            return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _declared(data: bytes, content_type: str) -> Iterator[str]:
    if found := _HEADER.search(content_type):
        yield found[1]
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            yield encoding
    if meta := _META.search(data[:_META_WITHIN]):
        yield meta[1].decode("ascii")


def _plausible(data: bytes, name: str) -> str | None:
    """The text in this encoding, unless it is unknown or much of the page contradicts it."""
    encoding = "gb18030" if name.lower() in _CHINESE else name
    if encoding.lower() in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    try:
        codecs.lookup(encoding)
        text = data.decode(encoding, errors="replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    broken = text.count("\ufffd")
    beyond = sum(1 for character in text if ord(character) > 127)
    return text if broken <= beyond * _BROKEN_SHARE or broken <= 1 else None
