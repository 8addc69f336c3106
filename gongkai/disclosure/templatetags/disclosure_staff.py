"""Filters of this room's staff pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """The value under a key that is only known on the page."""
    return mapping.get(key)


@register.filter
def by_line(chunks: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """(operation, text) line by line, so that each line that came or went bears its own mark."""
    for chunk in chunks:
        for text in chunk.text.splitlines(keepends=True):
            line = text.rstrip("\r\n")
            if line:
                yield chunk.operation, line
            if len(line) < len(text):
                yield "equal", "\n"
