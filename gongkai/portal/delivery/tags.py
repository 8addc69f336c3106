"""Tags: what a public page is made from. A change names its tags; pages that carry one go.

A page's view names all it shows; the journal (`PublicChange`) names all that changed.
"""

from __future__ import annotations

from typing import Final

ITEMS: Final = "items"
"""Any published item: lists over all of them, counts, the start page."""
REPORTS: Final = "reports"
"""Any published annual report."""
CATALOGUE: Final = "catalogue"
"""The standard catalogue in force, and who has taken what on."""
ORGANS: Final = "organs"
"""Names, addresses and order of the bodies."""
COLUMNS: Final = "columns"
"""Titles, order and notes of the columns; topics and fields likewise."""
LEADERS: Final = "leaders"
INDEX: Final = "index"
"""The index of the search: pages with facets, whose numbers it counts. It follows a publication."""
SITE: Final = "site"
"""Name, theme and facts of the site: every page."""


def item(key: int) -> str:
    """One item: its page, its files, pages that name it."""
    return f"item:{key}"


def column(slug: str) -> str:
    """Items of one column (those mounted there and below it included)."""
    return f"column:{slug}"


def organ(code: str) -> str:
    """Items of one body."""
    return f"organ:{code}"


def topic(code: str) -> str:
    """Items of one topic."""
    return f"topic:{code}"


def field(code: str) -> str:
    """Items that answer matters of one key field."""
    return f"field:{code}"
