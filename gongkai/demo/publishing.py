"""The sample city's standard catalogue and what its bodies have published, by the services and
imports that a real city would use."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from gongkai.catalogue import services as catalogue
from gongkai.catalogue.models import Column, Duty, DutyState, StandardCatalogue
from gongkai.demo import files
from gongkai.demo.city import City, packaged, seeded
from gongkai.demo.items import (
    Matter,
    Normative,
    Rows,
    generate_items,
    prefix_of,
    years,
)
from gongkai.demo.writings import written
from gongkai.disclosure import services as disclosure
from gongkai.disclosure.bulk.columns import LABELS
from gongkai.disclosure.bulk.importing import import_items
from gongkai.disclosure.bulk.interpretation import link_interpretation
from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.guard import services as guard
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ
from gongkai.registers.models import NormativeDocument

VOLUME = 1_600
"""Items a year after 2020, about."""
ADOPTED = 0.9
"""Share of the proposed matters that bodies have taken on; the rest waits for an answer."""
MONTHS = {"monthly": 1, "quarterly": 3}
Progress = tuple[int, int]


# -- the catalogue and the words -----------------------------------------------------------------
def install_catalogue(actor: Actor, city: City, seed: int, until: date) -> Iterator[Progress]:
    """Topics, columns and the standard catalogue in force, adopted by nearly everybody."""
    government = Organ.objects.get(code=city.code)
    in_force_from = in_force_since(until)
    installed = catalogue.install_defaults(actor, government, year=in_force_from.year)
    _special_columns(actor, government)
    yield 1, 5
    if installed.catalogue is None:
        raise RuntimeError("the sample city has a standard catalogue already")
    standard = catalogue.put_in_force(actor, installed.catalogue, on=in_force_from)
    proposals = catalogue.propose(standard, list(Organ.objects.order_by("path")))
    rng = seeded(seed, "adoption")
    catalogue.adopt_many(
        actor,
        [
            catalogue.Proposal(
                one.organ, tuple(entry for entry in one.entries if rng.random() < ADOPTED)
            )
            for one in proposals
        ],
    )
    yield 2, 5
    _statements(actor, rng, until)
    _occasions(actor, rng, until)
    yield 3, 5
    for body in (city.government, *city.bodies):
        signs = [prefix_of(body), f"义{body.sign}规"]
        disclosure.set_prefixes(actor, Organ.objects.get(code=body.code), signs)
    yield 4, 5
    _words(actor, until)
    yield 5, 5


def _special_columns(actor: Actor, government: Organ) -> None:
    """The city's special topics (专题专栏) are columns of its own."""
    parent = Column.objects.get(slug="ztzl")
    for one in packaged("columns.toml")["special"]:
        catalogue.create_column(
            actor, parent=parent, owner=government, kind=parent.kind, max_age_days=183, **one
        )


def note_empty_columns(actor: Actor, until: date) -> Iterator[Progress]:
    """Columns without a single item, in them or below, say so with a date (61号)."""
    notes = packaged("columns.toml")["notes"]
    columns = list(Column.objects.select_related("owner", "parent").order_by("order", "slug"))
    used = set(DisclosedItem.objects.filter(live=True).values_list("column_id", flat=True))
    used |= set(DisclosedItem.mounts.through.objects.values_list("column_id", flat=True))
    parents = {column.pk: column.parent_id for column in columns}
    for pk in list(used):
        above = parents.get(pk)
        while above is not None:
            used.add(above)
            above = parents.get(above)
    empty = [column for column in columns if column.pk not in used]
    for done, column in enumerate(empty, 1):
        on = until - timedelta(days=20)
        catalogue.update_column(
            actor,
            column,
            empty_note=notes.get(column.slug, notes["default"]),
            empty_note_on=on,
            empty_note_until=on + timedelta(days=365),
        )
        yield done, len(empty)


def in_force_since(until: date) -> date:
    """The catalogue is in force since the beginning of the year."""
    return date(until.year, 1, 1)


