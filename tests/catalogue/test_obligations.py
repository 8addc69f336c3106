"""Which publication meets which obligation, in words and as properties."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gongkai.catalogue.obligations import Published, Waiting, assign, due_of
from gongkai.statute.duties import Rule, Trigger
from gongkai.statute.workdays import LayeredCalendar

FIRST = date(2020, 1, 1)


def quarters(after: bool = False) -> list[Waiting]:
    """Four quarters of 2020: due on the last day, or a fortnight after it."""
    found = []
    for number, (start, end) in enumerate(
        (
            (date(2020, 1, 1), date(2020, 3, 31)),
            (date(2020, 4, 1), date(2020, 6, 30)),
            (date(2020, 7, 1), date(2020, 9, 30)),
            (date(2020, 10, 1), date(2020, 12, 31)),
        ),
        start=1,
    ):
        due_on = end + timedelta(days=14) if after else end
        found.append(Waiting(number, "period", end if after else start, due_on, end))
    return found


def met(occasions: list[Waiting]) -> dict[int, date | None]:
    return {o.pk: o.fulfilled_on for o in occasions}


def test_each_quarter_is_met_by_its_own_publication():
    those = quarters()
    days = [date(2020, 3, 1), date(2020, 6, 1), date(2020, 9, 1)]
    assign(those, [Published(n, on, on) for n, on in enumerate(days)])
    assert met(those) == {1: days[0], 2: days[1], 3: days[2], 4: None}


def test_a_skipped_quarter_stays_open_when_the_next_is_published():
    those = quarters()
    assign(those, [Published(1, date(2020, 6, 1), date(2020, 6, 1))])
    assert met(those) == {1: None, 2: date(2020, 6, 1), 3: None, 4: None}


def test_a_second_item_of_a_quarter_does_not_pass_for_the_last_one():
    those = quarters()
    assign(those, [Published(n, date(2020, 6, n), date(2020, 6, n)) for n in (1, 2)])
    assert met(those)[1] is None


def test_what_came_about_in_the_last_quarter_meets_it_late():
    those = quarters()
    on = date(2020, 6, 2)
    assign(
        those,
        [Published(1, date(2020, 6, 1), date(2020, 6, 1)), Published(2, on, date(2020, 3, 20))],
    )
    assert met(those)[1] == on


def test_counted_from_its_end_a_quarter_cannot_be_met_before_it():
    those = quarters(after=True)
    assign(those, [Published(1, date(2020, 5, 20), date(2020, 5, 18))])
    assert met(those) == {1: date(2020, 5, 20), 2: None, 3: None, 4: None}


def test_what_was_withdrawn_before_the_due_date_meets_nothing():
    those = quarters()
    assign(those, [Published(1, date(2020, 2, 1), None, withdrawn_on=date(2020, 3, 1))])
    assert met(those)[1] is None
    assign(those, [Published(1, date(2020, 2, 1), None, withdrawn_on=date(2020, 5, 1))])
    assert met(those)[1] == date(2020, 2, 1)


def test_an_approval_of_last_year_is_not_met_by_this_years_budget():
    those = [
        Waiting(1, "approved", date(2019, 2, 1), date(2019, 2, 21)),
        Waiting(2, "approved", date(2020, 2, 1), date(2020, 2, 21)),
    ]
    assign(those, [Published(1, date(2020, 2, 10), date(2020, 1, 5))])
    assert met(those) == {1: None, 2: date(2020, 2, 10)}


def test_an_act_has_the_law_of_its_announcement_and_a_change_that_of_article_26():
    calendar = LayeredCalendar()
    budget = Rule(20, "calendar", Trigger.APPROVED)
    assert due_of("act", Rule(), date(2020, 6, 10), None, calendar).date == date(2020, 6, 9)
    assert due_of("changed", budget, date(2020, 3, 2), None, calendar).date == date(2020, 3, 30)
    assert due_of("formed", Rule(), None, None, calendar) is None


days = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))
publications = st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=12).map(
    lambda rows: [Published(n, on, formed) for n, (on, formed) in enumerate(rows)]
)


@given(publications, st.booleans(), st.randoms())
def test_the_outcome_does_not_depend_on_the_order_of_the_rows(published, after, random):
    one, two = quarters(after), quarters(after)
    assign(one, published)
    random.shuffle(two)
    shuffled = list(published)
    random.shuffle(shuffled)
    assign(two, shuffled)
    assert met(one) == met(two)


@given(publications, st.booleans())
def test_nothing_is_met_before_it_opens_and_no_publication_meets_two(published, after):
    those = quarters(after)
    assign(those, published)
    used = [o.publication for o in those if o.publication is not None]
    assert len(used) == len(set(used))
    for occasion in those:
        if occasion.fulfilled_on is not None:
            assert occasion.fulfilled_on >= occasion.opens_on


@given(publications, days)
def test_publishing_more_never_opens_what_was_met_in_time(published, on):
    those, more = quarters(), quarters()
    assign(those, published)
    assign(more, [*published, Published(99, on, on)])
    in_time = {o.pk for o in those if o.fulfilled_on and o.fulfilled_on <= o.due_on}
    still = {o.pk for o in more if o.fulfilled_on and o.fulfilled_on <= o.due_on}
    assert in_time <= still
