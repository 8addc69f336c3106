"""The guard upon items: every text of a version and the inside of every attachment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from gongkai.disclosure.content import LABELS, TEXT_FIELDS
from gongkai.disclosure.models import DisclosedItem
from gongkai.guard.engine import scan_file, scan_html, scan_text
from gongkai.guard.findings import Finding
from gongkai.guard.lexicon import Lexicon
from gongkai.guard.queries import current_lexicon
from gongkai.organs.models import Organ


@dataclass(frozen=True)
class Scan:
    """What the guard says of a version. `unread`: (attachment, state, note) of files that it
    could not read, which people must look at."""

    findings: list[Finding]
    unread: list[tuple[str, str, str]]


def lexicon_for(organ: Organ | None = None) -> Lexicon:
    """The word lists in force for a body."""
    return current_lexicon(organ)


def scan(item: DisclosedItem, lexicon: Lexicon) -> Scan:
    """Look through all that a version would publish: texts, keywords, issuers, file names, files.

    Titles and officials are judged as of the day the information came about: a document of last
    year names last year's officials rightly.
    """
    on = item.changed_on or item.formed_on
    findings: list[Finding] = []
    for where, text in texts(item):
        findings += scan_text(text, lexicon, where=where, on=on)
    findings += scan_html(item.body, lexicon, where=LABELS["body"], on=on)
    unread = []
    for attachment in item.attachments.all():
        findings += scan_text(attachment.name, lexicon, where="附件名", on=on)
        try:
            with attachment.stored.file.open("rb") as stream:
                result = scan_file(stream, attachment.name, lexicon, on=on)
        except OSError:
            findings.append(_lost(attachment.name))
            continue
        findings += result.findings
        if result.state != "read":
            unread.append((attachment.name, result.state, result.note))
    return Scan(findings, unread)


def _lost(name: str) -> Finding:
    """The file is no longer in the store: nobody could download it either."""
    return Finding(
        check="not_read",
        value=name,
        masked=name,
        where=f"附件《{name}》",
        start=0,
        end=0,
        severity="serious",
        message="文件在存储中找不到。请重新上传，并请管理员检查存储。",
    )


def texts(item: DisclosedItem) -> Iterator[tuple[str, str]]:
    """Every text of a version but the body, with its place in Chinese."""
    for name in TEXT_FIELDS:
        text = getattr(item, name)
        if text:
            yield LABELS[name], text
    for keyword in item.keywords:
        yield LABELS["keywords"], str(keyword)
    for issuer in item.issuers.all():
        yield LABELS["issuers"], issuer.name


def personal_in(text: str) -> list[Finding]:
    """Persons' numbers in a short text (an opinion, a reason)."""
    found = scan_text(text, lexicon_for(), where="说明", on=timezone.localdate())
    return [finding for finding in found if finding.is_personal]
