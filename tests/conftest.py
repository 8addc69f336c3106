"""Fixtures that every room's tests share."""

import gc
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.test import TransactionTestCase
from django.test.signals import setting_changed
from hypothesis import settings as hypothesis_settings

from tests import database

# No test asserts how fast the machine is.
hypothesis_settings.register_profile("gongkai", deadline=None)
hypothesis_settings.load_profile("gongkai")

LONG = ("tests/browser/", "tests/demo/", "tests/test_shape.py", "tests/foi/test_facts.py")
"""Files whose single tests take long: begun last, one of them would keep the others waiting."""

WITHOUT_DATABASE = "tests/reports/reading/test_blemishes.py"
"""What the second worker does while the first one builds the template of the databases."""


def pytest_configure(config: pytest.Config) -> None:
    # A test's password needs no strength, and hashing one well takes longer than the test.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Start-up has already made a storage from the old value; this makes it forget.
    setting_changed.send(None, setting="STORAGES", value=settings.STORAGES, enter=True)
    # A page kept by one test would be shown to the next, whose database is another.
    settings.PAGE_CACHE_MB = 0
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    # A database that is thrown away need not outlive a power cut: nobody waits for the disk.
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    if "init_command" in options:
        options["init_command"] += "PRAGMA synchronous=OFF;"
    else:
        options["options"] = "-c synchronous_commit=off"


@pytest.fixture(autouse=True)
def site_without_preferences() -> None:
    """No test sees the preferences of another, and looking them up counts in no statement."""
    from gongkai.portal.preferences import memory

    memory.keep(None, float("inf"))


@pytest.fixture(autouse=True)
def search_words_of_this_test() -> None:
    """No test searches by the synonyms, words and counts of another."""
    from gongkai.search import asking, memory

    memory.forget_all()
    asking.forget()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker
) -> Iterator[None]:
    """A database for this worker, cloned from the migrated template."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():
        made = database.make(worker)

    def restore(case: TransactionTestCase) -> None:
        with django_db_blocker.unblock():
            made.restore()

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = restore
    yield
    TransactionTestCase._fixture_teardown = original
    with django_db_blocker.unblock():
        made.destroy()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long files first, so that no worker ends alone; what needs a service says so."""
    from django.db import connection

    first = next((item.path for item in items if item.nodeid.startswith(LONG)), None)

    def place(item: pytest.Item) -> int:
        if item.nodeid.startswith(LONG):
            return 0 if item.path == first else 2
        return 1 if item.nodeid.startswith(WITHOUT_DATABASE) else 3

    items.sort(key=place)

    if connection.vendor != "postgresql":
        skip = pytest.mark.skip(reason="needs PostgreSQL; set DATABASE_URL to run it")
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and a test leaves little: the garbage collector looks less."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def media_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of folders that none had before; a folder begins with the first file in it."""
    home = tmp_path_factory.mktemp("media")
    return (home / str(number) for number in count(1))


@pytest.fixture(autouse=True)
def _no_leftovers(settings, media_roots: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own media folder and its own part of the cache.

    Redis outlives a run, and a database restored from its template hands out the same keys
    again: without a prefix of its own a test would find what an earlier run had kept.
    """
    settings.MEDIA_ROOT = next(media_roots)
    prefix = f"test-{uuid4().hex}"
    settings.CACHES = {
        alias: {**options, "KEY_PREFIX": prefix} for alias, options in settings.CACHES.items()
    }
    # Redis is shared by all workers, and Django's `clear` empties the whole of it.
    monkeypatch.setattr(RedisCache, "clear", _clear_own)


def _clear_own(cache: RedisCache) -> bool:
    """What this test has put into the cache is gone; what other workers have stays."""
    client = cache._cache.get_client(None, write=True)
    keys = list(client.scan_iter(f"{cache.key_prefix}:*"))
    return bool(client.delete(*keys)) if keys else True
