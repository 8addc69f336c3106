"""Tables of this room: the index (`index`) and what the office keeps (`office`)."""

from gongkai.search.models.index import (
    Generation,
    PendingChange,
    SearchDocument,
    SearchFacet,
    SearchText,
)
from gongkai.search.models.office import (
    AskedWords,
    CuratedWord,
    KnownWord,
    SynonymGroup,
    SynonymKind,
    WordsVersion,
)

__all__ = [
    "AskedWords",
    "CuratedWord",
    "Generation",
    "KnownWord",
    "PendingChange",
    "SearchDocument",
    "SearchFacet",
    "SearchText",
    "SynonymGroup",
    "SynonymKind",
    "WordsVersion",
]
