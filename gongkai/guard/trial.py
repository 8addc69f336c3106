"""Trying the guard on a text or a file: shown to the person who brought it, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gongkai.guard import files
from gongkai.guard.engine import mask_text, scan_file, scan_text
from gongkai.guard.findings import SEVERITIES, Finding
from gongkai.guard.lexicon import Lexicon


@dataclass(frozen=True)
class Numbered:
    """A finding and the number by which the text and the list refer to each other."""

    number: int
    finding: Finding

    @property
    def severity_label(self) -> str:
        return SEVERITIES[self.finding.severity]


@dataclass(frozen=True)
class Piece:
    """A stretch of the text: plain, or one that findings mark (the gravest gives the colour)."""

    text: str
    found: Sequence[Numbered] = ()

    @property
    def severity(self) -> str:
        order = list(SEVERITIES)
        return min((each.finding.severity for each in self.found), key=order.index)


@dataclass(frozen=True)
class Trial:
    """What a trial shows. `pieces` and `masked` are empty for a file."""

    found: Sequence[Numbered]
    pieces: Sequence[Piece] = ()
    masked: str = ""
    name: str = ""
    state: str = "read"
    notes: Sequence[str] = ()

    @property
    def serious(self) -> int:
        return sum(each.finding.blocks for each in self.found)

    @property
    def personal(self) -> int:
        return sum(each.finding.is_personal for each in self.found)


def try_text(text: str, lexicon: Lexicon, on: date | None = None) -> Trial:
    """The text with its findings marked, and the same text with personal data masked."""
    findings = scan_text(text, lexicon, on=on)
    found = _numbered(findings)
    personal = [finding for finding in findings if finding.is_personal]
    return Trial(found, _pieces(text, found), mask_text(text, personal) if personal else "")


def try_file(upload: Any, name: str, lexicon: Lexicon, on: date | None = None) -> Trial:
    """What is found in a file. Raises `FileRefused` for one that could not be attached at all."""
    accepted = files.accept(upload, name)
    try:
        scan = scan_file(accepted.data, accepted.name, lexicon, on, where="")
    finally:
        accepted.data.close()
    notes = [*accepted.notes, *([scan.note] if scan.note else [])]
    return Trial(_numbered(scan.findings), name=accepted.name, state=scan.state, notes=notes)


def _numbered(findings: Sequence[Finding]) -> list[Numbered]:
    return [Numbered(number, finding) for number, finding in enumerate(findings, start=1)]


def _pieces(text: str, found: Sequence[Numbered]) -> list[Piece]:
    """The text cut where findings begin and end; what overlaps becomes one mark."""
    pieces: list[Piece] = []
    at = 0
    marks: list[tuple[int, int, list[Numbered]]] = []
    for each in sorted(found, key=lambda one: one.finding.start):
        start, end = each.finding.start, each.finding.end
        if marks and start < marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]), [*marks[-1][2], each])
        else:
            marks.append((start, end, [each]))
    for start, end, inside in marks:
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], inside))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces
