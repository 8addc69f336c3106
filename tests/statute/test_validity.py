"""Whether a document holds on a day (有效性)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.validity import Validity, ends_on, validity_on

DAY = date(2020, 6, 15)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
DAYS = st.none() | st.dates(date(2019, 1, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({}, Validity.IN_FORCE),
        ({"effective_from": DAY}, Validity.IN_FORCE),
        ({"effective_from": AFTER}, Validity.PENDING),
        ({"amended_on": DAY}, Validity.AMENDED),
        ({"amended_on": AFTER}, Validity.IN_FORCE),
        # A reading: the document is no longer in force on the day on which it ends.
        ({"valid_until": DAY}, Validity.EXPIRED),
        ({"valid_until": AFTER}, Validity.IN_FORCE),
        ({"repealed_on": DAY}, Validity.REPEALED),
        ({"repealed_on": AFTER}, Validity.IN_FORCE),
        # What ended stays ended by what ended it first.
        ({"valid_until": BEFORE, "repealed_on": DAY}, Validity.EXPIRED),
        ({"valid_until": DAY, "repealed_on": BEFORE}, Validity.REPEALED),
        ({"valid_until": DAY, "repealed_on": DAY}, Validity.REPEALED),
        # Repealed before it came into force: it never holds.
        ({"effective_from": AFTER, "repealed_on": BEFORE}, Validity.REPEALED),
        ({"amended_on": BEFORE, "repealed_on": DAY}, Validity.REPEALED),
    ],
)
def test_where_a_document_stands(dates: dict[str, date], expected: Validity) -> None:
    assert validity_on(DAY, **dates) is expected


def test_the_words_are_those_of_the_metadata() -> None:
    assert [each.label for each in Validity] == ["尚未施行", "有效", "已修改", "失效", "废止"]
    assert [each for each in Validity if each.holds] == [Validity.IN_FORCE, Validity.AMENDED]


@given(DAYS, DAYS, DAYS, DAYS)
def test_what_has_ended_never_holds_again(
    effective: date | None, until: date | None, repealed: date | None, amended: date | None
) -> None:
    """The yearly counts of the registers go by the same end."""
    end = ends_on(valid_until=until, repealed_on=repealed)
    for offset in range(0, 800, 7):
        day = date(2019, 6, 1) + timedelta(days=offset)
        stands = validity_on(
            day,
            effective_from=effective,
            valid_until=until,
            repealed_on=repealed,
            amended_on=amended,
        )
        ended = stands in (Validity.EXPIRED, Validity.REPEALED)
        assert ended is (end is not None and end <= day)
        assert stands.holds is (not ended and (effective is None or effective <= day))
