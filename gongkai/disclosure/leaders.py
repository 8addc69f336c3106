"""Who leads which body, as the public sees it and as it lies on somebody's desk."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When

from gongkai.disclosure.models import Leader, LeaderVersion
from gongkai.organs import policy
from gongkai.organs.models import Organ, OrganKind


def in_office() -> QuerySet[Leader]:
    """Whom the public sees: governments first, then the bodies in the order of the tree."""
    return (
        Leader.objects.filter(current__isnull=False, left_on=None, organ__abolished_on=None)
        .select_related("organ", "current__portrait")
        .alias(
            rank=Case(
                When(organ__kind=OrganKind.GOVERNMENT, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .order_by("rank", "organ__path", "order", "pk")
    )


def of_organ(organ: Organ) -> QuerySet[Leader]:
    """The leaders of one body in their order. One statement."""
    return in_office().filter(organ=organ)


def awaiting(user: Any) -> QuerySet[LeaderVersion]:
    """Versions that the user may approve: of his bodies, not written by himself."""
    return (
        policy.scope(
            LeaderVersion.objects.filter(state=LeaderVersion.State.PENDING, leader__left_on=None),
            user,
            "disclosure.approve",
            field="leader__organ",
        )
        .exclude(drafted_by=user)
        .select_related("leader__organ", "drafted_by")
        .order_by("drafted_at", "pk")
    )


def returned_to(user: Any) -> QuerySet[LeaderVersion]:
    """Versions of the user that came back and that nothing has followed yet."""
    newest = LeaderVersion.objects.filter(leader=OuterRef("leader")).order_by("-pk")
    return (
        policy.scope(
            LeaderVersion.objects.filter(
                state=LeaderVersion.State.RETURNED, drafted_by=user, leader__left_on=None
            ),
            user,
            "disclosure.edit",
            field="leader__organ",
        )
        .alias(newest=Subquery(newest.values("pk")[:1]))
        .filter(pk=F("newest"))
        .select_related("leader__organ")
        .order_by("decided_at", "pk")
    )
