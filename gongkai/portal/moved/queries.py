"""Where an address that leads nowhere leads now."""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.portal.models import MovedAddress
from gongkai.portal.moved import paths


def target_of(path: str, query: str = "") -> str | None:
    """The local address that took the place of this one. One statement on an index.

    The address with its query goes before that without, and both before what lies above.
    """
    try:
        exact = [found for found in (paths.normal(path, query), paths.normal(path)) if found]
    except UnicodeDecodeError:
        return None
    if not exact:
        return None
    wanted = list(dict.fromkeys([*exact, *paths.above(exact[-1])]))
    rows = {row.path: row for row in MovedAddress.objects.filter(path__in=wanted)}
    for one in wanted:
        row = rows.get(one)
        if row is None:
            continue
        if one in exact:
            return row.target
        if row.below and row.target.endswith("/"):
            return row.target + exact[-1].removeprefix(one)
    return None


def all_moves() -> Iterator[tuple[str, str, bool]]:
    """(path, target, whether all below moved too) of every row: for a server's own table."""
    rows = MovedAddress.objects.order_by("path").values_list("path", "target", "below")
    yield from rows.iterator(chunk_size=2_000)
