"""The people and the case of the notices' tests serve here as well."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.foi.notices.conftest import case as case
from tests.foi.notices.conftest import leader as leader
from tests.foi.notices.conftest import letterhead as letterhead
from tests.foi.notices.conftest import officer as officer
from tests.foi.notices.conftest import organ as organ
from tests.foi.notices.conftest import responsible as responsible


@pytest.fixture
def today(monkeypatch):
    """Lets a test say which day it is: `today(2026, 3, 12)`."""
    seconds = count()

    def set_day(year, month, day):
        ten = datetime(year, month, day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(timezone, "now", lambda: ten + timedelta(seconds=next(seconds)))
        return ten.date()

    set_day(2026, 3, 9)
    return set_day
