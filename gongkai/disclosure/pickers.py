"""What a form lets people search for: catalogue entries of a body, and items to link to."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet

from gongkai.catalogue.models import CatalogueEntry
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.queries import listed
from gongkai.statute import document_numbers

SHOWN: Final = 20
VIEW: Final = "disclosure.view"


def entry_label(entry: CatalogueEntry) -> str:
    """A catalogue entry as a choice: code, field and matter."""
    return f"{entry.code} {entry.field.name}：{entry}"


def item_label(item: DisclosedItem) -> str:
    """An item as a choice: title, and the number by which it is known."""
    number = item.document_number or item.index_number or "未发布"
    return f"{item.title}（{number}）"


def linkable(user: Any, wanted: Q) -> list[DisclosedItem]:
    """Items among the few that `wanted` names that may be referred to: what is public, and what
    the user may see anyway. One statement."""
    named = DisclosedItem.objects.filter(wanted).select_related("organ").defer("body")
    return [
        item
        for item in named.order_by("pk")[:SHOWN]
        if item.live or policy.allows(user, VIEW, item.organ)
    ]


def by_pick(user: Any, picked: dict[str, list[Any]]) -> DisclosedItem | None:
    """The one item that was ticked, or whose number was typed; None for none or several."""
    wanted = Q(pk__in=picked["keys"])
    for word in picked["text"]:
        wanted |= Q(index_number=word) | Q(document_number=document_numbers.normalise(word))
    found = linkable(user, wanted)
    return found[0] if len(found) == 1 else None


def find_items(user: Any, words: str, *, exclude: str = "") -> list[DisclosedItem]:
    """Up to SHOWN items by number or words of the title: the newest that match."""
    number = document_numbers.normalise(words)
    exact = Q(index_number=words) | Q(document_number=number)
    titled = Q()
    for word in words.split()[:5]:
        titled &= Q(title__contains=word)
    found = DisclosedItem.objects.none()
    own = listed(DisclosedItem.objects.all(), user, VIEW)
    public = DisclosedItem.objects.filter(live=True)
    keys: list[int] = []
    for source in (public, own):
        for wanted in (exact, titled):
            if wanted and len(keys) < SHOWN:
                rows = source.filter(wanted).order_by("-updated_at", "-pk")
                keys += [
                    key for key in rows.values_list("pk", flat=True)[:SHOWN] if key not in keys
                ]
    if keys:
        found = DisclosedItem.objects.filter(pk__in=keys[:SHOWN]).defer("body")
    return [item for item in found if str(item.pk) != exclude]


def entries_offered(organ: Organ, item: DisclosedItem | None = None) -> QuerySet[CatalogueEntry]:
    """The entries that the body has adopted, and those the item carries already."""
    from gongkai.catalogue.queries import entries_for

    carried = [one.pk for one in item.entries.all()] if item else []
    adopted = entries_for(organ).order_by().values("pk")
    return CatalogueEntry.objects.filter(Q(pk__in=adopted) | Q(pk__in=carried)).select_related(
        "field"
    )


def find_entries(organ: Organ, words: str) -> list[CatalogueEntry]:
    """Up to SHOWN entries of the body by code or words of the matter."""
    found = entries_offered(organ)
    for word in words.split()[:5]:
        found = found.filter(
            Q(code__istartswith=word)
            | Q(level1__contains=word)
            | Q(level2__contains=word)
            | Q(field__name__contains=word)
        )
    return list(found.order_by("field__order", "seq", "pk")[:SHOWN])
