"""Cutting text into words.

Index time: *every* dictionary word in the text, overlapping ones too, every character that occurs,
and pairs of characters where the dictionary knows no word. Question time: the best cut of the same
dictionary, without guessed words. So whatever word a question is cut into stands in the index of
every text that has it, wherever the text itself would be cut: recall does not depend on the cut.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

import rjieba

from gongkai.search.language.normalise import normalise
from gongkai.search.language.numbers import number_tokens

LONGEST_TOKEN: Final = 40
_RUN: Final = re.compile(
    r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)"
    r"|(?P<decimal>\d+(?:,\d{3})*\.\d+)|(?P<grouped>\d{1,3}(?:,\d{3})+)(?!\d)"
    r"|(?P<word>[^\W_\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)"
)
_PARTS: Final = re.compile(r"\d+|\D+")
FUNCTION: Final = frozenset("的了是在和与及或等被把将对为于以由从向到也都就而且并其之各本该此每")
"""Characters that join words and hardly ever belong to an unknown name."""
OWN_FREQUENCY: Final = 20_000


def data_lines(name: str) -> tuple[str, ...]:
    """The lines of a data file without remarks."""
    text = files("gongkai.search").joinpath("data", name).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def cutter() -> Any:
    """The dictionary with the platform's own words; made at the first text, 0.1 s."""
    jieba = rjieba.Jieba()
    for word in data_lines("words.txt"):
        jieba.add_word(word, OWN_FREQUENCY, None)
    return jieba


def tokens(text: str) -> list[str]:
    """The tokens of a text for the index; letters and figures only, none over 40 characters."""
    plain = normalise(text)
    found = number_tokens(plain)
    characters: dict[str, None] = {}
    for run in _RUN.finditer(plain):
        han = run["han"]
        if han is None:
            found += _foreign(run)
            continue
        characters.update(dict.fromkeys(han))
        if len(han) > 1:
            found += [word for word in cutter().cut_all(han) if len(word) > 1]
            found += _pairs(han)
    found += characters
    return [token[:LONGEST_TOKEN] for token in found]


def pieces(plain: str) -> list[tuple[str, str, int]]:
    """A normalised question in its best cut: (token, what was typed, where).

    Characters that belong to no word come together as one piece (see `parts_of`).
    """
    found: list[tuple[str, str, int]] = []
    for run in _RUN.finditer(plain):
        han = run["han"]
        if han is None:
            found.append((_foreign(run)[0][:LONGEST_TOKEN], run.group(), run.start()))
            continue
        at = run.start()
        loose = ""
        for word in cutter().cut(han, hmm=False):
            if len(word) == 1 and word not in FUNCTION:
                loose += word
            else:
                if loose:
                    found.append((loose, loose, at - len(loose)))
                    loose = ""
                found.append((word, word, at))
            at += len(word)
        if loose:
            found.append((loose, loose, at - len(loose)))
    return found


def boundaries(plain: str) -> set[int]:
    """Where a word may begin or end in a normalised question."""
    edges = {0, len(plain)}
    for run in _RUN.finditer(plain):
        edges |= {run.start(), run.end()}
        if run["han"]:
            at = run.start()
            for word in cutter().cut(run["han"], hmm=False):
                edges.add(at)
                at += len(word)
    return edges


def parts_of(piece: str) -> tuple[str, ...]:
    """The tokens under which a piece of a question stands in the index."""
    if len(piece) > 1 and _is_han(piece) and not cutter().has_word(piece):
        return tuple(piece[i : i + 2] for i in range(len(piece) - 1))
    return (piece,)


def shorter_words(word: str) -> tuple[str, ...]:
    """The words of two characters and more that make up a longer one; empty if none do.

    >>> shorter_words("政府信息公开")
    ('政府', '信息', '公开')
    """
    if len(word) < 4 or not _is_han(word):
        return ()
    ends: dict[int, tuple[str, ...]] = {0: ()}
    for at in range(2, len(word) + 1):
        for size in (3, 2):
            before = ends.get(at - size)
            piece = word[at - size : at]
            if before is not None and piece != word and cutter().has_word(piece):
                kept = ends.get(at)
                if kept is None or len(before) + 1 < len(kept):
                    ends[at] = (*before, piece)
    return ends.get(len(word), ())


def _pairs(han: str) -> list[str]:
    """Pairs of neighbours of which one or both stand alone in the cut, and that are no word."""
    found = []
    last = ""
    for word in cutter().cut(han, hmm=False):
        if last and (len(last) == 1 or len(word) == 1):
            pair = last[-1] + word[0]
            joins = last in FUNCTION or word in FUNCTION
            if not joins and not cutter().has_word(pair):
                found.append(pair)
        last = word
    return found


def _foreign(run: re.Match[str]) -> list[str]:
    """Figures and words of letters: whole first, then their parts."""
    if run["decimal"]:
        return [run.group().replace(",", "").replace(".", "d")]
    if run["grouped"]:
        return [run.group().replace(",", "")]
    word = run.group()
    split = _PARTS.findall(word)
    return [word, *split] if len(split) > 1 else [word]


def _is_han(text: str) -> bool:
    return "\u3400" <= text[0] <= "\u9fff" or text[0] >= "\U00020000"
