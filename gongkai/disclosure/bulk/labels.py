"""What fields of an item are called in the tables and on the pages of different places."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_SPACES = re.compile(r"[\s\ufeff\u200b]+")
_NOISE = re.compile(r"[\s*:：_\-·•\ufeff\u200b\u3000]+")


@cache
def labels_of() -> Mapping[str, tuple[str, ...]]:
    """Field → the ways to write it, the usual one first."""
    text = (files(__package__) / "data" / "labels.toml").read_text("utf-8")
    return MappingProxyType({name: tuple(words) for name, words in tomllib.loads(text).items()})


@cache
def fields_by_key() -> Mapping[str, str]:
    """Every way to write a label, as `label_key` sees it → field."""
    known: dict[str, str] = {}
    for field, words in labels_of().items():
        for word in words:
            known.setdefault(label_key(word), field)
    return MappingProxyType(known)


def label_key(text: str) -> str:
    """A label without what differs from page to page: width, spaces, colons, brackets."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NOISE.sub("", _BRACKETS.sub("", plain))


def title_key(text: str) -> str:
    """A title as titles are compared: width and spaces do not tell two apart, brackets do.

    （第一批） and （第二批） are two pieces of information, often published on one day.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", text).casefold())
