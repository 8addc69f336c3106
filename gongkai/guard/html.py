"""The text of a page with the way back to its source.

An HTML parser says what a page means, not where in the source each character stands; for marking
and masking only the place counts. So the source is cut into tags, comments, entities and text, and
every stretch of text remembers where it came from. Nothing is lost by this: what is not clearly a
tag is taken for text, so that a broken page is read more, never less.

Inline tags vanish (a number split by them is whole again); blocks become boundaries. Attribute
values and comments, which travel with the page and are read by everybody who looks at its source,
follow after the text.
"""

from __future__ import annotations

import html as entities
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from gongkai.guard.checks.view import BOUNDARY

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "o:p",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_RAW = frozenset({"script", "style"})
_NAME = re.compile(r"</?([A-Za-z][^\s/>\x00]*)")
_TAG_END = re.compile(r"""[^>"']*+(?:(?:"[^"]*+"|'[^']*+')[^>"']*+)*+>""")
_ENTITY = re.compile(r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.DOTALL
)
# Addresses and looks: a number in them names a file or a colour; telephone links are read.
_SILENT = frozenset(
    [
        "src",
        "srcset",
        "class",
        "id",
        "style",
        "width",
        "height",
        "action",
        "background",
        "usemap",
        "integrity",
        "nonce",
        "d",
        "points",
    ]
)
_TELEPHONE_LINK = re.compile(r"^\s*(?:tel|sms|callto|mailto):", re.IGNORECASE)
# A line break of the source is a space on the page; but figures set in lines or columns are still
# told from one number by it.
_LINE_BREAK = str.maketrans("\n\r\t", "\v\v\v")

_CONTROL = re.compile(r"[\n\r\t]")


@dataclass
class Page:
    """`text` is everything to be read; pieces of it stand at places of the source."""

    text: str = ""
    starts: list[int] = field(default_factory=list)
    """Where each piece begins in `text`, ascending."""
    sources: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of each piece in the source."""
    extras: list[tuple[int, str]] = field(default_factory=list)
    """From where in `text` on attributes and comments follow, and how they are called."""

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source, tags within included."""
        return self.character(start)[0], self.character(end - 1)[1]

    def character(self, index: int) -> tuple[int, int]:
        """Where one character of `text` stands in the source (an entity as a whole)."""
        piece = bisect_right(self.starts, index) - 1
        first, last = self.sources[piece]
        length = self.ends(piece) - self.starts[piece]
        if last - first != length:  # an entity
            return first, last
        place = first + index - self.starts[piece]
        return place, place + 1

    def place(self, index: int) -> tuple[str, int]:
        """("", number of the paragraph) in the text, (the kind of place, 0) outside."""
        kind = ""
        for start, name in self.extras:
            if start > index:
                break
            kind = name
        if kind:
            return kind, 0
        return "", bisect_right(self._paragraphs, index)

    @cached_property
    def _paragraphs(self) -> list[int]:
        """Where each block that is not blank begins in `text`."""
        begins, at = [], 0
        for block in self.text.split(BOUNDARY):
            if block and not block.isspace():
                begins.append(at)
            at += len(block) + 1
        return begins

    def ends(self, piece: int) -> int:
        """Where a piece ends in `text`."""
        return self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)


