"""Every write of this room: one function per thing a person does.

Each function takes the actor first, asks the policy, changes the table and the ledger in one
transaction, and raises PermissionDenied or ValidationError (Chinese, says what to do).

Two people at one record: a caller who shows a form passes `seen`, the record's `updated_at`
when the form was drawn; if somebody changed it since, the second gets a message and nothing is
overwritten.
"""

from gongkai.registers.services.importing import RegisterImport, import_records
from gongkai.registers.services.records import (
    correct_decision,
    correct_fee,
    correct_project,
    create_item,
    end_item,
    record_decision,
    record_document,
    record_fee,
    record_project,
    repeal_document,
    restore_record,
    update_document,
    update_item,
    void_record,
)

__all__ = [
    "RegisterImport",
    "correct_decision",
    "correct_fee",
    "correct_project",
    "create_item",
    "end_item",
    "import_records",
    "record_decision",
    "record_document",
    "record_fee",
    "record_project",
    "repeal_document",
    "restore_record",
    "update_document",
    "update_item",
    "void_record",
]
