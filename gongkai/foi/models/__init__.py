"""Disclosure on request (依申请公开) as records.

`requests` the case and its events, `intake` what came in and who sent it, `steps` approvals and
opinions asked, `material` files and proofs, `papers` notices and their delivery, `remedies` review
and litigation, `accounts` applicants who want to see their requests together. What says something
about a person is sealed (`gongkai.vault`).
"""

from gongkai.foi.models.accounts import Account, AccountIntake, AccountMessage
from gongkai.foi.models.answers import AnswerTemplate, Conversion, Suggestion
from gongkai.foi.models.intake import Applicant, Draft, IdentityKind, Intake, IntakeContact
from gongkai.foi.models.likeness import Likeness, LikenessBand
from gongkai.foi.models.material import CaseFile, CaseNote, Proof, Redaction, RedactionDraft
from gongkai.foi.models.papers import (
    Delivery,
    Letterhead,
    Message,
    Notice,
    NoticeSerial,
    NoticeTemplate,
    Outgoing,
)
from gongkai.foi.models.remedies import (
    RemedyCase,
    RemedyDuty,
    RemedyKind,
    RemedyResult,
    RemedyStage,
)
from gongkai.foi.models.requests import (
    ApplicantKind,
    Channel,
    FoiEvent,
    FoiRequest,
    FoiSerial,
)
from gongkai.foi.models.steps import (
    Approval,
    CaseLink,
    CoHandling,
    Complaint,
    Consultation,
    SavedFilter,
    SupplyAsk,
)

__all__ = [
    "Account",
    "AccountIntake",
    "AccountMessage",
    "AnswerTemplate",
    "Applicant",
    "ApplicantKind",
    "Approval",
    "CaseFile",
    "CaseLink",
    "CaseNote",
    "Channel",
    "CoHandling",
    "Complaint",
    "Consultation",
    "Conversion",
    "Delivery",
    "Draft",
    "FoiEvent",
    "FoiRequest",
    "FoiSerial",
    "IdentityKind",
    "Intake",
    "IntakeContact",
    "Letterhead",
    "Likeness",
    "LikenessBand",
    "Message",
    "Notice",
    "NoticeSerial",
    "NoticeTemplate",
    "Outgoing",
    "Proof",
    "Redaction",
    "RedactionDraft",
    "RemedyCase",
    "RemedyDuty",
    "RemedyKind",
    "RemedyResult",
    "RemedyStage",
    "SavedFilter",
    "Suggestion",
    "SupplyAsk",
]
