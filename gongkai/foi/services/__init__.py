"""Every write of this room: one function per thing a person does.

Each function takes the actor first, asks the policy, changes the tables and the ledger in one
transaction, and raises PermissionDenied, ValidationError (Chinese, says what to do) or, when
the law does not allow an event at this point of a case, `statute.clock.IllegalSequence`.
"""

from gongkai.foi.services.importing import (
    CaseProblem,
    CaseRecord,
    ImportedCases,
    RemedyRecord,
    import_cases,
)
from gongkai.foi.services.recomputing import (
    MovedDue,
    Recomputed,
    Unreadable,
    recompute_due_dates,
)
from gongkai.foi.services.remedies import (
    advance_remedy_case,
    conclude_remedy_case,
    correct_remedy_case,
    fulfil_duty,
    open_remedy_case,
    void_remedy_case,
)
from gongkai.foi.services.requests import receive_request, record_event

__all__ = [
    "CaseProblem",
    "CaseRecord",
    "ImportedCases",
    "MovedDue",
    "Recomputed",
    "RemedyRecord",
    "Unreadable",
    "advance_remedy_case",
    "conclude_remedy_case",
    "correct_remedy_case",
    "fulfil_duty",
    "import_cases",
    "open_remedy_case",
    "receive_request",
    "recompute_due_dates",
    "record_event",
    "void_remedy_case",
]