def _statements(actor: Actor, rng: Any, until: date) -> None:
    """A few bodies say that a matter does not concern them, or that nothing came up."""
    for state, reason, number in (
        (DutyState.NOT_APPLICABLE, "本机关没有这项职能，由市级主管部门统一办理", 14),
        (DutyState.EMPTY, "本期没有发生此类事项", 10),
    ):
        duties = list(
            Duty.objects.filter(state=DutyState.APPLICABLE).order_by("organ__path", "entry__code")
        )
        catalogue.state_duties(
            actor,
            rng.sample(duties, number),
            state=state,
            reason=reason,
            valid_until=until + timedelta(days=120),
            stated_on=until - timedelta(days=30),
        )


def _occasions(actor: Actor, rng: Any, until: date) -> None:
    """What somebody entered by hand and nobody has published yet: two late ones, two to come."""
    duties = list(
        Duty.objects.filter(
            state=DutyState.APPLICABLE, entry__cycle="event", entry__limit_days__isnull=False
        )
        .select_related("organ", "entry__catalogue", "entry__field")
        .order_by("organ__path", "entry__code")
    )
    for days, duty in zip((45, 38, 9, 4), rng.sample(duties, 4), strict=True):
        catalogue.record_occasion(
            actor,
            duty.organ,
            duty.entry,
            kind=catalogue.kinds_for(duty.entry)[0],
            happened_on=until - timedelta(days=days),
            label=f"{duty.entry}（演示）",
        )


def _words(actor: Actor, until: date) -> None:
    """Words of this city alone; the person is obviously invented."""
    guard.add_term(
        actor,
        kind="removed_official",
        word="演示某某",
        post="演示市市长、市长",
        valid_from=until - timedelta(days=200),
        note="演示数据，并无其人",
    )
    guard.add_term(
        actor, kind="wrong_word", word="义码市", suggestion="义马市", note="本地常见误写"
    )


# -- items ---------------------------------------------------------------------------------------
def publish_items(
    actor: Actor, city: City, seed: int, until: date, volume: int
) -> Iterator[Progress]:
    """What was published in every year, as history, with its files and interpretations."""
    matters = _matters()
    normative = _normative()
    wanted = list(years(until))
    by_hand = written(city, seed, until)
    tables = files.tables(city)
    done = 0
    total = 2 * len(wanted) + 1
    for year in wanted:
        rows = generate_items(
            city,
            seed,
            year,
            until,
            matters=matters,
            normative=normative,
            linked_from=in_force_since(until),
            volume=volume,
            written=by_hand,
        )
        _attach(rows, seeded(seed, "files", year), tables)
        own = [one.file for one in by_hand if one.file and one.day.year == year]
        archive = files.archive(own, tables)
        import_items(
            actor, table(rows.items), f"{year}年信息.csv", files=io.BytesIO(archive),
            as_published=True,
        )  # fmt: skip
        yield done + 1, total
        if rows.interpretations:
            import_items(actor, table(rows.interpretations), f"{year}年解读.csv", as_published=True)
            _link(actor, rows)
        done += 2
        yield done, total
    _succeed(actor, until)
    _repeal(actor, normative)
    yield total, total


