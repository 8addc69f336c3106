"""A question answered: parsed, asked of the engine, ranked, counted, drawn.

1. The engine gives the newest hits up to `CAP`: the number of hits, the order by time, and what the
   facets are counted over.
2. By relevance, the best candidates among them are scored (`ranking`): those whose number it is,
   the newest of those with all words in the title, the newest of all. Up to `CANDIDATES` hits all
   are scored, and the order is exact; the rest follows by time.
3. Without a hit the question is read as it was probably meant (`language.correct`). A whole sentence,
   and what has no hit however it is read, is answered by what holds most of it (`sentences`).

Without a usable index titles and numbers are looked through instead.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

from gongkai.search import excerpts, generations, language, ranking, sentences
from gongkai.search.documents import FacetValue, Hit, Order, Query, Results, State
from gongkai.search.engines import Expression, engine
from gongkai.search.engines.base import (
    LABEL,
    MAX_LEXEME,
    Every,
    Has,
    OneOf,
    Without,
    label,
    title_word,
)
from gongkai.search.models import Generation, SearchDocument, SearchFacet, SearchText
from gongkai.search.models.index import DAY_BITS, NUMBER_BITS
from gongkai.search.packing import (
    NUMBER,
    SOURCE,
    Data,
    facet_keys,
    parts_of,
    unsqueeze,
)
from gongkai.search.words import Clause, Parsed

logger = logging.getLogger(__name__)

CAP: Final = 10_000
"""Hits are counted and can be paged through up to here, the newest ones."""
CANDIDATES: Final = 200
"""Hits that are scored."""
TITLES: Final = 100
"""Of these at most so many because their titles have all the words."""
VERIFIED: Final = 2_000
"""Hits that are read through for words in quotes."""
PER_PAGE: Final = 100
FACET_VALUES: Final = 500
LIMITED_HITS: Final = 1_000
"""Titles found without an index, newest first."""
LIMITED_WORDS: Final = 8
WHOLE: Final = 100
NEAREST: Final = 400
"""Documents that are scored for a sentence; of them at most so many because they have all of it."""


@dataclass(frozen=True)
class _Found:
    """Hits in their order. `exact`: those whose own number was asked for."""

    places: Sequence[int]
    capped: bool
    exact: frozenset[int] = frozenset()


def search(query: Query) -> Results:
    """The answer to a question; never raises because of what was typed or of a damaged index."""
    # Half a pair of surrogates is no character, and nothing beneath takes it.
    text = query.text.encode("utf-8", "ignore").decode().strip()
    query = replace(query, text=text)
    if not text:
        return _answer(query, None)
    parsed = language.parse(text, query.verbatim)
    results = _answer(query, parsed)
    if query.verbatim or parsed.phrases:
        return results
    if not results.total:
        corrected = language.correct(text)
        if corrected and corrected != text:
            better = _answer(replace(query, text=corrected), language.parse(corrected))
            if better.total:
                return replace(better, read_as=corrected)
    if results.generation and len(parsed.clauses) > 1 and (parsed.asks or not results.total):
        nearest = _answer(query, parsed, nearest=True)
        if nearest.total:
            return replace(nearest, nearest=True, partial=not results.total)
    return results


def _answer(query: Query, parsed: Parsed | None, *, nearest: bool = False) -> Results:
    """Those with all the words, or what comes nearest to a sentence."""
    for attempt in (1, 2):
        generation = generations.live()
        if generation is None:
            break
        try:
            with generations.undisturbed():
                if parsed is not None and nearest:
                    return _drawn(
                        generation, query, parsed, _find_nearest(generation, query, parsed)
                    )
                return _drawn(generation, query, parsed, _find(generation, query, parsed))
        except DatabaseError as error:
            # Between two statements another index may have taken its place.
            if attempt == 1 and _is_replaced(generation):
                continue
            if not engine().is_damage(error):
                raise
            if generations.is_sound(generation):
                logger.warning("The index refused a question (%s).", type(error).__name__)
            else:
                generations.mark_broken(generation, error)
    return _from_titles(query, parsed)


# -- from the index ------------------------------------------------------------------------------


def _drawn(generation: Generation, query: Query, parsed: Parsed | None, found: _Found) -> Results:
    total = min(len(found.places), CAP)
    page = _page(query, total)
    hits = _hits(page(found.places), parsed)
    return Results(
        hits=hits,
        total=total,
        capped=found.capped,
        facets=_facets(found.places[:CAP], query.counted),
        synonyms=parsed.synonyms if parsed is not None else (),
        state=_state(generation),
        generation=generation.pk,
    )


def _find(
    generation: Generation, query: Query, parsed: Parsed | None, limit: int | None = None
) -> _Found:
    limit = CAP + 1 if limit is None else limit
    span = _span(generation.pk, query.published_from, query.published_until)
    narrowed = _narrowed(query)
    if parsed is None:
        if narrowed:
            places = engine().places(generation.pk, _every(narrowed), limit, span)
        else:
            rows = SearchDocument.objects.filter(id__range=span).order_by("-id")
            places = list(rows.values_list("id", flat=True)[:limit])
        return _Found(places, len(places) > CAP)
    if parsed.is_empty:
        return _Found((), False)

    def ask(wanted: Sequence[Expression], limit: int) -> list[int]:
        expression = _every([*wanted, *narrowed])
        refused = tuple(Has(word) for word in map(_word, parsed.excluded) if word)
        if refused:
            expression = Without(expression, refused)
        return engine().places(generation.pk, expression, limit, span)

    exact: list[int] = []
    if parsed.numbers:
        own = OneOf(tuple(Has(label(NUMBER, one)) for one in parsed.numbers))
        exact = ask([own], CANDIDATES)
    wanted = [_clause(clause, titles=query.titles_only) for clause in parsed.clauses]
    places = []
    if wanted:
        places = ask(wanted, limit)
    elif parsed.phrases:
        # A quotation of signs alone: nothing of it stands in the index.
        places = ask([Has(label(SOURCE, one)) for one in _sources()], CAP + 1)
    capped = len(places) > CAP
    if parsed.phrases:
        capped = len(places) > VERIFIED
        places = _verified(places[:VERIFIED], parsed.phrases, titles_only=query.titles_only)
    missing = [place for place in exact if place not in set(places)]
    if missing:
        places = sorted([*places, *missing], reverse=True)
    if query.order == Order.NEWEST:
        return _Found(places, capped, frozenset(exact))
    best = places[:CANDIDATES]
    if len(places) > CANDIDATES:
        by_title: list[int] = []
        if not query.titles_only and not parsed.phrases:
            titled = [_clause(clause, titles=True) for clause in parsed.clauses]
            by_title = ask(titled, TITLES)
        first = dict.fromkeys([*exact, *by_title])
        best = list(dict.fromkeys([*first, *places]))[:CANDIDATES]
    order = _ranked(best, parsed, query.text, frozenset(exact))
    scored = set(order)
    order += [place for place in places if place not in scored]
    return _Found(order, capped, frozenset(exact))


def _find_nearest(generation: Generation, query: Query, parsed: Parsed) -> _Found:
    """What holds most of a sentence; what has all of it is among the candidates."""
    span = _span(generation.pk, query.published_from, query.published_until)
    narrowed = _narrowed(query)
    refused = tuple(Has(word) for word in map(_word, parsed.excluded) if word)

    def asked(clauses: Sequence[Clause], titles: bool, limit: int) -> list[int]:
        titles = titles or query.titles_only
        expression = _every([*(_clause(one, titles=titles) for one in clauses), *narrowed])
        if refused:
            expression = Without(expression, refused)
        return engine().places(generation.pk, expression, limit, span)

    sentence = sentences.taken_apart(parsed, asked)
    whole = asked(parsed.clauses, False, WHOLE)
    candidates = list(dict.fromkeys([*whole, *sentence.places]))[:NEAREST]
    left = replace(parsed, clauses=sentence.clauses)
    order = _ranked(candidates, left, query.text, frozenset(), sentence.weights)
    if query.order == Order.NEWEST:
        order.sort(reverse=True)
    return _Found(order, capped=False)


def _narrowed(query: Query) -> list[Expression]:
    return [
        OneOf(tuple(Has(label(name, value)) for value in values))
        for name, values in query.facets.items()
        if values
    ]


def _every(parts: Sequence[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _clause(clause: Clause, *, titles: bool) -> Expression:
    ways = []
    for alternative in clause.alternatives:
        words = [word for word in map(_word, alternative.tokens) if word]
        if words:
            ways.append(_every([Has(title_word(word) if titles else word) for word in words]))
    if not ways:
        # Nothing that the index could have: the clause cannot hold.
        return Has(f"{LABEL}never")
    return ways[0] if len(ways) == 1 else OneOf(tuple(ways))


def _word(token: str) -> str:
    """The token as it would stand in the index, empty if it cannot."""
    word = "".join(token.split()).replace("\x00", "").replace(LABEL, "")
    return word if len(word) <= MAX_LEXEME else ""


def _sources() -> list[str]:
    from gongkai.search import registry

    return list(registry.sources())


def _span(generation: int, since: date | None, until: date | None) -> tuple[int, int]:
    first, last = generations.span(generation)
    if since is not None:
        first = (generation << DAY_BITS | since.toordinal()) << NUMBER_BITS
    if until is not None:
        last = ((generation << DAY_BITS | until.toordinal()) + 1 << NUMBER_BITS) - 1
    return first, last


def _verified(places: Sequence[int], phrases: Sequence[str], *, titles_only: bool) -> list[int]:
    """Those in whose title or text every phrase stands to the letter."""
    wanted = [excerpts.folded(phrase) for phrase in phrases]
    kept = set()
    for portion in _portions(places):
        titles = dict(SearchDocument.objects.filter(pk__in=portion).values_list("pk", "title"))
        texts: Mapping[int, tuple[Data, Data]] = {}
        if not titles_only:
            rows = SearchText.objects.filter(pk__in=portion)
            texts = {
                pk: (body, files)
                for pk, body, files in rows.values_list("pk", "body", "attachments")
            }
        for place, title in titles.items():
            body, files = texts.get(place, (b"", b""))
            parts = (title, unsqueeze(body), unsqueeze(files))
            said = [excerpts.folded(" ".join(part.split())) for part in parts]
            if all(any(phrase in part for part in said) for phrase in wanted):
                kept.add(place)
    return [place for place in places if place in kept]


def _ranked(
    places: Sequence[int],
    parsed: Parsed,
    said: str,
    exact: frozenset[int],
    weights: Sequence[float] = (),
) -> list[int]:
    rows = list(
        _rows(
            "SELECT d.id, d.title, t.tokens FROM {documents} d "
            "JOIN {texts} t ON t.document_id = d.id WHERE d.id",
            places,
        )
    )
    typed = language.normalise(said).replace(" ", "")
    bare = [title.replace(" ", "") for title in excerpts.folded_all([row[1] for row in rows])]
    candidates = [
        ranking.Candidate(place, title, *parts_of(tokens), place in exact)
        for (place, _, tokens), title in zip(rows, bare, strict=True)
    ]
    return ranking.ranked(
        candidates, parsed, typed, timezone.now(), weights=weights, enough=sentences.ENOUGH
    )


def _facets(places: Sequence[int], counted: Sequence[str]) -> dict[str, tuple[FacetValue, ...]]:
    if not counted:
        return {}
    numbers: Counter[int] = Counter()
    if places:
        rows = _rows("SELECT d.facets FROM {documents} d WHERE d.id", places)
        numbers.update(facet_keys(b"".join(row[0] for row in rows)))
    found: dict[str, list[FacetValue]] = {name: [] for name in counted}
    kinds = SearchFacet.objects.filter(name__in=counted)
    for key, name, value in kinds.values_list("pk", "name", "value"):
        if numbers[key]:
            found[name].append(FacetValue(value, numbers[key]))
    return {
        name: tuple(sorted(values, key=lambda one: (-one.count, one.value))[:FACET_VALUES])
        for name, values in found.items()
    }


def _rows(sql: str, places: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Rows of some documents by their keys, without a parameter for each of thousands."""
    quote = connection.ops.quote_name
    sql = sql.format(
        documents=quote(SearchDocument._meta.db_table), texts=quote(SearchText._meta.db_table)
    )
    if not places:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{sql} = ANY(%s)", [list(places)])
            yield from cursor.fetchall()
            return
        for portion in _portions(places, 5_000):
            cursor.execute(f"{sql} IN ({','.join(map(str, portion))})")
            yield from cursor.fetchall()


