"""The kinds of records that can be found: what every room contributes in its `documents.py`.

This room knows no room by name. It imports the `documents` module of every installed app and takes
its `sources` (see `gongkai.search.documents.DocumentSource`).
"""

from __future__ import annotations

import sys
from functools import cache

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

from gongkai.search.documents import DocumentSource


@cache
def sources() -> dict[str, DocumentSource]:
    """Every room's sources by name. ValueError when two have the same name."""
    autodiscover_modules("documents")
    found: dict[str, DocumentSource] = {}
    for config in apps.get_app_configs():
        module = sys.modules.get(f"{config.name}.documents")
        for source in getattr(module, "sources", ()):
            if source.name in found:
                raise ValueError(f"two sources of documents are called {source.name!r}")
            found[source.name] = source
    return found


def forget() -> None:
    """Discover anew at the next question (tests contribute sources of their own)."""
    sources.cache_clear()
