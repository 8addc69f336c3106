"""One item on its way in: what a row or an old page says, judged and put into our words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from gongkai.disclosure import richtext
from gongkai.disclosure.bulk.labels import title_key
from gongkai.disclosure.bulk.resolve import Body, Resolver
from gongkai.disclosure.content import LABELS, TEXT_FIELDS
from gongkai.disclosure.models import DisclosedItem, DisclosureAttribute, StoredFile
from gongkai.disclosure.services.drafting import MAX_KEYWORDS
from gongkai.guard.engine import scan_html, scan_text
from gongkai.statute import document_numbers, exemptions

if TYPE_CHECKING:
    from gongkai.guard.findings import Finding
    from gongkai.guard.lexicon import Lexicon

Complain = Callable[[str, str], None]
"""Called with a column's name and what is wrong with it."""

_PLAIN: Final = (
    "document_kind", "genre", "registration_number", "keywords", "audience", "formed_on",
    "changed_on", "effective_from", "valid_until", "repealed_on", "disclosure_attribute",
    "attribute_reason", "summary", "source",
)  # fmt: skip
_HAPPENED: Final = ("formed_on", "changed_on", "published_at", "repealed_on")
_url = URLValidator(schemes=["http", "https"])


@dataclass
class Incoming:
    """An item that may be written: field values, relations, files, and what the guard says."""

    body: Body
    values: dict[str, Any]
    issuers: list[tuple[int | None, str]] = field(default_factory=list)
    mounts: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    file_names: list[str] = field(default_factory=list)
    published_at: datetime | None = None
    row: int = 0
    address: str = ""
    stored: list[tuple[StoredFile, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return str(self.values["title"])

    @cached_property
    def identity(self) -> str:
        return identity_of(self.body.pk, self.title)

    @property
    def on(self) -> date | None:
        """The day as of which its words are judged."""
        on: date | None = self.values.get("changed_on") or self.values.get("formed_on")
        if on is None and self.published_at is not None:
            on = timezone.localtime(self.published_at).date()
        return on

    def is_same(self, legacy: str, number: str, published_at: datetime | None) -> bool:
        """Whether an item of the same body and title is this one (Art. 12: one item, once).

        It is when the old index number, the document number or the day of publication agree, or
        when one of the two says nothing of all three.
        """
        pairs = (
            (self.values["legacy_index_number"], legacy),
            (self.values["document_number"], number),
            (_day(self.published_at), _day(published_at)),
        )
        told = [(mine, theirs) for mine, theirs in pairs if mine and theirs]
        return not told or any(mine == theirs for mine, theirs in told)

    def scan(self, lexicon: Lexicon) -> None:
        """Note what the guard finds in every text but the attachments, which are read apart."""
        texts = list(self._texts())
        # A clean item, the usual case, is walked once instead of a dozen times.
        if scan_text("\n".join(text for _, text in texts), lexicon, on=self.on):
            for where, text in texts:
                self.findings += scan_text(text, lexicon, where=where, on=self.on)
        self.findings += scan_html(self.values["body"], lexicon, where=LABELS["body"], on=self.on)

    def _texts(self) -> Iterator[tuple[str, str]]:
        for name in TEXT_FIELDS:
            if text := self.values.get(name):
                yield LABELS[name], text
        for keyword in self.values["keywords"]:
            yield LABELS["keywords"], keyword
        for _, name in self.issuers:
            yield LABELS["issuers"], name
        for name in self.file_names:
            yield "附件名", name


@dataclass(frozen=True)
class Judge:
    """What all rows of one import are judged by.

    `strict`: an unknown topic, kind or entry is a problem of the row (a table that somebody can
    mend); otherwise it is left out and told as a note (an old page that nobody can).
    """

    resolver: Resolver
    today: date
    as_published: bool = False
    body: Body | None = None
    column: int | None = None
    document_kind: str = "information"
    strict: bool = True

    def judged(
        self, cells: Mapping[str, Any], complain: Complain, note: Callable[[str], None]
    ) -> Incoming | None:
        """The item, or None after complaining of everything that is wrong."""
        faults: list[str] = []

        def fault(column: str, message: str) -> None:
            faults.append(column)
            complain(column, message)

        def looked_up(column: str, find: Callable[..., Any], *words: Any) -> Any:
            try:
                return find(*words)
            except ValueError as error:
                if self.strict or column in ("organ", "column"):
                    fault(column, str(error))
                else:
                    note(str(error))
                return None

        body = looked_up("organ", self.resolver.organ, cells["organ"]) if cells["organ"] else None
        if not cells["organ"]:
            body = self.body
            if body is None:
                fault("organ", "没有填写机关代码，导入时也没有选择机关，请补填。")
        if body is not None and body.ended_on and body.ended_on <= self.today:
            self._check_ended(body, fault)
        column = self.column
        if cells["column"]:
            column = looked_up("column", self._column, cells["column"])
        elif column is None:
            fault("column", "没有填写栏目，导入时也没有选择栏目，请补填。")
        values = {name: cells[name] for name in _PLAIN}
        values |= {
            "title": cells["title"],
            "legacy_index_number": cells["index_number"],
            "document_number": document_numbers.normalise(cells["document_number"]),
            "column_id": column,
            "document_kind": cells["document_kind"] or self.document_kind,
            "keywords": list(cells["keywords"] or ()),
            "body": "",
            "topic_id": None,
            "statutory_item": "",
            "exemption": "",
            "source_url": "",
        }
        try:
            values["body"] = richtext.clean(cells["body"])
        except ValidationError as refused:
            fault("body", refused.messages[0])
        if cells["topic"]:
            values["topic_id"] = looked_up("topic", self.resolver.topic, cells["topic"])
        for name, find in (
            ("statutory_item", self.resolver.statutory_item),
            ("exemption", self.resolver.exemption),
        ):
            if cells[name]:
                values[name] = looked_up(name, find, cells[name]) or ""
        mounts = [looked_up("mounts", self._column, word) for word in cells["mounts"]]
        entries = []
        if body is not None:
            entries = [
                looked_up("entries", self.resolver.entry, code, body) for code in cells["entries"]
            ]
        if cells["source_url"]:
            try:
                _url(cells["source_url"])
                values["source_url"] = cells["source_url"]
            except ValidationError:
                looked_up("source_url", _refuse, f"“{cells['source_url']}”不是网址，请核对。")
        if len(values["keywords"]) > MAX_KEYWORDS:
            over = f"关键词最多{MAX_KEYWORDS}个，写了{len(values['keywords'])}个。"
            looked_up("keywords", _refuse, over)
            values["keywords"] = values["keywords"][:MAX_KEYWORDS]
        self._check_days(cells, values, fault)
        self._check_attribute(values, fault)
        if faults or body is None:
            return None
        return Incoming(
            body=body,
            values=values,
            issuers=[self.resolver.issuer(name) for name in cells["issuers"]],
            mounts=sorted({pk for pk in mounts if pk and pk != column}),
            entries=sorted({pk for pk in entries if pk}),
            file_names=list(cells["attachments"]),
            published_at=cells["published_at"],
        )

    def _column(self, word: str) -> int:
        return self.resolver.column(word, closed=self.as_published)

    def _check_ended(self, body: Body, fault: Complain) -> None:
        """An abolished body keeps its history and drafts nothing any more."""
        if not self.as_published:
            fault(
                "organ",
                f"{body.name}已于{body.ended_on}撤销，不能再起草信息。请改为承继机关，"
                "或者作为历史数据导入。",
            )

    def _check_days(
        self, cells: Mapping[str, Any], values: dict[str, Any], fault: Complain
    ) -> None:
        for name in _HAPPENED:
            value = cells[name]
            day = _day(value) if isinstance(value, datetime) else value
            if day is not None and day > self.today:
                fault(name, f"“{day}”晚于今天（{self.today}），请核对。")
        begins, ends = values["effective_from"], values["valid_until"]
        if begins and ends and ends < begins:
            fault("valid_until", f"有效期至“{ends}”早于施行日期“{begins}”，请核对。")
        state = cells["validity"]
        if state == "repealed" and not values["repealed_on"]:
            fault("validity", "写明已废止，但没有废止日期，请补填废止日期。")
        if state == "expired" and not (ends and ends <= self.today):
            fault("validity", "写明已失效，但没有已到期的有效期，请补填有效期至。")
        if self.as_published and cells["published_at"] is None:
            fault("published_at", "作为历史数据导入，须有原来的发布日期，请补填。")

    def _check_attribute(self, values: Mapping[str, Any], fault: Complain) -> None:
        attribute = values["disclosure_attribute"]
        if attribute == DisclosureAttribute.PROACTIVE:
            return
        if self.as_published:
            fault("disclosure_attribute", "只有主动公开的信息才能作为已发布的历史数据导入。")
            return
        if not values["attribute_reason"]:
            fault("attribute_reason", "不主动公开的，请写明理由。")
        limb = exemptions.LIMBS.get(values["exemption"])
        if limb is not None and attribute not in limb.attributes:
            fault("exemption", exemptions.missing(limb.code, attribute, ("reason",))[0])


def identity_of(organ: int, title: str) -> str:
    """What finds the same item again: its body and title, as a hash that an index holds."""
    return hashlib.sha256(f"{organ}\x1f{title_key(title)}".encode()).hexdigest()


def is_known(incoming: Incoming, known: DisclosedItem) -> bool:
    """Whether an item that we have is the one that comes in."""
    return incoming.is_same(known.legacy_index_number, known.document_number, known.published_at)


def _day(value: datetime | None) -> date | None:
    return timezone.localtime(value).date() if value is not None else None


def _refuse(message: str) -> None:
    raise ValueError(message)
