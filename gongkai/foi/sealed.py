"""What this room keeps sealed, for the rotation of keys (contribution to `vault`)."""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.foi import similarity
from gongkai.foi.models import (
    Account,
    AccountMessage,
    Applicant,
    CaseFile,
    CaseNote,
    Complaint,
    Consultation,
    Draft,
    Message,
    Notice,
    Proof,
    RedactionDraft,
    Suggestion,
)
from gongkai.foi.persons import identity_index, opened
from gongkai.foi.services.accounts import contacts_of, index_of
from gongkai.vault.registry import BlindIndex, SealedColumn, SealedFiles
from gongkai.vault.sealing import open_json

columns = (
    SealedColumn(Applicant, "sealed"),
    SealedColumn(Draft, "sealed"),
    SealedColumn(CaseFile, "name_sealed", ":name"),
    SealedColumn(RedactionDraft, "sealed", ":blocks"),
    SealedColumn(Proof, "sealed"),
    SealedColumn(CaseNote, "sealed"),
    SealedColumn(Consultation, "sealed"),
    SealedColumn(Complaint, "sealed"),
    SealedColumn(Suggestion, "sealed"),
    SealedColumn(Notice, "fields_sealed", ":fields"),
    SealedColumn(Notice, "docx_sealed", ":docx"),
    SealedColumn(Notice, "pdf_sealed", ":pdf"),
    SealedColumn(Message, "sealed"),
    SealedColumn(Account, "sealed"),
    SealedColumn(AccountMessage, "sealed"),
)


def file_of_case(file: CaseFile) -> Iterator[tuple[str, str]]:
    """The content of a file of a case; an erased one has none."""
    if file.path:
        yield file.belongs_to, file.path


def preview_of(draft: RedactionDraft) -> Iterator[tuple[str, str]]:
    """The finished file that is being looked at."""
    if draft.result_path:
        yield f"{draft.belongs_to}:result", draft.result_path


def files_of_draft(draft: Draft) -> Iterator[tuple[str, str]]:
    """What was attached to a request that is being filled in. Raises `CannotOpen`."""
    for one in open_json(draft.belongs_to, draft.sealed).get("files", ()):
        yield f"{draft.belongs_to}:{one['mark']}", one["path"]


files = (
    SealedFiles(CaseFile, file_of_case),
    SealedFiles(RedactionDraft, preview_of),
    SealedFiles(Draft, files_of_draft),
)


def index_of_applicant(applicant: Applicant) -> bool:
    """By what the same applicant, and a request like it, are found again."""
    if applicant.erased_at is not None:
        return False
    person, wish = opened(applicant)
    fresh = identity_index(person)
    changed = fresh != applicant.identity_index
    if changed:
        applicant.identity_index = fresh
        applicant.save(update_fields=["identity_index"])
    return similarity.renew(applicant.intake, wish) or changed


def index_of_account(account: Account) -> bool:
    """By what contact an account is found."""
    fresh = {
        contact.way: index_of(contact.way, contact.address) for contact in contacts_of(account)
    }
    email, phone = fresh.get("email", ""), fresh.get("sms", "")
    if (email, phone) == (account.email_index, account.phone_index):
        return False
    account.email_index, account.phone_index = email, phone
    account.save(update_fields=["email_index", "phone_index"])
    return True


indexes = (
    BlindIndex("申请人的盲索引", Applicant, index_of_applicant),
    BlindIndex("申请人账号的盲索引", Account, index_of_account),
)