def table(rows: Sequence[dict[str, Any]]) -> io.BytesIO:
    """The rows as the table that people fill in."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([LABELS[name] for name in names])
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return io.BytesIO(text.getvalue().encode())


def _matters() -> list[Matter]:
    """What every body has taken on, with the column of its field."""
    rows = (
        Duty.objects.filter(
            entry__catalogue__state=StandardCatalogue.State.IN_FORCE,
            state=DutyState.APPLICABLE,
            entry__mode_proactive=True,
        )
        .order_by("organ__path", "entry__code")
        .values_list("organ__code", "entry__field__code", "entry__code", "entry__level2",
                     "entry__level1", "entry__cycle")
    )  # fmt: skip
    return [
        Matter(
            organ, f"zdly-{field.lower()}", code, (level2 or level1).replace(":", "："),
            MONTHS.get(cycle, 0),
        )
        for organ, field, code, level2, level1, cycle in rows
    ]  # fmt: skip


def _normative() -> list[Normative]:
    rows = NormativeDocument.objects.filter(kind="normative").order_by("published_on", "pk")
    return [
        Normative(
            document.organ.code, document.document_number, document.title, document.issued_on,
            document.published_on, document.expires_on, document.repealed_on,
        )
        for document in rows.select_related("organ")
        if document.published_on is not None
    ]  # fmt: skip


def _attach(rows: Rows, rng: Any, tables: dict[str, tuple[str, bytes]]) -> None:
    """A handful of items a year carry files; a third of the figures come with their table."""
    for column, names in files.BY_COLUMN.items():
        those = [row for row in rows.items if row["column"] == column]
        for row in rng.sample(those, min(3, len(those))):
            row.setdefault("attachments", "、".join(names))
    for row in rows.items:
        own = tables.get(row["organ"])
        if own and row["column"] in files.TABLED and rng.random() < files.TABLED_SHARE:
            row.setdefault("attachments", own[0])


def _link(actor: Actor, rows: Rows) -> None:
    """Each interpretation to its document, and so the document to its interpretations."""
    titles = {row["title"] for row in rows.interpretations}
    found = {
        (item.organ.code, item.title, item.published_at): item
        for item in DisclosedItem.objects.filter(
            title__in=titles, document_kind=DocumentKind.INTERPRETATION, interprets=None
        ).select_related("organ")
    }
    by_title = {(code, title): item for (code, title, _), item in found.items()}
    numbers = {number for number, _ in rows.interprets}
    documents = {
        item.document_number: item
        for item in DisclosedItem.objects.filter(document_number__in=numbers)
    }
    for row, (number, form) in zip(rows.interpretations, rows.interprets, strict=True):
        item = by_title.pop((row["organ"], row["title"]), None)
        if item is not None and number in documents:
            link_interpretation(actor, item, documents[number], form=form)


def _repeal(actor: Actor, normative: Sequence[Normative]) -> None:
    """What the register calls repealed is marked, and leads to what took its place.

    That is the newest document of before on the same subject, of the body or of the city; where
    there is none, the yearly clean-up ended it, as it ends most.
    """
    items = {
        item.document_number: item
        for item in DisclosedItem.objects.filter(
            document_kind=DocumentKind.NORMATIVE, live=True
        ).select_related("organ")
    }
    kept = [one for one in normative if one.repealed_on is None and one.number in items]
    for old in normative:
        if old.repealed_on is None or old.number not in items:
            continue
        newer = [
            one
            for one in kept
            if old.issued_on < one.issued_on <= old.repealed_on
            and (one.body == old.body or "-" not in one.body)
            and items[one.number].keywords == items[old.number].keywords
        ]
        by = max(newer, key=lambda one: one.issued_on, default=None)
        told = f"由{by.number}文件废止。" if by else "经清理予以废止。"
        disclosure.repeal(
            actor, items[old.number], old.repealed_on,
            successor=items[by.number] if by else None, note=told,
        )  # fmt: skip


def _succeed(actor: Actor, until: date) -> None:
    """Two older documents were replaced by newer ones on the same subject, a third was amended."""
    documents = (
        DisclosedItem.objects.filter(document_kind=DocumentKind.POLICY, live=True)
        .select_related("organ")
        .order_by("formed_on", "pk")
    )
    by_subject: dict[tuple[int, str], list[DisclosedItem]] = {}
    for document in documents:
        by_subject.setdefault((document.organ_id, document.keywords[0]), []).append(document)
    ready = [
        (those[0], those[-1])
        for those in by_subject.values()
        if those[0].formed_on.year < those[-1].formed_on.year  # type: ignore[union-attr]
    ]
    for place, (old, new) in enumerate(ready[:3]):
        on = new.formed_on or until
        told = f"{new.document_number}文件"
        if place < 2:
            disclosure.repeal(actor, old, on, successor=new, note=f"由{told}替代。")
        else:
            disclosure.amend(actor, old, on, successor=new, note=f"依据{told}修改。")
