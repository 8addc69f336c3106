"""Reads of the guard: the words in force, and what the lists hold.

The words are needed at every save and every check, so they are read once and kept for as long as
no term changes: each call of `current_lexicon` costs one small statement (the version), which is
how a term added by another process is seen at the next call. Where there is no database at all,
the caller uses `lexicon.packaged_lexicon` (`gongkai guard` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any, Final

from django.db.models import Q

from gongkai.guard.findings import SEVERITIES
from gongkai.guard.lexicon import KINDS, Lexicon, Term, packaged_lexicon, packaged_terms
from gongkai.guard.models import LexiconTerm, LexiconVersion, TermKind
from gongkai.guard.normalise import plain_term
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.shell import act_label

Version = tuple[int, datetime] | None
TermKey = tuple[str, str]
"""Kind, and the word as it is compared."""

VIEW: Final = "guard.view"
MANAGE: Final = "guard.manage"
OWN: Final = "guard.override"
"""What lets a person keep the own white list and office telephones of a body: who may let a
serious finding through by name may also say, for the body's texts, what is none."""


@dataclass
class _Kept:
    """The words as of one version. Lexicons of bodies with own terms are made when asked for."""

    version: Version
    site: Lexicon
    own: Mapping[int, list[Term]]
    made: dict[int, Lexicon] = field(default_factory=dict)


_lock = Lock()
_kept: _Kept | None = None


def current_lexicon(organ: Organ | None = None) -> Lexicon:
    """The words that are looked for in the texts of this body (of any body without one).

    Packaged terms, those of the database in the place of packaged ones of the same kind and word,
    and the body's own white list and office telephones.
    """
    kept = _current()
    own = kept.own.get(organ.pk) if organ is not None else None
    if organ is None or own is None:
        return kept.site
    lexicon = kept.made.get(organ.pk)
    if lexicon is None:
        lexicon = kept.made[organ.pk] = kept.site.with_terms(own)
    return lexicon


def _current() -> _Kept:
    global _kept
    version = lexicon_version()
    with _lock:
        if _kept is not None and _kept.version == version:
            return _kept
    made = _read(version)
    with _lock:
        _kept = made
    return made


def lexicon_version() -> Version:
    """Number and time of the last change; None while no term was ever added."""
    row = LexiconVersion.objects.values_list("number", "changed_at").first()
    return row if row is None else (row[0], row[1])


def _read(version: Version) -> _Kept:
    if version is None:
        return _Kept(None, packaged_lexicon(), {})
    own: dict[int, list[Term]] = {}
    overlaid: set[TermKey] = set()
    site: list[Term] = []
    for term in LexiconTerm.objects.order_by("pk"):
        if term.organ_id is None:
            overlaid.add((term.kind, term.key))
            if not term.is_ended:
                site.append(term.as_term())
        elif not term.is_ended:
            own.setdefault(term.organ_id, []).append(term.as_term())
    if not overlaid:
        return _Kept(version, packaged_lexicon(), own)
    packaged = [term for key, term in packaged_by_key().items() if key not in overlaid]
    return _Kept(version, Lexicon([*packaged, *site]), own)


# -- what the lists hold -----------------------------------------------------------------------


@lru_cache(maxsize=1)
def packaged_by_key() -> Mapping[TermKey, Term]:
    """The packaged terms by kind and word."""
    return {(term.kind, plain_term(term.word)): term for term in packaged_terms()}


def packaged_term(kind: str, word: str) -> Term | None:
    """The packaged term of this kind and word."""
    return packaged_by_key().get((kind, plain_term(word)))


@dataclass(frozen=True)
class PackagedEntry:
    """A packaged term and what the city made of it."""

    term: Term
    state: str
    own: LexiconTerm | None

    @property
    def kind_label(self) -> str:
        return KINDS[self.term.kind]

    @property
    def severity_label(self) -> str:
        silencing = self.term.kind in ("allowed", "office_phone")
        return "" if silencing else SEVERITIES[self.term.level]


def packaged_entries(*, kind: str = "", state: str = "", text: str = "") -> list[PackagedEntry]:
    """The packaged terms that fit, by kind and in the order of their files. One statement.

    `state` is "on", "off" (switched off) or "changed".
    """
    placed = {(term.kind, term.key): term for term in LexiconTerm.objects.filter(organ=None)}
    found = []
    for key, term in packaged_by_key().items():
        own = placed.get(key)
        now = "on" if own is None else "off" if own.is_ended else "changed"
        if (
            (kind and term.kind != kind)
            or (state and now != state)
            or (text and text not in term.word and text not in term.suggestion)
        ):
            continue
        found.append(PackagedEntry(term, PACKAGED_STATES[now], own))
    return found


PACKAGED_STATES: Final = {"on": "使用中", "off": "已停用", "changed": "已改写"}


def visible_to(user: Any) -> Q:
    """The site's terms and those of the user's bodies."""
    organs = policy.organs_for(user, VIEW).order_by().values("pk")
    return Q(organ=None) | Q(organ__in=organs)


def may_keep(user: Any, organ: Organ | None) -> bool:
    """Whether the user keeps the terms of this body (of the site without one)."""
    if policy.allows(user, MANAGE):
        return True
    return organ is not None and policy.allows(user, OWN, organ)


def may_keep_any(user: Any) -> bool:
    """Whether the user keeps any list: the site's, or some body's own."""
    return policy.allows(user, MANAGE) or policy.allows(user, OWN)


# -- history -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class HistoryEntry:
    """One act upon a term, as the ledger keeps it."""

    at: datetime
    actor: str
    act: str
    facts: tuple[tuple[str, str], ...]


def history(term: LexiconTerm) -> list[HistoryEntry]:
    """Who did what to the term, latest first. One statement.

    Terms that came by an import have one entry for the whole import, which is not listed here.
    """
    entries = LedgerEntry.objects.filter(
        object_type=LexiconTerm._meta.label_lower, object_id=str(term.pk)
    ).order_by("-pk")
    return [
        HistoryEntry(
            entry.at, entry.actor_name, act_label(entry.action), tuple(_facts(entry.changes))
        )
        for entry in entries[:100]
    ]


def _facts(changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = []
    for name, value in changes.items():
        heading = _HEADINGS.get(name, name)
        if isinstance(value, list) and len(value) == 2:
            old, new = (_shown(name, each) for each in value)
            facts.append((heading, new if value[0] in (None, "") else f"{old} → {new}"))
        else:
            facts.append((heading, _shown(name, value)))
    return facts


def _shown(name: str, value: Any) -> str:
    if value in (None, ""):
        return "（空）"
    words: dict[str, str] = {}
    if name == "severity":
        words = {str(code): label for code, label in SEVERITIES.items()}
    elif name == "kind":
        words = {str(code): str(label) for code, label in TermKind.choices}
    elif isinstance(value, bool):
        return "是" if value else "否"
    return words.get(str(value), str(value))


_HEADINGS: Final = {"reason": "原因"} | {
    field.name: str(field.verbose_name)
    for field in LexiconTerm._meta.get_fields()
    if hasattr(field, "verbose_name")
}
