"""Tables of this room: the index (`index`) and what the office keeps (`office`)."""

from gongkai.search.models.index import (
    Generation,
    PendingChange,
    SearchDocument,
    SearchFacet,
    SearchText,
)

__all__ = [
    "Generation",
    "PendingChange",
    "SearchDocument",
    "SearchFacet",
    "SearchText",
]
