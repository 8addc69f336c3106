"""Scanning: one text, one page of HTML, one file, all by the same checks.

    text → Normalised (plain, words) → numbers (identity, bank, mobile) and words → offsets back

`scan_text`, `scan_html` and `scan_file` never raise because of what a text holds, and none of
them writes, logs or keeps anything: values live in the findings they return and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.utils import timezone

from gongkai.guard import filetypes
from gongkai.guard.checks import (
    bank,
    identity,
    mobile,
    numbers,
    officials,
    passport,
    secrecy,
    words,
)
from gongkai.guard.checks.view import BOUNDARY, Hit, View
from gongkai.guard.findings import PERSONAL, FileScan, Finding
from gongkai.guard.html import read_page
from gongkai.guard.lexicon import Lexicon
from gongkai.guard.masking import mask_html, mask_text
from gongkai.guard.nesting import PAGE_NESTING, TOO_DEEP, too_deep
from gongkai.guard.readers import read
from gongkai.guard.readers.document import MAX_TEXT, Document
from gongkai.guard.readers.text import decode

__all__ = ["mask_html", "mask_text", "scan_file", "scan_html", "scan_segments", "scan_text"]

HTML_EXTENSIONS = (".html", ".htm", ".xhtml", ".shtml")
_BATCH = 1 << 18
"""Characters of a file scanned at a time: cells and lines are many and short."""


def scan_text(
    text: str, lexicon: Lexicon, *, where: str = "", on: date | None = None
) -> list[Finding]:
    """Everything found in a text, in its order.

    `on` is the day the text was made or is published (today without it): a title or an official
    that was right on that day is no finding. Without `where` the place is the line.
    """
    view = _view(text, lexicon, on)
    found = []
    line, counted = 1, 0
    for hit in _hits(view):
        start, end = view.normalised.span(hit.start, hit.end)
        line, counted = line + text.count("\n", counted, start), start
        found.append(_made(hit, where or f"第{line}行", start, end))
    return found


def scan_html(
    html: str, lexicon: Lexicon, *, where: str = "正文", on: date | None = None
) -> list[Finding]:
    """Everything found in a page or fragment of HTML, tags, attributes and comments included.

    Offsets point into the source, so that a finding split by tags spans them. In attributes and
    comments, which nobody reads, only personal data is looked for.
    """
    page = read_page(html)
    view = _view(page.text, lexicon, on)
    found = []
    for hit in _hits(view):
        start, end = view.normalised.span(hit.start, hit.end)
        kind, number = page.place(start)
        if kind and hit.check not in PERSONAL:
            continue
        source_start, source_end = page.source_span(start, end)
        spoken = f"{where}{kind}" if kind else f"{where}第{number}段"
        found.append(_made(hit, spoken, source_start, source_end))
    found.sort(key=lambda finding: (finding.start, finding.end))
    return found


def scan_segments(
    segments: Sequence[tuple[str, str]], lexicon: Lexicon, *, on: date | None = None
) -> list[Finding]:
    """Everything found in pieces of text with their places; offsets point into each piece.

    Pieces are scanned many at a time. Nothing is found across two of them, but the label in one
    cell is understood for the next.
    """
    found: list[Finding] = []
    for batch in _batches(segments):
        starts = []
        length = 0
        for _, text in batch:
            starts.append(length)
            length += len(text) + 1
        view = _view(BOUNDARY.join(text for _, text in batch), lexicon, on)
        for hit in _hits(view):
            start, end = view.normalised.span(hit.start, hit.end)
            place = bisect_right(starts, start) - 1
            where, text = batch[place]
            last = min(end - starts[place], len(text))
            found.append(_made(hit, where, start - starts[place], last))
    return found


def scan_file(
    file: str | Path | BinaryIO,
    name: str,
    lexicon: Lexicon,
    on: date | None = None,
    *,
    where: str | None = None,
    keep: int = 0,
) -> FileScan:
    """Everything found in a file, its place beginning with 附件《name》 (or with `where`).

    The state says whether the file could be read; a file that could be read in part has the
    findings of that part and is "unreadable". At most `keep` characters of its text come back.
    """
    prefix = f"附件《{name}》" if where is None else where
    if isinstance(file, str | Path):
        with Path(file).open("rb") as opened:
            return _scan_stream(opened, name, lexicon, on, prefix, keep)
    return _scan_stream(file, name, lexicon, on, prefix, keep)


def text_of(document: Document, keep: int) -> str:
    """The first `keep` characters of what a reader found, a piece a line."""
    pieces: list[str] = []
    left = keep
    for _, text in document.segments:
        if left <= 0:
            break
        pieces.append(text[:left])
        left -= len(text) + 1
    return "\n".join(pieces).replace("\x00", "")


def _scan_stream(
    stream: BinaryIO, name: str, lexicon: Lexicon, on: date | None, prefix: str, keep: int
) -> FileScan:
    if name.lower().endswith(HTML_EXTENSIONS) and filetypes.detect(stream, name) == "html":
        stream.seek(0)
        data = stream.read(MAX_TEXT + 1)
        if len(data) <= MAX_TEXT:
            source = decode(data)
            found = scan_html(source, lexicon, where=prefix, on=on)
            if too_deep(source, PAGE_NESTING):
                return FileScan(found, "unreadable", TOO_DEEP)
            text = text_of(read(data, name), keep) if keep else ""
            return FileScan(found, "read", text=text)
    stream.seek(0)
    document = read(stream, name)
    segments = [(f"{prefix}{place}", text) for place, text in document.segments]
    findings = scan_segments(segments, lexicon, on=on)
    return FileScan(findings, document.state, document.note, text_of(document, keep))


def _view(text: str, lexicon: Lexicon, on: date | None) -> View:
    today = timezone.localdate()
    return View(text, lexicon, on or today, today)


def _hits(view: View) -> list[Hit]:
    """All hits in the order of the text; a place is reported once by each check."""
    runs = numbers.runs(view.plain)
    found: list[Hit] = []
    for hits in (
        identity.find(view, runs),
        bank.find(view, runs),
        mobile.find(view, runs),
        passport.find(view),
        secrecy.find(view),
        words.find(view),
        officials.find(view),
    ):
        found += hits
    found.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Hit] = []
    ends: dict[str, int] = {}
    for hit in found:
        if hit.start >= ends.get(hit.check, 0):
            ends[hit.check] = hit.end
            kept.append(hit)
    return kept


def _made(hit: Hit, where: str, start: int, end: int) -> Finding:
    return Finding(
        check=hit.check,
        value=hit.value,
        masked=hit.masked,
        where=where,
        start=start,
        end=end,
        severity=hit.severity,
        message=hit.message,
        suggestion=hit.suggestion,
    )


def _batches(segments: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    length = 0
    for segment in segments:
        batch.append(segment)
        length += len(segment[1])
        if length >= _BATCH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch
