"""Sources of a migration: registering an existing site, and looking at what would be understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure.bulk import profiles
from gongkai.disclosure.bulk.columns import LABELS
from gongkai.disclosure.bulk.decoding import decode
from gongkai.disclosure.bulk.fetching import (
    Fetched,
    Fetcher,
    FetchRefused,
    Loop,
    clean_host,
    gather,
)
from gongkai.disclosure.bulk.lists import ListedLink, ListPage, read_list
from gongkai.disclosure.bulk.pages import PageRecord, read_page
from gongkai.disclosure.bulk.resolve import IMPORT
from gongkai.disclosure.models import MigrationSource
from gongkai.disclosure.richtext import plain_text
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record
from gongkai.organs import policy
from gongkai.organs.models import Organ, User

FIELDS: Final = (
    "name", "profile", "lists", "first_page", "last_page", "page_size", "hosts", "own_site",
    "per_second", "column", "document_kind", "mapping",
)  # fmt: skip
MAX_LISTS: Final = 200
MAX_PAGES: Final = 5_000
_PLACES: Final = re.compile(r"\{(\w*)\}")
_KNOWN_PLACES: Final = frozenset({"page", "start", "end"})


def save_source(
    actor: Actor,
    organ: Organ,
    values: Mapping[str, Any],
    *,
    source: MigrationSource | None = None,
) -> MigrationSource:
    """The source is registered (or changed). Raises ValidationError at the field that is wrong."""
    policy.authorise(actor, IMPORT, organ)
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"a source has no field {', '.join(sorted(unknown))}")
    made = source or MigrationSource(
        organ=organ, created_by=actor.user if isinstance(actor.user, User) else None
    )
    if made.pk is not None and made.organ_id != organ.pk:
        raise ValidationError("迁移来源不能改到别的机关，请另建一个来源。")
    before = _facts(made) if made.pk is not None else {}
    for name, value in values.items():
        setattr(made, name, value)
    _check(made)
    made.full_clean(exclude=["organ", "created_by"])
    with transaction.atomic():
        made.save()
        record(
            actor,
            "disclosure.migration.source",
            chain=organ.code,
            obj=made,
            changes=diff(before, _facts(made)),
        )
    return made


def close_source(actor: Actor, source: MigrationSource) -> MigrationSource:
    """No more runs of this source; what it brought and its report stay."""
    policy.authorise(actor, IMPORT, source.organ)
    with transaction.atomic():
        current = MigrationSource.objects.select_for_update().get(pk=source.pk)
        if current.closed_at is not None:
            raise ValidationError("这个来源已经停用。")
        if current.runs.filter(state__in=["waiting", "running"]).exists():
            raise ValidationError("这个来源还有任务在进行，请先停止它。")
        current.closed_at = timezone.now()
        current.save(update_fields=["closed_at", "updated_at"])
        record(actor, "disclosure.migration.close", chain=current.organ.code, obj=current)
    return current


def _facts(source: MigrationSource) -> dict[str, Any]:
    facts = {name: getattr(source, name) for name in FIELDS if name not in ("column", "mapping")}
    facts["column"] = source.column.slug if source.column_id else ""
    facts["mapping"] = sorted(source.mapping)
    facts["lists"] = [address[:200] for address in source.lists[:20]]
    return facts


def _check(source: MigrationSource) -> None:
    wrong: dict[str, list[str]] = {}
    if source.profile not in profiles.packaged():
        wrong["profile"] = ["没有这种页面类型，请重新选择。"]
    try:
        profiles.check_mapping(source.mapping)
    except ValidationError as error:
        wrong["mapping"] = list(error.messages)
    hosts = []
    for host in source.hosts:
        try:
            hosts.append(clean_host(str(host)))
        except ValueError as error:
            wrong.setdefault("hosts", []).append(str(error))
    source.hosts = list(dict.fromkeys(hosts))
    lists = [str(address).strip() for address in source.lists if str(address).strip()]
    if not lists:
        wrong["lists"] = ["请至少填写一个列表页网址。"]
    if len(lists) > MAX_LISTS:
        wrong["lists"] = [f"列表页最多{MAX_LISTS}个，请分成几个来源。"]
    fetcher_hosts = source.hosts or _hosts_of(lists)
    source.hosts = fetcher_hosts
    for address in lists:
        message = _list_fault(address, fetcher_hosts)
        if message:
            wrong.setdefault("lists", []).append(message)
    source.lists = list(dict.fromkeys(lists))
    last = source.last_page
    if last is not None and not source.first_page <= last <= source.first_page + MAX_PAGES:
        wrong["last_page"] = [f"最后页码应在起始页码之后，且不超过{MAX_PAGES}页。"]
    if source.page_size < 1 or source.page_size > 1000:
        wrong["page_size"] = ["每页条数应为1至1000。"]
    if wrong:
        raise ValidationError(wrong)


def _hosts_of(lists: Sequence[str]) -> list[str]:
    """Where no host is named, the lists' own hosts are meant."""
    found = []
    for address in lists:
        try:
            parts = urlsplit(address)
            host = clean_host(parts.netloc.rpartition("@")[2])
        except ValueError:
            continue
        found.append(host)
    return list(dict.fromkeys(found))


