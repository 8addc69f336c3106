"""Numbers of requests: 〔2026〕3号, without gaps within a body and a year.

The counter is a row that is locked until the transaction that uses the number ends: a second
receipt waits for it, and a rolled-back receipt gives its number back. Another sequence (of the
database, say) would leave gaps, which an inspection reads as missing requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import F

from gongkai.foi.models import FoiSerial
from gongkai.organs.models import Organ

_NUMBER = re.compile(r"〔(\d{4})〕(\d{1,7})号")


def number_text(year: int, serial: int) -> str:
    """The number as it is written."""
    return f"〔{year}〕{serial}号"


def draw_number(organ: Organ, year: int) -> str:
    """The body's next number of the year. Call it inside the transaction of the receipt."""
    return number_text(year, _reserve(organ.pk, year, 1))


def draw_numbers(organ_id: int, year: int, count: int) -> list[str]:
    """The next `count` numbers at once, for imports."""
    last = _reserve(organ_id, year, count)
    return [number_text(year, serial) for serial in range(last - count + 1, last + 1)]


def note_numbers(organ_id: int, numbers: Iterable[str]) -> None:
    """Numbers given elsewhere are taken: the counter goes on behind the highest of them."""
    highest: dict[int, int] = {}
    for number in numbers:
        match = _NUMBER.fullmatch(number)
        if match:
            year, serial = int(match[1]), int(match[2])
            highest[year] = max(serial, highest.get(year, 0))
    for year, serial in highest.items():
        FoiSerial.objects.get_or_create(organ_id=organ_id, year=year)
        FoiSerial.objects.filter(organ_id=organ_id, year=year, last__lt=serial).update(last=serial)


def _reserve(organ_id: int, year: int, count: int) -> int:
    FoiSerial.objects.get_or_create(organ_id=organ_id, year=year)
    # The update locks the row; what is read after it is ours.
    FoiSerial.objects.filter(organ_id=organ_id, year=year).update(last=F("last") + count)
    return FoiSerial.objects.values_list("last", flat=True).get(organ_id=organ_id, year=year)
