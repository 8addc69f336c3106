"""Versions of the standard catalogue: compiled, put in force, followed by the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongkai.catalogue.exchange.rows import fill_rule
from gongkai.catalogue.models import (
    CHANNELS,
    CatalogueEntry,
    Column,
    Duty,
    Field,
    Matter,
    StandardCatalogue,
)
from gongkai.catalogue.services.periods import open_periods_of
from gongkai.catalogue.signals import catalogue_changed
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs.models import Organ, OrganKind
from gongkai.organs.policy import authorise

MANAGE: Final = "catalogue.manage"
CONTENT: Final = (
    "code", "field", "seq", "level1", "level2", "elements", "basis", "time_limit_text",
    "limit_days", "day_type", "trigger", "cycle", "cycle_by", "notice_days", "subject",
    "channels", "audience_all", "audience_specific", "mode_proactive", "mode_on_request",
    "level_county", "level_township", "pii_risk", "pii_rule", "coverage_test", "confidence",
)  # fmt: skip
"""What a version says of a matter."""
State = StandardCatalogue.State
FIXED: Final = "现行的或者已被替代的标准目录不得修改。请由本版复制新版本，在新版本中修改。"
_CHANNEL_SIGNS: Final = frozenset("■□☑☐√;；()（）")


def create_catalogue(
    actor: Actor, organ: Organ, *, year: int, title: str = "", version: int | None = None
) -> StandardCatalogue:
    """An empty draft of the government's catalogue of `year`."""
    authorise(actor, MANAGE, organ)
    if organ.kind not in (OrganKind.GOVERNMENT, OrganKind.TOWNSHIP, OrganKind.SUBDISTRICT):
        raise ValidationError({"organ": "标准目录由县级或者乡级政府（街道）编制，请选择政府。"})
    if not 2019 <= year <= 2100:
        raise ValidationError({"year": "版本年度应在2019至2100之间，请核对。"})
    with transaction.atomic():
        catalogue = StandardCatalogue(
            organ=organ,
            year=year,
            version=version or _next_version(organ, year),
            title=title.strip() or f"{organ.name}基层政务公开标准目录",
        )
        catalogue.full_clean()
        catalogue.save()
        record(
            actor,
            "catalogue.version.create",
            chain=organ.code,
            obj=catalogue,
            changes={"year": year, "version": catalogue.version},
        )
    return catalogue


def _next_version(organ: Organ, year: int) -> int:
    found = StandardCatalogue.objects.filter(organ=organ, year=year).aggregate(last=Max("version"))
    return int(found["last"] or 0) + 1


def copy_version(actor: Actor, source: StandardCatalogue, *, year: int) -> StandardCatalogue:
    """A draft that says what `source` says, entry by entry, with the same columns."""
    with transaction.atomic():
        copy = create_catalogue(actor, source.organ, year=year, title=source.title)
        entries = list(source.entries.all())
        CatalogueEntry.objects.bulk_create(
            [
                CatalogueEntry(
                    catalogue=copy,
                    matter_id=entry.matter_id,
                    **{name: getattr(entry, name) for name in CONTENT},
                )
                for entry in entries
            ],
            batch_size=200,
        )
        new = dict(copy.entries.values_list("matter_id", "pk"))
        links = CatalogueEntry.columns.through.objects.filter(
            catalogueentry__catalogue=source
        ).values_list("catalogueentry__matter_id", "column_id")
        CatalogueEntry.columns.through.objects.bulk_create(
            [
                CatalogueEntry.columns.through(catalogueentry_id=new[matter], column_id=column)
                for matter, column in links
            ],
            batch_size=400,
        )
        record(
            actor,
            "catalogue.version.copy",
            chain=source.organ.code,
            obj=copy,
            changes={"from": str(source), "entries": len(entries)},
        )
    return copy


