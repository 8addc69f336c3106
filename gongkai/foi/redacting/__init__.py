"""Striking out (区分处理, Article 37): from a file and blocks to a PDF in which they are gone.

Pure functions on bytes; nothing is read or saved. `prepare` makes the PDF that is looked at and
worked on, `sheets` says what stands on its pages, `find` looks for a text, `redact` makes what may be
given out and proves that nothing under a block has survived, or raises `RedactionRefused`.

What is struck out is not covered but gone: a page with blocks is drawn anew as a picture with the
blocks burned in, under an invisible layer of the characters that remain, so that it can still be
searched and read aloud. Pages without blocks are kept as they are when they hold nothing that a
reader cannot see and share nothing with a page that has blocks; otherwise they are drawn anew too.
The document around the pages is a new one: no properties, notes, forms, attachments, scripts, layers,
bookmarks, structure or earlier versions come along.
"""

from gongkai.foi.redacting.burning import Redacted, redact
from gongkai.foi.redacting.geometry import Block
from gongkai.foi.redacting.looking import (
    Char,
    Sheet,
    find,
    lines_of,
    page_count,
    render,
    sheets,
    text_of,
)
from gongkai.foi.redacting.opening import MAX_PAGES, prepare
from gongkai.foi.redacting.problems import RedactionRefused
from gongkai.foi.redacting.proving import Leftover

__all__ = [
    "MAX_PAGES",
    "Block",
    "Char",
    "Leftover",
    "Redacted",
    "RedactionRefused",
    "Sheet",
    "find",
    "lines_of",
    "page_count",
    "prepare",
    "redact",
    "render",
    "sheets",
    "text_of",
]
