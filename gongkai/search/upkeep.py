"""What this room does beside the site: counts are written, words prepared, old counts forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gongkai.search import asking, generations, memory, vocabulary
from gongkai.search.models import KnownWord, WordsVersion

EVERY = timedelta(minutes=10)
TIDY_EVERY = timedelta(days=1)
TIDY = "tidy"


def turn() -> None:
    """Do what is due; cheap when nothing is (two small statements)."""
    asking.flush()
    now = timezone.now()
    done = dict(WordsVersion.objects.values_list("name", "changed_at"))
    live = generations.live()
    prepared = done.get(memory.VOCABULARY)
    newer = live is not None and live.live_at is not None and prepared and live.live_at > prepared
    if (
        prepared is None
        or newer
        or now - prepared >= EVERY
        or done.get(memory.OFFICE, prepared) > prepared
        or not KnownWord.objects.exists()
    ):
        vocabulary.refresh()
    if TIDY not in done or now - done[TIDY] >= TIDY_EVERY:
        asking.tidy()
        memory.raise_version(TIDY)
