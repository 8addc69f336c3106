"""Page shapes of known site systems, as data, and what a source lays over them.

A profile is a file in `data/profiles`; `generic` is what every other falls back to. A source's
`mapping` may hold the same keys in the same places, which then come first, and:

    labels    field → further labels of this site      {"document_number": ["公文编号"]}
    columns   column or topic on the site → our column  {"通知公告": "tzgg"}
    kinds     column or topic on the site → kind        {"规范性文件": "normative"}
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import ValidationError
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from gongkai.disclosure.bulk.labels import fields_by_key, label_key, labels_of
from gongkai.disclosure.models import DocumentKind
from gongkai.guard.nesting import PAGE_NESTING, too_deep

GENERIC: Final = "generic"
_SELECTORS: Final = {
    "list": ("links", "next"),
    "page": ("title", "body", "metadata", "attachments", "remove"),
}


@dataclass(frozen=True)
class Profile:
    """How lists and pages of one source are read; selectors in the order they are tried."""

    name: str
    label: str
    links: Sequence[str] = ()
    next: Sequence[str] = ()
    pages: str = ""
    pages_address: str = ""
    pages_first: int = 1
    title: Sequence[str] = ()
    body: Sequence[str] = ()
    metadata: Sequence[str] = ()
    attachments: Sequence[str] = ()
    remove: Sequence[str] = ()
    comments: bool = False
    pdf: str = ""
    detect: Sequence[str] = ()
    marks: Sequence[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """label key → field, the site's own labels included."""
    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@cache
def packaged() -> Mapping[str, Mapping[str, Any]]:
    """The profiles that come with the software: name → data."""
    folder = files(__package__) / "data" / "profiles"
    found = {
        path.name.removesuffix(".toml"): tomllib.loads(path.read_text("utf-8"))
        for path in folder.iterdir()
        if path.name.endswith(".toml")
    }
    return MappingProxyType(dict(sorted(found.items())))


def choices() -> list[tuple[str, str]]:
    """For a form: the generic profile first."""
    rest = [(name, str(data["label"])) for name, data in packaged().items() if name != GENERIC]
    return [(GENERIC, str(packaged()[GENERIC]["label"])), *rest]


def profile_of(name: str, mapping: Mapping[str, Any] | None = None) -> Profile:
    """The profile `name` with a source's mapping laid over it."""
    own = packaged().get(name, packaged()[GENERIC])
    base, mapping = packaged()[GENERIC], mapping or {}
    layers = (mapping, own) if name == GENERIC else (mapping, own, base)

    def selectors(part: str, key: str) -> tuple[str, ...]:
        found = [s for layer in layers for s in layer.get(part, {}).get(key, ())]
        return tuple(dict.fromkeys(found))

    def first(part: str, key: str, default: Any) -> Any:
        return next((layer[part][key] for layer in layers if key in layer.get(part, {})), default)

    fields = {
        label_key(word): name_
        for name_, words in mapping.get("labels", {}).items()
        for word in words
    }
    return Profile(
        name=name,
        label=str(own["label"]),
        links=selectors("list", "links"),
        next=selectors("list", "next"),
        pages=first("list", "pages", ""),
        pages_address=first("list", "pages_address", ""),
        pages_first=first("list", "pages_first", 1),
        title=selectors("page", "title"),
        body=selectors("page", "body"),
        metadata=selectors("page", "metadata"),
        attachments=selectors("page", "attachments"),
        remove=selectors("page", "remove"),
        comments=bool(first("page", "comments", False)),
        pdf=first("page", "pdf", ""),
        detect=tuple(own.get("detect", ())),
        marks=tuple(own.get("marks", ())),
        fields={**fields_by_key(), **fields},
        columns={label_key(k): v for k, v in mapping.get("columns", {}).items()},
        kinds={label_key(k): v for k, v in mapping.get("kinds", {}).items()},
    )


def recognise(html: str) -> str:
    """Which packaged profile a page most probably belongs to ("generic" when none)."""
    if too_deep(html, PAGE_NESTING):
        return GENERIC
    tree = LexborHTMLParser(html)
    best, most = GENERIC, 0
    for name, data in packaged().items():
        score = sum(tree.css_first(selector) is not None for selector in data.get("detect", ()))
        score += sum(re.search(mark, html) is not None for mark in data.get("marks", ()))
        if score > most:
            best, most = name, score
    return best


def check_mapping(mapping: Any) -> None:
    """Raise ValidationError for a mapping that could not be used, naming the place."""
    if not isinstance(mapping, dict):
        raise ValidationError('字段对应应是一个 JSON 对象，例如 {"page": {"body": ["#zoom"]}}。')
    known = {*_SELECTORS, "labels", "columns", "kinds"}
    if unknown := sorted(set(mapping) - known):
        raise ValidationError(
            f"字段对应中有不认识的部分：{'、'.join(unknown)}。可用：{'、'.join(sorted(known))}。"
        )
    for part, keys in _SELECTORS.items():
        for key, value in _table(mapping, part).items():
            if key not in keys:
                raise ValidationError(f"字段对应的 {part} 中没有“{key}”，可用：{'、'.join(keys)}。")
            for selector in _words(value, f"{part}.{key}"):
                _check_selector(selector, f"{part}.{key}")
    for name, words in _table(mapping, "labels").items():
        if name not in labels_of():
            raise ValidationError(
                f"字段对应的 labels 中没有字段“{name}”，可用：{'、'.join(labels_of())}。"
            )
        _words(words, f"labels.{name}")
    for part in ("columns", "kinds"):
        for word, value in _table(mapping, part).items():
            if not isinstance(value, str) or not value:
                raise ValidationError(f"字段对应的 {part} 中“{word}”应对应一个文字。")
    for word, kind in _table(mapping, "kinds").items():
        if kind not in DocumentKind.values:
            raise ValidationError(
                f"字段对应的 kinds 中“{word}”应为：{'、'.join(DocumentKind.values)}。"
            )


def _table(mapping: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    value = mapping.get(part, {})
    if not isinstance(value, dict):
        raise ValidationError(f"字段对应的 {part} 应是一个 JSON 对象。")
    return value


def _words(value: Any, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise ValidationError(f'字段对应的 {place} 应是文字的列表，例如 ["#zoom"]。')
    return value


def _check_selector(selector: str, place: str) -> None:
    try:
        LexborHTMLParser("<p></p>").css_first(selector)
    except SelectolaxError:
        raise ValidationError(
            f"字段对应的 {place} 中“{selector}”不是可用的 CSS 选择器，请改正。"
        ) from None
