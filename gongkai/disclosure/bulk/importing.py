"""Importing items from a table and the files beside it: all or nothing, the same twice is once.

Items come in as drafts, which go through the review like any other, or as history: published
elsewhere before, with the day of that publication. History skips the review, so a serious
finding of the guard is then a problem of the row; a draft keeps it and is blocked by it.

What is known already stays as it is: an import never writes over what people have reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from cryptography.hazmat.primitives import hashes
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.catalogue.models import Column
from gongkai.disclosure.bulk.columns import COLUMNS
from gongkai.disclosure.bulk.files import FileMissing, Files, Store, open_files, text_of
from gongkai.disclosure.bulk.incoming import Incoming, Judge, identity_of, is_known
from gongkai.disclosure.bulk.resolve import IMPORT, Resolver
from gongkai.disclosure.bulk.writing import Writer
from gongkai.disclosure.guarding import lexicon_for
from gongkai.disclosure.models import DisclosedItem, ImportBatch
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import Act, record_many
from gongkai.organs import imports, policy
from gongkai.organs.models import Organ, User

BATCH: Final = 1_000
NOTES_KEPT: Final = 200
FINDINGS_SHOWN: Final = 3
_READ: Final = 1024 * 1024


@dataclass(frozen=True)
class ItemImport(imports.ImportReport):
    """What an import did, or would do. `notes`: (row, what people should know)."""

    as_published: bool = False
    with_findings: int = 0
    """Drafts in which the guard found something serious."""
    files: int = 0
    notes: Sequence[tuple[int, str]] = ()
    organs: Mapping[str, int] = field(default_factory=dict)
    batch: int | None = None
    sm3: str = ""

    def __str__(self) -> str:
        kind = "历史数据" if self.as_published else "草稿"
        told = f"共{self.total:,}行：新增{kind}{self.created:,}条，已有{self.unchanged:,}条。"
        if self.with_findings:
            told += f"其中{self.with_findings:,}条有严重审查问题，须修改后才能送审。"
        return told


def import_items(
    actor: Actor,
    source: str | Path | IO[bytes],
    name: str = "",
    *,
    files: Path | IO[bytes] | None = None,
    organ: Organ | None = None,
    column: Column | None = None,
    as_published: bool = False,
    dry_run: bool = False,
    progress: imports.Progress | None = None,
) -> ItemImport:
    """The items of the table are here. Raises UnreadableTable or ImportFailed.

    Rows that name no body belong to `organ`, rows without a column stand in `column`. `files` is
    a folder or a ZIP. With `dry_run` nothing is kept and nothing recorded. Raises
    PermissionDenied for an actor who may import nowhere; a row for a body outside his reach is a
    problem of that row.
    """
    policy.authorise(actor, IMPORT, organ)
    with open_files(files) as opened:
        work = _Import(actor, organ, column, opened, as_published=as_published, dry_run=dry_run)
        with transaction.atomic():
            try:
                with imports.open_table(source, COLUMNS, name=name) as table:
                    report = work.run(table, name or "表格导入", source, progress)
            except BaseException:
                work.store.discard()
                raise
            if dry_run:
                transaction.set_rollback(True)
    return report


class _Import:
    """One run: rows are judged singly, looked up and written by batches."""

    def __init__(
        self,
        actor: Actor,
        organ: Organ | None,
        column: Column | None,
        files: Files,
        *,
        as_published: bool,
        dry_run: bool,
    ) -> None:
        self.actor = actor
        self.organ = organ
        self.files = files
        self.as_published = as_published
        self.dry_run = dry_run
        resolver = Resolver(actor)
        self.judge = Judge(
            resolver,
            timezone.localdate(),
            as_published=as_published,
            body=resolver.bodies[organ.pk] if organ is not None else None,
            column=column.pk if column is not None else None,
        )
        self.lexicon = lexicon_for(organ)
        self.store = Store(self.lexicon, dry_run=dry_run)
        self.created = self.unchanged = self.with_findings = self.files_taken = 0
        self.notes: list[tuple[int, str]] = []
        self.seen: dict[str, list[Incoming]] = {}
        self.legacy: dict[tuple[int, str], int] = {}

    def run(
        self,
        table: imports.Table,
        name: str,
        source: str | Path | IO[bytes],
        progress: imports.Progress | None,
    ) -> ItemImport:
        self.table = table
        batch = ImportBatch.objects.create(
            kind=ImportBatch.Kind.TABLE,
            organ=self.organ,
            name=name[-200:],
            as_published=self.as_published,
            imported_by=self.actor.user if isinstance(self.actor.user, User) else None,
        )
        writer = Writer(self.actor, batch, self.lexicon.version)
        for rows in table.batches(BATCH, progress=progress):
            judged = [one for one in map(self._row, rows) if one is not None]
            new = self._unknown(judged)
            for incoming in new:
                self._look(incoming)
            if not table.problems:
                self.created += len(new)
                if not self.dry_run:
                    writer.write(new)
        table.finish()
        report = ItemImport(
            created=self.created,
            unchanged=self.unchanged,
            ignored=table.ignored,
            sample=tuple(table.sample),
            as_published=self.as_published,
            with_findings=self.with_findings,
            files=self.files_taken,
            notes=tuple(self.notes),
            organs=dict(writer.organs),
            batch=None if self.dry_run else batch.pk,
            sm3=file_sm3(source),
        )
        if not self.dry_run:
            writer.number()
            finish_batch(self.actor, batch, report)
        return report

    # -- row by row ----------------------------------------------------------------------------
    def _row(self, row: imports.Row) -> Incoming | None:
        cells = dict(row.cells)
        good = True
        if cells["body_file"]:
            try:
                cells["body"] = text_of(*self.files.read(cells["body_file"]))
            except FileMissing as error:
                self.table.problem(row, "body_file", str(error))
                good = False
        incoming = self.judge.judged(
            cells,
            lambda column, message: self.table.problem(row, column, message),
            lambda message: self._note(row.number, message),
        )
        if incoming is None or not good:
            return None
        incoming.row = row.number
        legacy = incoming.values["legacy_index_number"]
        if legacy:
            first = self.legacy.setdefault((incoming.body.pk, legacy), row.number)
            if first != row.number:
                self._note(row.number, f"原索引号“{legacy}”与第{first}行相同，已原样保留，请核对。")
        earlier = self.seen.setdefault(incoming.identity, [])
        for other in earlier:
            if incoming.is_same(
                other.values["legacy_index_number"],
                other.values["document_number"],
                other.published_at,
            ):
                self.table.problem(row, "title", f"与第{other.row}行重复，请只保留一行。")
                return None
        earlier.append(_light(incoming))
        return incoming

    def _look(self, incoming: Incoming) -> None:
        """Take the row's files in, and let the guard read everything."""
        for name in incoming.file_names:
            try:
                kept = self.store.take(*self.files.read(name))
            except FileMissing as error:
                self.table.problem(incoming.row, "attachments", str(error))
                continue
            except ValidationError as error:
                self.table.problem(
                    incoming.row, "attachments", f"“{name}”：{' '.join(error.messages)}"
                )
                continue
            self.files_taken += 1
            attach(incoming, kept.stored, kept.name, kept.scan)
        incoming.scan(self.lexicon)
        serious = [finding for finding in incoming.findings if finding.blocks]
        if not serious:
            return
        if not self.as_published:
            self.with_findings += 1
            return
        for finding in serious[:FINDINGS_SHOWN]:
            self.table.problem(
                incoming.row,
                "body",
                f"{finding.where}有{finding.label}“{finding.masked}”。{finding.message}",
            )

    # -- batch by batch ------------------------------------------------------------------------
    def _unknown(self, judged: Sequence[Incoming]) -> list[Incoming]:
        known = known_items(judged)
        new = []
        for incoming in judged:
            if incoming.identity in known and any(
                is_known(incoming, item) for item in known[incoming.identity]
            ):
                self.unchanged += 1
            else:
                new.append(incoming)
        return new

    def _note(self, row: int, message: str) -> None:
        if len(self.notes) < NOTES_KEPT:
            self.notes.append((row, message))


