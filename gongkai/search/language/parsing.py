"""A question taken apart: quotes, exclusions, numbers, synonyms, words."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from typing import Final

from gongkai.search.language import segment, thesaurus
from gongkai.search.language.normalise import normalise, normalise_question
from gongkai.search.language.numbers import Found, find_numbers
from gongkai.search.words import Alternative, Clause, Parsed

MAX_QUERY_CHARACTERS: Final = 100
"""Longer questions are read up to here; nobody means the rest as a condition."""
MAX_CLAUSES: Final = 12
SPLIT_WEIGHT: Final = 0.5
"""A long word that only stands there in parts."""

GUIDES: Final = ("办事指南", "怎么办", "常见问题", "办理流程", "服务指南")
EXPLAINED: Final = ("政策解读", "问答", "办法", "意见")
"""Words of titles that answer people; the rest of a site is mostly news and lists."""
ASKED_HOW: Final = 1.0
NOT_ASKED: Final = 0.4

_QUOTED: Final = re.compile(
    r'"([^"]{1,100})"|“([^”]{1,100})”|「([^」]{1,100})」|『([^』]{1,100})』'
)
_EXCLUDED: Final = re.compile(r"(?:^|(?<=\s))[-－]([^\s\-－].*?)(?=\s|$)")
_OPERATORS: Final = re.compile(r"(?:^|(?<=\s))(?:AND|OR|NOT|NEAR)(?=\s|$)")

_WISH: Final = re.compile(r"^(?:我们?)?想(?:要|问)?(?=[^\s象法])")
_COUNTED: Final = re.compile(r"了?一[家个条辆名位只套间份张本座所]")
"""开一家饭店 is 开饭店, 养了一条狗 is 养狗."""


@cache
def stop_words() -> frozenset[str]:
    return frozenset(segment.data_lines("stop.txt"))


@cache
def weak_words() -> frozenset[str]:
    return frozenset(segment.data_lines("weak.txt"))


@cache
def _question_words() -> re.Pattern[str]:
    """Stop words of two characters and more, wherever they stand: 我想问一下公租房怎么申请."""
    words = sorted((w for w in stop_words() if len(w) > 1), key=len, reverse=True)
    # 怎么办 but not the first half of 怎么办理.
    ends = {"办": "(?![理法公])", "需": "(?!求)"}
    return re.compile("|".join(re.escape(word) + ends.get(word[-1], "") for word in words))


def parse(text: str, verbatim: bool = False) -> Parsed:
    """What is asked. Reads the first `MAX_QUERY_CHARACTERS`; never raises.

    `verbatim`: neither synonyms nor the parts of longer words.
    """
    rest = _OPERATORS.sub(" ", text[:MAX_QUERY_CHARACTERS])
    phrases: list[str] = []

    def quoted(found: re.Match[str]) -> str:
        phrase = normalise_question(next(group for group in found.groups() if group))
        if phrase:
            phrases.append(phrase)
        return " "

    rest = _QUOTED.sub(quoted, rest)
    excluded: list[str] = []

    def left_out(found: re.Match[str]) -> str:
        for piece, _typed, _at in segment.pieces(normalise_question(found[1])):
            excluded.extend(segment.parts_of(piece))
        return " "

    rest = _EXCLUDED.sub(left_out, rest)
    plain = normalise_question(rest)
    numbers = find_numbers(plain)
    clauses: list[Clause] = []
    marked: list[str] = list(phrases)
    for phrase in phrases:
        clauses += _literal(phrase)
    for number in numbers:
        if number.certain and number.token:
            clauses.append(Clause((Alternative((number.token,)),)))
        marked += [number.shown]
    plain = _blanked(plain, [number for number in numbers if number.certain])
    synonyms: list[str] = []
    optional: list[Clause] = []
    for word, clause in _words(plain, verbatim, synonyms, marked):
        is_weak = word in weak_words() and not verbatim
        (optional if is_weak else clauses).append(clause)
    if not (clauses or numbers):
        clauses, optional = optional, []
    marked = sorted({mark for mark in marked if mark.strip()}, key=lambda m: (-len(m), m))
    return Parsed(
        clauses=tuple(dict.fromkeys(clauses))[:MAX_CLAUSES],
        excluded=tuple(dict.fromkeys(excluded)),
        phrases=tuple(dict.fromkeys(phrases)),
        numbers=tuple(dict.fromkeys(number.form for number in numbers)),
        marked=tuple(marked),
        synonyms=tuple(dict.fromkeys(synonyms)),
        optional=tuple(dict.fromkeys(optional)),
        preferred=() if verbatim or numbers else _preferred(rest),
    )


def _preferred(said: str) -> tuple[Alternative, ...]:
    """Guides before everything where somebody asks how; elsewhere a little, and what explains."""
    asked = _question_words().search(normalise_question(said)) is not None
    weight = ASKED_HOW if asked else NOT_ASKED
    guides = [Alternative((word,), weight) for word in GUIDES]
    return (*guides, *(Alternative((word,), weight / 2) for word in EXPLAINED))


def telling(clause: Clause) -> float:
    """How much of the subject a clause carries: the words of every question least.

    Most what the list knows by other names, then what titles are about.
    """
    from gongkai.search import vocabulary  # it reads the index, which needs the language

    titled: Container[str] = vocabulary.current().titled
    first = clause.alternatives[0].tokens
    if all(token in weak_words() for token in first):
        return 0.0
    if first[0] in (*GUIDES, *EXPLAINED):
        return 0.5
    told = 1 + 0.5 * min(len("".join(first)), 6)
    if any(SPLIT_WEIGHT != way.weight < 1 for way in clause.alternatives):
        told += 4
    if any(all(token in titled for token in way.tokens) for way in clause.alternatives):
        told += 2
    return told


def _literal(phrase: str) -> list[Clause]:
    return [
        Clause((Alternative(segment.parts_of(piece)),))
        for piece, _typed, _at in segment.pieces(phrase)
    ]


def _words(
    plain: str, verbatim: bool, synonyms: list[str], marked: list[str]
) -> list[tuple[str, Clause]]:
    plain = _COUNTED.sub("", _WISH.sub("", plain))
    bare = _question_words().sub(" ", plain)
    plain = bare if not verbatim and bare.strip() else plain
    found: list[tuple[str, Clause]] = []
    spans = [] if verbatim else thesaurus.spans(plain)
    at = 0
    for start, end, others in spans:
        found += _plain_words(plain[at:start], verbatim)
        said = plain[start:end]
        alternatives = [Alternative(_tokens_of(said))]
        for other, weight in others:
            alternatives.append(Alternative(_tokens_of(other), weight))
            synonyms.append(other)
        found.append((said, Clause(tuple(alternatives))))
        at = end
    found += _plain_words(plain[at:], verbatim)
    telling = [(word, clause) for word, clause in found if word not in stop_words()]
    kept = telling or found
    marked += [word for word, _clause in kept]
    marked += synonyms
    return kept


def _plain_words(plain: str, verbatim: bool) -> list[tuple[str, Clause]]:
    found = []
    for piece, typed, _at in segment.pieces(plain):
        alternatives = [Alternative(segment.parts_of(piece))]
        parts = () if verbatim else segment.shorter_words(piece)
        if parts:
            alternatives.append(Alternative(parts, SPLIT_WEIGHT))
        found.append((typed, Clause(tuple(alternatives))))
    return found


def _tokens_of(text: str) -> tuple[str, ...]:
    """Tokens that all stand in a text with these words."""
    found: list[str] = []
    for piece, _typed, _at in segment.pieces(normalise(text)):
        if piece not in segment.FUNCTION:
            found += segment.parts_of(piece)
    return tuple(dict.fromkeys(found)) or (text,)


def _blanked(plain: str, numbers: list[Found]) -> str:
    for number in numbers:
        plain = plain[: number.start] + " " * (number.end - number.start) + plain[number.end :]
    return plain
