"""What this room tells the floors above when the public face of the catalogue changes.

All are sent inside the transaction of the change, so that what a listener writes (a redirect) stands
or falls with it; who purges a cache waits for the commit (`transaction.on_commit`).
"""

from django.dispatch import Signal

column_changed = Signal()
"""Arguments `column` and `old_slug`: a column was made, changed, closed, reopened, or changed its
place among its siblings. `old_slug` is the slug before the change, "" for a new column; only where
it differs from `column.slug` did the address move. Addresses of the columns below do not depend on
it: every column has its own slug."""

topic_changed = Signal()
"""Argument `topic`: a topic shows under another name. Its code, and so its address, never changes."""

field_changed = Signal()
"""Argument `field`: a field (领域) was added."""

catalogue_changed = Signal()
"""Arguments `organs` (list of bodies concerned) and `catalogue` (the StandardCatalogue, or None where
it is the bodies' answers to several): a version came into force, its entries lead to other columns,
bodies took on or released matters, stated 不涉及 or 本期无, or publish in another column."""
