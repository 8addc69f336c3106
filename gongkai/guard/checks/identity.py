"""Identity numbers: 18 characters by GB 11643, and 15 digits where words beside them say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.guard.checks.numbers import Run, is_labelled_otherwise
from gongkai.guard.checks.view import Hit, View
from gongkai.statute.identity import is_identity_number, looks_like_old_number

MESSAGE = "含有公民身份号码。请删除，或只保留首尾后再发布。"
OLD_MESSAGE = "疑似15位旧身份证号码。请核对，属实的删除或脱敏后再发布。"

_IDENTITY_WORDS = re.compile(r"身份|证件号|居民证|户口|姓名|性别|出生|本人|监护人|户主")


def find(view: View, runs: list[Run]) -> Iterator[Hit]:
    """Every identity number, once; the groups it stands in are taken."""
    for run in runs:
        yield from _eighteen(view, run)
    for run in runs:
        yield from _fifteen(view, run)


def masked_identity(number: str) -> str:
    """Only the ends: two characters at each side."""
    return number[:2] + "*" * (len(number) - 4) + number[-2:]


def _eighteen(view: View, run: Run) -> Iterator[Hit]:
    candidates = [(*window, run.spans[window[1]][1]) for window in run.windows(range(18, 19))]
    if run.tail and not (run.letter_before and len(run.spans) == 1):
        last_group = len(run.spans) - 1
        candidates += [
            (first, last, digits + "X", run.tail)
            for first, last, digits in run.windows(range(17, 18))
            if last == last_group
        ]
    # What is written in one group comes before what is put together of several.
    for first, last, number, end in sorted(
        candidates, key=lambda found: (found[1] - found[0], found[0])
    ):
        start = run.spans[first][0]
        if not run.is_free(first, last) or not is_identity_number(number, today=view.today):
            continue
        if last > first and run.is_part_of_code(first, last):
            continue
        before = view.before(start, 40)
        if is_labelled_otherwise(before[-16:]) and not _IDENTITY_WORDS.search(before[-16:]):
            continue
        run.take(first, last, "pii_id")
        yield Hit("pii_id", number, masked_identity(number), start, end, "serious", MESSAGE)


def _fifteen(view: View, run: Run) -> Iterator[Hit]:
    for first, last, number in run.windows(range(15, 16)):
        start, end = run.spans[first][0], run.spans[last][1]
        if not run.is_free(first, last) or not looks_like_old_number(number):
            continue
        if re.search(r"身份|证件号|居民证", view.before(start, 20)):
            run.take(first, last, "pii_id_old")
            yield Hit(
                "pii_id_old", number, masked_identity(number), start, end, "warning", OLD_MESSAGE
            )
