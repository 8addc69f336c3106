"""What other rooms ask this one."""

from gongkai.search.asking import most_asked
from gongkai.search.searching import search
from gongkai.search.siblings import with_siblings
from gongkai.search.suggestions import Suggestion, suggest

__all__ = ["Suggestion", "most_asked", "search", "suggest", "with_siblings"]
