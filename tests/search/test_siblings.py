"""What else could be chosen of a facet, with numbers that are those of the list behind it."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.search import searching
from gongkai.search.documents import Query
from gongkai.search.queries import search, with_siblings
from tests.search.records import Records
from tests.search.records import records as records

pytestmark = pytest.mark.django_db

COUNTED = ("organ", "year", "column")


@pytest.fixture
def city(records: Records) -> Records:
    """Forty records of three bodies over three years, some of them in two columns."""
    chance = random.Random(20)
    for number in range(40):
        columns = chance.sample(["news", "notices", "policies"], chance.choice([1, 1, 2]))
        records.put(
            f"供热工作第{number}号{'通知' if number % 3 else '公告'}", "正文。",
            facets={"organ": (chance.choice("ABC"),), "year": (chance.choice(["2022", "2023"]),),
                    "column": tuple(columns)},
        )  # fmt: skip
    records.tell()
    return records


def asked(text: str, **facets: tuple[str, ...]) -> dict[str, dict[str, int]]:
    query = Query(text=text, facets=facets, counted=COUNTED)
    results = with_siblings(query, search(query), tuple(facets))
    return {name: {one.value: one.count for one in results.facets[name]} for name in COUNTED}


@pytest.mark.parametrize("text", ["", "供热", "供热 -公告"])
@pytest.mark.parametrize(
    "chosen",
    [
        {"organ": ("A",)},
        {"organ": ("A",), "year": ("2022",)},
        {"organ": ("A", "B"), "year": ("2022",), "column": ("news",)},
    ],
)
def test_each_number_is_that_of_the_list_behind_it(city, text, chosen):
    """For every value that is offered, chosen instead of its siblings, there are so many hits."""
    told = asked(text, **chosen)
    for name, values in chosen.items():
        assert {*told[name]} - {*values}, "siblings are offered"
        for value, count in told[name].items():
            alone = {**chosen, name: (value,)}
            assert count == search(Query(text=text, facets=alone)).total, (name, value)


def test_what_nothing_is_chosen_of_is_counted_over_the_hits(city):
    query = Query(facets={"organ": ("A",)}, counted=COUNTED)
    plain = {one.value: one.count for one in search(query).facets["year"]}
    assert asked("", organ=("A",))["year"] == plain


def test_what_holds_for_the_whole_list_has_no_siblings(city):
    """Given a list of one column, when a body is chosen, no other column is offered."""
    query = Query(facets={"column": ("news",), "organ": ("A",)}, counted=COUNTED)
    results = with_siblings(query, search(query), ("organ",))
    others = {"news"} | {one.value for one in search(query).facets["column"]}
    assert {one.value for one in results.facets["column"]} == others
    assert {one.value for one in results.facets["organ"]} == {"A", "B", "C"}


def test_too_many_to_count_are_named_without_a_number(city, monkeypatch):
    monkeypatch.setattr(searching, "CAP", 20)
    told = asked("", organ=("A",))
    assert told["organ"]["A"] > 0
    assert told["organ"]["B"] == told["organ"]["C"] == 0


def test_as_many_statements_for_three_facets_as_for_one(city):
    def statements(**facets: tuple[str, ...]) -> int:
        query = Query(text="供热", facets=facets, counted=COUNTED)
        results = search(query)
        with CaptureQueriesContext(
            connection,
        ) as context:
            with_siblings(query, results, tuple(facets))
        return len(context)

    assert statements(organ=("A",)) == statements(
        organ=("A", "B"), year=("2022",), column=("news",)
    )
