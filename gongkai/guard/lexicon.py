"""The words the guard looks for, and the phrases in which they are right after all.

Word lists are data: `Term` rows come from the packaged files (`seed/*.csv`) and from the
database, and a `Lexicon` is made of them once and never changed. It owns one Aho–Corasick
automaton over every word, every white-list phrase and the few anchors of the checks written in
code (the level words of secrecy marks), so that a text is walked once, whatever the number of
terms.

Words are compared without spaces, zero-width characters and differences of width: a term is
normalised like the text (`normalise.words_of`).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib import resources

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from gongkai.guard.findings import SEVERITIES, Severity
from gongkai.guard.normalise import plain_term

KINDS: dict[str, str] = {
    "wrong_word": "错别字、错误表述",
    "outdated_title": "过时称谓",
    "removed_official": "已离任人员",
    "forbidden": "禁用语",
    "sensitive": "慎用语",
    "secrecy_mark": "密级标志用语",
    "allowed": "白名单语句",
    "office_phone": "办公电话白名单",
}
"""What a term is. The first six are checks of the same name; the last two silence findings."""

SEVERITY_OF_KIND: dict[str, Severity] = {
    "wrong_word": "warning",
    "outdated_title": "warning",
    "removed_official": "serious",
    "forbidden": "serious",
    "sensitive": "advice",
    "secrecy_mark": "serious",
}
SILENCING = frozenset({"allowed", "office_phone"})

ANCHORS: tuple[str, ...] = (
    "绝密", "机密", "秘密", "密级", "外传", "内部资料", "内部文件", "内部材料", "内部刊物", "供内部",
    "此件", "本件", "阅后", "会后", "注意保密", "严格保密", "妥善保管", "翻印", "扩散",
)  # fmt: skip
"""Where the rules of `checks.secrecy` begin to look."""

COLUMNS = (
    "kind", "word", "suggestion", "valid_from", "valid_until", "post", "alone", "severity", "note",
)  # fmt: skip
"""The columns of a packaged list and of an import."""

_POSTS = re.compile(r"[、,，;；|/\s]+")


@dataclass(frozen=True)
class Term:
    """One row of the word lists.

    `word` is the wrong word, the old title, the person's name, the phrase that is allowed or the
    office telephone. `valid_from` is the first and `valid_until` the last day on which the term
    speaks: an item dated before an official left, or before a body was renamed, is right.
    `post` (posts divided by “、”) is what must stand near the name of a removed official;
    `alone` reports the name even without a post. `severity` overrides the kind's own. `note` is
    the source or reason, shown with the finding.
    """

    kind: str
    word: str
    suggestion: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    post: str = ""
    alone: bool = False
    severity: str = ""
    note: str = ""

    @property
    def person(self) -> str:
        """The name, of a removed official."""
        return self.word if self.kind == "removed_official" else ""

    @cached_property
    def posts(self) -> tuple[str, ...]:
        return tuple(plain_term(post) for post in _POSTS.split(self.post) if post)

    @property
    def level(self) -> Severity:
        if self.severity in SEVERITIES:
            return self.severity
        return SEVERITY_OF_KIND.get(self.kind, "warning")

    def holds(self, on: date) -> bool:
        """Whether the term speaks about a text of this day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


class Lexicon:
    """Terms made searchable. Immutable; build a new one when the words change.

    `version` changes with any term and with nothing else, so results may be kept by it.
    """

    def __init__(self, terms: Iterable[Term] = (), *, version: str = "") -> None:
        self.terms: tuple[Term, ...] = tuple(dict.fromkeys(terms))
        unknown = sorted({term.kind for term in self.terms} - KINDS.keys())
        if unknown:
            raise ValueError(f"词库中有未知的类别：{'、'.join(unknown)}。")
        self.version = version or _version(self.terms)
        self.office_phones = frozenset(
            re.sub(r"[^0-9]", "", term.word) for term in self.terms if term.kind == "office_phone"
        )
        by_word: dict[str, list[Term]] = {anchor: [] for anchor in ANCHORS}
        for term in self.terms:
            word = plain_term(term.word)
            if word and term.kind != "office_phone":
                by_word.setdefault(word, []).append(term)
        self.patterns: tuple[str, ...] = tuple(by_word)
        self.terms_of: tuple[tuple[Term, ...], ...] = tuple(
            tuple(terms) for terms in by_word.values()
        )
        self._automaton = AhoCorasick(
            self.patterns,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def __len__(self) -> int:
        return len(self.terms)

    def hits(self, words: str) -> list[tuple[int, int, int]]:
        """(pattern, start, end) of everything known in `words`, overlapping hits included."""
        return self._automaton.find_matches_as_indexes(words, overlapping=True)

    def with_terms(self, terms: Iterable[Term]) -> Lexicon:
        """A lexicon of these terms and the given ones (the packaged lists and a body's own)."""
        return Lexicon((*self.terms, *terms))


def term_from_row(row: Mapping[str, str | None]) -> Term:
    """A term from a row of strings by `COLUMNS`; a bad date or kind raises ValueError in Chinese."""
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if cells["kind"] not in KINDS:
        raise ValueError(f"“{cells['kind']}”不是词条类别，应为：{'、'.join(KINDS)}。")
    if not plain_term(cells["word"]):
        raise ValueError("没有填写词条。")
    return Term(
        kind=cells["kind"],
        word=cells["word"],
        suggestion=cells["suggestion"],
        valid_from=_day(cells["valid_from"]),
        valid_until=_day(cells["valid_until"]),
        post=cells["post"],
        alone=cells["alone"].lower() in {"1", "true", "yes", "是"},
        severity=cells["severity"],
        note=cells["note"],
    )


def packaged_terms() -> list[Term]:
    """The terms that come with the platform: every `seed/*.csv`, in the order of their names."""
    terms: list[Term] = []
    folder = resources.files("gongkai.guard") / "seed"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".csv"):
            lines = file.read_text("utf-8-sig").splitlines()
            terms += [term_from_row(row) for row in csv.DictReader(lines)]
    return terms


@lru_cache(maxsize=1)
def packaged_lexicon() -> Lexicon:
    """The packaged terms alone: what is used where there is no database."""
    return Lexicon(packaged_terms())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"日期“{text}”应写作 2020-01-31 的形式。") from None


def _version(terms: Iterable[Term]) -> str:
    digest = hashlib.sha256()
    for term in sorted(map(repr, terms)):
        digest.update(term.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
