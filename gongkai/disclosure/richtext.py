"""The text of an item: HTML as it may be kept and published, and what it says as plain text.

Editors and pastes from Word and WeChat bring styles, classes, scripts, event handlers, frames,
hidden pixels and pictures packed into the text. What is kept is structure and words: paragraphs,
headings, lists, tables with their spans, emphasis, links, and pictures that lie on this site:
a picture packed into the text is no file that anybody checked, and one on a foreign host counts
this site's readers there.
"""

from __future__ import annotations

import re
from typing import Final

import nh3
from django.core.exceptions import ValidationError
from lxml import etree
from lxml import html as lxml_html

from gongkai.guard.nesting import TOO_DEEP, too_deep

TAGS: Final = frozenset(
    {
        "a", "b", "blockquote", "br", "caption", "col", "colgroup", "dd", "dl", "dt", "em", "figure",
        "figcaption", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "strong",
        "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
    }
)  # fmt: skip
_WITH_CONTENT: Final = frozenset(
    {"script", "style", "title", "head", "noscript", "template", "svg", "math", "iframe", "object",
     "embed", "form", "select", "textarea", "button", "audio", "video", "xml"}
)  # fmt: skip
ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "scope", "align"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "p": {"align"},
}
_ALIGN: Final = frozenset({"left", "right", "center", "justify"})
_SPAN: Final = re.compile(r"[1-9]\d{0,2}")
_PIXELS: Final = re.compile(r"\d{1,5}")
_SMALL: Final = frozenset({"0", "1", "2"})
# Each ends at the next tag or at the end of the text, so that a text full of openings costs no more
# time than another.
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)|<!\[[^<>]*>|<\?xml[^<>]*>", re.DOTALL)
_OFFICE: Final = re.compile(r"</?(?:o|w|v|m|st1):[a-z][^<>]*>", re.IGNORECASE)
_HEADING_ONE: Final = re.compile(r"<(/?)h1(?=[\s>])", re.IGNORECASE)
_BLOCKY: Final = re.compile(
    r"<(/?)(?:div|section|article|header|footer|main|center|address|pre)(?=[\s>])", re.IGNORECASE
)
_EMPTY: Final = re.compile(r"<p>(?:\s|&nbsp;|\xa0|<br\s*/?>)*</p>")
_PICTURELESS: Final = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_BLANK: Final = re.compile(r"\s++")
_BLOCKS: Final = frozenset(
    {
        "p", "h2", "h3", "h4", "h5", "h6", "li", "tr", "dt", "dd", "blockquote", "caption",
        "figcaption", "table", "ul", "ol", "dl", "br", "hr", "div", "h1", "section",
    }
)  # fmt: skip
_CELLS: Final = frozenset({"td", "th"})

PASSES: Final = 6


def clean(source: str) -> str:
    """`source` as it may be published. Idempotent; plain text comes back escaped.

    ValidationError for what nests deeper than anybody writes: reading it would take for ever.
    """
    text = source or ""
    if too_deep(text):
        raise ValidationError(TOO_DEEP)
    # What nests wrongly (a link within a link across a table) is put right by being read again.
    for _ in range(PASSES):
        cleaned = _once(text)
        if cleaned == text:
            break
        text = cleaned
    # The parser adds what a table's rows stand in.
    if too_deep(text):
        raise ValidationError(TOO_DEEP)
    return text


def _once(source: str) -> str:
    if not source.strip():
        return ""
    text = source.replace("\x00", "")
    text = _OFFICE.sub("", _COMMENT.sub("", text))
    # The page has the title as its only first heading.
    text = _HEADING_ONE.sub(r"<\1h2", text)
    text = _BLOCKY.sub(r"<\1p", text)
    text = _cleaner.clean(text)
    text = _PICTURELESS.sub("", text)
    for _ in range(8):
        lean = _EMPTY.sub("", text)
        if lean == text:
            break
        text = lean
    return _BLANK.sub(_fewer_lines, text).strip()


def _fewer_lines(blank: re.Match[str]) -> str:
    """Blank lines as one line break; other white space as it is."""
    return "\n" if blank.group().count("\n") > 1 else blank.group()


def plain_text(source: str) -> str:
    """What the HTML says: one line a paragraph or table row, cells parted by a tab."""
    if not source.strip():
        return ""
    try:
        # Twice as deep in the tree as it counts for `too_deep`: rows and cells are not counted.
        parser = lxml_html.HTMLParser(huge_tree=True)
        root = lxml_html.fragment_fromstring(source, create_parent="div", parser=parser)
    except Exception:  # lxml raises several kinds for what is no document at all
        return ""
    pieces: list[str] = []
    _collect(root, pieces)
    lines = (re.sub(r"[^\S\n\t]+", " ", line).strip(" ") for line in "".join(pieces).split("\n"))
    return "\n".join(line.strip() for line in lines if line.strip())


def _collect(root: lxml_html.HtmlElement, pieces: list[str]) -> None:
    """The words of a tree in their order, without a stack as deep as the tree."""
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                pieces.append("\n")
            if tag in ("script", "style"):
                walker.skip_subtree()
            elif element.text:
                pieces.append(element.text.replace("\n", " "))
            continue
        if tag in _CELLS:
            pieces.append("\t")
        if tag in _BLOCKS:
            pieces.append("\n")
        if element is not root and element.tail:
            pieces.append(element.tail.replace("\n", " "))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The attribute's value as it may stay, or None."""
    value = value.strip()
    if name == "src":
        return value if value.startswith("/") and not value.startswith("//") else None
    if name in ("colspan", "rowspan", "span"):
        return value if _SPAN.fullmatch(value) and value != "1" else None
    if name in ("width", "height"):
        return value if _PIXELS.fullmatch(value) and value not in _SMALL else None
    if name == "align":
        return value.lower() if value.lower() in _ALIGN else None
    if name == "start":
        return value if re.fullmatch(r"-?\d{1,6}", value) else None
    if name == "type":
        return value if value in ("1", "a", "A", "i", "I") else None
    if name == "scope":
        return value if value in ("row", "col", "rowgroup", "colgroup") else None
    return value


_cleaner: Final = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_WITH_CONTENT),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
    strip_comments=True,
)
