"""Citizens' identity numbers 公民身份号码, as GB 11643-1999 builds them.

Eighteen characters: six digits of the division where the number was first given (GB/T 2260),
eight of the date of birth, three of the order (odd for men), and a check character by ISO 7064
MOD 11-2 ("X" stands for ten). Numbers of the first generation had fifteen digits: no century
and no check character; they have not been valid since 2013 (居民身份证法, as amended in 2011) but
still stand in old lists.

Only the two digits of the province are compared. The lists of counties change every year and a
number keeps the county of its day, so a check against any list of counties refuses real people.

Sources: GB 11643-1999 [from knowledge]; the province codes of GB/T 2260 with 71 (台湾), 81 (香港),
82 (澳门) and 83 (the residence permits of 台湾居民) as given by the survey of inspection practice.
"""

from __future__ import annotations

from datetime import date

PROVINCES = frozenset(
    {
        *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
        *range(61, 66), 71, 81, 82, 83,
    }
)  # fmt: skip
"""The first two digits in use."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_EARLIEST_YEAR = 1900


def check_character(body: str) -> str:
    """The last character that belongs to the first seventeen digits (GB 11643-1999, MOD 11-2)."""
    if not _digits(body, 17):
        raise ValueError("公民身份号码的前17位必须是数字。")
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def born_on(number: str) -> date | None:
    """The date of birth in an 18-character or 15-digit number; None when it is no real date."""
    if len(number) == 18 and _digits(number[:17], 17):
        year, month, day = number[6:10], number[10:12], number[12:14]
    elif _digits(number, 15):
        year, month, day = "19" + number[6:8], number[8:10], number[10:12]
    else:
        return None
    try:
        born = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return born if born.year >= _EARLIEST_YEAR else None


def is_well_formed(number: str) -> bool:
    """Whether form, date of birth and check character fit, wherever the division may be.

    For places that must not keep a number even if its first two digits are in no list.
    """
    return (
        len(number) == 18
        and born_on(number) is not None
        and check_character(number[:17]) == number[17].upper()
    )


def is_identity_number(number: str, *, today: date | None = None) -> bool:
    """Whether `number` is an identity number (GB 11643-1999): well formed, of an existing
    province, and of somebody born by `today` (no such limit without it)."""
    if not is_well_formed(number) or int(number[:2]) not in PROVINCES:
        return False
    born = born_on(number)
    return born is not None and (today is None or born <= today)


def looks_like_old_number(number: str) -> bool:
    """Whether fifteen digits may be an identity number of the first generation.

    There is no check character: without words beside it this is only a guess.
    """
    return (
        _digits(number, 15)
        and number[12:] != "000"
        and int(number[:2]) in PROVINCES
        and born_on(number) is not None
    )


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
