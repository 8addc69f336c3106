"""A transactional test leaves the database as the template has it, whatever it did."""

import pytest
from django.db import connection

from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ
from gongkai.search.models import SynonymGroup
from tests.factories.organs import make_organ

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def asked(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None


def contents() -> dict[str, object]:
    """Every table's rows, as one number each, and where every sequence stands."""
    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_list(cursor)]
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
        stands = dict(cursor.fetchall())
    hashes = f"SELECT sum(hashtextextended(t::text, 0)) FROM {{}} AS t"  # noqa: F541
    return stands | {name: asked(hashes.format(f'"{name}"')) for name in names}


def test_rows_added_changed_and_removed_are_put_back():
    asked("SELECT kept.put_back()")  # sequences do not return with a rollback
    before = contents()
    assert SynonymGroup.objects.count() > 2
    make_organ("411281", name="义马市人民政府")
    first = SynonymGroup.objects.order_by("pk")[0]
    SynonymGroup.objects.exclude(pk=first.pk).order_by("pk")[0].delete()
    SynonymGroup.objects.filter(pk=first.pk).update(note="改了")
    during = contents()
    assert during != before
    assert asked("SELECT kept.put_back()") is True
    assert contents() == before
    assert not Organ.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_where_more_than_rows_has_changed_a_fresh_copy_is_asked_for():
    """The next test finds the trigger again: it gets its database from the template."""
    asked("ALTER TABLE ledger_ledgerentry DISABLE TRIGGER USER")
    assert asked("SELECT kept.put_back()") is False
