"""Three ways of answering a question: ours, a plain LIKE, the framework's stock backend."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

SHOWN = 10
Way = Callable[[str], list[int]]


def ours() -> Way:
    """The platform's search."""
    from gongkai.search.documents import Query
    from gongkai.search.queries import search

    def ask(text: str) -> list[int]:
        # Reports are found as well; the judgements are about items.
        hits = search(Query(text=text, per_page=100)).hits
        return [hit.key for hit in hits if hit.source == "item"][:SHOWN]

    return ask


def like() -> Way:
    """What is built in an afternoon: each word in title, text or number, the newest first."""
    from gongkai.disclosure.models import DisclosedItem

    def ask(text: str) -> list[int]:
        found = DisclosedItem.objects.filter(live=True)
        for word in text.split():
            found = found.filter(
                Q(title__icontains=word)
                | Q(body__icontains=word)
                | Q(document_number__icontains=word)
                | Q(index_number__icontains=word)
            )
        return list(found.order_by("-published_at", "-pk").values_list("pk", flat=True)[:SHOWN])

    return ask


def stock() -> Way:
    """Wagtail's search with its database backend over titles (boosted), texts and numbers."""
    from django.contrib.contenttypes.models import ContentType
    from wagtail.search import index
    from wagtail.search.backends import get_search_backend

    from gongkai.disclosure.models import DisclosedItem

    class StockItem(index.Indexed, DisclosedItem):
        search_fields = [
            index.SearchField("title", boost=5),
            index.SearchField("body"),
            index.SearchField("document_number", boost=5),
            index.SearchField("index_number", boost=5),
            index.FilterField("live"),
        ]

        class Meta:
            proxy = True
            app_label = "disclosure"

    ContentType.objects.get_for_model(StockItem, for_concrete_model=False)
    backend = get_search_backend("default")
    rows = StockItem.objects.filter(live=True)
    writer = backend.get_index_for_model(StockItem)
    keys = list(rows.values_list("pk", flat=True))
    for at in range(0, len(keys), 1_000):
        writer.add_items(StockItem, list(rows.filter(pk__in=keys[at : at + 1_000])))

    def ask(text: str) -> list[int]:
        found = backend.search(text, StockItem.objects.filter(live=True))
        return [item.pk for item in found[:SHOWN]]

    return ask
