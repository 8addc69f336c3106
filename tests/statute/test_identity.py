"""GB 11643-1999: what a citizen's identity number is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.identity import (
    PROVINCES,
    born_on,
    check_character,
    is_identity_number,
    is_well_formed,
    looks_like_old_number,
)

TODAY = date(2026, 3, 6)
bodies = st.builds(
    lambda province, county, born, order: f"{province}{county:04d}{born:%Y%m%d}{order:03d}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
    st.dates(min_value=date(1900, 1, 1), max_value=TODAY),
    st.integers(0, 999),
)


def test_the_standards_own_example_has_the_check_character_x():
    # The worked example printed in the standard.
    assert check_character("11010519491231002") == "X"
    assert is_identity_number("11010519491231002X", today=TODAY)
    assert is_identity_number("11010519491231002x", today=TODAY)
    assert born_on("11010519491231002X") == date(1949, 12, 31)


@given(bodies)
def test_each_body_has_exactly_one_check_character(body):
    right = [last for last in "0123456789X" if is_identity_number(body + last, today=TODAY)]
    assert right == [check_character(body)]


@given(bodies, st.integers(0, 16), st.integers(1, 9))
def test_a_single_wrong_digit_never_passes(body, place, shift):
    number = body + check_character(body)
    wrong = str((int(number[place]) + shift) % 10)
    assert not is_identity_number(number[:place] + wrong + number[place + 1 :])


def test_every_body_needs_an_existing_province():
    for prefix in range(10, 100):
        body = f"{prefix}010119900101123"
        number = body + check_character(body)
        assert is_well_formed(number)
        assert is_identity_number(number) == (prefix in PROVINCES)


@pytest.mark.parametrize("day", ["19900230", "19901301", "18991231", "19900100", "00000101"])
def test_an_impossible_date_of_birth_is_refused(day):
    body = f"411281{day}123"
    assert not is_well_formed(body + check_character(body))


def test_nobody_is_born_tomorrow():
    body = "41128120260307123"
    number = body + check_character(body)
    assert is_identity_number(number)
    assert is_identity_number(number, today=date(2026, 3, 7))
    assert not is_identity_number(number, today=TODAY)


@pytest.mark.parametrize(
    "text",
    ["", "X", "1" * 17, "1" * 19, "１１０１０５１９４９１２３１００２X", "11010519491231002Y"],
)
def test_what_has_another_form_is_refused_and_raises_nothing(text):
    assert not is_identity_number(text)
    assert not is_well_formed(text)


def test_a_check_character_is_made_of_seventeen_digits_only():
    with pytest.raises(ValueError, match="17位"):
        check_character("1234")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("411281900101123", True),
        ("161281900101123", False),
        ("411281901301123", False),
        ("411281900101000", False),
        ("41128190010112", False),
    ],
)
def test_an_old_number_has_a_province_and_a_date_only(number, expected):
    assert looks_like_old_number(number) is expected
