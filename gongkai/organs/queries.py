"""Reading the tree."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from gongkai.organs.models import Membership, MembershipQuerySet, Organ, OrganQuerySet


def tree(root: Organ | None = None, *, on: date | None = None) -> OrganQuerySet:
    """All bodies (below `root`, it included) in tree order: a parent stands before its children.

    With `on`, those that exist on that day.
    """
    organs = Organ.objects.in_subtree(root) if root is not None else Organ.objects.all()
    if on is not None:
        organs = organs.active_on(on)
    return organs.order_by("path")


def ancestors(organ: Organ) -> OrganQuerySet:
    """The bodies above `organ`, the root first. One statement."""
    codes = organ.path.strip("/").split("/")[:-1]
    return Organ.objects.filter(code__in=codes).order_by("depth")


def supervising_government(organ: Organ) -> Organ | None:
    """The nearest government above `organ` (itself when it is one), None without."""
    if organ.kind == "government":
        return organ
    return ancestors(organ).filter(kind="government").order_by("-depth").first()


def members_of(organ: Organ, on: date) -> MembershipQuerySet:
    """Who holds which role in `organ` on that day, with their accounts."""
    return (
        Membership.objects.valid_on(on)
        .filter(organ=organ)
        .select_related("user")
        .order_by("role", "user__display_name")
    )


def with_role_flag(organs: OrganQuerySet, role: str, on: date) -> Any:
    """`organs` with `has_role`: whether somebody holds `role` there on that day (Art. 4)."""
    held = Membership.objects.valid_on(on).filter(organ=OuterRef("pk"), role=role)
    return organs.annotate(has_role=Exists(held.filter(user__is_active=True)))
