"""The words that can be suggested and by which mistakes are mended: made from the index, bounded.

`refresh` reads the newest documents, the bodies and the lists into `KnownWord` (beside the site,
every few minutes); a process that searches loads that table once and again when it has changed.
"""

from __future__ import annotations

import heapq
import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from gongkai.organs.models import Organ
from gongkai.search import asking, generations, memory, sounds
from gongkai.search.language import segment, thesaurus
from gongkai.search.language.normalise import normalise
from gongkai.search.models import CuratedWord, KnownWord, SearchDocument, WordsVersion

READ: Final = 20_000
"""Newest documents whose titles are read for words."""
TITLES: Final = 4_000
NUMBERS: Final = 4_000
WORDS: Final = 6_000
LISTED: Final = 0.5
"""The weight of a word of the lists that no title has; one that a title has weighs more."""
LONGEST_SOUND: Final = 8
"""Syllables of a title that can be typed as pinyin."""
WEIGHTS: Final = {"term": 100.0, "organ": 60.0, "title": 20.0, "number": 10.0, "word": 0.0}
LOOKED_THROUGH: Final = 4_000
"""Entries with one beginning that are weighed; beyond that the alphabet decides."""
_SIGNS: Final = re.compile(r"[^\w]+")
_NUMBER: Final = re.compile(r".+〔\d{4}〕\d+号")


def refresh() -> int:
    """Make the table anew; the number of its rows. One process at a time does the work."""
    rows = list(_rows())
    with transaction.atomic():
        WordsVersion.objects.get_or_create(name=memory.VOCABULARY)
        WordsVersion.objects.select_for_update().get(name=memory.VOCABULARY)
        KnownWord.objects.all().delete()
        KnownWord.objects.bulk_create(rows, batch_size=1_000)
        memory.raise_version(memory.VOCABULARY)
    return len(rows)


def _rows() -> Iterator[KnownWord]:
    words, titles, numbers = _from_index()
    yield from titles
    yield from numbers
    organs = Organ.objects.filter(abolished_on=None).values_list("code", "name", "short_name")
    for code, name, short in organs:
        for text in dict.fromkeys((name, short)):
            if text:
                yield _row("organ", text, WEIGHTS["organ"] + (text == short), code)
    terms = _terms(words)
    for text, weight in terms.items():
        yield _row("term", text, WEIGHTS["term"] + weight)
    for text, times in words.items():
        if text not in terms:
            yield _row("word", text, math.log1p(times))
    # Words of the lists that no title has may still be meant: documents say it otherwise.
    for text in dict.fromkeys(normalise(word) for word in _listed()):
        if len(text) > 1 and text not in terms and text not in words:
            yield _row("word", text, LISTED)


def _row(kind: str, text: str, weight: float, key: str = "") -> KnownWord:
    sound = sounds.syllables(normalise(text)) if kind != "number" else ""
    if kind == "title":
        sound = " ".join(sound.split()[:LONGEST_SOUND])
    return KnownWord(kind=kind, text=text, key=key, weight=weight, sound=sound[:1_000])


def _from_index() -> tuple[dict[str, int], list[KnownWord], list[KnownWord]]:
    """The words of titles and how often, the newest titles, the newest document numbers."""
    live = generations.live()
    if live is None:
        return {}, [], []
    first, last = generations.span(live.pk)
    documents = SearchDocument.objects.filter(id__range=(first, last)).order_by("-id")
    counted: Counter[str] = Counter()
    titles: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for source, key, title, own in documents.values_list("source", "key", "title", "numbers")[
        :READ
    ].iterator(chunk_size=2_000):
        counted.update(set(_words_of(title)))
        if len(titles) < TITLES:
            titles.setdefault(title, f"{source}:{key}")
        if len(numbers) < NUMBERS:
            for number in own.splitlines():
                if _NUMBER.fullmatch(number):
                    numbers.setdefault(number, f"{source}:{key}")
    # The newest first: between 0 and 1 below the weight of their kind.
    shown = [
        _row("title", title, WEIGHTS["title"] - i / TITLES, key)
        for i, (title, key) in enumerate(titles.items())
    ]
    numbered = [
        _row("number", number, WEIGHTS["number"] - i / NUMBERS, key)
        for i, (number, key) in enumerate(numbers.items())
    ]
    return dict(counted.most_common(WORDS)), shown, numbered


