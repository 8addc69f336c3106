"""Redis is shared by all workers of a run: a test clears only what is its own."""

import pytest
from django.conf import settings
from django.core.cache import cache

OTHERS = "test-another-worker:1:counter"


@pytest.mark.skipif(
    "redis" not in settings.CACHES["default"]["BACKEND"], reason="needs Redis; set REDIS_URL"
)
def test_clearing_the_cache_leaves_what_other_workers_have() -> None:
    client = cache._cache.get_client(None, write=True)
    client.set(OTHERS, 3, ex=60)
    cache.set("own", 1)
    cache.clear()
    assert cache.get("own") is None
    assert client.get(OTHERS) == b"3"
    client.delete(OTHERS)
