"""Applicants in clear, many at once: for a reason that the ledger keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from gongkai.foi.models import FoiRequest
from gongkai.foi.persons import REVEAL, Person, Wish, opened
from gongkai.foi.services.intake import checked_reason
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import Act, record_many
from gongkai.organs.policy import authorise
from gongkai.vault.keys import looked_up_once

MOST: Final = 1000
"""Cases of one export: a list for work, not a copy of the register."""


class Asked(NamedTuple):
    """A case with who asked for what."""

    request: FoiRequest
    person: Person
    wish: Wish


def reveal_many(actor: Actor, requests: Sequence[FoiRequest], *, reason: str) -> list[Asked]:
    """The applicants of these cases, each of a body whose applicants the actor may see.

    `requests` have their intakes and applicants fetched; one entry a body says how many were shown
    and why. Raises ValidationError without a reason, for none and for too many.
    """
    reason = checked_reason(reason, limit=200)
    if not requests:
        raise ValidationError("没有符合条件的申请。")
    if len(requests) > MOST:
        raise ValidationError(f"超过{MOST:,}件，请先用条件缩小范围，再分批导出。")
    for organ in {r.organ_id: r.organ for r in requests}.values():
        authorise(actor, REVEAL, organ)
    counts = Counter(r.organ.code for r in requests)
    with transaction.atomic():
        record_many(
            actor,
            [
                Act("foi.personal_export", code, None, {"reason": reason, "rows": count})
                for code, count in sorted(counts.items())
            ],
        )
    with looked_up_once():
        return [_asked(request) for request in requests]


def _asked(request: FoiRequest) -> Asked:
    intake = getattr(request, "intake", None)
    applicant = getattr(intake, "applicant", None) if intake is not None else None
    if applicant is None:
        return Asked(request, Person(), Wish())
    return Asked(request, *opened(applicant))
