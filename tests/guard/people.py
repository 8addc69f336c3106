"""Numbers of people who do not exist, made when a test runs."""

from datetime import date

from hypothesis import strategies as st

from gongkai.statute.identity import PROVINCES, check_character

LATEST = date(2020, 12, 31)


def identity_number(body: str = "41128119900101123") -> str:
    """The identity number that begins with these seventeen digits."""
    return body + check_character(body)


def with_check_x(prefix: str = "411281", born: str = "19900101") -> str:
    """An identity number whose check character is X."""
    numbers = (identity_number(f"{prefix}{born}{order:03d}") for order in range(1000))
    return next(number for number in numbers if number.endswith("X"))


def card_number(body: str) -> str:
    """The card number that begins with these digits (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


identity_numbers = st.builds(
    lambda province, county, born, order: identity_number(
        f"{province}{county:04d}{born:%Y%m%d}{order:03d}"
    ),
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
    st.dates(min_value=date(1900, 1, 1), max_value=LATEST),
    st.integers(0, 999),
)
mobile_numbers = st.builds(
    lambda segment, rest: f"1{segment}{rest:09d}", st.integers(3, 9), st.integers(0, 10**9 - 1)
)
card_numbers = st.integers(0, 10**13 - 1).map(lambda body: card_number(f"62{body:013d}"))
