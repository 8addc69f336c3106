"""When what is withheld is assessed anew (Art. 18).

The article asks for periodical assessment and names no period; a year is a reading, kept as the
parameter `assessment.years`. The day is a reminder, so it does not roll off rest days.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from .parameters import number


def next_assessment(decided_on: date) -> date:
    """The day on which information withheld on `decided_on` is to be assessed anew (Art. 18).

    >>> next_assessment(date(2020, 2, 29))
    datetime.date(2021, 2, 28)
    """
    year = decided_on.year + number("assessment.years", decided_on)
    last = monthrange(year, decided_on.month)[1]
    return date(year, decided_on.month, min(decided_on.day, last))