class _Builder:
    """Collects the pieces."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.length = 0
        self.page = Page()

    def add(self, text: str, start: int, end: int) -> None:
        if text:
            self.parts.append(text)
            self.page.starts.append(self.length)
            self.page.sources.append((start, end))
            self.length += len(text)

    def boundary(self, at: int) -> None:
        """A boundary stands at no place of the source; two in a row are one."""
        if self.parts and self.parts[-1] != BOUNDARY:
            self.add(BOUNDARY, at, at)

    def text(self, start: int, end: int, *, lines: bool = False) -> None:
        """A stretch of the source as text: entities decoded, line breaks as spaces."""
        source, place = self.source, start
        while place < end:
            cut = source.find("&", place, end)
            match = _ENTITY.match(source, cut, end) if cut >= 0 else None
            if cut < 0:
                break
            if match is None:
                self._plain(place, cut + 1, lines)
                place = cut + 1
                continue
            self._plain(place, cut, lines)
            decoded = entities.unescape(match.group())
            if decoded == match.group():
                self._plain(cut, match.end(), lines)
            else:
                self._decoded(decoded, cut, match.end(), lines)
            place = match.end()
        self._plain(place, end, lines)

    def _plain(self, start: int, end: int, lines: bool) -> None:
        text = self.source[start:end]
        if not lines and _CONTROL.search(text):
            text = text.translate(_LINE_BREAK)
        self.add(text, start, end)

    def _decoded(self, decoded: str, start: int, end: int, lines: bool) -> None:
        # An entity without its semicolon may be decoded in part (&copy1): the rest is text.
        rest = 0
        while rest < len(decoded) - 1 and decoded[-1 - rest] == self.source[end - 1 - rest] != ";":
            rest += 1
        cut = len(decoded) - rest
        for character in decoded[:cut]:
            self.add(character if lines else character.translate(_LINE_BREAK), start, end - rest)
        if rest:
            self._plain(end - rest, end, lines)

    def finished(self) -> Page:
        self.page.text = "".join(self.parts)
        return self.page


def read_page(source: str) -> Page:
    """The page's text, then what its attributes and comments say."""
    builder = _Builder(source)
    comments: list[tuple[int, int]] = []
    attributes: list[tuple[int, int]] = []
    place, paired, preformatted = 0, True, 0
    last_end = source.rfind(">")
    while True:
        cut = source.find("<", place)
        if cut < 0:
            builder.text(place, len(source), lines=preformatted > 0)
            break
        if source.startswith("<!--", cut):
            builder.text(place, cut, lines=preformatted > 0)
            end = source.find("-->", cut + 4)
            comments.append((cut + 4, end if end >= 0 else len(source)))
            place = end + 3 if end >= 0 else len(source)
            continue
        # Behind the last “>” no tag ends, and asking at each “<” would take quadratic time.
        name_match = _NAME.match(source, cut) if cut < last_end else None
        declared = cut < last_end and source[cut + 1] in "!?"
        end = -1
        if name_match or declared:
            end, paired = _tag_end(source, name_match.end() if name_match else cut + 1, paired)
        if end < 0:
            builder.text(place, cut + 1, lines=preformatted > 0)
            place = cut + 1
            continue
        builder.text(place, cut, lines=preformatted > 0)
        place = end
        if name_match is None:
            builder.boundary(cut)
            continue
        name = name_match.group(1).lower()
        closing = source[cut + 1] == "/"
        if name == "br":
            builder.add("\n", cut, end)
        elif name not in _INLINE:
            builder.boundary(cut)
        if name in {"pre", "textarea"}:
            preformatted = max(0, preformatted + (-1 if closing else 1))
        if not closing and "=" in source[name_match.end() : end]:
            attributes.append((name_match.end(), end - 1))
        if name in _RAW and not closing:
            closed = re.compile(rf"</{name}", re.IGNORECASE).search(source, place)
            place = closed.start() if closed else len(source)
    _add_extras(builder, attributes, comments)
    return builder.finished()


def _tag_end(source: str, start: int, paired: bool) -> tuple[int, bool]:
    """Where a tag ends, and whether quotes are still taken for pairs.

    Once a quote is never closed, the first “>” ends a tag, for the rest of the page: so a broken
    page costs no more time than a sound one, and what the quote would swallow is read as text.
    """
    if paired:
        match = _TAG_END.match(source, start)
        if match is not None:
            return match.end(), True
    return source.find(">", start) + 1 or -1, False


def _add_extras(
    builder: _Builder, attributes: list[tuple[int, int]], comments: list[tuple[int, int]]
) -> None:
    marks = builder.page.extras
    if attributes:
        builder.boundary(attributes[0][0])
        marks.append((builder.length, "标签属性"))
        for start, end in attributes:
            for match in _ATTRIBUTE.finditer(builder.source, start, end):
                _add_attribute(builder, match)
    if comments:
        builder.boundary(comments[0][0])
        marks.append((builder.length, "网页注释"))
        for start, end in comments:
            builder.text(start, end, lines=True)
            builder.boundary(end)


def _add_attribute(builder: _Builder, match: re.Match[str]) -> None:
    name = match.group(1).lower()
    group = next(number for number in (2, 3, 4) if match.group(number) is not None)
    value = match.group(group)
    is_link = name in {"href", "xlink:href"}
    if name in _SILENT or len(value) < 11 or (is_link and not _TELEPHONE_LINK.match(value)):
        return
    builder.text(*match.span(group), lines=True)
    builder.boundary(match.end())
