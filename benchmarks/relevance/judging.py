"""The judgements: read, laid over the corpus, and turned into figures."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("queries.toml")
PLACES = ("title", "body", "file", "number", "index")
CLASSES = {
    "title": "words of titles",
    "citizen": "citizens' words",
    "number": "numbers",
    "sloppy": "numbers, sloppily typed",
    "organ": "bodies",
    "traditional": "traditional characters",
    "pinyin": "pinyin",
    "typo": "typing mistakes",
    "question": "whole questions",
    "attachment": "text of attachments",
}


@dataclass(frozen=True)
class Rule:
    """`grade` for every document in whose `place` the pattern stands."""

    grade: int
    place: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Judged:
    """One question, what the person needs, and what answers it."""

    kind: str
    text: str
    need: str
    rules: tuple[Rule, ...]

    def grade(self, document: Mapping[str, str]) -> int:
        """0 (nothing to do with it) to 3 (this is it)."""
        for rule in self.rules:
            if rule.pattern.search(document[rule.place]):
                return rule.grade
        return 0


def judged() -> list[Judged]:
    """All questions of the file. ValueError for a rule that cannot be read."""
    found = []
    for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["query"]:
        rules = tuple(_rule(text) for text in row["grades"])
        found.append(Judged(row["class"], row["text"], row["need"], rules))
    return found


def _rule(text: str) -> Rule:
    grade, place, pattern = text.split(" ", 2)
    if grade not in "123" or place not in PLACES:
        raise ValueError(f"no rule: {text}")
    if place in ("number", "index"):
        pattern = f"^{re.escape(pattern)}$"
    return Rule(int(grade), place, re.compile(pattern))


def corpus() -> dict[int, dict[str, str]]:
    """Every public item of the city, as the rules look at it."""
    from gongkai.disclosure import richtext
    from gongkai.disclosure.models import Attachment, DisclosedItem

    files: dict[int, list[str]] = {}
    rows = Attachment.objects.filter(item__live=True)
    for item, name, text in rows.values_list("item_id", "name", "stored__text__text"):
        files.setdefault(item, []).append(f"{name}\n{text or ''}")
    items = DisclosedItem.objects.filter(live=True).values_list(
        "pk", "title", "summary", "body", "document_number", "index_number"
    )
    return {
        pk: {
            "title": title,
            "body": f"{summary}\n{richtext.plain_text(body)}",
            "file": "\n".join(files.get(pk, ())),
            "number": number,
            "index": index,
        }
        for pk, title, summary, body, number, index in items.iterator(chunk_size=2_000)
    }


def grades(question: Judged, documents: Mapping[int, Mapping[str, str]]) -> dict[int, int]:
    """Key → grade of everything that answers the question at all."""
    found = {key: question.grade(document) for key, document in documents.items()}
    return {key: grade for key, grade in found.items() if grade}


def ndcg(found: Sequence[int], wanted: Mapping[int, int], size: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `size`, gain 2^grade - 1."""

    def gain(values: Sequence[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(values))

    best = gain(sorted(wanted.values(), reverse=True)[:size])
    return gain([wanted.get(key, 0) for key in found[:size]]) / best if best else 0.0


def reciprocal(found: Sequence[int], wanted: Mapping[int, int], size: int = 10) -> float:
    """One over the place of the first document of the best grade that there is."""
    best = max(wanted.values(), default=0)
    for place, key in enumerate(found[:size], start=1):
        if best and wanted.get(key, 0) == best:
            return 1 / place
    return 0.0
