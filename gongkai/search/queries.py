"""What other rooms ask this one."""

from gongkai.search.searching import search

__all__ = ["search"]
