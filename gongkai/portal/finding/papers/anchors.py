"""Anchors of articles (第三条) and chapters (第二章), so that one can be pointed at.

The anchor of 第三条 is `article-3`, that of 第三条之一 `article-3-1`, of 第二章 `chapter-2`. A text
that holds two documents, a notice and the rules that it issues, may have two first articles: the
second one is `article-1_2`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString, mark_safe

_DIGITS: Final = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_NUMBER: Final = r"[零〇一二两三四五六七八九十百千]{1,8}|[0-9０-９]{1,4}"
_HEAD: Final = re.compile(
    rf"第\s*(?P<number>{_NUMBER})\s*(?P<kind>[条章])(?:之(?P<part>{_NUMBER}))?"
    # 第三条规定的…, 第三条、第四条…: another article is spoken of, none begins.
    r"(?!(?:规定|所|的|第|[、和至及与或]))"
)
_KINDS: Final = {"条": "article", "章": "chapter"}
# The text of a block, as the cleaner writes it, behind tags of emphasis and typed indents.
_BLOCK: Final = re.compile(
    r"<(?P<tag>p|h[2-6]|li)(?P<attributes>(?: [a-z]+=\"[^\"]*\")*)>"
    r"(?P<lead>(?:\s|&nbsp;|<(?:b|strong|em|i|u)>){0,12})(?=第)"
)


@dataclass(frozen=True)
class Anchor:
    """A place in the text: `name` is the id, `label` what is printed there."""

    name: str
    label: str


def number_of(text: str) -> int | None:
    """三 → 3, 一百零二 → 102, ２３ → 23; None for what is no number."""
    if text.isdigit():
        return int(text)
    total = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            return None
    return total + digit


class Anchors:
    """Gives each article of one text its anchor, in the order of the text."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def at(self, text: str) -> Anchor | None:
        """The anchor of a paragraph that begins with an article's or chapter's number."""
        head = _HEAD.match(text.lstrip())
        if head is None:
            return None
        parts = [number_of(head[name]) for name in ("number", "part") if head[name]]
        name = "-".join((_KINDS[head["kind"]], *(str(part) for part in parts)))
        self._used[name] += 1
        if self._used[name] > 1:
            name = f"{name}_{self._used[name]}"
        return Anchor(name, re.sub(r"\s+", "", head.group()))


def with_anchors(body: str) -> SafeString:
    """The cleaned HTML of an item with an id on every paragraph that begins an article.

    `body` is what `disclosure.richtext.clean` lets through: it has no ids of its own.
    """
    anchors = Anchors()

    def name(block: re.Match[str]) -> str:
        anchor = anchors.at(body[block.end() : block.end() + 24])
        if anchor is None:
            return block.group()
        return f'<{block["tag"]} id="{anchor.name}"{block["attributes"]}>{block["lead"]}'

    return mark_safe(_BLOCK.sub(name, body))  # noqa: S308 - cleaned, and nothing typed is added


def anchors_in(body: str) -> list[Anchor]:
    """The articles and chapters of the cleaned HTML, for a list of contents."""
    anchors = Anchors()
    found = (anchors.at(body[block.end() : block.end() + 24]) for block in _BLOCK.finditer(body))
    return [anchor for anchor in found if anchor]