def _words_of(title: str) -> Iterator[str]:
    """Words of a title, and pairs of neighbouring words (道路挖掘): what a reader may type."""
    before = ""
    for word, _typed, _at in segment.pieces(normalise(title)):
        whole = len(word) > 1 and word[0] >= "\u4e00"
        if whole:
            yield word
            if before and len(before) + len(word) <= 8:
                yield before + word
        before = word if whole else ""


def _terms(words: dict[str, int]) -> dict[str, float]:
    """What may be suggested as a word: what is asked, recommended, or a term of the lists.

    Terms of the lists only where documents have them, so that no suggestion leads nowhere.
    """
    terms: dict[str, float] = {}
    for word in _listed():
        if word in words:
            terms[word] = math.log1p(words[word])
    recommended = list(CuratedWord.objects.values_list("word", flat=True))
    for place, word in enumerate(recommended):
        terms[normalise(word)] = 20.0 - place / 100
    for text, times in asking.suggestible(words.keys()):
        terms[text] = terms.get(text, 0.0) + 10 + 5 * math.log1p(times)
    return terms


def _listed() -> list[str]:
    return [*segment.data_lines("words.txt"), *thesaurus.current().words]


# -- what a process holds ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `sound` as in the table."""

    kind: str
    text: str
    key: str
    weight: float
    sound: str


class Vocabulary:
    """The table in memory."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: -entry.weight)
        forms: list[tuple[str, int]] = []
        self.words: dict[str, float] = {}
        self.titled: set[str] = set()
        """Those words that some title has."""
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        self.by_folded: dict[str, list[str]] = defaultdict(list)
        self.by_letters: dict[str, str] = {}
        self.by_initials: dict[str, list[str]] = defaultdict(list)
        self.without_one: dict[str, list[str]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            plain = squeezed(entry.text)
            if entry.kind != "word":
                forms.append((plain, number))
                forms += [(form, number) for form in typed_forms(entry.sound)]
            if entry.kind in ("term", "organ", "word") and plain not in self.words:
                self._learn(plain, entry)
        forms.sort()
        self.forms = [form for form, _number in forms]
        self.owners = [number for _form, number in forms]
        self.titles = [
            (squeezed(entry.text), number)
            for number, entry in enumerate(self.entries)
            if entry.kind in ("term", "organ", "title")
        ]

    def _learn(self, plain: str, entry: Entry) -> None:
        self.words[plain] = entry.weight
        if entry.kind != "word" or entry.weight > LISTED:
            self.titled.add(plain)
        if not entry.sound:
            return
        self.by_sound[entry.sound].append(plain)
        self.by_folded[sounds.folded(entry.sound)].append(plain)
        self.by_letters.setdefault(entry.sound.replace(" ", ""), plain)
        if len(plain) > 2:
            self.by_initials[typed_forms(entry.sound)[1]].append(plain)
        if 3 <= len(plain) <= 10:
            for at in range(len(plain)):
                self.without_one[plain[:at] + plain[at + 1 :]].append(plain)

    def beginning_with(self, typed: str, limit: int) -> list[Entry]:
        """The weightiest entries that begin with what was typed, in characters or in pinyin."""
        start = bisect_left(self.forms, typed)
        end = bisect_left(self.forms, typed + "\U0010ffff", lo=start)
        owners = set(self.owners[start : min(end, start + LOOKED_THROUGH)])
        # Entries stand by weight, so the smallest numbers are the weightiest.
        return [self.entries[number] for number in heapq.nsmallest(limit, owners)]

    def containing(self, typed: str, limit: int) -> list[Entry]:
        """The weightiest entries in which it stands anywhere."""
        found = []
        for plain, number in self.titles:
            if typed in plain:
                found.append(self.entries[number])
                if len(found) == limit:
                    break
        return found


def squeezed(text: str) -> str:
    """A text as it is compared with what is typed: without blanks and signs."""
    return _SIGNS.sub("", normalise(text))


def typed_forms(sound: str) -> list[str]:
    """The letters of a sound, and its initials."""
    parts = sound.split()
    return ["".join(parts), "".join(part[0] for part in parts)] if parts else []


def _read() -> Vocabulary:
    rows = KnownWord.objects.values_list("kind", "text", "key", "weight", "sound")
    return Vocabulary(Entry(*row) for row in rows.iterator(chunk_size=2_000))


def _empty() -> Vocabulary:
    return Vocabulary(())


_kept = memory.Kept(_read, _empty, memory.VOCABULARY)


def current() -> Vocabulary:
    """What this process holds."""
    return _kept.get()
