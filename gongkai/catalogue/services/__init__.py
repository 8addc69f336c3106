"""Every write of this room, one function per thing a person does."""

from gongkai.catalogue.services.adoption import (
    Proposal,
    adopt,
    adopt_many,
    assign_subject,
    mark_by_rule,
    propose,
    release,
    review_statement,
    set_duty_column,
    state_duties,
    take_up,
)
from gongkai.catalogue.services.columns import (
    close_column,
    create_column,
    create_field,
    move_column,
    rename_topic,
    reopen_column,
    update_column,
)
from gongkai.catalogue.services.defaults import Installed, install_defaults
from gongkai.catalogue.services.importing import EntryImport, import_entries
from gongkai.catalogue.services.occasions import (
    close_period,
    kinds_for,
    record_occasion,
    reopen_period,
    void_occasion,
)
from gongkai.catalogue.services.periods import open_periods, recompute_due_dates
from gongkai.catalogue.services.publications import (
    PublicationRow,
    record_publication,
    record_publications,
    withdraw_publication,
)
from gongkai.catalogue.services.versions import (
    add_entry,
    copy_version,
    create_catalogue,
    delete_draft,
    put_in_force,
    remove_entry,
    set_columns,
    update_entry,
)

__all__ = [
    "EntryImport",
    "Installed",
    "Proposal",
    "PublicationRow",
    "add_entry",
    "adopt",
    "adopt_many",
    "assign_subject",
    "close_column",
    "close_period",
    "copy_version",
    "create_catalogue",
    "create_column",
    "create_field",
    "delete_draft",
    "import_entries",
    "install_defaults",
    "kinds_for",
    "mark_by_rule",
    "move_column",
    "open_periods",
    "propose",
    "put_in_force",
    "recompute_due_dates",
    "record_occasion",
    "record_publication",
    "record_publications",
    "release",
    "remove_entry",
    "rename_topic",
    "reopen_column",
    "reopen_period",
    "review_statement",
    "set_columns",
    "set_duty_column",
    "state_duties",
    "take_up",
    "update_column",
    "update_entry",
    "void_occasion",
    "withdraw_publication",
]
