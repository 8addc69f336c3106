"""The people and the case of the notices' tests serve here as well."""

from datetime import date

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
    real = timezone.localdate

    def set_day(year, month, day):
        on = date(year, month, day)
        monkeypatch.setattr(
            timezone,
            "localdate",
            lambda value=None, *rest: on if value is None else real(value, *rest),
        )
        return on

    set_day(2026, 3, 9)
    return set_day