def attach(incoming: Incoming, stored: Any, name: str, scan: Any) -> None:
    """A file belongs to the item, under a name that no other of its files has."""
    taken = {each for _, each in incoming.stored}
    plain, number = name, 2
    while plain in taken:
        stem, dot, extension = name.rpartition(".")
        plain = f"{stem or extension}（{number}）{dot}{extension if stem else ''}"
        number += 1
    incoming.stored.append((stored, plain))
    incoming.findings += scan.findings
    if scan.state != "read":
        incoming.unread.append((plain, scan.state, scan.note))


def known_items(judged: Sequence[Incoming]) -> dict[str, list[DisclosedItem]]:
    """Items that we have under the same body and title, by identity; two statements."""
    by_identity: dict[str, list[DisclosedItem]] = {}
    fields = ("pk", "organ_id", "title", "legacy_index_number", "document_number", "published_at")
    wanted = {incoming.identity for incoming in judged}
    found = DisclosedItem.objects.filter(imported__identity__in=wanted).only(*fields)
    numbers = {n.values["document_number"] for n in judged if n.values["document_number"]}
    bodies = {n.body.pk for n in judged}
    also = DisclosedItem.objects.filter(organ__in=bodies, document_number__in=numbers).only(*fields)
    for item in {item.pk: item for item in (*found, *also)}.values():
        by_identity.setdefault(identity_of(item.organ_id, item.title), []).append(item)
    return by_identity


def finish_batch(actor: Actor, batch: ImportBatch, report: ItemImport) -> None:
    """The batch says what came of it, and every body's chain in the ledger says it too."""
    batch.created = report.created
    batch.unchanged = report.unchanged
    batch.sm3 = report.sm3
    if batch.organ_id is None and len(report.organs) == 1:
        batch.organ = Organ.objects.get(code=next(iter(report.organs)))
    batch.save(update_fields=["created", "unchanged", "sm3", "organ"])
    fallback = batch.organ.code if batch.organ is not None else SITE_CHAIN
    record_many(
        actor,
        [
            Act(
                "disclosure.import",
                chain=code,
                obj=batch,
                changes={
                    "file": batch.name,
                    "sm3": report.sm3,
                    "created": number,
                    "unchanged": report.unchanged,
                    "as_published": report.as_published,
                    "with_findings": report.with_findings,
                },
            )
            for code, number in sorted(report.organs.items() or [(fallback, 0)])
        ],
    )


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


def _light(incoming: Incoming) -> Incoming:
    """What later rows are compared with, without the text."""
    names = ("title", "legacy_index_number", "document_number")
    return Incoming(
        body=incoming.body,
        values={name: incoming.values[name] for name in names},
        published_at=incoming.published_at,
        row=incoming.row,
    )