def _hits(places: Sequence[int], parsed: Parsed | None) -> tuple[Hit, ...]:
    rows = _rows(
        "SELECT d.id, d.source, d.key, d.title, t.body, t.attachments FROM {documents} d "
        "LEFT JOIN {texts} t ON t.document_id = d.id WHERE d.id",
        places,
    )
    found = {row[0]: row[1:] for row in rows}
    marked = parsed.marked if parsed is not None else ()
    hits = []
    for place in places:
        if place not in found:
            continue
        source, key, title, body, files = found[place]
        piece, attached = excerpts.excerpt(unsqueeze(body or b""), unsqueeze(files or b""), marked)
        shown = excerpts.highlighted(title, marked)
        hits.append(Hit(source, key, shown, piece, attached and "<mark>" not in shown))
    return tuple(hits)


def _page(query: Query, total: int):  # type: ignore[no-untyped-def]
    """What cuts the page out: one beyond the end is the last one."""
    if query.per_page < 1:
        return lambda places: places[:0]
    size = min(query.per_page, PER_PAGE)
    last = max(1, -(-total // size))
    number = max(1, min(query.page, last))
    return lambda places: places[(number - 1) * size : min(number * size, total)]


def _portions(places: Sequence[int], size: int = 1_000) -> Iterable[Sequence[int]]:
    return (places[at : at + size] for at in range(0, len(places), size))


def _state(generation: Generation) -> State:
    return State.REBUILDING if generation.partial else State.READY


# -- from titles ---------------------------------------------------------------------------------


def _from_titles(query: Query, parsed: Parsed | None) -> Results:
    """Titles and numbers that hold what was typed, newest first; no facets."""
    building = generations.building()
    state = State.REBUILDING if building is not None else State.LIMITED
    kept = Generation.objects.exclude(state=Generation.State.RETIRED).exclude(
        state=Generation.State.BUILDING
    )
    generation = kept.order_by("-pk").first() or building
    if generation is None:
        return Results((), 0, state=state)
    span = _span(generation.pk, query.published_from, query.published_until)
    rows = SearchDocument.objects.filter(id__range=span).order_by("-id")
    if parsed is not None:
        rows = rows.filter(_in_title(query.text, parsed))
    places = list(rows.values_list("id", flat=True)[: LIMITED_HITS + 1])
    total = min(len(places), LIMITED_HITS)
    hits = _hits(_page(query, total)(places), parsed)
    return Results(hits, total, capped=len(places) > LIMITED_HITS, state=state)


def _in_title(text: str, parsed: Parsed) -> Q:
    wanted = Q(title__icontains=text.strip()[:100].replace("\x00", ""))
    for number in parsed.numbers:
        wanted |= Q(numbers__contains=f"{number}\n")
    words = [clause.alternatives[0].tokens for clause in parsed.clauses[:LIMITED_WORDS]]
    if words:
        each = Q()
        for tokens in words:
            for token in tokens[:LIMITED_WORDS]:
                each &= Q(title__icontains=token.replace("\x00", ""))
        wanted |= each
    return wanted


def _is_replaced(generation: Generation) -> bool:
    return not Generation.objects.filter(pk=generation.pk, state=Generation.State.LIVE).exists()
