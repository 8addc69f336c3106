"""What this room contributes to the search: published items with the text of their files.

Only what is public now is ever handed over: live items as their rows stand. A draft of a new
version, a withheld or withdrawn item, the words that the guard had masked before publication are
in none of these rows.

Facets: `organ` are the codes of the issuing bodies and of the responsible one, without those above
them: whoever chooses a government sees what it issued itself, and its departments stand beside it
in the list. `topic` and `column` come with their superiors; `column` also with the places where an
item is mounted; `field` by the entries that the item answers, or by a column of a key field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from gongkai.catalogue.models import CatalogueEntry, Column, ColumnKind, StandardCatalogue
from gongkai.catalogue.signals import column_changed
from gongkai.disclosure import richtext
from gongkai.disclosure.models import MAX_FILE_TEXT, Attachment, DisclosedItem, StoredFile
from gongkai.disclosure.presenting import WITH_VALIDITY
from gongkai.disclosure.services.files import keep_text
from gongkai.disclosure.signals import items_published
from gongkai.guard.engine import text_of
from gongkai.guard.readers import read
from gongkai.organs.changes import organ_changed
from gongkai.organs.models import Organ
from gongkai.search import services
from gongkai.search.documents import Document
from gongkai.statute import document_numbers
from gongkai.statute.validity import validity_on

_READ: Final = (
    "title", "summary", "body", "document_number", "index_number", "legacy_index_number",
    "registration_number", "document_kind", "genre", "keywords", "published_at", "effective_from",
    "valid_until", "repealed_on", "amended_on", "column_id",
    "organ__code", "organ__name", "organ__short_name",
    "topic__code", "topic__parent__code",
)  # fmt: skip

_DRAFTING: Final = frozenset(
    {"latest_revision", "has_unpublished_changes", "step", "returned", "scheduled_for",
     "submitted_hash", "submitted_by", "submitted_at", "blocking", "updated_at"}
)  # fmt: skip
"""What alone is saved of a public item while its next version is written and reviewed."""


class Items:
    """Disclosed items."""

    name = "item"

    def keys(self) -> Iterator[int]:
        live = DisclosedItem.objects.filter(live=True).order_by("pk")
        yield from live.values_list("pk", flat=True).iterator(10_000)

    def documents(self, keys: Sequence[int]) -> Iterable[Document]:
        items = list(
            DisclosedItem.objects.filter(pk__in=keys, live=True, published_at__isnull=False)
            .select_related("organ", "topic__parent")
            .prefetch_related("issuers__organ")
            .only(*_READ)
        )
        parts = _Parts([item.pk for item in items])
        today = timezone.localdate()
        return [_document(item, parts, today) for item in items]

    def prepare(self, limit: int) -> int:
        """Read the files that came before their texts were kept; the items with them follow."""
        waiting = list(StoredFile.objects.filter(text=None).order_by("pk")[:limit])
        for stored in waiting:
            text = _text_of(stored)
            with transaction.atomic():
                keep_text(stored, text)
                if text:
                    carried = DisclosedItem.objects.filter(live=True, attachments__stored=stored)
                    services.changed(self.name, list(carried.values_list("pk", flat=True)))
        return len(waiting)


class _Parts:
    """What hangs on the items, a statement a kind."""

    def __init__(self, keys: Sequence[int]) -> None:
        rows = Column.objects.values_list("pk", "slug", "parent_id", "kind")
        self.columns = {pk: (slug, parent, kind) for pk, slug, parent, kind in rows}
        self.mounts = _lists(
            DisclosedItem.mounts.through.objects.filter(discloseditem__in=keys).values_list(
                "discloseditem_id", "column_id"
            )
        )
        self.fields = _lists(
            DisclosedItem.entries.through.objects.filter(discloseditem__in=keys).values_list(
                "discloseditem_id", "catalogueentry__field__code"
            )
        )
        self.column_fields = _lists(
            CatalogueEntry.columns.through.objects.filter(
                column__kind=ColumnKind.KEY_FIELD,
                catalogueentry__catalogue__state=StandardCatalogue.State.IN_FORCE,
            )
            .values_list("column_id", "catalogueentry__field__code")
            .distinct()
        )
        attached = Attachment.objects.filter(item__in=keys).order_by("item_id", "order", "pk")
        self.files: dict[int, list[str]] = defaultdict(list)
        for item, name, text in attached.values_list("item_id", "name", "stored__text__text"):
            self.files[item].append(f"{name}\n{text or ''}")

    def line(self, column: int) -> list[int]:
        """The column and those above it."""
        found: list[int] = []
        at: int | None = column
        while at is not None and at not in found:
            found.append(at)
            at = self.columns[at][1] if at in self.columns else None
        return found


def _document(item: DisclosedItem, parts: _Parts, today: date) -> Document:
    assert item.published_at is not None
    columns = list(
        dict.fromkeys(
            above
            for column in (item.column_id, *parts.mounts.get(item.pk, ()))
            for above in parts.line(column)
        )
    )
    fields = list(parts.fields.get(item.pk, ()))
    for column in columns:
        fields += parts.column_fields.get(column, ())
    issuers = list(item.issuers.all())
    bodies = [issuer.organ for issuer in issuers if issuer.organ is not None]
    number = document_numbers.parse(item.document_number)
    topics = []
    if item.topic is not None:
        topics = [item.topic.code, *([item.topic.parent.code] if item.topic.parent else ())]
    facets: dict[str, Iterable[str]] = {
        "organ": [body.code for body in (*bodies, item.organ)],
        "topic": topics,
        "year": [str(timezone.localtime(item.published_at).year)],
        "genre": [item.genre] if item.genre else (),
        "kind": [item.document_kind],
        "series": [number.prefix] if number is not None and number.year else (),
        "validity": _validity(item, today),
        "column": [parts.columns[column][0] for column in columns if column in parts.columns],
        "field": fields,
    }
    names = [issuer.name for issuer in issuers]
    names += [name for body in (*bodies, item.organ) for name in (body.name, body.short_name)]
    return Document(
        source=Items.name,
        key=item.pk,
        title=item.title,
        published_at=item.published_at,
        body="\n".join(filter(None, (item.summary, richtext.plain_text(item.body)))),
        attachments="\n".join(parts.files.get(item.pk, ())),
        numbers=tuple(
            filter(
                None,
                (
                    item.document_number,
                    item.index_number,
                    item.legacy_index_number,
                    item.registration_number,
                ),
            )
        ),
        keywords=tuple(dict.fromkeys(filter(None, (*item.keywords, *names)))),
        facets={name: tuple(dict.fromkeys(values)) for name, values in facets.items()},
        changes_on=_changes_on(item, today),
    )


def _validity(item: DisclosedItem, today: date) -> list[str]:
    if item.document_kind not in WITH_VALIDITY:
        return []
    state = validity_on(
        today,
        effective_from=item.effective_from,
        valid_until=item.valid_until,
        repealed_on=item.repealed_on,
        amended_on=item.amended_on,
    )
    return [state.value]


def _changes_on(item: DisclosedItem, today: date) -> date | None:
    if item.document_kind not in WITH_VALIDITY:
        return None
    days = (item.effective_from, item.valid_until, item.repealed_on, item.amended_on)
    return min((day for day in days if day is not None and day > today), default=None)


def _lists(rows: Iterable[tuple[int, Any]]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def _text_of(stored: StoredFile) -> str:
    try:
        with stored.file.open("rb") as stream:
            return text_of(read(stream.file, f"a{stored.extension}"), MAX_FILE_TEXT + 1)
    except (OSError, ValueError):
        # Gone from the storage: it has no words to find. The item's page says that it is missing.
        return ""


sources = (Items(),)


# -- what changes ------------------------------------------------------------------------------


@receiver([post_save, post_delete], sender=DisclosedItem, dispatch_uid="disclosure.documents.item")
def _on_item(sender: Any, instance: DisclosedItem, **kwargs: Any) -> None:
    """Went live, changed, was marked, came down: whatever was public once is looked at again.

    Work on a draft touches the row of a public item too, but nothing of it that is read here.
    """
    if instance.published_at is None or kwargs.get("raw"):
        return
    fields = kwargs.get("update_fields")
    if fields is None or not _DRAFTING.issuperset(fields):
        services.changed(Items.name, [instance.pk])


@receiver(items_published, dispatch_uid="disclosure.documents.items")
def _on_items(sender: Any, keys: Sequence[int], **kwargs: Any) -> None:
    services.changed(Items.name, keys)


@receiver(column_changed, dispatch_uid="disclosure.documents.column")
def _on_column(sender: Any, column: Column, **kwargs: Any) -> None:
    """Its slug or its place in the tree are facets of its items and of those below."""
    below = Column.objects.filter(parent=column.pk).values("pk")
    for place in ([column.pk], below):
        _if_stale(DisclosedItem.objects.filter(live=True, column__in=place))
        mounted = DisclosedItem.mounts.through.objects.filter(column__in=place)
        _if_stale(
            DisclosedItem.objects.filter(live=True, pk__in=mounted.values("discloseditem_id"))
        )


@receiver(organ_changed, dispatch_uid="disclosure.documents.organ")
def _on_organ(sender: Any, organ: Organ, **kwargs: Any) -> None:
    """Its name is among the words of its items."""
    _if_stale(DisclosedItem.objects.filter(live=True, organ=organ))


def _if_stale(items: Any) -> None:
    """All of them if the index has the newest otherwise than it is now, else none."""
    newest = items.order_by("-published_at", "-pk").values_list("pk", flat=True).first()
    if newest is not None and services.is_stale(Items.name, newest):
        services.changed(Items.name, list(items.values_list("pk", flat=True)))
