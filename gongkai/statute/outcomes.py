"""How a request may end: outcome, notice, remedy paragraph and row of the annual report.

One outcome is one row of table three (年报表三). `outcomes.toml` holds, for each code, its label,
the articles its notice prints, the notice itself, the sub-types that need another notice, what
must be on file before it may be used, and the row in every report format.

Articles cited without a title are those of the 政府信息公开条例.
"""

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal

from .parameters import parameter

Paragraph = Literal["A", "B", "C"]

#: The remedy paragraph for 行政查询事项 (36(7)): a body's own setting. B is the safe text.
QueryRemedy = Literal["A", "B"]


class UnknownOutcome(LookupError):
    """No such outcome, sub-type or report row; the Chinese message says what exists."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class NoticeType:
    """A kind of document (文书): its number in the catalogue, name and addressee."""

    number: str
    name: str
    addressee: str
    remedy: str


@dataclass(frozen=True)
class Proof:
    """Something that must be on file before an outcome may be used."""

    key: str
    text: str


@dataclass(frozen=True)
class Subtype:
    """A variety of an outcome: never reported apart, but it decides the right notice."""

    id: str
    label: str
    articles: tuple[str, ...]
    notice: NoticeType | None
    proofs: tuple[Proof, ...]
    never: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """One way for a request to end. `rows` maps a report format to its row of table three."""

    code: str
    label: str
    group: str
    articles: tuple[str, ...]
    notice: NoticeType | None
    remedy_rule: str
    rows: Mapping[str, str]
    proofs: tuple[Proof, ...]
    never: tuple[str, ...]
    subtypes: Mapping[str, Subtype]
    note: str
    reading: str

    @property
    def is_decision(self) -> bool:
        """Whether it ends the case. CARRIED does not: it is a state at the end of a year."""
        return self.remedy_rule != ""

    def subtype(self, subtype: str) -> Subtype:
        """The sub-type of that id. Raises `UnknownOutcome` with those that exist."""
        try:
            return self.subtypes[subtype]
        except KeyError:
            known = "、".join(f"{s.id}（{s.label}）" for s in self.subtypes.values())
            hint = f"可选：{known}。" if known else "该结果不分情形。"
            raise UnknownOutcome(f"“{self.label}”没有“{subtype}”这一情形。{hint}") from None

    def notice_for(self, subtype: str = "") -> NoticeType | None:
        """The notice to issue; None for CARRIED."""
        return self.subtype(subtype).notice if subtype else self.notice

    def articles_for(self, subtype: str = "") -> tuple[str, ...]:
        """The articles its notice prints as the basis of the decision."""
        return (self.subtype(subtype).articles if subtype else ()) or self.articles

    def proofs_for(self, subtype: str = "") -> tuple[Proof, ...]:
        """What must be on file before this outcome, or this sub-type of it, may be used."""
        return self.proofs + (self.subtype(subtype).proofs if subtype else ())

    def never_for(self, subtype: str = "") -> tuple[str, ...]:
        """The situations in which it must not be used, in Chinese."""
        return self.never + (self.subtype(subtype).never if subtype else ())

    def remedy(self, decided_on: date, *, query_remedy: QueryRemedy = "B") -> Paragraph:
        """The remedy paragraph of a decision made on `decided_on`.

        A: review or suit. B: review must come first (复议法第二十三条第一款第四项: refusals
        decided since 2024-01-01; before that they carry A). For 行政查询事项 the reading is a
        setting of the body. Raises `ValueError` for CARRIED, which decides nothing.
        """
        if not self.is_decision:
            raise ValueError(f"“{self.label}”不是处理决定，不告知救济途径。")
        rule = query_remedy if self.remedy_rule == "Q" else self.remedy_rule
        if rule == "B" and parameter("review.mandatory_first", decided_on).value:
            return "B"
        return "A"


def outcome(code: str) -> Outcome:
    """The outcome of that code. Raises `UnknownOutcome` naming the nearest ones."""
    try:
        return OUTCOMES[code]
    except KeyError:
        near = difflib.get_close_matches(code.upper(), OUTCOMES, n=3) or list(OUTCOMES)
        known = "、".join(f"{c}（{OUTCOMES[c].label}）" for c in near)
        raise UnknownOutcome(f"没有代码为“{code}”的办理结果。可用：{known}。") from None


def row_for(code: str, format_id: str) -> str:
    """The row of table three that counts this outcome in a report format, e.g. ``granted``.

    The 2019 format has one row for all of 其他处理, the 2021 format three.
    """
    found = outcome(code)
    try:
        return found.rows[format_id]
    except KeyError:
        known = "、".join(found.rows)
        raise UnknownOutcome(
            f"“{found.label}”在“{format_id}”版年报格式中没有对应的行；已知格式：{known}。"
        ) from None


def missing_proofs(code: str, on_file: Collection[str], subtype: str = "") -> tuple[Proof, ...]:
    """What is still missing before the outcome may be used; `on_file` holds proof keys."""
    return tuple(p for p in outcome(code).proofs_for(subtype) if p.key not in on_file)


def _load() -> tuple[Mapping[str, NoticeType], Mapping[str, Outcome]]:
    text = (files(__package__) / "outcomes.toml").read_text("utf-8")
    tree = tomllib.loads(text)
    notices = {
        number: NoticeType("" if number == "GENERAL" else number, **row)
        for number, row in tree["notices"].items()
    }
    proofs = {key: Proof(key, text) for key, text in tree["proofs"].items()}
    outcomes = {
        code: _outcome(code, row, notices, proofs) for code, row in tree["outcomes"].items()
    }
    return MappingProxyType(notices), MappingProxyType(outcomes)


def _outcome(
    code: str, row: dict[str, Any], notices: Mapping[str, NoticeType], proofs: Mapping[str, Proof]
) -> Outcome:
    notice = notices[row["notice"]] if row["notice"] else None
    subtypes = {
        sub["id"]: Subtype(
            id=sub["id"],
            label=sub["label"],
            articles=tuple(sub.get("articles", ())),
            notice=notices[sub["notice"]] if "notice" in sub else notice,
            proofs=tuple(proofs[key] for key in sub.get("proofs", ())),
            never=tuple(sub.get("never", ())),
        )
        for sub in row.get("subtypes", ())
    }
    return Outcome(
        code=code,
        label=row["label"],
        group=row["group"],
        articles=tuple(row["articles"]),
        notice=notice,
        remedy_rule=row["remedy"],
        rows=MappingProxyType(row["rows"]),
        proofs=tuple(proofs[key] for key in row.get("proofs", ())),
        never=tuple(row.get("never", ())),
        subtypes=MappingProxyType(subtypes),
        note=row.get("note", ""),
        reading=row.get("reading", ""),
    )


_LOADED: Final = _load()
#: The documents N01–N24, and the general 告知书 for what has none of its own.
NOTICES: Final = _LOADED[0]
#: Every code of table three's results, in the order of the table.
OUTCOMES: Final = _LOADED[1]
