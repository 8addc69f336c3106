"""The office's synonyms as this process holds them."""

from __future__ import annotations


def spans(plain: str) -> list[tuple[int, int, tuple[tuple[str, float], ...]]]:
    """Where words of the list stand in a normalised question, and what else they are called."""
    return []
