"""What a reader hands back, and how much of a file it is willing to read.

The limits are counts, never seconds: the same file is read the same way on every machine. Each is
several times what the largest honest attachment needs and small enough for one worker's memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

#: Members of one archive. A DOCX has some dozens, a PPTX with a thousand pictures a few thousand.
MAX_MEMBERS: Final = 5_000
#: Bytes of an archive's list of members; the list is held in memory before it can be counted.
MAX_DIRECTORY: Final = 4 * 1024 * 1024
#: Bytes of an archive unpacked. Ten times the default upload limit.
MAX_UNPACKED: Final = 512 * 1024 * 1024
#: How many times its packed size a member may have, once it is larger than `RATIO_FROM`. Honest
#: worksheets reach 30 to 60; deflate ends at 1,032, which only a bomb comes near.
MAX_RATIO: Final = 200
RATIO_FROM: Final = 4 * 1024 * 1024
#: Bytes of one XML part held as a tree (a tree takes about eight times that).
MAX_PART: Final = 32 * 1024 * 1024
#: Bytes of one XML part read as a stream (worksheets, shared strings).
MAX_STREAM: Final = 256 * 1024 * 1024
#: Bytes of one file inside another that is read in turn.
MAX_INNER: Final = 64 * 1024 * 1024
#: Files inside a file: a workbook inside a letter is read, a letter inside that workbook is not.
MAX_DEPTH: Final = 1
#: Pieces of text of one file, and characters in all of them. A list of 60,000 households with
#: eight columns still fits.
MAX_SEGMENTS: Final = 500_000
MAX_CHARS: Final = 20_000_000
#: Pages of a PDF or OFD.
MAX_PAGES: Final = 3_000
#: Bytes of a text file.
MAX_TEXT: Final = 64 * 1024 * 1024

State = Literal["read", "no_text", "unreadable"]

TOO_MUCH = "文件内容过多，只检查了前面一部分。请拆分为几个文件后重新上传。"
BROKEN = "无法打开，文件可能已损坏。请用 WPS 或 Word 重新保存后再上传。"
LOCKED = "文件设有密码，无法读取。请取消密码保护后重新上传。"


class Segment(NamedTuple):
    """A piece of text and where it stands: “表1第2行第3列”, “工作表“名单”B5”, “第3页”."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """All text of a file.

    `state` is "read" (all that could hold text was read), "no_text" (there is none: a picture, a
    scan) or "unreadable" (nothing, or only the `segments` given, could be read). `note` says in
    Chinese what was not read and what to do; "" when there is nothing to say.
    """

    segments: tuple[Segment, ...] = ()
    state: State = "read"
    note: str = ""


class Unreadable(Exception):
    """The file cannot be read; the message is for the person who uploaded it."""


class Full(Exception):
    """There is more text than a reader takes."""


@dataclass(slots=True)
class Collector:
    """Segments as they are found, and what is to be said about the rest."""

    depth: int = 0
    segments: list[Segment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    chars: int = 0
    #: Pictures and scanned pages: text that people see and the guard does not.
    pictures: int = 0
    #: The pages themselves hold no text, whatever properties and links do.
    blank: bool = False

    def add(self, where: str, text: str | None) -> None:
        """Keep a text that is not blank. Raises ``Full``."""
        if not text or text.isspace():
            return
        self.chars += len(text)
        if len(self.segments) >= MAX_SEGMENTS or self.chars > MAX_CHARS:
            raise Full
        self.segments.append(Segment(where, text))

    def note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)

    def adopt(self, inner: Document, prefix: str) -> None:
        """The text of a file inside the file. Raises ``Full``."""
        for where, text in inner.segments:
            self.add(f"{prefix}{where}", text)
        if inner.note:
            self.note(f"{prefix}：{inner.note}")

    def document(self, *, nothing: str = "文件中没有文字。") -> Document:
        """What has been found, as a whole file."""
        if self.pictures:
            self.note(f"含图片{self.pictures}张，图片中的文字未检查。")
        if not self.segments and not self.notes:
            self.note(nothing)
        state: State = "no_text" if self.blank or not self.segments else "read"
        return Document(tuple(self.segments), state, joined(self.notes))

    def partial(self, reason: str) -> Document:
        """What has been found before the reading had to stop."""
        return Document(tuple(self.segments), "unreadable", joined([reason, *self.notes]))


def joined(notes: Iterable[str]) -> str:
    """Notes as one text, not longer than a person reads."""
    kept = list(notes)
    text = "".join(kept[:12])
    return f"{text}（另有{len(kept) - 12}条说明）" if len(kept) > 12 else text
