"""Every write of the word lists: one function per thing a person does.

Each function takes the actor first, asks the policy, changes the table, the lexicon's version and
the ledger in one transaction, and raises PermissionDenied or ValidationError (Chinese, says what
to do).

The site's terms need `guard.manage`. A body's own white list and office telephones are kept by
whoever holds `guard.override` in that body (the secrecy reviewer, the approving leader), because
an entry there lets something through for every text of the body; `guard.manage` reaches them too.
"""

from gongkai.guard.services.importing import TERM_COLUMNS, import_terms
from gongkai.guard.services.terms import (
    add_term,
    change_term,
    end_term,
    restore_term,
    switch_off_packaged,
)

__all__ = [
    "TERM_COLUMNS",
    "add_term",
    "change_term",
    "end_term",
    "import_terms",
    "restore_term",
    "switch_off_packaged",
]
