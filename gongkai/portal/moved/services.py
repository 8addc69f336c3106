"""Writing moved addresses: no chain, no ring, nothing that leads off the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from gongkai.disclosure.models import ImportBatch, ImportedItem, MigrationPage
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs import imports
from gongkai.organs.policy import authorise
from gongkai.portal.models import MovedAddress
from gongkai.portal.moved import paths

MANAGE: Final = "portal.manage"
MAX_ROWS: Final = 200_000
BATCH: Final = 1_000
ROUND: Final = "转来转去又回到旧网址，请核对。"
Reason = MovedAddress.Reason


def _address(check: Any) -> Callable[[Any], str]:
    """A cell that holds an address."""

    def parse(value: Any) -> str:
        try:
            found: str = check(imports.text(2_000)(value))
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from None
        return found

    return parse


MOVED_COLUMNS: Final = (
    imports.Column(
        "path", "旧网址", ("原网址", "来源网址"), required=True, parse=_address(paths.old_path),
        help="旧网站的网址，有没有域名都可以", example="/art/2020/3/5/art_12_345.html",
    ),
    imports.Column(
        "target", "现网址", ("新网址", "目标网址"), required=True, parse=_address(paths.new_place),
        help="本站的网址，从“/”开始", example="/info/123/",
    ),
    imports.Column("note", "说明", ("备注",), parse=imports.text(120), default=""),
)  # fmt: skip


# -- what moves by itself --------------------------------------------------------------------


def page_moved(old: str, new: str, reason: str, *, note: str = "", below: bool = True) -> None:
    """A page of this site stands at `new` from now on. Within the transaction that moves it.

    What led to the old place leads to the new one; what led away from the new place is forgotten,
    since a page stands there again.
    """
    if old == new:
        return
    MovedAddress.objects.filter(path=new).delete()
    MovedAddress.objects.filter(target=old).update(target=new)
    MovedAddress.objects.update_or_create(
        path=old, defaults={"target": new, "below": below, "reason": reason, "note": note[:120]}
    )


def items_came_over(keys: Sequence[int]) -> int:
    """Items that were brought from an old site are found under the addresses they had there.

    Wholly technical, so without an actor: nobody decides it. Returns how many were written.
    """
    found = (
        ImportedItem.objects.filter(
            item__in=keys, item__live=True, batch__kind=ImportBatch.Kind.MIGRATION
        )
        .exclude(address="")
        .values_list("address", "item_id")
    )
    return _led_over(found)


def complete_migrations(actor: Actor) -> int:
    """Every page that was ever read from an old site leads to its item, if that is public."""
    authorise(actor, MANAGE)
    with transaction.atomic():
        pages = (
            MigrationPage.objects.filter(kind=MigrationPage.Kind.ITEM, item__live=True)
            .order_by("pk")
            .values_list("address", "item_id")
        )
        written = _led_over(pages.iterator(chunk_size=BATCH))
        record(actor, "portal.moved.migrated", chain=SITE_CHAIN, changes={"written": written})
    return written


def _led_over(pages: Iterable[tuple[str, int]]) -> int:
    """Rows for old pages whose address nobody has taken yet."""
    written = 0
    portion: dict[str, int] = {}

    def write() -> int:
        known = set(
            MovedAddress.objects.filter(path__in=list(portion)).values_list("path", flat=True)
        )
        rows = []
        for path, key in portion.items():
            target = reverse("portal:item", args=[key])
            if path not in known and path != target:
                rows.append(MovedAddress(path=path, target=target, reason=Reason.MIGRATION))
        MovedAddress.objects.bulk_create(rows, ignore_conflicts=True)
        return len(rows)

    for address, key in pages:
        try:
            portion.setdefault(paths.old_path(address), key)
        except ValidationError:
            continue  # the start page of the old site, or nothing that a browser could ask for
        if len(portion) >= BATCH:
            written += write()
            portion.clear()
    return written + (write() if portion else 0)


# -- what people write -----------------------------------------------------------------------


def add_move(
    actor: Actor, *, path: str, target: str, below: bool = False, note: str = ""
) -> MovedAddress:
    """Readers of the old address are led to the other. Raises ValidationError by field."""
    authorise(actor, MANAGE)
    row = MovedAddress(below=below, note=note.strip(), reason=Reason.MANUAL)
    errors: dict[str, Any] = {}
    for name, check, given in (
        ("path", paths.old_path, path), ("target", paths.new_place, target),
    ):  # fmt: skip
        try:
            setattr(row, name, check(given))
        except ValidationError as error:
            errors[name] = error.messages
    if errors:
        raise ValidationError(errors)
    if below and not (row.path.endswith("/") and row.target.endswith("/")):
        raise ValidationError({"below": "包括下级网址时，两个网址都要以“/”结尾。"})
    with transaction.atomic():
        if MovedAddress.objects.select_for_update().filter(path=row.path).exists():
            raise ValidationError({"path": "这个旧网址已经登记过，请先删除原来的登记。"})
        ends = _ends({row.path: row.target})
        row.target = ends[row.path] or ""
        if not row.target:
            raise ValidationError({"target": ROUND})
        row.save(force_insert=True)
        _lead_on(ends)
        record(
            actor, "portal.moved.add", chain=SITE_CHAIN, obj=row,
            changes={"path": row.path[:200], "target": row.target[:200], "below": below},
        )  # fmt: skip
    return row


def remove_move(actor: Actor, row: MovedAddress) -> None:
    """The old address leads nowhere again."""
    authorise(actor, MANAGE)
    with transaction.atomic():
        current = MovedAddress.objects.select_for_update().get(pk=row.pk)
        record(
            actor, "portal.moved.remove", chain=SITE_CHAIN, obj=current,
            changes={"path": current.path[:200], "target": current.target[:200]},
        )  # fmt: skip
        current.delete()


def import_moves(
    actor: Actor,
    source: str | Path | IO[bytes],
    name: str = "",
    *,
    dry_run: bool = False,
    progress: imports.Progress | None = None,
) -> imports.ImportReport:
    """The addresses of a table. All or nothing; importing the same table twice changes nothing.

    Raises UnreadableTable or ImportFailed.
    """
    authorise(actor, MANAGE)
    with transaction.atomic():
        given: dict[str, imports.Row] = {}
        with imports.open_table(source, MOVED_COLUMNS, name=name, max_rows=MAX_ROWS) as table:
            for batch in table.batches(BATCH, progress=progress):
                for row in batch:
                    earlier = given.setdefault(row["path"], row)
                    if earlier is not row:
                        table.problem(row, "path", f"与第{earlier.number}行重复，请只保留一行。")
            moves = {path: row["target"] for path, row in given.items()}
            ends = _ends(moves)
            for path, end in ends.items():
                if end is None:
                    table.problem(given[path], "target", ROUND)
            table.finish()
        report = _keep(table, given, ends)
        record(
            actor, "portal.moved.import", chain=SITE_CHAIN,
            changes={
                "file": name[:200], "created": report.created,
                "updated": report.updated, "unchanged": report.unchanged,
            },
        )  # fmt: skip
        if dry_run:
            transaction.set_rollback(True)
    return report


def _keep(
    table: imports.Table, given: Mapping[str, imports.Row], ends: Mapping[str, str | None]
) -> imports.ImportReport:
    """What the table said, each row with the address where its way ends."""
    known = _rows("path", list(given))
    new, changed = [], []
    for path, row in given.items():
        target, old = ends[path] or "", known.get(path)
        if old is None:
            new.append(
                MovedAddress(path=path, target=target, note=row["note"], reason=Reason.MANUAL)
            )
        elif (old.target, old.note) != (target, row["note"]):
            old.target, old.note = target, row["note"]
            changed.append(old)
    MovedAddress.objects.bulk_create(new, batch_size=BATCH)
    MovedAddress.objects.bulk_update(changed, ["target", "note"], batch_size=BATCH)
    _lead_on(ends)
    return imports.ImportReport(
        created=len(new),
        updated=len(changed),
        unchanged=len(given) - len(new) - len(changed),
        ignored=table.ignored,
        sample=tuple(table.sample),
    )


# -- no chain, no ring -----------------------------------------------------------------------


def _rows(field: str, values: Sequence[str]) -> dict[str, MovedAddress]:
    """The rows with one of these values, by path; in portions, whatever their number."""
    found: dict[str, MovedAddress] = {}
    for at in range(0, len(values), BATCH):
        rows = MovedAddress.objects.filter(**{f"{field}__in": values[at : at + BATCH]})
        found |= {row.path: row for row in rows}
    return found


def _ends(moves: Mapping[str, str]) -> dict[str, str | None]:
    """Where each way ends when these moves are added to those known; None for one in a ring."""
    known = _rows("path", list(dict.fromkeys(moves.values())))
    onward = {**{path: row.target for path, row in known.items()}, **moves}
    ends: dict[str, str | None] = {}
    for path in moves:
        seen, here = {path}, onward[path]
        while here not in seen and here in onward:
            seen.add(here)
            here = onward[here]
        ends[path] = None if here in seen else here
    return ends


def _lead_on(ends: Mapping[str, str | None]) -> None:
    """What led to an address that has moved leads to where it went."""
    stale = list(_rows("target", list(ends)).values())
    for row in stale:
        row.target = ends[row.target] or row.target
    MovedAddress.objects.bulk_update(stale, ["target"], batch_size=BATCH)
