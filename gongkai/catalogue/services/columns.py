"""The portal's columns and the topics' local names."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.catalogue.models import Column, Field, Topic
from gongkai.catalogue.signals import column_changed, field_changed, topic_changed
from gongkai.guard.engine import scan_text
from gongkai.guard.queries import current_lexicon
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import diff, record
from gongkai.organs import policy
from gongkai.organs.policy import authorise

MANAGE: Final = "catalogue.manage"
COLUMN_FIELDS: Final = (
    "slug", "title", "kind", "parent", "owner", "order", "max_age_days",
    "description", "empty_note", "empty_note_on", "empty_note_until",
)  # fmt: skip
LONGEST_NOTE: Final = 366
MAX_DEPTH: Final = 4


def create_column(actor: Actor, **values: Any) -> Column:
    """A new column stands in the tree, last among its siblings unless `order` is given."""
    authorise(actor, MANAGE, values.get("owner"))
    with transaction.atomic():
        column = Column(**values)
        if not values.get("order"):
            last = Column.objects.filter(parent=column.parent).order_by("-order").first()
            column.order = last.order + 10 if last else 10
        _check(column)
        column.save()
        record(
            actor,
            "catalogue.column.create",
            chain=column.owner.code,
            obj=column,
            changes=diff({}, _values(column)),
        )
        column_changed.send(Column, column=column, old_slug="")
    return column


def update_column(actor: Actor, column: Column, **changes: Any) -> Column:
    """The column reads as `changes` say."""
    with transaction.atomic():
        current = Column.objects.select_related("owner", "parent").get(pk=column.pk)
        authorise(actor, MANAGE, current.owner)
        if "owner" in changes:
            authorise(actor, MANAGE, changes["owner"])
        before = _values(current)
        for name, value in changes.items():
            setattr(current, name, value)
        _check(current)
        facts = diff(before, _values(current))
        if facts:
            current.save()
            record(
                actor, "catalogue.column.update", chain=current.owner.code, obj=current,
                changes=facts,
            )  # fmt: skip
            column_changed.send(Column, column=current, old_slug=before["slug"])
    return current


def close_column(actor: Actor, column: Column, *, on: date | None = None) -> Column:
    """Nothing new is published in the column from `on`; what stands there stays readable."""
    authorise(actor, MANAGE, column.owner)
    with transaction.atomic():
        current = Column.objects.select_related("owner").get(pk=column.pk)
        if current.closed_on is not None:
            raise ValidationError("栏目已经停用。")
        if current.children.filter(closed_on=None).exists():
            raise ValidationError("下面还有在用的栏目，请先停用或者移走下级栏目。")
        current.closed_on = on or timezone.localdate()
        current.save(update_fields=["closed_on"])
        record(
            actor, "catalogue.column.close", chain=current.owner.code, obj=current,
            changes={"closed_on": current.closed_on},
        )  # fmt: skip
        column_changed.send(Column, column=current, old_slug=current.slug)
    return current


def reopen_column(actor: Actor, column: Column) -> Column:
    """The column is in use again."""
    authorise(actor, MANAGE, column.owner)
    with transaction.atomic():
        current = Column.objects.select_related("owner", "parent").get(pk=column.pk)
        if current.closed_on is None:
            raise ValidationError("栏目没有停用。")
        if current.parent is not None and current.parent.closed_on is not None:
            raise ValidationError(f"上级栏目“{current.parent}”已停用，请先恢复上级栏目。")
        current.closed_on = None
        current.save(update_fields=["closed_on"])
        record(actor, "catalogue.column.reopen", chain=current.owner.code, obj=current)
        column_changed.send(Column, column=current, old_slug=current.slug)
    return current


def move_column(actor: Actor, column: Column, *, up: bool) -> None:
    """The column changes places with its neighbour of the same level."""
    authorise(actor, MANAGE, column.owner)
    with transaction.atomic():
        siblings = list(
            Column.objects.select_for_update(of=("self",))
            .filter(parent=column.parent_id)
            .order_by("order", "slug")
        )
        place = next(i for i, one in enumerate(siblings) if one.pk == column.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(siblings):
            return
        siblings[place], siblings[other] = siblings[other], siblings[place]
        for number, one in enumerate(siblings, start=1):
            one.order = number * 10
        Column.objects.bulk_update(siblings, ["order"])
        record(
            actor, "catalogue.column.move", chain=column.owner.code, obj=column,
            changes={"direction": "上移" if up else "下移"},
        )  # fmt: skip
        moved = siblings[other]
        column_changed.send(Column, column=moved, old_slug=moved.slug)


def rename_topic(actor: Actor, topic: Topic, *, alias: str) -> Topic:
    """The topic shows under its local name; empty is the national name again."""
    _site_wide(actor)
    alias = alias.strip()
    with transaction.atomic():
        current = Topic.objects.get(pk=topic.pk)
        former, current.alias = current.alias, alias
        current.full_clean()
        current.save(update_fields=["alias"])
        record(
            actor, "catalogue.topic.alias", chain=SITE_CHAIN, obj=current,
            changes={"alias": [former, alias]},
        )  # fmt: skip
        topic_changed.send(Topic, topic=current)
    return current


def create_field(actor: Actor, *, code: str, name: str, guided_by: str = "") -> Field:
    """A field of the place's own stands beside the 26."""
    _site_wide(actor)
    with transaction.atomic():
        last = Field.objects.order_by("-order").first()
        field = Field(
            code=code.strip().upper(),
            name=name.strip(),
            guided_by=guided_by.strip(),
            order=last.order + 1 if last else 1,
        )
        field.full_clean()
        field.save()
        record(actor, "catalogue.field.create", chain=SITE_CHAIN, obj=field)
        field_changed.send(Field, field=field)
    return field


def _site_wide(actor: Actor) -> None:
    """Topics and fields are shared by all bodies: the role must be held at the root."""
    authorise(actor, MANAGE)
    if actor.user is not None and not policy.holds_at_root(actor.user, MANAGE):
        raise PermissionDenied("主题分类和领域为全平台共用，请由最上级的政务公开办维护。")


def _check(column: Column) -> None:
    column.full_clean()
    _check_note(column)
    depth, above, seen = 1, column.parent, {column.pk}
    while above is not None:
        if above.pk in seen:
            raise ValidationError({"parent": "不能移到自己或者自己的下级栏目之下。"})
        seen.add(above.pk)
        depth, above = depth + 1, above.parent
    if depth > MAX_DEPTH:
        raise ValidationError({"parent": f"栏目最多{MAX_DEPTH}级，请选择更高一级的上级栏目。"})
    if column.parent is not None and column.parent.closed_on and not column.closed_on:
        raise ValidationError({"parent": f"上级栏目“{column.parent}”已停用，请选择其他栏目。"})


def _check_note(column: Column) -> None:
    """The note lasts a year at most, and what everybody reads holds nobody's numbers."""
    on, until = column.empty_note_on, column.empty_note_until
    if on is not None and until is not None and (until - on).days > LONGEST_NOTE:
        raise ValidationError({"empty_note_until": "说明最长一年有效，到期后重新说明。"})
    lexicon = current_lexicon()
    for name in ("description", "empty_note"):
        for finding in scan_text(getattr(column, name), lexicon, on=timezone.localdate()):
            if finding.is_personal:
                raise ValidationError(
                    {name: f"含有{finding.label}（{finding.masked}），请删去后再保存。"}
                )


def _values(column: Column) -> dict[str, Any]:
    values = {name: getattr(column, name) for name in COLUMN_FIELDS}
    return {**values, "parent": str(column.parent or ""), "owner": column.owner.name}
