"""What was probably meant by a question without hits."""

from __future__ import annotations


def correct(text: str) -> str | None:
    """The question with its mistakes mended; None where nothing better is known."""
    return None
