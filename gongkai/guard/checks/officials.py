"""Officials who have left: their name with the post they no longer hold.

A name alone says little, for many people share it; so the post must stand in the same sentence,
unless the list says that the name alone is enough. A text that tells of the removal itself, of
former times (时任, 原市长) or of a case is right. The list gives the day from which it speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.guard.checks.view import Hit, View, WordHit
from gongkai.guard.lexicon import Term

REACH = 24
"""How many characters before and after a name its post may stand."""

_TELLS_OF_IT = re.compile(
    r"免去|免职|辞去|辞职|离任|卸任|不再担任|调离|退休|时任|曾任|历任|原任|原市|原县|原区|原副?[局省厅部书主校院]|"
    r"前任|逝世|去世|违纪|违法|受贿|贪污|审查调查|被查|双开|开除|撤销职务|起诉|判处|一案"
)


def find(view: View) -> Iterator[Hit]:
    """Every removed official presented as if still in office."""
    last = -1
    for hit in view.word_hits:
        for term in hit.terms:
            if term.kind != "removed_official" or hit.end <= last or not term.holds(view.on):
                continue
            if not _presented_in_office(view, hit, term):
                continue
            last = hit.end
            start, end = view.normalised.plain_span(hit.start, hit.end)
            yield Hit("removed_official", hit.word, hit.word, start, end, term.level, message(term))


def message(term: Term) -> str:
    """Since when the person is out of office, and what to do, in Chinese."""
    day = term.valid_from
    since = f"自{day.year}年{day.month}月{day.day}日起" if day else ""
    post = f"“{'、'.join(term.posts)}”" if term.posts else "原职务"
    text = f"“{term.word}”{since}已不再担任{post}，请核对并更正。"
    return f"{text}（{term.note}）" if term.note else text


def _presented_in_office(view: View, hit: WordHit, term: Term) -> bool:
    before, after = view.sentence(hit.start, hit.end, REACH)
    if _TELLS_OF_IT.search(before) or _TELLS_OF_IT.search(after):
        return False
    if term.alone or not term.posts:
        return True
    return any(post in before or post in after for post in term.posts)
