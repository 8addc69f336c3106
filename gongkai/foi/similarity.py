"""Which earlier requests a new one resembles: a hint for the officer, never a decision.

Article 36 (6) allows "already answered" only for the same applicant asking for the same information
again, so both are looked at: the same applicant by the blind index of the identity document, and
the likeness of what is asked for among the same body's requests.

Likeness is the share of common pairs of characters (Jaccard), estimated from 64 minima of keyed
hashes (MinHash). The key is derived from the vault's index key, and only minima are kept, so that
the table says nothing about a text to whoever holds the table alone. Candidates share at least one
of eight bands of two minima (locality-sensitive hashing): of texts half alike nine in ten are
found, of those 70 % alike all but one in two hundred.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from gongkai.foi.models import Applicant, CaseLink, FoiRequest, Intake, Likeness, LikenessBand
from gongkai.foi.persons import Wish
from gongkai.vault.sealing import blind_index

MINIMA: Final = 64
_BANDS: Final = 8
_ROWS: Final = 2
_TEXT: Final = 600
"""Characters of a wish that are looked at; what follows seldom says something else."""
_PRIME: Final = (1 << 61) - 1
_PACK: Final = struct.Struct(f">{MINIMA}I")

LIKE: Final = 0.4
"""From this share of common pairs on a request is shown beside the new one."""

SHOWN: Final = 8
_CANDIDATES: Final = 200

_SAID_BY_ALL: Final = re.compile(
    "我想|希望|请求|申请公开|申请获取|申请|公开|获取|提供|复印件|扫描件|相关|有关|全部|所有|关于|"
    "政府信息|信息|贵局|贵单位|贵机关|贵府|本人|特此|谢谢|请|的|及|与|和|等"
)
"""Words that nearly every request has and that tell nothing of what is asked for."""


@dataclass(frozen=True)
class Hint:
    """An earlier intake or request that resembles the new one, and why it is shown."""

    intake: Intake
    same_applicant: bool
    same_document: bool
    share: float
    """Estimated share of common pairs, 0 to 1."""

    @property
    def request(self) -> FoiRequest | None:
        return self.intake.request

    @property
    def reasons(self) -> str:
        """Why it is shown, in words."""
        said = []
        if self.same_applicant:
            said.append("同一申请人（证件号码相同）")
        if self.same_document:
            said.append("同一文号")
        if self.share >= LIKE:
            said.append(f"内容约{round(self.share * 100)}%相同")
        return "、".join(said)

    @property
    def is_strong(self) -> bool:
        """Same applicant and same information: what Article 36 (6) speaks of."""
        return self.same_applicant and (self.same_document or self.share >= 0.6)


def remember(intake: Intake, wish: Wish, *, is_new: bool = False) -> None:
    """Keep the sketch of what the intake asks for (again, when it has changed).

    `is_new`: the intake was made in this transaction, so that there is no sketch to take away.
    """
    if not is_new:
        forget([intake.pk])
    sketch = sketch_of(wish)
    if sketch is None:
        return
    likeness = Likeness.objects.create(intake=intake, sketch=_PACK.pack(*sketch))
    values = {*bands_of(sketch, intake.organ_id)}
    document = document_band(wish, intake.organ_id)
    if document is not None:
        values.add(document)
    LikenessBand.objects.bulk_create(
        LikenessBand(likeness=likeness, value=value) for value in sorted(values)
    )


def renew(intake: Intake, wish: Wish) -> bool:
    """Make the sketch anew when the vault's index key is another one; whether it was needed."""
    sketch = sketch_of(wish)
    kept = Likeness.objects.filter(intake=intake.pk).first()
    if (kept and bytes(kept.sketch)) == (sketch and _PACK.pack(*sketch)):
        return False
    remember(intake, wish)
    return True


def forget(intakes: Sequence[int]) -> None:
    """Remove the sketches of these intakes (numbers): their applicants' data was erased."""
    Likeness.objects.filter(intake__in=intakes).delete()