def _list_fault(address: str, hosts: Sequence[str]) -> str:
    unknown = set(_PLACES.findall(address)) - _KNOWN_PLACES
    if unknown:
        return f"“{address}”中的占位只能用 {{page}}、{{start}}、{{end}}。"
    try:
        fetcher_check(hosts, list_address(address, 1, 20))
    except FetchRefused as refusal:
        return f"“{address}”：{refusal}"
    return ""


def fetcher_check(hosts: Sequence[str], address: str) -> None:
    """Raise FetchRefused for an address that this source may not ask."""
    Fetcher(hosts).check(address)


def list_address(pattern: str, page: int, size: int) -> str:
    """The address of a list's page: {page} its number, {start} and {end} its rows from 1."""
    values = {"page": page, "start": (page - 1) * size + 1, "end": page * size}
    return _PLACES.sub(lambda found: str(values.get(found[1], found[0])), pattern)


def is_pattern(address: str) -> bool:
    """Whether a list address counts its pages itself."""
    return bool(_KNOWN_PLACES & set(_PLACES.findall(address)))


def fetcher_of(source: MigrationSource) -> Fetcher:
    """The client that asks for this source."""
    return Fetcher(
        source.hosts, per_second=float(source.per_second), obey_robots=not source.own_site
    )


def profile_for(source: MigrationSource) -> profiles.Profile:
    """How the source's pages are read."""
    return profiles.profile_of(source.profile, source.mapping)


# -- looking before running --------------------------------------------------------------------
@dataclass(frozen=True)
class PagePreview:
    """One page of the old site beside what was understood of it."""

    address: str
    listed: str
    fault: str = ""
    fields: Sequence[tuple[str, str]] = ()
    body: str = ""
    characters: int = 0
    attachments: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass
class Preview:
    """The first list page and the first items of a source, as they would be read."""

    list_address: str
    fault: str = ""
    links: Sequence[ListedLink] = ()
    following: Sequence[str] = ()
    recognised: str = ""
    """The page type that the pages look like, when it is another than the chosen one."""
    pages: list[PagePreview] = field(default_factory=list)


def preview(actor: Actor, source: MigrationSource, *, pages: int = 3) -> Preview:
    """What the first pages say; asks the old site, writes nothing."""
    policy.authorise(actor, IMPORT, source.organ)
    with Loop() as loop:
        return loop.run(_preview(source, profile_for(source), pages))


async def _preview(source: MigrationSource, profile: profiles.Profile, number: int) -> Preview:
    address = list_address(source.lists[0], source.first_page, source.page_size)
    told = Preview(address)
    async with fetcher_of(source) as fetcher:
        try:
            fetched = await fetcher.fetch(address)
        except FetchRefused as refusal:
            told.fault = str(refusal)
            return told
        found = listed(fetched, profile)
        told.links, told.following = found.links, found.following
        if not found.links:
            told.fault = "列表页中没有找到信息的链接。请核对网址，或在字段对应中写明 list.links。"
            return told
        links = found.links[:number]
        answers = await gather(fetcher, [link.address for link in links])
    for link, answer in zip(links, answers, strict=True):
        if isinstance(answer, FetchRefused):
            told.pages.append(PagePreview(link.address, link.title, fault=str(answer)))
            continue
        html = decode(answer.body, answer.content_type)
        if not told.pages:
            likely = profiles.recognise(html)
            if likely not in (source.profile, profiles.GENERIC):
                told.recognised = str(profiles.packaged()[likely]["label"])
        told.pages.append(_page_preview(link, read_page(html, answer.address, profile)))
    return told


def listed(fetched: Fetched, profile: profiles.Profile) -> ListPage:
    """A fetched list page, read."""
    return read_list(decode(fetched.body, fetched.content_type), fetched.address, profile)


def _page_preview(link: ListedLink, found: PageRecord) -> PagePreview:
    text = plain_text(found.body)
    fields = [
        (LABELS.get(name, name), value)
        for name, value in found.fields.items()
        if name not in ("body", "attachments")
    ]
    fault = "" if text or found.attachments else "没有找到正文，也没有附件。"
    return PagePreview(
        link.address,
        link.title,
        fault=fault,
        fields=fields,
        body=text[:300],
        characters=len(text),
        attachments=[name or address for address, name in found.attachments],
        notes=found.notes,
    )