def put_in_force(actor: Actor, catalogue: StandardCatalogue, *, on: date) -> StandardCatalogue:
    """The draft is in force from `on`; the version before it is superseded.

    Bodies' answers are carried over to the entries of the same matters. A statement keeps its
    validity; a matter that is new waits for an answer. Periods of the new entries open.
    """
    authorise(actor, MANAGE, catalogue.organ)
    today = timezone.localdate()
    if on > today:
        raise ValidationError({"on": f"施行日期不能晚于今天（{today}）。到了那一天再施行。"})
    with transaction.atomic():
        current = _locked_draft(catalogue)
        if not current.entries.exists():
            raise ValidationError("目录里还没有事项，不能施行。请先导入或者新增事项。")
        former = (
            StandardCatalogue.objects.select_for_update()
            .filter(organ=current.organ, state=State.IN_FORCE)
            .first()
        )
        if former is not None:
            if former.in_force_from and on < former.in_force_from:
                raise ValidationError(
                    {"on": f"施行日期不能早于现行版本的施行日期（{former.in_force_from}）。"}
                )
            former.state, former.superseded_on = State.SUPERSEDED, on
            former.save(update_fields=["state", "superseded_on"])
        current.state, current.in_force_from = State.IN_FORCE, on
        current.save(update_fields=["state", "in_force_from"])
        carried = _carry_over(former, current) if former is not None else 0
        open_periods_of(Duty.objects.filter(entry__catalogue=current), today)
        record(
            actor,
            "catalogue.version.in_force",
            chain=current.organ.code,
            obj=current,
            changes={
                "in_force_from": on,
                "supersedes": str(former) if former else "",
                "duties": carried,
            },
        )
        catalogue_changed.send(StandardCatalogue, organs=[current.organ], catalogue=current)
    return current


def _carry_over(former: StandardCatalogue, current: StandardCatalogue) -> int:
    """Answers to matters that the new version has too; one statement reads, few write."""
    entries = dict(current.entries.values_list("matter_id", "pk"))
    kept = ("matter_id", "organ_id", "state", "reason", "stated_on", "valid_until",
            "reviewed_on", "column_id", "created_at")  # fmt: skip
    rows = Duty.objects.filter(
        entry__catalogue=former, matter__entries__catalogue=current
    ).values_list(*kept)
    duties = [
        Duty(entry_id=entries[row[0]], **dict(zip(kept, row, strict=True)))
        for row in rows.iterator()
    ]
    Duty.objects.bulk_create(duties, batch_size=1000, ignore_conflicts=True)
    return len(duties)


def delete_draft(actor: Actor, catalogue: StandardCatalogue) -> None:
    """A draft that was begun by mistake is gone, with its entries."""
    authorise(actor, MANAGE, catalogue.organ)
    with transaction.atomic():
        current = _locked_draft(catalogue)
        chain, label = current.organ.code, str(current)
        current.entries.all().delete()
        StandardCatalogue.objects.filter(pk=current.pk).delete()
        record(actor, "catalogue.version.delete", chain=chain, changes={"version": label})


# -- entries ---------------------------------------------------------------------------------


def add_entry(actor: Actor, catalogue: StandardCatalogue, **values: Any) -> CatalogueEntry:
    """A new matter stands in the draft."""
    authorise(actor, MANAGE, catalogue.organ)
    columns = values.pop("columns", None)
    with transaction.atomic():
        current = _locked_draft(catalogue)
        fill_rule(values)
        if not values.get("seq"):
            values["seq"] = next_seq(current, values["field"])
        entry = CatalogueEntry(catalogue=current, **values)
        entry.matter = Matter.objects.create(organ_id=current.organ_id)
        check_entry(entry)
        entry.save()
        if columns is not None:
            entry.columns.set(columns)
        record(
            actor,
            "catalogue.entry.create",
            chain=current.organ.code,
            obj=entry,
            changes=diff({}, snapshot(entry)),
        )
    return entry


