"""Public bodies (行政机关) as a tree, the people who work in them, their roles and deputies."""

from gongkai.organs.models.deputies import Deputation, DeputationQuerySet
from gongkai.organs.models.people import Membership, MembershipQuerySet, Role, User
from gongkai.organs.models.tree import (
    Organ,
    OrganKind,
    OrganLevel,
    OrganQuerySet,
    PathField,
    validate_organ_code,
)
from gongkai.organs.models.uploads import StagedUpload

__all__ = [
    "Deputation",
    "DeputationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Organ",
    "OrganKind",
    "OrganLevel",
    "OrganQuerySet",
    "PathField",
    "Role",
    "StagedUpload",
    "User",
    "validate_organ_code",
]
