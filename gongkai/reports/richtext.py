"""The text of a section as blocks and runs, from a small set of HTML.

Sections are stored as HTML (see ``content``); pages, Word files and PDF need paragraphs. Whatever
is not understood is read as plain text, so no markup can reach a renderer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby
from typing import Literal

BlockKind = Literal["p", "h3", "h4", "li", "quote"]

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = re.compile(r"[ \t\r\n\f]+")
# Typed indents (full-width spaces) go too: the renderers indent paragraphs themselves.
_EDGES = " \n\u3000"
_DROPPED = frozenset({"script", "style", "title", "head", "template"})
_STRONG = frozenset({"strong", "b"})
_EMPHASIS = frozenset({"em", "i"})
_BLOCKS = {"p": "p", "h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_BREAKS = frozenset({"div", "section", "article", "tr", "table", "dl", "dt", "dd", "td", "th"})


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style; a line break within a block is ``\\n``."""

    text: str
    strong: bool = False
    emphasis: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading or one item of a list.

    ``level`` counts the lists around an item from 1; ``number`` is its number in an ordered list.
    """

    kind: BlockKind
    runs: tuple[Run, ...]
    level: int = 0
    number: int | None = None

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def marker(self) -> str:
        """What stands before an item of a list."""
        if self.kind != "li":
            return ""
        return "•" if self.number is None else f"{self.number}."


def printable(text: str) -> str:
    """``text`` without the control characters that no XML file may hold."""
    return _UNPRINTABLE.sub("", text)


def parse_blocks(html: str) -> tuple[Block, ...]:
    """The blocks of ``html``; text outside any element is a paragraph."""
    parser = _Parser()
    parser.feed(printable(html))
    parser.close()
    parser.end_block()
    return tuple(parser.blocks)


def plain_text(blocks: Iterable[Block]) -> str:
    """The words alone, one block a line."""
    return "\n".join(f"{block.marker} {block.text}".strip() for block in blocks)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.kind: BlockKind = "p"
        self.lists: list[int | None] = []  # the last number used, None for bullets
        self.number: int | None = None
        self.quotes = self.strong = self.emphasis = self.dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self.dropped += 1
        elif tag in _STRONG:
            self.strong += 1
        elif tag in _EMPHASIS:
            self.emphasis += 1
        elif tag == "br":
            self.runs.append(Run("\n"))
        elif tag in ("ul", "ol"):
            self.end_block()
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.end_block()
            self.kind = "li"
            if self.lists and (last := self.lists[-1]) is not None:
                self.lists[-1] = self.number = last + 1
            else:
                self.number = None
        elif tag == "p" and self.kind == "li" and not self.runs:
            return  # word processors put a paragraph into each item
        elif tag in _BLOCKS or tag in _BREAKS:
            self.end_block()
            self.kind = _BLOCKS.get(tag, "p")  # type: ignore[assignment]
        elif tag == "blockquote":
            self.end_block()
            self.quotes += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self.dropped = max(0, self.dropped - 1)
        elif tag in _STRONG:
            self.strong = max(0, self.strong - 1)
        elif tag in _EMPHASIS:
            self.emphasis = max(0, self.emphasis - 1)
        elif tag in ("ul", "ol"):
            self.end_block()
            if self.lists:
                self.lists.pop()
        elif tag == "blockquote":
            self.end_block()
            self.quotes = max(0, self.quotes - 1)
        elif tag in _BLOCKS or tag in _BREAKS or tag == "li":
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self.dropped:
            text = _SPACES.sub(" ", data)
            self.runs.append(Run(text, self.strong > 0, self.emphasis > 0))

    def end_block(self) -> None:
        runs = tuple(tidy(self.runs))
        if runs:
            kind: BlockKind = "quote" if self.quotes and self.kind == "p" else self.kind
            level = max(1, len(self.lists)) if kind == "li" else 0
            self.blocks.append(Block(kind, runs, level, self.number if kind == "li" else None))
        self.runs, self.kind, self.number = [], "p", None


def tidy(runs: list[Run]) -> Iterator[Run]:
    """Neighbours of one style joined, and no spaces or breaks at either end of the block."""
    # A break takes the style of the text before it, so that joining finds fewer seams.
    styled: list[Run] = []
    for run in runs:
        before = styled[-1] if styled and run.text == "\n" else run
        styled.append(Run(run.text, before.strong, before.emphasis))
    joined = [
        Run(re.sub(r" ?\n ?", "\n", "".join(run.text for run in group)), strong, emphasis)
        for (strong, emphasis), group in groupby(styled, lambda run: (run.strong, run.emphasis))
    ]
    while joined and not joined[0].text.strip(_EDGES):
        joined.pop(0)
    while joined and not joined[-1].text.strip(_EDGES):
        joined.pop()
    for place, run in enumerate(joined):
        text = run.text.lstrip(_EDGES) if place == 0 else run.text
        text = text.rstrip(_EDGES) if place == len(joined) - 1 else text
        yield Run(text, run.strong, run.emphasis)