def update_entry(actor: Actor, entry: CatalogueEntry, **changes: Any) -> CatalogueEntry:
    """The entry of a draft reads as `changes` say. Its columns may change at any time."""
    organ = entry.catalogue.organ
    authorise(actor, MANAGE, organ)
    columns = changes.pop("columns", None)
    with transaction.atomic():
        current = CatalogueEntry.objects.select_related("catalogue__organ", "field").get(
            pk=entry.pk
        )
        before = snapshot(current)
        if changes:
            _locked_draft(current.catalogue)
            if "time_limit_text" in changes:
                fill_rule(changes)
            for name, value in changes.items():
                setattr(current, name, value)
            check_entry(current)
            current.save()
        facts = diff(before, snapshot(current))
        if columns is not None:
            former = sorted(current.columns.values_list("title", flat=True))
            current.columns.set(columns)
            now = sorted(current.columns.values_list("title", flat=True))
            if former != now:
                facts["columns"] = ["、".join(former), "、".join(now)]
        if facts:
            record(actor, "catalogue.entry.update", chain=organ.code, obj=current, changes=facts)
            if not current.catalogue.is_draft:
                catalogue_changed.send(
                    StandardCatalogue, organs=[organ], catalogue=current.catalogue
                )
    return current


def remove_entry(actor: Actor, entry: CatalogueEntry) -> None:
    """The draft no longer has the entry; earlier versions keep theirs."""
    catalogue = entry.catalogue
    authorise(actor, MANAGE, catalogue.organ)
    with transaction.atomic():
        _locked_draft(catalogue)
        record(
            actor,
            "catalogue.entry.remove",
            chain=catalogue.organ.code,
            obj=entry,
            changes={"code": entry.code},
        )
        entry.delete()


def next_seq(catalogue: StandardCatalogue, field: Field) -> int:
    """The next number within the field."""
    found = catalogue.entries.filter(field=field).aggregate(last=Max("seq"))
    return int(found["last"] or 0) + 1


def check_entry(entry: CatalogueEntry, *, full: bool = True) -> None:
    """Everything that must hold of one entry, each complaint at its field.

    Without `full` only what needs no look into the database.
    """
    complaints: dict[str, str] = {}
    for channel in entry.channels:
        own = channel not in CHANNELS
        if not channel.strip() or len(channel) > 40 or (own and _CHANNEL_SIGNS & set(channel)):
            complaints["channels"] = (
                f"渠道名称“{channel[:40]}”不能超过40个字，也不能含有方框、括号和分号。"
            )
    if not entry.audience_all and not entry.audience_specific:
        complaints["audience_all"] = "公开对象至少选一个：全社会，或者写明特定群体。"
    if not entry.level_county and not entry.level_township:
        complaints["level_county"] = "公开层级至少选一个：县级、乡级。"
    if not entry.mode_proactive and not entry.mode_on_request:
        complaints["mode_proactive"] = "公开方式至少选一个：主动、依申请。"
    if complaints:
        raise ValidationError(complaints)
    if full:
        entry.full_clean()


def snapshot(entry: CatalogueEntry) -> dict[str, Any]:
    """What the version says of the matter, as the ledger keeps it."""
    values = {name: getattr(entry, name) for name in CONTENT}
    values["field"] = entry.field.name
    values["channels"] = "、".join(entry.channels)
    return {name: shorten(value) for name, value in values.items()}


def set_columns(actor: Actor, entries: Iterable[CatalogueEntry], column: Column) -> int:
    """The entries lead to the column too; also while their version is in force."""
    listed = list(entries)
    for organ in {entry.catalogue.organ for entry in listed}:
        authorise(actor, MANAGE, organ)
    through = CatalogueEntry.columns.through
    with transaction.atomic():
        through.objects.bulk_create(
            [through(catalogueentry_id=entry.pk, column_id=column.pk) for entry in listed],
            ignore_conflicts=True,
            batch_size=400,
        )
        record(
            actor,
            "catalogue.entry.columns",
            chain=column.owner.code,
            obj=column,
            changes={"entries": len(listed)},
        )
        for catalogue in {entry.catalogue for entry in listed if not entry.catalogue.is_draft}:
            catalogue_changed.send(StandardCatalogue, organs=[catalogue.organ], catalogue=catalogue)
    return len(listed)


def _locked_draft(catalogue: StandardCatalogue) -> StandardCatalogue:
    current = (
        StandardCatalogue.objects.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=catalogue.pk)
    )
    if not current.is_draft:
        raise ValidationError(FIXED)
    return current
