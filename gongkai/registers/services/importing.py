"""Importing a register from a table: all or nothing, idempotent by number, in flat memory.

A number that the body's register knows is compared, an unknown one is new; a column that the
file lacks is left as it is, a blank cell of a column that it has empties the field. Importing
the same file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

from cryptography.hazmat.primitives import hashes
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs import imports, policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views.columns import as_text
from gongkai.registers.guard import personal_data_in
from gongkai.registers.models import ActItem, DocumentKind
from gongkai.registers.registry import ITEM, ORGAN, Register
from gongkai.registers.services.staging import Conflict, Difference, Staging

IMPORT: Final = "registers.import"
BATCH: Final = 2_000
PORTION: Final = 40_000
DIFFERENCES_SHOWN: Final = 20
ITEM_ID: Final = "item_id"
_READ: Final = 1024 * 1024


@dataclass(frozen=True)
class RegisterImport(imports.ImportReport):
    """What an import did, or would do.

    `fields`: heading → how many known records change in it; `differences`: the first changes
    as (row, number, heading, old, new); `organs`: codes of the bodies concerned; `sm3`: hash of
    the file.
    """

    register: str = ""
    fields: Mapping[str, int] = field(default_factory=dict)
    differences: Sequence[tuple[int, str, str, str, str]] = ()
    organs: Sequence[str] = ()
    sm3: str = ""


def import_records(
    actor: Actor,
    register: Register,
    source: str | Path | IO[bytes],
    name: str = "",
    *,
    organ: Organ | None = None,
    dry_run: bool = False,
    progress: imports.Progress | None = None,
) -> RegisterImport:
    """The register holds what the file says. Raises UnreadableTable or ImportFailed.

    Rows that name no body in the column 机关代码 belong to `organ`. With `dry_run` nothing is
    kept and nothing recorded. Raises PermissionDenied for an actor who may import nowhere; a
    row for a body outside his reach is a problem of that row.
    """
    policy.authorise(actor, IMPORT, organ)
    work = _Import(actor, register, organ)
    with transaction.atomic():
        with imports.open_table(source, register.columns, name=name) as table:
            report = work.run(table, progress)
        if dry_run:
            transaction.set_rollback(True)
            return report
        fingerprint = file_sm3(source)
        report = replace(report, sm3=fingerprint)
        record(
            actor,
            f"registers.{register.name}.import",
            chain=report.organs[0] if len(report.organs) == 1 else SITE_CHAIN,
            changes={
                "file": name[:200],
                "sm3": fingerprint,
                "created": report.created,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "fields": dict(report.fields),
                "organs": len(report.organs),
            },
        )
    return report


def file_sm3(source: str | Path | IO[bytes]) -> str:
    """SM3 of the file in hexadecimal; a stream is read from its beginning."""
    digest = hashes.Hash(hashes.SM3())
    if isinstance(source, str | Path):
        with Path(source).open("rb") as stream:
            while block := stream.read(_READ):
                digest.update(block)
    else:
        source.seek(0)
        while block := source.read(_READ):
            digest.update(block)
        source.seek(0)
    return digest.finalize().hex()


class _Import:
    """One run: rows are judged singly in Python, then by portions in the database."""

    def __init__(self, actor: Actor, register: Register, organ: Organ | None) -> None:
        self.register = register
        self.organ = organ
        self.reach = self._reach(actor)
        self.today = timezone.localdate()
        self.created = self.updated = self.unchanged = 0
        self.fields: dict[str, int] = {}
        self.differences: list[Difference] = []
        self.organ_ids: set[int] = set()

    @staticmethod
    def _reach(actor: Actor) -> dict[str, int]:
        """code → number of every body for which the actor may import."""
        organs = (
            Organ.objects.all() if actor.user is None else policy.organs_for(actor.user, IMPORT)
        )
        return dict(organs.order_by().values_list("code", "pk"))

    def run(self, table: imports.Table, progress: imports.Progress | None) -> RegisterImport:
        self.table = table
        columns = self._changeable()
        with Staging(self.register, timezone.now()) as staging:
            staged = 0
            for batch in table.batches(BATCH, progress=progress):
                rows = [row for row in map(self._row, batch) if row is not None]
                staging.fill(rows)
                staged += len(rows)
                if staged >= PORTION:
                    self._settle(staging, columns, staged)
                    staged = 0
            if staged:
                self._settle(staging, columns, staged)
        table.finish()
        codes = {pk: code for code, pk in self.reach.items()}
        return RegisterImport(
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            ignored=table.ignored,
            sample=tuple(table.sample),
            register=self.register.name,
            fields={self._label(name): number for name, number in self.fields.items()},
            differences=self._in_words(),
            organs=sorted(codes[pk] for pk in self.organ_ids),
        )

    def _changeable(self) -> list[str]:
        """Columns of the table that this file speaks of and that are not the key."""
        return [
            ITEM_ID if name == ITEM else name
            for name in self.register.fields
            if name not in self.register.key and name in self.table.present
        ]

    # -- row by row ----------------------------------------------------------------------------
    def _row(self, row: imports.Row) -> tuple[Any, ...] | None:
        """The row as it is staged, or None after noting what is wrong with it."""
        before = len(self.table.problems)
        cells = row.cells
        organ_id = self._organ_of(row, cells[ORGAN])
        register = self.register
        for name in (register.number, *register.texts):
            complaint = personal_data_in(cells[name], is_number=name == register.number)
            if complaint:
                self.table.problem(row, name, complaint)
        for name in register.happened:
            day = cells[name]
            if day is not None and day > self.today:
                self.table.problem(row, name, f"“{day}”晚于今天（{self.today}），请核对。")
        begins: date = cells[register.begins]
        for name in register.after:
            day = cells[name]
            if day is not None and day < begins:
                self.table.problem(
                    row,
                    name,
                    f"“{day}”早于{self.table.labels[register.begins]}“{begins}”，请核对。",
                )
        if len(self.table.problems) > before or self.table.stopped or organ_id is None:
            return None
        self.organ_ids.add(organ_id)
        item_code = (cells[ITEM] or None) if register.has_item else None
        values = [None if name == ITEM else cells[name] for name in register.fields]
        return (row.number, item_code, organ_id, *values)

    def _organ_of(self, row: imports.Row, code: str | None) -> int | None:
        if not code:
            if self.organ is not None:
                return int(self.organ.pk)
            self.table.problem(row, ORGAN, "没有填写机关代码，导入时也没有选择机关，请补填。")
            return None
        found = self.reach.get(code.upper())
        if found is None:
            self.table.problem(
                row, ORGAN, f"没有代码为“{code}”的机关，或者您没有它的导入权限，请核对。"
            )
        return found

    # -- portion by portion --------------------------------------------------------------------
    def _settle(self, staging: Staging, columns: list[str], staged: int) -> None:
        staging.filled()
        if self.register.has_item:
            self._complain(
                staging.resolve_items(), ITEM, "本机关没有编码为“{}”的同类事项，请先登记事项。"
            )
        number = self.register.number
        self._complain(staging.repeated(), number, "“{}”在文件中重复出现，请只保留一行。")
        self._complain(
            staging.voided(),
            number,
            "“{}”的登记已经作废。请改正号码；如系误作废，请先恢复该条登记。",
        )
        known = staging.number_known()
        changed, fields = staging.count_changes(columns)
        missing = DIFFERENCES_SHOWN - len({d.line for d in self.differences})
        if changed and missing > 0:
            self.differences += staging.differences(columns, missing)
        if not self.table.problems:
            if changed:
                staging.update(columns)
            self._insert(staging)
        self.created += staged - known
        self.updated += changed
        self.unchanged += known - changed
        for name, times in fields.items():
            self.fields[name] = self.fields.get(name, 0) + times
        staging.clear()

    @staticmethod
    def _insert(staging: Staging) -> None:
        try:
            staging.insert()
        except IntegrityError as error:
            raise ValidationError(
                "导入期间他人登记了文件中的号码，没有导入任何数据，请重新导入。"
            ) from error

    def _complain(self, conflicts: Iterable[Conflict], column: str, message: str) -> None:
        for conflict in conflicts:
            self.table.problem(conflict.line, column, message.format(conflict.number))

    # -- words ---------------------------------------------------------------------------------
    def _label(self, column: str) -> str:
        return self.register.label_of(ITEM if column == ITEM_ID else column)

    def _in_words(self) -> tuple[tuple[int, str, str, str, str], ...]:
        """The first differences as people read them."""
        ids = {v for d in self.differences if d.field == ITEM_ID for v in (d.old, d.new) if v}
        codes = dict(ActItem.objects.filter(pk__in=ids).values_list("pk", "code")) if ids else {}
        kinds = dict(DocumentKind.choices)

        def shown(column: str, value: Any) -> str:
            if value is None or value == "":
                return "（空）"
            if column == ITEM_ID:
                return codes[value]
            if column == "amount":
                return f"{Decimal(str(value)):.2f}"
            return str(kinds.get(value, value)) if column == "kind" else as_text(value)

        return tuple(
            (d.line, d.number, self._label(d.field), shown(d.field, d.old), shown(d.field, d.new))
            for d in self.differences
        )