def hints(intake: Intake, wish: Wish) -> list[Hint]:
    """What of the same body resembles the intake, most alike first. Constant statements.

    `wish` is the intake's own, already opened for whoever looks at it.
    """
    own = sketch_of(wish)
    document = document_band(wish, intake.organ_id)
    found: dict[int, dict[str, Any]] = {}
    identity = intake.applicant.identity_index
    if identity:
        same = Applicant.objects.filter(identity_index=identity, intake__organ=intake.organ_id)
        for applicant in same.exclude(intake=intake.pk).order_by("-pk")[:_CANDIDATES]:
            found.setdefault(applicant.intake_id, {})["same_applicant"] = True
    if own is not None:
        values = set(bands_of(own, intake.organ_id))
        if document is not None:
            values.add(document)
        near = (
            LikenessBand.objects.filter(value__in=values)
            .exclude(likeness__intake=intake.pk)
            .order_by("-likeness_id")
            .values_list("likeness__intake_id", "value")[: _CANDIDATES * len(values)]
        )
        for key, value in near:
            facts = found.setdefault(key, {})
            if value == document:
                facts["same_document"] = True
    judged = _judged(intake)
    others = (
        Intake.objects.filter(pk__in=found, organ=intake.organ_id)
        .exclude(state__in=[Intake.State.FORWARDED, Intake.State.WITHDRAWN])
        .exclude(request__in=judged)
        .select_related("request", "likeness", "applicant")
    )
    ranked = []
    for other in others:
        kept = getattr(other, "likeness", None)
        share = likeness_of(own, _PACK.unpack(bytes(kept.sketch))) if own and kept else 0.0
        facts = found[other.pk]
        hint = Hint(
            other,
            facts.get("same_applicant", False),
            facts.get("same_document", False),
            share,
        )
        if hint.same_document or hint.share >= LIKE or hint.same_applicant:
            ranked.append(hint)
    ranked.sort(key=lambda h: (h.is_strong, h.same_document, h.share, h.intake.pk), reverse=True)
    return ranked[:SHOWN]


def sketch_of(wish: Wish) -> tuple[int, ...] | None:
    """The minima of a wish; None when it says nothing that could be compared."""
    pairs = pairs_of(" ".join([wish.title, wish.document_number, wish.description]))
    if not pairs:
        return None
    key = bytes.fromhex(blind_index("foi.likeness", "pairs"))
    hashed = [
        int.from_bytes(hashlib.blake2b(pair.encode(), key=key, digest_size=8).digest()) % _PRIME
        for pair in pairs
    ]
    return tuple(min((a * one + b) % _PRIME for one in hashed) >> 29 for a, b in _PERMUTATIONS)


def pairs_of(text: str) -> set[str]:
    """Neighbouring characters of what is left without marks and words said by everybody."""
    plain = unicodedata.normalize("NFKC", text).lower()[:_TEXT]
    plain = _SAID_BY_ALL.sub(" ", plain)
    pairs: set[str] = set()
    for run in re.findall(r"\w+", plain):
        pairs |= {run[i : i + 2] for i in range(len(run) - 1)} or {run}
    return pairs


def likeness_of(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of common pairs of two sketches."""
    return sum(a == b for a, b in zip(one, other, strict=True)) / MINIMA


def bands_of(sketch: Sequence[int], organ_id: int) -> list[int]:
    """The parts by which candidates are found, bound to the body."""
    return [
        _band(organ_id, f"{number}:{sketch[number * _ROWS : (number + 1) * _ROWS]}")
        for number in range(_BANDS)
    ]


def document_band(wish: Wish, organ_id: int) -> int | None:
    """A band of its own for the document number: the same number is the same document."""
    number = "".join(re.findall(r"\w", unicodedata.normalize("NFKC", wish.document_number)))
    if not any(c.isdigit() for c in number):
        return None
    return _band(organ_id, blind_index("foi.document", number.lower()))


def move(intakes: Sequence[int], organ_id: int) -> None:
    """These intakes are another body's now: their bands follow (document numbers do not)."""
    for likeness in Likeness.objects.filter(intake__in=intakes):
        likeness.bands.all().delete()
        sketch = _PACK.unpack(bytes(likeness.sketch))
        LikenessBand.objects.bulk_create(
            LikenessBand(likeness=likeness, value=value)
            for value in sorted(set(bands_of(sketch, organ_id)))
        )


def _judged(intake: Intake) -> list[int]:
    """Requests that an officer has already compared with this one."""
    if intake.request_id is None:
        return []
    mine = intake.request_id
    pairs = CaseLink.objects.filter(Q(earlier=mine) | Q(later=mine)).values_list("earlier", "later")
    return [one if other == mine else other for one, other in pairs]


def _band(organ_id: int, text: str) -> int:
    digest = hashlib.blake2b(f"{organ_id}:{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _permutations() -> list[tuple[int, int]]:
    made = []
    for number in range(MINIMA):
        digest = hashlib.blake2b(f"permutation {number}".encode(), digest_size=16).digest()
        a, b = (int.from_bytes(digest[:8]) % _PRIME or 1), int.from_bytes(digest[8:]) % _PRIME
        made.append((a, b))
    return made


_PERMUTATIONS: Final = _permutations()
