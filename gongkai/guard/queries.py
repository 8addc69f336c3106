"""Reads of the guard: the words in force."""

from __future__ import annotations

from gongkai.guard.lexicon import Lexicon, packaged_lexicon
from gongkai.organs.models import Organ


def current_lexicon(organ: Organ | None = None) -> Lexicon:
    """The words that are looked for in the texts of this body (of any body without one)."""
    return packaged_lexicon()
