"""Every write of this room: one function per thing a person does.

Each takes the actor first, asks the policy, changes the tables and the ledger in one transaction,
and raises PermissionDenied or ValidationError (Chinese, says what to do).

Two people at one item: whoever shows a form passes `seen`, what `queries.seen_of` gave it; if
somebody saved a version since, the second gets a message and nothing is overwritten.
"""

from gongkai.disclosure.services.chain import ASPECTS, ChainStep, configure_chain, drop_chain
from gongkai.disclosure.services.checking import (
    GuardBlocked,
    Masked,
    check_item,
    mask_item,
    override_finding,
)
from gongkai.disclosure.services.drafting import (
    create_item,
    delete_draft,
    discard_version,
    update_item,
)
from gongkai.disclosure.services.ending import amend, reassess, repeal, restore, withdraw
from gongkai.disclosure.services.files import store_file
from gongkai.disclosure.services.handover import hand_over_items
from gongkai.disclosure.services.leaders import (
    approve_leader,
    bring_leader,
    change_leader,
    draft_leader,
    end_office,
    move_leader,
    return_leader,
    take_back_leader,
)
from gongkai.disclosure.services.prefixes import set_prefixes
from gongkai.disclosure.services.publishing import DueReport, publish_due
from gongkai.disclosure.services.referrals import record_reply
from gongkai.disclosure.services.responsible import propose_responsible
from gongkai.disclosure.services.review import (
    decide,
    decide_many,
    finish_review,
    recall,
    submit,
)
from gongkai.disclosure.services.tidying import Tidied, tidy_files

__all__ = [
    "ASPECTS",
    "ChainStep",
    "DueReport",
    "GuardBlocked",
    "Masked",
    "Tidied",
    "amend",
    "approve_leader",
    "bring_leader",
    "change_leader",
    "check_item",
    "configure_chain",
    "create_item",
    "decide",
    "decide_many",
    "delete_draft",
    "discard_version",
    "draft_leader",
    "drop_chain",
    "end_office",
    "finish_review",
    "hand_over_items",
    "mask_item",
    "move_leader",
    "override_finding",
    "propose_responsible",
    "publish_due",
    "reassess",
    "recall",
    "record_reply",
    "repeal",
    "restore",
    "return_leader",
    "set_prefixes",
    "store_file",
    "submit",
    "take_back_leader",
    "tidy_files",
    "update_item",
    "withdraw",
]
