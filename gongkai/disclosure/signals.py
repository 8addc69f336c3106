"""What this room tells the floors above about many items at once.

A single item that goes live or comes down is told by Wagtail's own `published` and `unpublished`.
"""

from django.dispatch import Signal

leaders_changed = Signal()
"""Sent inside the transaction with `organ`: whom the public sees as its leaders, or in which order, or
what it reads of one of them, changed."""

items_published = Signal()
"""Sent inside the transaction with `keys`: items that went live, or whose place changed, in bulk."""
