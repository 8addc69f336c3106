"""Changing the tree of bodies.

Invariants kept here: a path is the parent's path plus the own code, so there is no cycle; a
body stands at no higher level than the one above it; nothing that exists hangs below a body
that was abolished. Whoever changes the shape of the tree first locks its roots (`lock_trees`), so
that two moves cannot close a ring together and no body is hung below one that is just moving.
Such changes are rare, so that they follow one another costs nothing; on SQLite all writers do.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Max, Value, When
from django.db.models.functions import Concat, Length, Substr

from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record
from gongkai.organs.changes import organ_changed
from gongkai.organs.models import Organ, OrganLevel
from gongkai.organs.policy import authorise

DETAILS: Final = (
    "name",
    "short_name",
    "kind",
    "level",
    "credit_code",
    "vertical",
    "established_on",
    "office_name",
    "responsible_person",
    "address",
    "phone",
    "email",
    "office_hours",
)
"""What `update_organ` may change. The code never changes: chains and files refer to it."""

LEVEL_ORDER: Final = {level: rank for rank, level in enumerate(OrganLevel.values)}
PATH_LENGTH: Final = 255


def create_organ(
    actor: Actor,
    *,
    code: str,
    name: str,
    kind: str,
    level: str,
    parent: Organ | None = None,
    **details: Any,
) -> Organ:
    """A new body stands below `parent` (Art. 4, 10). Without a parent it is a root.

    A root is made by a superuser or at the console only: no role reaches above its own tree.
    """
    authorise_place(actor, parent)
    with transaction.atomic():
        lock_trees()
        parent = Organ.objects.get(pk=parent.pk) if parent is not None else None
        organ = Organ(code=code, name=name, kind=kind, level=level, parent=parent)
        _set(organ, details)
        organ.path = f"{parent.path if parent else '/'}{code}/"
        organ.depth = parent.depth + 1 if parent else 0
        check(organ)
        organ.save(force_insert=True)
        record(
            actor,
            "organs.create",
            chain=organ.code,
            obj=organ,
            changes=diff({}, {**snapshot(organ), "parent": parent.code if parent else None}),
        )
        organ_changed.send(Organ, organ=organ, old_code="")
    return organ


def update_organ(actor: Actor, organ: Organ, **changes: Any) -> Organ:
    """`organ` has the new details (of `DETAILS`); without a difference nothing is written."""
    authorise(actor, "organs.manage", organ)
    with transaction.atomic():
        organ = _locked(organ)
        before = snapshot(organ)
        _set(organ, changes)
        after = snapshot(organ)
        changed = [name for name in DETAILS if before[name] != after[name]]
        if not changed:
            return organ
        check(organ)
        organ.save(update_fields=changed)
        record(actor, "organs.update", chain=organ.code, obj=organ, changes=diff(before, after))
        organ_changed.send(Organ, organ=organ, old_code=organ.code)
    return organ


def move_organ(actor: Actor, organ: Organ, parent: Organ | None) -> Organ:
    """`organ` and everything below it now stand below `parent`. One UPDATE for all of them."""
    authorise(actor, "organs.manage", organ)
    if organ.parent is not None:
        authorise(actor, "organs.manage", organ.parent)
    authorise_place(actor, parent)
    with transaction.atomic():
        lock_trees()
        organ = _locked(organ)
        parent = Organ.objects.get(pk=parent.pk) if parent is not None else None
        old_parent = organ.parent
        if (parent.pk if parent else None) == organ.parent_id:
            return organ
        if parent is not None and parent.path.startswith(organ.path):
            raise ValidationError(
                {"parent": f"“{parent.name}”是“{organ.name}”本身或其下级，不能作为上级。"}
            )
        old_path, shift = organ.path, (parent.depth + 1 if parent else 0) - organ.depth
        organ.parent = parent
        organ.path = f"{parent.path if parent else '/'}{organ.code}/"
        organ.depth += shift
        check(organ)
        below = Organ.objects.filter(path__startswith=old_path)
        longest = below.aggregate(longest=Max(Length("path")))["longest"]
        if longest - len(old_path) + len(organ.path) > PATH_LENGTH:
            raise ValidationError({"parent": "移动后层级过深，请选择更高一级的上级机构。"})
        moved = below.update(
            path=Concat(Value(organ.path), Substr("path", len(old_path) + 1)),
            depth=F("depth") + shift,
            parent=Case(
                When(pk=organ.pk, then=Value(parent.pk if parent else None)),
                default=F("parent_id"),
                output_field=BigIntegerField(),
            ),
        )
        record(
            actor,
            "organs.move",
            chain=organ.code,
            obj=organ,
            changes={
                "parent": [
                    old_parent.code if old_parent else None,
                    parent.code if parent else None,
                ],
                "moved_with_it": moved - 1,
            },
        )
        organ_changed.send(Organ, organ=organ, old_code=organ.code)
    return organ


def abolish_organ(actor: Actor, organ: Organ, *, on: date, successor: Organ | None = None) -> Organ:
    """From `on` the body no longer exists; `successor` received its powers (机构改革).

    Its records stay with it. Refused while bodies below it exist on that day.
    """
    authorise(actor, "organs.manage", organ)
    with transaction.atomic():
        lock_trees()
        organ = _locked(organ)
        if organ.abolished_on is not None:
            raise ValidationError(f"“{organ.name}”已于{organ.abolished_on}撤销。")
        if organ.established_on is not None and on < organ.established_on:
            raise ValidationError({"on": f"撤销日期不能早于成立日期{organ.established_on}。"})
        left = list(
            Organ.objects.in_subtree(organ)
            .exclude(pk=organ.pk)
            .active_on(on)
            .values_list("name", flat=True)[:4]
        )
        if left:
            names = "、".join(left[:3]) + ("等" if len(left) > 3 else "")
            raise ValidationError(f"“{organ.name}”下还有{names}，请先移动或撤销下级机构。")
        if successor is not None:
            successor = Organ.objects.get(pk=successor.pk)
            if successor.pk == organ.pk or not successor.is_active(on):
                raise ValidationError(
                    {"successor": "承继机构应是届时仍存在的另一机构，请重新选择。"}
                )
        organ.abolished_on, organ.successor = on, successor
        check(organ)
        organ.save(update_fields=["abolished_on", "successor"])
        record(
            actor,
            "organs.abolish",
            chain=organ.code,
            obj=organ,
            changes={
                "abolished_on": [None, on],
                "successor": [None, successor.code if successor else None],
            },
        )
        organ_changed.send(Organ, organ=organ, old_code=organ.code)
    return organ


def authorise_place(actor: Actor, parent: Organ | None) -> None:
    """Whether `actor` may put a body below `parent`; None is the top of a tree."""
    if parent is not None:
        authorise(actor, "organs.manage", parent)
        return
    authorise(actor, "organs.manage")
    if actor.user is not None and not getattr(actor.user, "is_superuser", False):
        raise PermissionDenied("最高一级机构由平台管理员建立。请选择上级机构。")


def check(organ: Organ) -> None:
    """Raise ValidationError (by field) unless `organ` may be stored as it is."""
    errors: dict[str, Any] = {}
    try:
        organ.full_clean(exclude=["path", "depth", "parent", "successor"])
    except ValidationError as error:
        errors = dict(error.message_dict)
    parent = organ.parent
    if len(organ.path) > PATH_LENGTH:
        errors.setdefault("parent", []).append("层级过深，请选择更高一级的上级机构。")
    if parent is not None:
        if organ.abolished_on is None and parent.abolished_on is not None:
            errors.setdefault("parent", []).append(
                f"“{parent.name}”已撤销，请选择仍存在的上级机构。"
            )
        if level_above(organ.level, parent.level):
            errors.setdefault("level", []).append(
                f"层级不能高于上级机构（{parent.get_level_display()}）。"
            )
    if errors:
        raise ValidationError(errors)


def level_above(level: str, parent_level: str) -> bool:
    """Whether `level` is higher than `parent_level`; unknown levels are judged elsewhere."""
    return LEVEL_ORDER.get(level, 99) < LEVEL_ORDER.get(parent_level, -1)


def snapshot(organ: Organ) -> dict[str, Any]:
    """The details of a body as they are recorded."""
    return {name: getattr(organ, name) for name in DETAILS}


def _set(organ: Organ, details: dict[str, Any]) -> None:
    unknown = sorted(set(details) - set(DETAILS))
    if unknown:
        raise TypeError(f"No such detail of an organ: {', '.join(unknown)}")
    for name, value in details.items():
        setattr(organ, name, value)


def _locked(organ: Organ) -> Organ:
    """The body as it is now, for us alone until the end of the transaction."""
    return Organ.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organ.pk)


def lock_trees() -> None:
    """Until the end of the transaction nobody else changes the shape of a tree."""
    list(Organ.objects.select_for_update().filter(depth=0).order_by("pk").values_list("pk"))
