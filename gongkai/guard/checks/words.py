"""Words of the lists: wrong words, outdated titles, forbidden and sensitive terms, own marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from gongkai.guard.checks.view import Hit, View, WordHit
from gongkai.guard.lexicon import Term

CHECKED = frozenset({"wrong_word", "outdated_title", "forbidden", "sensitive", "secrecy_mark"})

# 原国土资源局, 前身为…, （原…）; and what follows where the text itself tells of the change.
_FORMERLY = re.compile(r"(?:原|前|原名|原称|旧称|前身为|前身是|更名前|改革前|撤销|整合)[“（(]?$")
_RENAMED = re.compile(
    r"^[”）)]?(?:的?(?:职责|机构)?)?(?:（[^）]*）)?(?:已)?(?:更名|改名|改称|改为|并入|撤销|整合为|更改为|组建)"
)


def find(view: View) -> Iterator[Hit]:
    """Every term that speaks on the day of the text; of overlapping ones the longest."""
    last: dict[str, int] = {}
    for hit in view.word_hits:
        if _cuts_a_latin_word(view.normalised.words, hit):
            continue
        kinds = {
            term.kind
            for term in hit.terms
            if term.kind in CHECKED and hit.end > last.get(term.kind, -1)
        }
        # Also when it is right here: 原国务院扶贫办 makes 扶贫办 within it right.
        last.update(dict.fromkeys(kinds, hit.end))
        for term in hit.terms:
            if term.kind not in kinds or not term.holds(view.on) or not _applies(view, hit, term):
                continue
            kinds.discard(term.kind)
            start, end = view.normalised.plain_span(hit.start, hit.end)
            yield Hit(
                term.kind,
                hit.word,
                hit.word,
                start,
                end,
                term.level,
                message(term),
                term.suggestion,
            )


def message(term: Term) -> str:
    """What is wrong with the word and what to write instead, in Chinese."""
    instead = f"，应为“{term.suggestion}”" if term.suggestion else ""
    text = {
        "wrong_word": f"“{term.word}”疑为错误表述{instead}。",
        "outdated_title": f"“{term.word}”{_since(term.valid_from)}已不再使用{instead}。",
        "forbidden": f"“{term.word}”属于禁用语{instead}，不得发布。",
        "sensitive": f"“{term.word}”属于慎用语{instead}，请斟酌。",
        "secrecy_mark": f"含有“{term.word}”，请送保密审查。",
    }[term.kind]
    return f"{text}（{term.note}）" if term.note else text


def _since(day: date | None) -> str:
    return f"自{day.year}年{day.month}月{day.day}日起" if day else ""


def _applies(view: View, hit: WordHit, term: Term) -> bool:
    if term.kind != "outdated_title":
        return True
    before, after = view.sentence(hit.start, hit.end, 30)
    return not (
        _FORMERLY.search(before)
        or _RENAMED.match(after)
        # The name of a document of that time: 《国土资源部关于…的通知》
        or (before.rfind("《") > before.rfind("》") and "》" in after)
    )


def _cuts_a_latin_word(words: str, hit: WordHit) -> bool:
    """Whether a term of Latin letters or digits is only a part of a longer one."""

    def joined(left: str, right: str) -> bool:
        pair = left + right
        return len(pair) == 2 and pair.isascii() and pair.isalnum()

    return joined(words[hit.start - 1 : hit.start] if hit.start else "", hit.word[0]) or joined(
        hit.word[-1], words[hit.end : hit.end + 1]
    )
