"""A document as it is drawn: title, number, the note under the title (题注), text, where it stands."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

import gongkai
from gongkai.disclosure import presenting
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.presenting import day
from gongkai.portal.finding.papers.blocks import Block, blocks_of
from gongkai.statute.validity import Validity


@dataclass(frozen=True)
class Paper:
    """All that a file says. `ended` is the word across every page of what no longer holds."""

    title: str
    number: str
    issuers: str
    note: tuple[str, ...]
    notice: str
    ended: str
    blocks: tuple[Block, ...]
    attachments: tuple[str, ...]
    origin: tuple[tuple[str, str], ...]
    stamped_on: date

    @property
    def mark(self) -> str:
        """Stands for everything that is drawn, and for the program that draws it."""
        said = json.dumps(asdict(self), default=str, ensure_ascii=False)
        return hashlib.sha256(f"{gongkai.__version__}|{said}".encode()).hexdigest()


def paper_of(item: DisclosedItem, on: date, *, site: str, address: str) -> Paper:
    """The public version of the document as it stands on `on`."""
    validity = presenting.validity_of(item, item, on)
    banner = presenting.banner(item, item, on, lambda other: "")
    notice = banner.text if banner else ""
    if banner and banner.successor:
        notice += f"见《{banner.successor}》{_number(item.successor)}。"
    issuers = "、".join(issuer.name for issuer in item.issuers.all()) or item.organ.name
    return Paper(
        title=item.title,
        number=item.document_number,
        issuers=issuers,
        note=note_of(item, issuers),
        notice=notice,
        ended="" if validity.holds or validity == Validity.PENDING else f"已{validity.label}",
        blocks=blocks_of(item.body),
        attachments=tuple(one.name for one in item.attachments.all()),
        origin=(
            ("索引号", item.index_number or ""),
            ("发布日期", day(item.published_at)),
            ("有效性", f"{validity.label}（{day(on)}）"),
            ("来源", f"{site}　{address}"),
        ),
        stamped_on=item.last_published_at.date() if item.last_published_at else on,
    )


def note_of(item: DisclosedItem, issuers: str) -> tuple[str, ...]:
    """题注: who issued it when, from when it holds, by what it was changed or ended."""
    lines = []
    if item.formed_on:
        lines.append(f"{day(item.formed_on)}{issuers}印发")
    terms = []
    if item.effective_from:
        terms.append(f"自{day(item.effective_from)}起施行")
    if item.valid_until:
        terms.append(f"有效期至{day(item.valid_until)}")
    if terms:
        lines.append("　".join(terms))
    successor = item.successor if item.successor_id else None
    by = ""
    if successor is not None and successor.live:
        by = f"根据《{successor.title}》{_number(successor)}"
    if item.amended_on:
        # The one document that is named is the later act: the repeal, where there was one.
        lines.append(f"{day(item.amended_on)}{'' if item.repealed_on else by}修改")
    if item.repealed_on:
        lines.append(f"{day(item.repealed_on)}{by}废止")
    return tuple(lines)


def _number(item: DisclosedItem | None) -> str:
    return f"（{item.document_number}）" if item is not None and item.document_number else ""
