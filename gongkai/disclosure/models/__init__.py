"""What is published: disclosed items with their files, review and public trace."""

from gongkai.disclosure.models.bulk import (
    ImportBatch,
    ImportedItem,
    MigrationPage,
    MigrationRun,
    MigrationSource,
    ReclassifiedItem,
    ReclassifyBatch,
)
from gongkai.disclosure.models.choices import (
    UNPUBLISHED,
    DisclosureAttribute,
    DocumentKind,
    Genre,
    InterpretationForm,
    Status,
)
from gongkai.disclosure.models.files import MAX_FILE_TEXT, Attachment, FileText, StoredFile
from gongkai.disclosure.models.items import OBJECT_FIELDS, DisclosedItem, ItemIssuer
from gongkai.disclosure.models.leaders import Leader, LeaderVersion
from gongkai.disclosure.models.numbers import DocumentPrefix, IndexCounter
from gongkai.disclosure.models.review import (
    Decision,
    GuardOverride,
    GuardRun,
    Referral,
    ReviewChain,
    ReviewDecision,
    ReviewStep,
    Step,
)
from gongkai.disclosure.models.rounds import ReviewOutcome, ValidityReview, ValidityRound
from gongkai.disclosure.models.trace import PublicTrace, TraceKind

__all__ = [
    "MAX_FILE_TEXT",
    "OBJECT_FIELDS",
    "UNPUBLISHED",
    "Attachment",
    "Decision",
    "DisclosedItem",
    "DisclosureAttribute",
    "DocumentKind",
    "DocumentPrefix",
    "FileText",
    "Genre",
    "GuardOverride",
    "GuardRun",
    "ImportBatch",
    "ImportedItem",
    "IndexCounter",
    "InterpretationForm",
    "ItemIssuer",
    "Leader",
    "LeaderVersion",
    "MigrationPage",
    "MigrationRun",
    "MigrationSource",
    "PublicTrace",
    "ReclassifiedItem",
    "ReclassifyBatch",
    "Referral",
    "ReviewChain",
    "ReviewDecision",
    "ReviewOutcome",
    "ReviewStep",
    "Status",
    "Step",
    "StoredFile",
    "TraceKind",
    "ValidityReview",
    "ValidityRound",
]
