"""The office's synonyms as this process holds them, with the bodies' short names."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from gongkai.search import memory
from gongkai.search.language.normalise import normalise
from gongkai.search.language.segment import boundaries

SYNONYM_WEIGHT: Final = 0.7
SEPARATOR: Final = "、"
MOST_OTHERS: Final = 8

Others = tuple[tuple[str, float], ...]


class Thesaurus:
    """Words and what else they are called."""

    def __init__(self, groups: Iterable[tuple[Iterable[str], Iterable[str]]]) -> None:
        """`groups`: (words, what they mean); without the latter the words mean each other."""
        found: dict[str, dict[str, float]] = {}
        for words, meant in groups:
            said = [word for word in map(normalise, words) if word]
            targets = [word for word in map(normalise, meant) if word]
            for word in said:
                others = found.setdefault(word, {})
                for other in targets or said:
                    if other != word:
                        others.setdefault(other, SYNONYM_WEIGHT)
        self.others: dict[str, Others] = {
            word: tuple(others.items())[:MOST_OTHERS] for word, others in found.items() if others
        }
        self._words = list(self.others)
        self._finder = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest)

    @property
    def words(self) -> list[str]:
        """Every word of the list."""
        return self._words

    def spans(self, plain: str) -> list[tuple[int, int, Others]]:
        """Where words of the list stand in a normalised question, and what else they are called."""
        found = self._finder.find_matches_as_indexes(plain)
        if not found:
            return []
        edges = boundaries(plain)
        return [
            (start, end, self.others[self._words[number]])
            for number, start, end in found
            if start in edges and end in edges
        ]


def _packaged_groups() -> list[tuple[list[str], list[str]]]:
    source = files("gongkai.search").joinpath("data", "synonyms.csv").read_text(encoding="utf-8")
    return [
        (row["词语"].split(SEPARATOR), row["规范用词"].split(SEPARATOR))
        for row in csv.DictReader(source.splitlines())
    ]


def _packaged() -> Thesaurus:
    return Thesaurus(_packaged_groups())


def _read() -> Thesaurus:
    from gongkai.search.models import SynonymGroup

    rows = SynonymGroup.objects.filter(active=True).order_by("pk").values_list("words", "meant")
    return Thesaurus((words.split(SEPARATOR), meant.split(SEPARATOR)) for words, meant in rows)


_kept = memory.Kept(_read, _packaged, memory.OFFICE)


def current() -> Thesaurus:
    """The list in force."""
    return _kept.get()


def spans(plain: str) -> list[tuple[int, int, Others]]:
    """See `Thesaurus.spans`."""
    return current().spans(plain)
