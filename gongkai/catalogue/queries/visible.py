"""What a person may see: catalogues are for every body they bind, drafts for who compiles them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, ManyToOneRel, OuterRef, Q, QuerySet

from gongkai.catalogue.models import CatalogueEntry, Column, StandardCatalogue
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy
from gongkai.organs.shell import act_label

VIEW = "catalogue.view"
MANAGE = "catalogue.manage"


def visible_catalogues(user: Any) -> QuerySet[StandardCatalogue]:
    """Catalogues of the governments above (and among) the user's bodies.

    Everybody bound by a catalogue reads it; a draft only who may compile it.
    """
    bound = policy.organs_for(user, VIEW).filter(path__startswith=OuterRef("organ__path"))
    compiled = policy.organs_for(user, MANAGE).order_by().values("pk")
    return (
        StandardCatalogue.objects.select_related("organ")
        .filter(Exists(bound.order_by()))
        .filter(~Q(state=StandardCatalogue.State.DRAFT) | Q(organ__in=compiled))
    )


def visible_entries(user: Any) -> QuerySet[CatalogueEntry]:
    """Entries of the visible catalogues."""
    return CatalogueEntry.objects.filter(
        catalogue__in=visible_catalogues(user).order_by().values("pk")
    )


def column_uses(column: Column) -> list[tuple[str, int]]:
    """What refers to the column in any room: (name of the records, number).

    This room knows no room above it; the models say themselves that they point here.
    """
    found = []
    for relation in Column._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        model = relation.related_model
        if model is Column:
            continue
        name = relation.field.name
        number = model._default_manager.filter(**{name: column}).count()
        if number:
            found.append((str(_named(model, name)), number))
    return found


def _named(model: Any, name: str) -> Any:
    """The model in words; for a table between two, the model on its other side."""
    if not model._meta.auto_created:
        return model._meta.verbose_name_plural
    return model._meta.auto_created._meta.verbose_name_plural


def history(obj: Any, limit: int = 50) -> list[dict[str, Any]]:
    """Who did what to the record, latest first. One statement."""
    entries = LedgerEntry.objects.filter(
        object_type=obj._meta.label_lower, object_id=str(obj.pk)
    ).order_by("-pk")[:limit]
    return [
        {
            "at": entry.at,
            "actor": entry.actor_name,
            "act": act_label(entry.action),
            "facts": "；".join(_fact(obj, k, v) for k, v in entry.changes.items()),
        }
        for entry in entries
    ]


_NAMES = {
    "reason": "理由", "opinion": "意见", "valid_until": "有效至", "due_on": "应公开日期",
    "happened_on": "发生日期", "file": "文件", "created": "新增", "updated": "更新",
    "warnings": "提示", "entries": "事项数", "codes": "事项编码", "from": "复制自",
    "supersedes": "替代", "duties": "沿用的认领", "columns": "栏目", "direction": "方向",
    "year": "年度", "version": "版次", "in_force_from": "施行日期", "kind": "事由",
}  # fmt: skip


def _fact(obj: Any, name: str, value: Any) -> str:
    label = _NAMES.get(name, "")
    if not label:
        label = next(
            (str(f.verbose_name) for f in obj._meta.concrete_fields if f.name == name), name
        )
    if isinstance(value, list) and len(value) == 2:
        old, new = ("（空）" if v in (None, "") else str(v) for v in value)
        return f"{label}：{new}" if value[0] is None else f"{label}：{old} → {new}"
    return f"{label}：{value if value not in (None, '') else '（空）'}"
