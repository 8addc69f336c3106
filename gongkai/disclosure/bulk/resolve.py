"""From what a table or an old page writes to the records it means: read once for all rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from django.db.models import F

from gongkai.catalogue.models import CatalogueEntry, Column, StandardCatalogue, Topic
from gongkai.disclosure.bulk.labels import label_key
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.statute import exemptions, proactive

IMPORT: Final = "disclosure.import"
_LEVELS: Final = re.compile(r"\s*[\\/>＞»→]+\s*")


class Body(NamedTuple):
    """A public body, as far as an import needs it."""

    pk: int
    code: str
    name: str
    path: str
    credit_code: str
    ended_on: date | None = None


class Resolver:
    """Labels → records. Every method raises ValueError with a Chinese message."""

    def __init__(self, actor: Actor) -> None:
        reach = Organ.objects.all() if actor.user is None else policy.organs_for(actor.user, IMPORT)
        allowed = set(reach.order_by().values_list("pk", flat=True))
        self.bodies: dict[int, Body] = {}
        self._organs: dict[str, Body] = {}
        self._names: dict[str, int] = {}
        # Bodies that exist go before abolished ones of the same name.
        living_first = F("abolished_on").desc(nulls_first=True)
        rows = Organ.objects.order_by(living_first, "path").values_list(
            "pk", "code", "name", "path", "credit_code", "abolished_on", "short_name"
        )
        for pk, code, name, path, credit_code, ended_on, short in rows:
            body = Body(pk, code, name, path, credit_code, ended_on)
            self.bodies[pk] = body
            self._names.setdefault(label_key(name), pk)
            if pk in allowed:
                for word in (code, name, short):
                    if word:
                        self._organs.setdefault(label_key(word), body)
        self._columns = _tree(Column.objects.values_list("pk", "title", "parent_id", "slug"))
        self._closed = set(Column.objects.exclude(closed_on=None).values_list("pk", flat=True))
        self._topics = _tree(Topic.objects.values_list("pk", "name", "parent_id", "code"))
        for pk, alias in Topic.objects.exclude(alias="").values_list("pk", "alias"):
            self._topics.setdefault(label_key(alias), []).append(pk)
        self._found: dict[tuple[str, str], int] = {}
        self._entries: dict[str, list[tuple[int, str]]] | None = None

    def organ(self, word: str) -> Body:
        """A body that the actor may import for, by code or name."""
        found = self._organs.get(label_key(word))
        if found is None:
            raise ValueError(f"没有“{word}”这个机关，或者您没有它的导入权限，请核对。")
        return found

    def issuer(self, name: str) -> tuple[int | None, str]:
        """An issuing body: (number, name as printed); a body elsewhere has no number."""
        return self._names.get(label_key(name)), name

    def column(self, word: str, *, closed: bool = False) -> int:
        """A column by slug, title, or 上级/下级; closed ones only for what is history."""
        pk = self._one(self._columns, word, "栏目", "网址标识，或“上级栏目/栏目”")
        if pk in self._closed and not closed:
            raise ValueError(f"栏目“{word}”已停用，请改用现行栏目。")
        return pk

    def topic(self, word: str) -> int:
        r"""A topic by code, name, or 综合政务\政务公开."""
        return self._one(self._topics, word, "主题", "“上级\\下级”")

    def entry(self, code: str, body: Body) -> int:
        """An entry in force of the nearest government above the body."""
        if self._entries is None:
            self._entries = defaultdict(list)
            for pk, found, path in CatalogueEntry.objects.filter(
                catalogue__state=StandardCatalogue.State.IN_FORCE
            ).values_list("pk", "code", "catalogue__organ__path"):
                self._entries[found.strip().upper()].append((pk, path))
        near = [
            (len(path), pk)
            for pk, path in self._entries.get(code.strip().upper(), ())
            if body.path.startswith(path)
        ]
        if not near:
            raise ValueError(f"现行标准目录中没有编码为“{code}”的事项，请核对。")
        return max(near)[1]

    def statutory_item(self, word: str) -> str:
        """A code of Articles 20 and 21, by code or label."""
        for code, item in proactive.ITEMS.items():
            if label_key(word) in (label_key(code), label_key(item.label)):
                return code
        raise ValueError(f"没有“{word}”这一法定公开内容，请填写 20-01 至 21B-08 的代码或名称。")

    def exemption(self, word: str) -> str:
        """A limb of Articles 13 to 16, by code or label."""
        for code, limb in exemptions.LIMBS.items():
            if label_key(word) in (label_key(code), label_key(limb.label)):
                return code
        raise ValueError(f"没有“{word}”这一不公开情形，请填写条例第十四条至第十六条的情形名称。")

    def _one(self, known: Mapping[str, list[int]], word: str, what: str, how: str) -> int:
        if (what, word) in self._found:
            return self._found[what, word]
        parts = [label_key(part) for part in _LEVELS.split(word) if part.strip()]
        found = known.get("/".join(parts)) or known.get(label_key(word)) or []
        if not found:
            raise ValueError(f"没有“{word}”这个{what}，请核对名称。")
        if len(found) > 1:
            raise ValueError(f"有{len(found)}个名为“{word}”的{what}，请写{how}。")
        self._found[what, word] = found[0]
        return found[0]


def _tree(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[int]]:
    """Every way to name a node of a tree → nodes: code, title, and 上级/下级 of any depth."""
    nodes = {pk: (label_key(title), parent, code) for pk, title, parent, code in rows}
    known: dict[str, list[int]] = defaultdict(list)
    codes: dict[str, int] = {}
    for pk, (_, _, code) in nodes.items():
        codes[label_key(code)] = pk
        way: list[str] = []
        up: int | None = pk
        while up is not None and len(way) < 8:
            title, up, _ = nodes[up]
            way.insert(0, title)
            if pk not in known["/".join(way)]:
                known["/".join(way)].append(pk)
    # A code is exact, whatever is called the same.
    known.update({code: [pk] for code, pk in codes.items()})
    return known
