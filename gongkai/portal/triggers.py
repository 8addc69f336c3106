"""Every change of what the public sees writes its tags into the journal: triggers on both engines.

Whoever writes (a service, an import, a migration, a hand at the database) and however (row by row,
a thousand at once), the tags are noted in the same transaction, for the row as it was and as it
becomes: an item that moves names its old place and its new one. Nothing can be forgotten by a
service that is still to be written; only a new *table* needs a line here.

SQLite drops triggers when a migration alters their table, so they are taken away before a `migrate`
and put in place after it (`portal.apps`), from the columns that the tables have then.
`missing_triggers()` names what is not there, and a test asks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from gongkai.portal.delivery.tags import SITE

JOURNAL: Final = "portal_publicchange"
PREFIX: Final = "portal_journal_"
VERBS: Final = ("INSERT", "UPDATE", "DELETE")
ITEM: Final = "disclosure_discloseditem"


@dataclass(frozen=True)
class Watch:
    """A table, when its rows are public, and the tags of a row.

    `tags` are queries upon `{rows}`, the rows that changed, each before and after. `when` is asked
    of each of them. `unseen` columns may change without the public seeing it.
    """

    table: str
    tags: tuple[str, ...]
    grown: tuple[str, ...] = ()
    """Tags by rows that refer to this one: a row that has just been written has none."""
    when: str = ""
    unseen: tuple[str, ...] = ()


def _chain(source: str) -> tuple[str, ...]:
    """The tags of columns `c` of the source, and of two levels above them."""
    return (
        f"SELECT 'column:' || c.slug FROM {source}",
        f"SELECT 'column:' || p.slug FROM {source} JOIN catalogue_column p ON p.id = c.parent_id",
        f"SELECT 'column:' || g.slug FROM {source} JOIN catalogue_column p ON p.id = c.parent_id "
        "JOIN catalogue_column g ON g.id = p.parent_id",
    )


def _public(row: str) -> str:
    """The item that a row belongs to, when it is public."""
    return f"{{rows}} r JOIN {ITEM} i ON i.id = r.{row} AND i.live"


# The names put into these statements are constants of this module.
# ruff: noqa: S608

WATCHED: Final = (
    Watch(
        ITEM,
        (
            "SELECT 'items' FROM {rows} r",
            "SELECT 'item:' || r.id FROM {rows} r",
            # What names it: the document it interprets, its interpretations, what it replaces.
            "SELECT 'item:' || r.interprets_id FROM {rows} r WHERE r.interprets_id IS NOT NULL",
            "SELECT 'item:' || r.successor_id FROM {rows} r WHERE r.successor_id IS NOT NULL",
            *_chain("{rows} r JOIN catalogue_column c ON c.id = r.column_id"),
            "SELECT 'organ:' || o.code FROM {rows} r JOIN organs_organ o ON o.id = r.organ_id",
            "SELECT 'topic:' || t.code FROM {rows} r JOIN catalogue_topic t ON t.id = r.topic_id",
            "SELECT 'topic:' || p.code FROM {rows} r JOIN catalogue_topic t ON t.id = r.topic_id "
            "JOIN catalogue_topic p ON p.id = t.parent_id",
        ),
        grown=(
            f"SELECT 'item:' || o.id FROM {{rows}} r JOIN {ITEM} o ON o.interprets_id = r.id",
            f"SELECT 'item:' || o.id FROM {{rows}} r JOIN {ITEM} o ON o.successor_id = r.id",
            *_chain(
                "{rows} r JOIN disclosure_discloseditem_mounts m ON m.discloseditem_id = r.id "
                "JOIN catalogue_column c ON c.id = m.column_id"
            ),
            "SELECT 'organ:' || o.code FROM {rows} r JOIN disclosure_itemissuer s "
            "ON s.item_id = r.id JOIN organs_organ o ON o.id = s.organ_id",
            "SELECT 'field:' || f.code FROM {rows} r JOIN disclosure_discloseditem_entries e "
            "ON e.discloseditem_id = r.id JOIN catalogue_catalogueentry c "
            "ON c.id = e.catalogueentry_id JOIN catalogue_field f ON f.id = c.field_id",
        ),
        when="live",
        unseen=(
            "latest_revision_id", "has_unpublished_changes", "live_revision_id", "go_live_at",
            "expire_at", "status", "step", "returned", "scheduled_for", "submitted_hash", "blocking",
            "drafted_by_id", "submitted_by_id", "submitted_at", "next_assessment_on", "created_at",
            "updated_at",
        ),
    ),
    Watch(
        "disclosure_discloseditem_mounts",
        (
            f"SELECT 'item:' || i.id FROM {_public('discloseditem_id')}",
            *_chain(
                f"{_public('discloseditem_id')} JOIN catalogue_column c ON c.id = r.column_id"
            ),
        ),
    ),
    Watch(
        "disclosure_discloseditem_entries",
        (
            f"SELECT 'item:' || i.id FROM {_public('discloseditem_id')}",
            f"SELECT 'field:' || f.code FROM {_public('discloseditem_id')} "
            "JOIN catalogue_catalogueentry c ON c.id = r.catalogueentry_id "
            "JOIN catalogue_field f ON f.id = c.field_id",
        ),
    ),
    Watch(
        "disclosure_itemissuer",
        (
            f"SELECT 'item:' || i.id FROM {_public('item_id')}",
            f"SELECT 'organ:' || o.code FROM {_public('item_id')} "
            "JOIN organs_organ o ON o.id = r.organ_id",
        ),
    ),
    Watch("disclosure_attachment", (f"SELECT 'item:' || i.id FROM {_public('item_id')}",)),
    Watch("disclosure_publictrace", (f"SELECT 'item:' || i.id FROM {_public('item_id')}",)),
    Watch("catalogue_column", ("SELECT 'columns' FROM {rows} r",)),
    Watch("catalogue_topic", ("SELECT 'columns' FROM {rows} r",)),
    Watch("catalogue_field", ("SELECT 'columns' FROM {rows} r",)),
    Watch("catalogue_standardcatalogue", ("SELECT 'catalogue' FROM {rows} r",)),
    Watch("catalogue_catalogueentry", ("SELECT 'catalogue' FROM {rows} r",)),
    Watch("catalogue_catalogueentry_columns", ("SELECT 'catalogue' FROM {rows} r",)),
    Watch(
        "catalogue_duty",
        ("SELECT 'catalogue' FROM {rows} r",),
        unseen=("reviewed_on", "created_at", "updated_at"),
    ),
    Watch(
        "catalogue_publicationlink",
        ("SELECT 'catalogue' FROM {rows} r",),
        unseen=("elements_found", "elements_total"),
    ),
    Watch("organs_organ", ("SELECT 'organs' FROM {rows} r",)),
    Watch(
        "reports_annualreport",
        ("SELECT 'reports' FROM {rows} r",),
        when="state = 'published'",
        unseen=("updated_at",),
    ),
    Watch("disclosure_leader", ("SELECT 'leaders' FROM {rows} r",)),
    # What is searched, and which index answers.
    Watch("search_searchdocument", ("SELECT 'index' FROM {rows} r",)),
    Watch("search_generation", ("SELECT 'index' FROM {rows} r",), when="state = 'live'",
          unseen=("beat_at", "progress", "last_number")),
    Watch("portal_sitepreferences", ("SELECT 'site' FROM {rows} r",), unseen=("updated_at",)),
)  # fmt: skip


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put every trigger in its place, as the tables are now."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if JOURNAL not in present:
            return
        for watch in WATCHED:
            if watch.table not in present:
                continue
            columns = [
                column.name
                for column in connection.introspection.get_table_description(cursor, watch.table)
            ]
            for statement in statements(connection.vendor, watch, columns):
                cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take every trigger away: a table must be free of them before it is dropped or altered."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for watch in WATCHED:
            for verb in VERBS if watch.table in present else ():
                cursor.execute(_drop(connection.vendor, watch, verb))


def missing_triggers(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Triggers that must be there and are not."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    names = (_name(watch, verb) for watch in WATCHED if watch.table in tables for verb in VERBS)
    return [name for name in names if name not in present]


def statements(vendor: str, watch: Watch, columns: list[str]) -> Iterator[str]:
    """The statements that watch a table with these columns (idempotent)."""
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]
    for verb in VERBS:
        yield _drop(vendor, watch, verb)
        yield from make(watch, verb, columns)


def _name(watch: Watch, verb: str) -> str:
    return f"{PREFIX}{watch.table}_{verb.lower()}"


def _drop(vendor: str, watch: Watch, verb: str) -> str:
    on = f' ON "{watch.table}"' if vendor == "postgresql" else ""
    return f'DROP TRIGGER IF EXISTS "{_name(watch, verb)}"{on}'


def _seen(watch: Watch, columns: list[str]) -> list[str]:
    return [column for column in columns if column not in watch.unseen]


def _used(watch: Watch, columns: list[str]) -> list[str]:
    """Columns that the tags and the condition ask for: the rows carry no more than these."""
    text = " ".join((*watch.tags, *watch.grown, f"r.{watch.when}"))
    found = [column for column in columns if f"r.{column}" in text]
    return found or columns[:1]


def _union(watch: Watch, verb: str, rows: str) -> str:
    queries = watch.tags if verb == "INSERT" else (*watch.tags, *watch.grown)
    return " UNION ".join(query.format(rows=rows) for query in queries)


def _sqlite(watch: Watch, verb: str, columns: list[str]) -> Iterator[str]:
    sides = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[verb]
    used = _used(watch, columns)
    rows = " UNION ALL ".join(
        "SELECT " + ", ".join(f'{side}."{column}" AS "{column}"' for column in used)
        for side in sides
    )
    rows = f"(SELECT * FROM ({rows}) WHERE {watch.when or '1'})"
    # The few rows that changed lead; a planner without statistics would read whole tables for them.
    tags = _union(watch, verb, rows).replace(" JOIN ", " CROSS JOIN ")
    conditions = []
    if watch.when:
        conditions.append(" OR ".join(f"{side}.{watch.when}" for side in sides))
    if verb == "UPDATE":
        changed = (f'OLD."{one}" IS NOT NEW."{one}"' for one in _seen(watch, columns))
        conditions.append(" OR ".join(changed))
    when = " AND ".join(f"({one})" for one in conditions)
    # Not INSERT OR REPLACE: within a trigger the words of the outer statement would stand for it.
    yield (
        f'CREATE TRIGGER "{_name(watch, verb)}" AFTER {verb} ON "{watch.table}" '
        f"{f'WHEN {when} ' if when else ''}BEGIN "
        f"DELETE FROM {JOURNAL} WHERE tag IN ({tags}); "
        f'INSERT INTO {JOURNAL} (tag, "transaction", at) '
        f"SELECT DISTINCT *, 0, strftime('%Y-%m-%d %H:%M:%f', 'now') FROM ({tags}); END"
    )


def _postgresql(watch: Watch, verb: str, columns: list[str]) -> Iterator[str]:
    used = ", ".join(f'"{column}"' for column in _used(watch, columns))
    if verb == "UPDATE":
        old = ", ".join(f'o."{one}"' for one in _seen(watch, columns))
        new = ", ".join(f'n."{one}"' for one in _seen(watch, columns))
        both = f"olds o JOIN news n USING (id) WHERE ROW({old}) IS DISTINCT FROM ROW({new})"
        parts = [
            "SELECT "
            + ", ".join(f"{side}.{column}" for column in used.split(", "))
            + f" FROM {both}"
            for side in ("o", "n")
        ]
        rows = " UNION ALL ".join(parts)
        tables = "OLD TABLE AS olds NEW TABLE AS news"
    else:
        rows = f"SELECT {used} FROM {'news' if verb == 'INSERT' else 'olds'}"
        tables = f"{'NEW' if verb == 'INSERT' else 'OLD'} TABLE AS {'news' if verb == 'INSERT' else 'olds'}"
    tags = _union(watch, verb, "changed")
    function = f'"{_name(watch, verb)}"'
    yield (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"WITH changed AS (SELECT * FROM ({rows}) AS r WHERE {watch.when or 'true'}) "
        f'INSERT INTO {JOURNAL} (tag, "transaction", at) '
        "SELECT tag, pg_current_xact_id()::text::bigint, now() "
        f"FROM ({tags}) AS found(tag) WHERE EXISTS (SELECT 1 FROM changed) "
        "ON CONFLICT DO NOTHING; RETURN NULL; END $body$"
    )
    yield (
        f'CREATE TRIGGER {function} AFTER {verb} ON "{watch.table}" REFERENCING {tables} '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def before_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, plan: Any = (), **_: Any) -> None:
    """Tables that are about to be altered must not be named by triggers."""
    if plan:
        remove(using)


def after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, plan: Any = (), **_: Any) -> None:
    """Watch the tables as they are now; what changed meanwhile is on every page, for all we know."""
    install(using)
    if plan:
        PublicChange = sender.get_model("PublicChange")
        PublicChange.objects.using(using).filter(tag=SITE).delete()
        PublicChange.objects.using(using).create(
            tag=SITE, transaction=_transaction(using), at=timezone.now()
        )


def _transaction(using: str) -> int:
    """The number of the transaction under way; 0 where writers come one after another."""
    if connections[using].vendor != "postgresql":
        return 0
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def tags_of_items(keys: list[int], using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The tags under which these items are public now: those that a change of them would note."""
    found: set[str] = set()
    with connections[using].cursor() as cursor:
        for at in range(0, len(keys), 500):
            chosen = ",".join(str(int(key)) for key in keys[at : at + 500])
            rows = f"(SELECT * FROM {ITEM} WHERE live AND id IN ({chosen}))"
            (watch,) = (one for one in WATCHED if one.table == ITEM)
            cursor.execute(_union(watch, "UPDATE", rows))
            found.update(tag for (tag,) in cursor.fetchall())
    return found
