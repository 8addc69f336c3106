"""Reads of this room that are more than a filter."""

from gongkai.catalogue.queries.entries import (
    entries_for,
    government_of,
    in_force,
    valid_statement,
)

__all__ = ["entries_for", "government_of", "in_force", "valid_statement"]
