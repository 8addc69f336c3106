"""How the sample city's site is set up: its facts in the footer, its words of search."""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.demo.city import packaged
from gongkai.ledger.actor import Actor
from gongkai.portal.services.preferences import save_preferences
from gongkai.search import synonyms

Progress = tuple[int, int]


def set_up(actor: Actor) -> Iterator[Progress]:
    """Name, operator, codes; words that are recommended; what people of this city call things."""
    data = packaged("site.toml")
    save_preferences(actor, **data["preferences"])
    yield 1, 3
    synonyms.set_curated(actor, data["search"]["curated"])
    yield 2, 3
    for group in data["search"]["synonyms"]:
        synonyms.add_group(
            actor,
            kind=group["kind"],
            words="、".join(group["words"]),
            meant="、".join(group.get("meant", ())),
            note=group["note"],
        )
    yield 3, 3
