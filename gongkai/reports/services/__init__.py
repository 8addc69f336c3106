"""Every write to annual reports, one function per thing a person does.

Assumptions about concurrency. A writer locks the report's row (PostgreSQL: ``FOR UPDATE``;
SQLite: the immediate transaction lets one writer in), reads it afresh and checks what its page
was based on: for a text, the fingerprint of the section it started from; for a step (submit,
return, accept, publish), the report's ``lock``, a number that every change raises. Who comes
second gets `StaleReport` with a Chinese sentence, and keeps what was typed, because nothing was
written. Two people editing different sections do not disturb each other.

Every function asks `organs.policy`, and leaves an entry in the body's ledger chain within the
same transaction. Errors are ValidationErrors with a sentence that says what to do.
"""

from gongkai.reports.services.common import StaleReport, SubmissionBlocked
from gongkai.reports.services.editing import (
    answer_question,
    create_draft,
    declare_figure,
    explain_correction,
    save_section,
    withdraw_declaration,
)
from gongkai.reports.services.steps import (
    accept,
    accept_many,
    correct_published,
    lawful_steps,
    obstacles,
    publish,
    return_report,
    submit,
    was_submitted_by,
)

__all__ = [
    "StaleReport",
    "SubmissionBlocked",
    "accept",
    "accept_many",
    "answer_question",
    "correct_published",
    "create_draft",
    "declare_figure",
    "explain_correction",
    "lawful_steps",
    "obstacles",
    "publish",
    "return_report",
    "save_section",
    "submit",
    "was_submitted_by",
    "withdraw_declaration",
]
