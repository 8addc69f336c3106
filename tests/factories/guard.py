"""Terms of the word lists for tests, written straight to the table: no ledger entries."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from gongkai.guard.models import LexiconTerm, LexiconVersion
from gongkai.guard.services.rules import key_of
from gongkai.organs.models import Organ


def make_term(
    word: str = "测试错词",
    suggestion: str = "",
    *,
    kind: str = "wrong_word",
    organ: Organ | None = None,
    ended: bool = False,
    **fields: Any,
) -> LexiconTerm:
    """A term of the site (or of `organ`), in force unless `ended`; the version is raised."""
    if not suggestion and kind == "wrong_word":
        suggestion = "测试正词"
    term = LexiconTerm.objects.create(
        kind=kind,
        word=word,
        key=key_of(kind, word),
        suggestion=suggestion,
        organ=organ,
        ended_at=timezone.now() if ended else None,
        end_reason="测试停用" if ended else "",
        **fields,
    )
    LexiconVersion.objects.get_or_create(pk=1)
    LexiconVersion.objects.update(number=F("number") + 1, changed_at=timezone.now())
    return term
