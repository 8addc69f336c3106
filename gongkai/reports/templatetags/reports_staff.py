"""How figures are written on the staff screens."""

from __future__ import annotations

from typing import Any

from django import template

from gongkai.reports.values import show

register = template.Library()


@register.filter
def figure(value: Any) -> str:
    """The figure; one not filled in says so, one not known is a dash."""
    return "—" if value == "" else show(value)


@register.filter
def signed(value: Any) -> str:
    """A difference with its sign: +3, -2."""
    return f"+{show(value)}" if value > 0 else show(value)


@register.filter
def absolute(value: Any) -> str:
    """A difference without its sign."""
    return show(abs(value))
