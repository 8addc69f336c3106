"""The sample city, loaded once for the tests that look at it."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings

from gongkai.demo import load
from gongkai.demo.city import City, load_city

SEED = 411281
UNTIL = date(2022, 6, 30)
"""Two years of reports and a half-finished one: enough to look at, quick to load."""
VOLUME = 160
"""Items a year after 2020, a tenth of the usual."""


@pytest.fixture(scope="module")
def loaded_city(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    city = load_city()
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), transaction.atomic(), media:
        for step in load.steps(city, SEED, UNTIL, volume=VOLUME):
            for done, total in step.run():
                assert done <= total
        yield city
        transaction.set_rollback(True)
