"""How deep the elements of a page stand in one another, told before a parser is let at it.

Parsers of HTML need time that grows with the square of the depth, and a tree that is walked needs
a stack as deep. So a page is counted first, in one pass over its tags. The count follows the
parser's rules for closing tags, where it cannot follow them it errs upwards: what a parser would
nest is never counted as less.
"""

from __future__ import annotations

import re
from typing import Final

MAX_NESTING: Final = 200
"""How deep a text may nest; what people write stays below 60."""

PAGE_NESTING: Final = 1_000
"""How deep a whole page may: old ones leave many tags open, and a parser takes this in no time."""

TOO_DEEP: Final = (
    "网页标签嵌套过深，无法完整检查。请用编辑器清除格式后另存，或只保留文字后重新提交。"
)

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_REACH: Final = 1_000
"""How far up a closing tag is looked for."""
#: Elements without content.
_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
#: Elements that people do not close: kept for what they stop, not counted.
_OPTIONAL: Final = frozenset(["p", "li", "dt", "dd", "td", "th", "tr"])
#: Elements that go on after the block around them has ended.
_FORMATTING: Final = frozenset(
    [
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    ]
)
_TABLE: Final = frozenset(["table", "caption", "tbody", "tfoot", "thead", "tr", "td", "th"])
#: Elements with whose end it ends all the same.
_MARKERS: Final = frozenset(["applet", "caption", "marquee", "object", "td", "template", "th"])
#: Elements whose inside no closing tag ends from within, and those that end at a table only.
_SCOPES: Final = frozenset(
    [
        "applet",
        "caption",
        "html",
        "marquee",
        "object",
        "table",
        "td",
        "template",
        "th",
        "svg",
        "math",
        "select",
    ]
)
_TABLE_SCOPES: Final = frozenset(["html", "table", "template"])
#: Elements that the closing tag of an ordinary element (span, label) does not reach across.
_SPECIAL: Final = _TABLE | frozenset(
    [
        "address",
        "applet",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "center",
        "colgroup",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "html",
        "iframe",
        "li",
        "listing",
        "main",
        "marquee",
        "menu",
        "nav",
        "noembed",
        "noframes",
        "noscript",
        "object",
        "ol",
        "p",
        "plaintext",
        "pre",
        "script",
        "section",
        "select",
        "style",
        "summary",
        "template",
        "textarea",
        "title",
        "ul",
        "xmp",
        "svg",
        "math",
    ]
)


def too_deep(source: str, limit: int = MAX_NESTING) -> bool:
    """Whether elements may stand more than `limit` deep in one another."""
    stack: list[str] = []
    depth = 0
    for tag in _TAG.finditer(source):
        name = tag[2].lower()
        if name in _VOID:
            continue
        if not tag[1]:
            if name not in _OPTIONAL:
                stack.append(name)
                depth += 1
                if depth > limit:
                    return True
            elif not stack or stack[-1] != name:
                stack.append(name)
            continue
        at = _closed_by(name, stack)
        if at is None:
            continue
        ended = stack[at : at + 1] if name in _FORMATTING else stack[at:]
        going_on = [] if name in _MARKERS else [each for each in ended[1:] if each in _FORMATTING]
        stack[at : at + len(ended)] = going_on
        depth -= sum(each not in _OPTIONAL for each in ended) - len(going_on)
    return False


def _closed_by(name: str, stack: list[str]) -> int | None:
    """The place of the element that a closing tag ends; None for one that ends nothing."""
    if name in _TABLE:
        stops = _TABLE_SCOPES
    elif name in _SPECIAL or name in _FORMATTING:
        stops = _SCOPES
    else:
        stops = _SPECIAL
    for at in range(len(stack) - 1, max(len(stack) - _REACH, 0) - 1, -1):
        if stack[at] == name:
            return at
        if stack[at] in stops:
            return None
    return None
