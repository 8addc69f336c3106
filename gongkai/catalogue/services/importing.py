"""Entries come into a draft from a file: all or nothing, idempotent by code or by names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from gongkai.catalogue.exchange import EntryRow, EntryTable, read_entries
from gongkai.catalogue.exchange.rows import fill_rule
from gongkai.catalogue.models import CatalogueEntry, Field, Matter, StandardCatalogue
from gongkai.catalogue.services.columns import create_field
from gongkai.catalogue.services.versions import (
    CONTENT,
    FIXED,
    MANAGE,
    check_entry,
    snapshot,
)
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs import imports
from gongkai.organs.imports import ImportFailed, ImportProblem
from gongkai.organs.policy import authorise

LABELS: Final = {
    str(f.name): str(f.verbose_name)
    for f in CatalogueEntry._meta.get_fields()
    if hasattr(f, "verbose_name") and f.name != "id"
}
MAX_PROBLEMS: Final = 200


@dataclass(frozen=True)
class EntryImport(imports.ImportReport):
    """What an import of entries did, or would do, and what a person should look at."""

    warnings: Sequence[str] = field(default_factory=tuple)


def import_entries(
    actor: Actor,
    catalogue: StandardCatalogue,
    source: str | Path | IO[bytes],
    name: str = "",
    *,
    field_code: str = "",
    level: str = "",
    dry_run: bool = False,
) -> EntryImport:
    """The draft has the entries of the file. Raises UnreadableTable or ImportFailed.

    An entry is known by its code, in the official table without codes by field and names. What the
    file does not speak of stays as it is; entries that it does not name stay as well. With
    `dry_run` nothing is kept.
    """
    authorise(actor, MANAGE, catalogue.organ)
    fields = dict(Field.objects.values_list("code", "name"))
    table = read_entries(source, fields, name=name, field_code=field_code, level=level)
    with transaction.atomic():
        current = (
            StandardCatalogue.objects.select_for_update(of=("self",))
            .select_related("organ")
            .get(pk=catalogue.pk)
        )
        if not current.is_draft:
            raise ValidationError(FIXED)
        plan = _Plan(actor, current, table)
        plan.take()
        if table.problems:
            problems = sorted(table.problems, key=lambda p: p.row)
            raise ImportFailed(problems[:MAX_PROBLEMS], stopped=len(problems) > MAX_PROBLEMS)
        report = plan.write()
        record(
            actor,
            "catalogue.import",
            chain=current.organ.code,
            obj=current,
            changes={
                "file": name[:200],
                "created": report.created,
                "updated": report.updated,
                "warnings": len(report.warnings),
            },
        )
        if dry_run:
            transaction.set_rollback(True)
    return report


class _Plan:
    """The draft as it will be: what it holds, overlaid with the file."""

    def __init__(self, actor: Actor, catalogue: StandardCatalogue, table: EntryTable) -> None:
        self.actor, self.catalogue, self.table = actor, catalogue, table
        self.entries = list(catalogue.entries.select_related("field"))
        self.by_code = {entry.code: entry for entry in self.entries}
        self.by_names = {
            (e.field.code, e.level1, e.level2): e for e in sorted(self.entries, key=lambda e: -e.pk)
        }
        self.fields = {f.code: f for f in Field.objects.all()}
        self.new: list[CatalogueEntry] = []
        self.changed: list[CatalogueEntry] = []
        self.unchanged = 0
        self.named: dict[int, EntryRow] = {}
        self.codes: dict[str, EntryRow] = {}

    def take(self) -> None:
        for row in self.table.rows:
            self._take(row)

    def _take(self, row: EntryRow) -> None:
        field = self._field(row)
        if field is None:
            return
        values = row.values
        code = values.get("code", "")
        if code and code in self.codes:
            self._problem(row, "code", f"“{code}”与第{self.codes[code].number}行重复。")
            return
        entry = (
            self.by_code.get(code)
            if code
            else self.by_names.get((field.code, values["level1"], values.get("level2", "")))
        )
        if entry is not None and id(entry) in self.named:
            if code:
                self._problem(row, "code", "这个事项在文件中出现了两次。")
                return
            entry = None  # the official table repeats names with other elements
        before = snapshot(entry) if entry is not None and entry.pk else None
        if entry is None:
            entry = CatalogueEntry(catalogue=self.catalogue, field=field)
            values.setdefault("seq", None)
            self.entries.append(entry)
            self.new.append(entry)
        entry.field = field
        for name, value in values.items():
            setattr(entry, name, value)
        if not entry.code:
            entry.code = self._new_code(field)
        if not entry.seq:
            entry.seq = 1 + max(
                (e.seq or 0 for e in self.entries if e.field_id == field.pk and e is not entry),
                default=0,
            )
        if before is None and "time_limit_text" not in values:
            rule = {n: getattr(entry, n) for n in CONTENT if n != "field"}
            fill_rule(rule)
            entry.cycle = rule["cycle"]
        self.named[id(entry)] = self.codes[entry.code] = row
        self.by_code[entry.code] = entry
        self._check(row, entry)
        if before is not None:
            if before == snapshot(entry):
                self.unchanged += 1
            else:
                self.changed.append(entry)

    def _field(self, row: EntryRow) -> Field | None:
        code = row.field_code.upper()
        known = self.fields.get(row.field_code) or self.fields.get(code)
        if known is not None:
            return known
        if not code:
            return None  # the reader has complained of the whole sheet
        if not row.field_name:
            self._problem(
                row, "领域代码", f"没有代码为“{code}”的领域。请填写“领域”一列，以便新增。"
            )
            return None
        try:
            made = create_field(self.actor, code=code, name=row.field_name)
        except ValidationError as error:
            self._problem(row, "领域代码", " ".join(error.messages))
            return None
        except PermissionDenied as error:
            self._problem(row, "领域代码", str(error))
            return None
        self.fields[made.code] = made
        return made

    def _new_code(self, field: Field) -> str:
        number = 1 + sum(1 for e in self.entries if e.field_id == field.pk and e.code)
        while f"{field.code}-{number:03d}" in self.by_code:
            number += 1
        return f"{field.code}-{number:03d}"

    def _check(self, row: EntryRow, entry: CatalogueEntry) -> None:
        if not entry.matter_id:
            entry.matter = Matter(organ_id=self.catalogue.organ_id)
        try:
            entry.clean_fields(exclude=["matter", "catalogue"])
            check_entry(entry, full=False)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                for message in messages:
                    self._problem(row, name, message)

    def _problem(self, row: EntryRow, name: str, message: str) -> None:
        label = LABELS.get(name, name)
        where = f"{row.place}：{label}" if row.place else label
        self.table.problems.append(ImportProblem(row.number, where, message))

    def write(self) -> EntryImport:
        """Matters for what is new (found again by code in earlier versions), then the entries."""
        earlier = self._earlier_matters()
        made: list[CatalogueEntry] = []
        for entry in self.new:
            known = earlier.pop(entry.code, None)
            if known is None:
                made.append(entry)
            else:
                entry.matter_id = known
        matters = Matter.objects.bulk_create(
            [Matter(organ_id=self.catalogue.organ_id) for _ in made], batch_size=500
        )
        for entry, matter in zip(made, matters, strict=True):
            entry.matter = matter
        CatalogueEntry.objects.bulk_create(self.new, batch_size=200)
        CatalogueEntry.objects.bulk_update(self.changed, list(CONTENT), batch_size=50)
        return EntryImport(
            created=len(self.new),
            updated=len(self.changed),
            unchanged=self.unchanged,
            ignored=self.table.ignored,
            sample=tuple(_sample(entry) for entry in [*self.new, *self.changed][:10]),
            warnings=tuple(self.table.warnings),
        )

    def _earlier_matters(self) -> dict[str, int]:
        """Code → matter of the government's earlier versions that the draft does not have yet."""
        present = {entry.matter_id for entry in self.entries if entry.matter_id}
        codes = [entry.code for entry in self.new]
        rows = (
            CatalogueEntry.objects.filter(catalogue__organ=self.catalogue.organ_id, code__in=codes)
            .exclude(catalogue=self.catalogue)
            .order_by("catalogue__year", "catalogue__version")
            .values_list("code", "matter_id")
        )
        return {code: matter for code, matter in rows if matter not in present}


def _sample(entry: CatalogueEntry) -> dict[str, Any]:
    return {
        "事项编码": entry.code,
        "领域": entry.field.name,
        "一级事项": entry.level1,
        "二级事项": entry.level2,
        "公开时限": entry.time_limit_text,
        "天数": f"{entry.limit_days or '法定20'}{entry.get_day_type_display() or '工作日'}",
        "周期": entry.get_cycle_display(),
        "公开主体": entry.subject,
        "渠道": "、".join(entry.channels),
        "层级": "、".join(_levels(entry)),
    }


def _levels(entry: CatalogueEntry) -> Iterable[str]:
    if entry.level_county:
        yield "县级"
    if entry.level_township:
        yield "乡级"
