"""What else could be chosen of a facet of which something is chosen already.

The values of a facet are counted over the hits, and hits have only what was chosen. The siblings of
a chosen value are counted over what the *other* facets leave. One question to the index brings all
documents that have everything chosen but for one facet at most, one statement their facets; which
facet a document lacks says where it counts. So it is two statements however many facets are chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError, connection

from gongkai.search import generations, language, searching
from gongkai.search.documents import FacetValue, Query, Results
from gongkai.search.engines import engine
from gongkai.search.engines.base import Expression, Has, OneOf, Without, label
from gongkai.search.models import SearchFacet
from gongkai.search.packing import facet_keys
from gongkai.search.words import Parsed


def with_siblings(query: Query, results: Results, chosen: Sequence[str]) -> Results:
    """The answer with the siblings of what is chosen among its facets.

    `chosen` names the facets of the question that a reader chose; the others of `query.facets` hold
    for everything. Where there are more documents than are ever counted, siblings are named with the
    number 0: there are some, and nobody knows how many. What was answered without an index, to the
    letter of a quotation or as what comes nearest to a sentence stays as it is.
    """
    names = [name for name in chosen if query.facets.get(name) and name in query.counted]
    if not names or results.nearest or not results.generation:
        return results
    text = results.read_as or query.text
    parsed = language.parse(text, query.verbatim) if text.strip() else None
    if parsed is not None and (parsed.is_empty or parsed.phrases or parsed.numbers):
        return results
    try:
        with generations.undisturbed():
            found, capped = _counted(results.generation, query, parsed, names)
    except DatabaseError as error:
        # Another index may have taken its place since, or it is damaged: the question itself was
        # answered, only what else there is stays unknown.
        if not engine().is_damage(error):
            raise
        return results
    facets = dict(results.facets)
    for name in names:
        own = {one.value: one.count for one in results.facets.get(name, ())}
        values = []
        for value in {*own, *found[name]}:
            count, more = own.get(value, 0), found[name][value]
            if more and value not in query.facets[name]:
                # A document in several columns has what was chosen and a sibling as well.
                count = 0 if capped else count + more
            values.append(FacetValue(value, count))
        values.sort(key=lambda one: (-one.count, one.value))
        facets[name] = tuple(values[: searching.FACET_VALUES])
    return replace(results, facets=facets)


def _counted(
    generation: int, query: Query, parsed: Parsed | None, names: Sequence[str]
) -> tuple[dict[str, Counter[str]], bool]:
    """Facet → value → documents that have everything chosen but this facet; and whether there
    were too many to count."""
    has = {
        name: OneOf(tuple(Has(label(name, value)) for value in values))
        for name, values in query.facets.items()
        if values
    }
    fixed: list[Expression] = [one for name, one in has.items() if name not in names]
    if parsed is not None:
        fixed += [searching._clause(one, titles=query.titles_only) for one in parsed.clauses]
    # Everything chosen but one of the facets; in pairs this is "one of the two" for all pairs.
    wanted: list[Expression] = list(fixed)
    for at, name in enumerate(names):
        wanted += [OneOf((has[name], has[other])) for other in names[at + 1 :]]
    span = searching._span(generation, query.published_from, query.published_until)
    limit = searching.CAP + 1
    if wanted:
        expression = searching._every(wanted)
        refused = [
            word for one in (parsed.excluded if parsed else ()) if (word := searching._word(one))
        ]
        if refused:
            expression = Without(expression, tuple(Has(word) for word in refused))
        places = engine().places(generation, expression, limit, span)
    else:
        rows = generations.documents_of(generation).order_by("-id")
        places = list(rows.filter(id__range=span).values_list("id", flat=True)[:limit])
    capped = len(places) > searching.CAP
    told: dict[int, tuple[str, str]] = {}
    picked: set[int] = set()
    found: dict[str, Counter[str]] = {name: Counter() for name in names}
    for key, name, value, data in _facets(names, places[: searching.CAP]):
        if data is None:
            told[key] = (name, value)
            if value in query.facets[name]:
                picked.add(key)
            continue
        own = [one for one in facet_keys(data) if one in told]
        lacking = set(names) - {told[one][0] for one in own if one in picked}
        if len(lacking) == 1:
            (lacked,) = lacking
            found[lacked].update(told[one][1] for one in own if told[one][0] == lacked)
    return found, capped


def _facets(names: Sequence[str], places: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The values of the facets (key, name, value, None), then the documents' own (0, "", "", keys):
    one statement."""
    quote = connection.ops.quote_name
    # Names of facets are words of the code, never what somebody typed.
    listed = ",".join(f"'{name}'" for name in names if name.isidentifier())
    table = quote(SearchFacet._meta.db_table)
    return searching._rows(
        f"SELECT f.id, f.name, f.value, NULL FROM {table} f WHERE f.name IN ({listed}) "  # noqa: S608
        "UNION ALL SELECT 0, '', '', d.facets FROM {documents} d WHERE d.id",
        places,
    )
