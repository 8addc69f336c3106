"""What is taken for personal data, and what only looks like it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.registers.guard import IDENTITY_MESSAGE, MOBILE_MESSAGE, personal_data_in

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "义市监罚〔2020〕1号",
        "110105194912310021",  # wrong check digit
        "11010519491331002X",  # no such birth date
        "A11010519491231002X",  # part of a longer number
        "91411281MA3X5YKQ0T",  # unified credit code
        "0398-5832001",
        "23800138000",
        "138001380001",
        "第13800138000001号",
    ],
)
def test_ordinary_texts_and_numbers_pass(text):
    assert personal_data_in(text) == ""


@pytest.mark.parametrize("text", ["11010519491231002X", "证11010519491231002x。"])
def test_an_identity_number_is_found_in_a_number_field_too(text):
    assert personal_data_in(text, is_number=True) == IDENTITY_MESSAGE


@pytest.mark.parametrize(
    "text", ["电话13800138000", "138 0013 8000", "+8613800138000", "１３８００１３８０００"]
)
def test_a_mobile_number_is_found(text):
    assert personal_data_in(text) == MOBILE_MESSAGE


def test_a_number_field_of_eleven_digits_is_no_telephone_unless_words_stand_beside_it():
    assert personal_data_in("13800138000", is_number=True) == ""
    assert personal_data_in("票13800138000", is_number=True) == MOBILE_MESSAGE


@given(
    area=st.integers(110000, 659999),
    born=st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)),
    order=st.integers(0, 999),
    around=st.sampled_from(["{}", "当事人{}", "（{}）", "{}号"]),
)
def test_every_identity_number_is_found_and_no_neighbour_with_another_check_digit(
    area, born, order, around
):
    body = f"{area}{born:%Y%m%d}{order:03d}"
    right = "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]
    for digit in "0123456789X":
        found = personal_data_in(around.format(body + digit)) == IDENTITY_MESSAGE
        assert found == (digit == right)
