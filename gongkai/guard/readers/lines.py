"""Text that a page has torn: lines that wrapped, numbers with one digit in each cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TAIL = re.compile(r"[0-9０-９]+\Z")
_HEAD = re.compile(r"[0-9０-９]+[XxＸｘ]?(?![0-9０-９])")
_ONLY = re.compile(r"[0-9０-９]+[XxＸｘ]?\Z")
_FLOWS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff0-9]")
#: Digits of an identity number, and all lengths that a mobile number or a bank card may have.
_IDENTITY = 18
_NUMBERS = frozenset((11, 16, 17, 18, 19))
#: Lines over which one number may be torn in a narrow cell.
_TORN = 5
#: From so many cells of one character on, a row spells a number.
SPELLED_FROM = 11


def unwrapped(lines: Sequence[str], full: Sequence[bool]) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, text) with lines that were only wrapped joined, counted from 0.

    `full` says which lines reach the right margin: Chinese text runs on from those. A number runs
    on when its parts make one of the length of a real number and none is one by itself, so that
    the numbers of a column, each on its line, stay apart.
    """
    joins = [False] * len(lines)
    for place in range(len(lines) - 1):
        if joins[place]:
            continue
        until = _number_until(lines, full, place)
        if until:
            joins[place:until] = [True] * (until - place)
        elif full[place]:
            line, following = lines[place].rstrip(), lines[place + 1]
            joins[place] = bool(
                _FLOWS.match(line[-1:])
                and _FLOWS.match(following[:1])
                and not (line[-1].isdecimal() and following[0].isdecimal())
            )
    start = 0
    for place in range(len(lines)):
        if not joins[place]:
            parts = [line.rstrip() for line in lines[start:place]]
            yield start, place, "".join((*parts, lines[place]))
            start = place + 1


def _number_until(lines: Sequence[str], full: Sequence[bool], place: int) -> int:
    """The line on which a number that ends this line is complete; 0 when it is whole."""
    tail = _TAIL.search(lines[place].rstrip())
    if tail is None or len(tail[0]) in _NUMBERS:
        return 0
    total = len(tail[0])
    for following in range(place + 1, min(place + _TORN, len(lines))):
        head = _HEAD.match(lines[following])
        if head is None or len(head[0]) in _NUMBERS:
            return 0
        total += len(head[0])
        if total == _IDENTITY or (full[place] and total in _NUMBERS):
            return following
        if not _ONLY.match(lines[following].rstrip()):
            return 0
    return 0


def spelled(cells: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """(first, last column, text) of each run of neighbouring cells of one character."""
    run: list[tuple[int, str]] = []
    for column, text in [*cells, (-1, "")]:
        if len(text) == 1 and (not run or column == run[-1][0] + 1):
            run.append((column, text))
            continue
        if len(run) >= SPELLED_FROM:
            yield run[0][0], run[-1][0], "".join(one for _, one in run)
        run = [(column, text)] if len(text) == 1 else []
