"""Reading the tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from gongkai.ledger.models import SITE_CHAIN, LedgerChain, LedgerEntry
from gongkai.organs import policy
from gongkai.organs.models import (
    Deputation,
    DeputationQuerySet,
    Membership,
    MembershipQuerySet,
    Organ,
    OrganQuerySet,
    User,
)

MANY_BODIES = 50


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


def listed(records: QuerySet[Any], user: Any, action: str, field: str = "organ") -> QuerySet[Any]:
    """As `policy.scope`, in the form in which a long list in the order of time is read fastest.

    For records that all have a body. Where the user's bodies are all there are, nothing is left
    to be filtered; where they are many of them, SQLite must not gather and sort everything by
    body first: it walks the order's own index and looks at each record's body.
    """
    inside = policy.organs_for(user, action).order_by()
    total, held = Organ.objects.count(), inside.count()
    if held == total:
        return records
    if connection.vendor == "sqlite" and held > MANY_BODIES and held * 5 >= total:
        records = records.alias(body_of_record=F(f"{field}_id") + 0)
        return records.filter(body_of_record__in=inside.values("pk"))
    return policy.scope(records, user, action, field)


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


def users_for(user: Any, action: str) -> QuerySet[User]:
    """The people of the bodies over which `user` may do `action`.

    Those whose account belongs there, and those who hold a role there (ended or not). A
    superuser sees everybody.
    """
    everybody = User.objects.select_related("organ")
    if getattr(user, "is_superuser", False) and user.is_active:
        return everybody
    organs = policy.organs_for(user, action).order_by().values("pk")
    held = Membership.objects.filter(user=OuterRef("pk"), organ__in=organs)
    return everybody.filter(Q(organ__in=organs) | Exists(held))


def possible_deputies(organs: Iterable[Organ]) -> QuerySet[User]:
    """Who may stand in for somebody of these bodies: their people and those of bodies above.

    Open accounts, without the three administrators and superusers.
    """
    codes = {code for organ in organs for code in organ.path.strip("/").split("/")}
    today = timezone.localdate()
    held = Membership.objects.exclude(ended_on__lte=today).filter(user=OuterRef("pk"))
    return (
        User.objects.filter(is_active=True, is_superuser=False)
        .filter(Q(organ__code__in=codes) | Exists(held.filter(organ__code__in=codes)))
        .exclude(Exists(held.filter(role__in=policy.ADMINISTRATORS)))
        .select_related("organ")
        .order_by("organ__path", "display_name", "username")
    )


def deputations_about(person: User) -> DeputationQuerySet:
    """What the person gave to deputies and what he holds as one, newest first."""
    return Deputation.objects.filter(Q(principal=person) | Q(deputy=person)).select_related(
        "principal", "deputy", "organ"
    )


def deputations_in(organ: Organ, on: date) -> DeputationQuerySet:
    """Who stands in for whom in `organ` on that day."""
    return (
        Deputation.objects.valid_on(on)
        .filter(organ=organ)
        .select_related("principal", "deputy")
        .order_by("role", "principal__display_name")
    )


def ledger_for(user: Any) -> QuerySet[LedgerEntry]:
    """The ledger entries of the bodies that `user` audits.

    The chain of what belongs to no body ("site") shows to whoever audits a body without a
    superior, and to superusers.
    """
    entries = LedgerEntry.objects.select_related("chain")
    return entries.filter(chain__in=chains_for(user).values("pk"))


def chains_for(user: Any) -> QuerySet[LedgerChain]:
    """The ledger chains that `user` may read. A superuser reads every one."""
    chains = LedgerChain.objects.order_by("name")
    if getattr(user, "is_superuser", False) and user.is_active:
        return chains
    organs = policy.organs_for(user, "ledger.view").order_by()
    wanted = Q(name__in=organs.values("code"))
    if policy.holds_at_root(user, "ledger.view"):
        wanted |= Q(name=SITE_CHAIN)
    return chains.filter(wanted)
