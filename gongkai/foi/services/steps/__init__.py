"""The lawful steps of a case, one function for each thing a person does.

Each composes the event of the clock with the notice, the approval or the record that goes with it,
in one transaction. `seen` is the number of events that the screen showed: when there are more by
now, nothing is written. What the law does not allow raises `statute.clock.IllegalSequence`.
"""

from gongkai.foi.services.steps.approvals import (
    approve,
    carry_out,
    propose_delay,
    propose_extension,
    propose_override,
    return_proposal,
    take_back,
)
from gongkai.foi.services.steps.closing import archive, lapse, reopen_file, withdraw
from gongkai.foi.services.steps.consulting import (
    assess_reply,
    consult_organ,
    consult_third_party,
    note_arrival,
    record_reply,
    record_silence,
)
from gongkai.foi.services.steps.corrections import receive_correction, request_correction
from gongkai.foi.services.steps.deciding import (
    add_note,
    add_proof,
    notes_of,
    proofs_of,
    proofs_on_file,
    propose_decision,
    sign,
    still_missing,
)
from gongkai.foi.services.steps.fees import (
    ask_reasons,
    fee_for,
    items_this_month,
    note_fee_arrival,
    propose_fee,
    record_payment,
)

__all__ = [
    "add_note",
    "add_proof",
    "approve",
    "archive",
    "ask_reasons",
    "assess_reply",
    "carry_out",
    "consult_organ",
    "consult_third_party",
    "fee_for",
    "items_this_month",
    "lapse",
    "note_arrival",
    "note_fee_arrival",
    "notes_of",
    "proofs_of",
    "proofs_on_file",
    "propose_decision",
    "propose_delay",
    "propose_extension",
    "propose_fee",
    "propose_override",
    "receive_correction",
    "record_payment",
    "record_reply",
    "record_silence",
    "reopen_file",
    "request_correction",
    "return_proposal",
    "sign",
    "still_missing",
    "take_back",
    "withdraw",
]
