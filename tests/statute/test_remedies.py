"""Remedies: what a person may do against a decision, and until when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.outcomes import OUTCOMES, UnknownOutcome
from gongkai.statute.parameters import NoParameterValue
from gongkai.statute.remedies import periods, remedy_for, remedy_of_notice, suit_after_review
from gongkai.statute.workdays import LayeredCalendar

CALENDAR = LayeredCalendar()
DECISIONS = sorted(code for code, found in OUTCOMES.items() if found.is_decision)


def test_the_periods_are_those_in_force_on_the_day_of_the_decision() -> None:
    now = periods(date(2026, 3, 6))
    assert (now.review_days, now.suit_months, now.suit_after_review_days) == (60, 6, 15)
    assert periods(date(2014, 3, 6)).suit_months == 3
    with pytest.raises(NoParameterValue, match="尚无规定"):
        periods(date(1980, 1, 1))


def test_the_ordinary_paragraph_word_for_word() -> None:
    reading = remedy_for("GRANT", date(2026, 3, 6), review_body="甲市人民政府", court="乙法院")
    assert reading.text == (
        "如不服本决定，可以自收到本告知书之日起60日内向甲市人民政府申请行政复议，"
        "或者自收到本告知书之日起6个月内向乙法院提起行政诉讼。"
    )
    assert reading.articles == ("复议法第二十条", "行诉法第四十六条")


def test_the_paragraph_with_review_first_word_for_word() -> None:
    reading = remedy_for("DENY_LAW", date(2026, 3, 6), review_body="甲市人民政府", court="乙法院")
    assert reading.text == (
        "如不服本决定，应当自收到本告知书之日起60日内先向甲市人民政府申请行政复议。"
        "对行政复议决定不服，或者行政复议机关逾期不作决定的，可以自收到复议决定书之日或者复议期满"
        "之日起15日内向乙法院提起行政诉讼。未经行政复议，不得直接提起行政诉讼。"
    )
    assert reading.articles == (
        "复议法第二十条",
        "复议法第二十三条第一款第四项、第二款",
        "行诉法第四十五条",
    )


def test_a_partial_disclosure_tells_both_parts_apart() -> None:
    reading = remedy_for("PARTIAL", date(2026, 3, 6))
    assert reading.text.startswith("如不服其中不予公开的部分，应当")
    assert reading.text.endswith(
        "对已经公开的部分有异议的，可以自收到本告知书之日起60日内向行政复议机关申请行政复议，"
        "或者自收到本告知书之日起6个月内向有管辖权的人民法院提起行政诉讼。"
    )
    assert reading.articles == (
        "复议法第二十条",
        "复议法第二十三条第一款第四项、第二款",
        "行诉法第四十五条",
        "行诉法第四十六条",
    )


def test_a_day_of_receipt_needs_a_calendar() -> None:
    with pytest.raises(TypeError, match="calendar"):
        remedy_for("GRANT", date(2026, 3, 6), received_on=date(2026, 3, 9))


@pytest.mark.parametrize(
    ("number", "paragraph"),
    [("N01", None), ("N02", "C"), ("N04", "C"), ("N05", "C"), ("N09", "C"), ("N19", "C"),
     ("N08", "A"), ("N21", "A"), ("N12", None), ("N16", None), ("N24", None)],
)  # fmt: skip
def test_steps_in_the_procedure_carry_no_remedy_of_their_own(number: str, paragraph) -> None:
    """132号意见 Art. 3: no stand-alone review against a correction or extension notice."""
    assert remedy_of_notice(number) == paragraph


def test_a_notice_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownOutcome, match="N01 至 N24"):
        remedy_of_notice("N99")


@given(
    st.sampled_from(DECISIONS),
    st.dates(date(2008, 5, 1), date(2026, 6, 30)),
    st.integers(0, 30),
)
def test_the_last_days_are_working_days_not_before_the_full_period(
    code: str, decided: date, post: int
) -> None:
    received = decided + timedelta(days=post)
    reading = remedy_for(code, decided, received_on=received, calendar=CALENDAR)
    assert reading.review_until is not None
    assert CALENDAR.day(reading.review_until.date).is_working
    slack = (reading.review_until.date - received).days - periods(decided).review_days
    assert 0 <= slack <= 10
    assert (reading.suit_until is None) == (reading.paragraph == "B" and code != "PARTIAL")
    if reading.suit_until is not None:
        assert CALENDAR.day(reading.suit_until.date).is_working
    assert (reading.paragraph == "B") <= (decided >= date(2024, 1, 1))


@given(st.dates(date(2010, 1, 1), date(2026, 11, 30)))
def test_a_suit_after_review_has_fifteen_days_and_the_holidays_after_them(received: date) -> None:
    until = suit_after_review(received, CALENDAR)
    assert CALENDAR.day(until.date).is_working
    assert 15 <= (until.date - received).days <= 25
    days = [received + timedelta(days=n) for n in range(15, (until.date - received).days)]
    assert not any(CALENDAR.day(on).is_working for on in days)
