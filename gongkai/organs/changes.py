"""What this room tells the floors above when a body changes.

Apart from `signals`, which listens to logins: services send these, and listeners import services.
"""

from django.dispatch import Signal

organ_changed = Signal()
"""Arguments `organ` and `old_code`, sent inside the transaction: a body was made, renamed, moved,
given another office, address or telephone, or abolished. `old_code` is its code before, "" for a new
body. Codes never change (files and ledger chains carry them), so the two differ only for a new
body; listeners should compare them all the same. A body that was moved is told without those
below it: their addresses stay."""

organs_changed = Signal()
"""Sent inside the transaction without arguments: many bodies changed at once (an import)."""
