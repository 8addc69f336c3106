"""What is published already and looks like what somebody wants to ask for (Article 36 (1)).

The words go to the index and nowhere else: they are not counted among what people ask, not
logged, and come by POST, so that they stand in no address.
"""

from __future__ import annotations

from typing import Final

from gongkai.portal.finding import searching
from gongkai.portal.finding.searching import Found
from gongkai.portal.requesting.bodies import printable
from gongkai.search.documents import Query

MOST: Final = 5
LONGEST: Final = 80
"""Characters that are asked with: the beginning of a description says what it is about."""
SHORTEST: Final = 2


def published(title: str, description: str = "", document_number: str = "") -> list[Found]:
    """The best hits, at most `MOST`; none when too little was typed or the index does not answer."""
    words = next(
        (printable(text) for text in (document_number, title, description) if printable(text)),
        "",
    )[:LONGEST]
    if len(words) < SHORTEST:
        return []
    return searching.found(searching.ask(Query(text=words, per_page=MOST, verbatim=True)).hits)
