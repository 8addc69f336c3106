"""What this room tells the floors above about many items at once.

A single item that goes live or comes down is told by Wagtail's own `published` and `unpublished`.
"""

from django.dispatch import Signal

items_published = Signal()
"""Sent inside the transaction with `keys`: items that went live, or whose place changed, in bulk."""
