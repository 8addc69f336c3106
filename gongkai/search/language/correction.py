"""What was probably meant by a question without hits.

1. Letters are read as pinyin: whole words of the vocabulary in a row, or the initials of one.
2. Characters that make no word there: another word of the same sound, then of a sound that many
   people do not tell apart, then one that differs by a single character.

Only words of the vocabulary are ever put in, and what makes words already stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA

from gongkai.search import sounds
from gongkai.search.language import segment
from gongkai.search.language.normalise import normalise_question
from gongkai.search.language.parsing import MAX_QUERY_CHARACTERS, stop_words

if TYPE_CHECKING:
    from gongkai.search.vocabulary import Vocabulary

LONGEST: Final = 10
LONGEST_LETTERS: Final = 40
_LETTERS: Final = re.compile(r"[a-z](?:[a-z' ]*[a-z])?")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")


def correct(text: str) -> str | None:
    """The question with its mistakes mended; None where nothing better is known."""
    from gongkai.search import vocabulary  # it reads the index, which needs the language

    plain = normalise_question(text[:MAX_QUERY_CHARACTERS])
    known = vocabulary.current()
    if not known.words or not plain:
        return None
    mended = _LETTERS.sub(lambda found: _read_letters(found.group(), known), plain)
    mended = _HAN.sub(lambda found: _mend(found.group(), known), mended)
    return mended if mended != plain else None


def _read_letters(typed: str, known: Vocabulary) -> str:
    """Letters as words, or as they are."""
    letters = re.sub(r"[' ]", "", typed)
    if not 2 <= len(letters) <= LONGEST_LETTERS:
        return typed
    whole = known.by_letters.get(letters)
    if whole:
        return whole
    in_a_row = _words_in_a_row(letters, known)
    if in_a_row:
        return in_a_row
    by_initials = known.by_initials.get(letters, [])
    if len(letters) >= 3 and by_initials:
        best, *others = by_initials
        if not others or known.words[best] >= 100 > known.words[others[0]]:
            return best
    return typed


def _words_in_a_row(letters: str, known: Vocabulary) -> str:
    """The fewest words whose letters make up all of it; the weightiest where there is a choice."""

    @cache
    def rest(at: int) -> tuple[int, float, str] | None:
        if at == len(letters):
            return (0, 0.0, "")
        best: tuple[int, float, str] | None = None
        for end in range(at + 3, min(len(letters), at + LONGEST_LETTERS) + 1):
            word = known.by_letters.get(letters[at:end])
            after = rest(end) if word else None
            if word and after:
                made = (after[0] + 1, after[1] - known.words[word], f"{word} {after[2]}".strip())
                best = min(best, made) if best else made
        return best

    found = rest(0)
    return found[2] if found else ""


def _mend(run: str, known: Vocabulary) -> str:
    """A run of characters from left to right: known words stay, others are mended."""
    edges = segment.boundaries(run)
    made = ""
    at = 0
    while at < len(run):
        size, word = _next(run, at, known, edges)
        made += word
        at += size
    return made


def _next(run: str, at: int, known: Vocabulary, edges: set[int]) -> tuple[int, str]:
    """How many characters to take, and what to put there."""
    sizes = range(min(LONGEST, len(run) - at), 1, -1)
    windows = [run[at : at + size] for size in sizes]
    whole = [window for window in windows if at in edges and at + len(window) in edges]
    for window in windows:
        if window in known.words:
            return len(window), window
        if window in whole and len(window) > 2 and segment.cutter().has_word(window):
            # The dictionary has it (幼儿圆), but nobody published anything of that name.
            found = _same_sound(window, known)
            if found:
                return len(window), found
        elif window in whole and not _makes_words(window):
            for mend in (_same_sound, _similar_sound, _one_character):
                found = mend(window, known)
                if found:
                    return len(window), found
    for window in windows:
        if segment.cutter().has_word(window):
            return len(window), window
    return 1, run[at]


def _makes_words(window: str) -> bool:
    """Whether it is made of words of two characters and more: nothing to mend."""
    return all(len(piece) > 1 for piece in segment.cutter().cut(window, hmm=False))


def _same_sound(window: str, known: Vocabulary) -> str:
    for sound in sounds.sounds(window):
        for word in known.by_sound.get(sound, ()):
            if len(word) == len(window):
                return word
    return ""


def _similar_sound(window: str, known: Vocabulary) -> str:
    """Where at least one character is right."""
    for sound in sounds.sounds(window):
        for word in known.by_folded.get(sounds.folded(sound), ()):
            if len(word) == len(window) and any(a == b for a, b in zip(word, window, strict=True)):
                return word
    return ""


def _one_character(window: str, known: Vocabulary) -> str:
    """One character wrong, missing, too many, or two changed about.

    Not where a character joins words (不, 年, 到): then it is a phrase and no mistake.
    """
    if len(window) < 3 or any(character in stop_words() for character in window):
        return ""
    candidates = set(known.without_one.get(window, ()))
    for at in range(len(window)):
        shorter = window[:at] + window[at + 1 :]
        candidates.update(known.without_one.get(shorter, ()))
        if len(shorter) > 2 and shorter in known.words:
            candidates.add(shorter)
    near = [word for word in candidates if OSA.distance(word, window) == 1]
    return max(near, key=lambda word: (len(word) == len(window), known.words[word]), default="")
