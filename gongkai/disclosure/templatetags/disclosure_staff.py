"""Filters of this room's staff pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """The value under a key that is only known on the page."""
    return mapping.get(key)
