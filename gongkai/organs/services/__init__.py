"""Every write of this room: one function per thing a person does.

Each function takes the actor first, asks the policy, changes the tables and the ledger in one
transaction, and raises PermissionDenied or ValidationError (Chinese, says what to do).
"""

from gongkai.organs.services.deputies import appoint_deputy, revoke_deputation
from gongkai.organs.services.importing import ORGAN_COLUMNS, import_organs
from gongkai.organs.services.people import (
    change_own_account,
    create_user,
    deactivate_user,
    end_membership,
    grant_role,
    reactivate_user,
    record_login,
    set_password,
    update_user,
)
from gongkai.organs.services.tree import abolish_organ, create_organ, move_organ, update_organ

__all__ = [
    "ORGAN_COLUMNS",
    "abolish_organ",
    "appoint_deputy",
    "change_own_account",
    "create_organ",
    "create_user",
    "deactivate_user",
    "end_membership",
    "grant_role",
    "import_organs",
    "move_organ",
    "reactivate_user",
    "record_login",
    "revoke_deputation",
    "set_password",
    "update_organ",
    "update_user",
]
