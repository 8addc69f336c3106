"""Events, contacts and blocks struck out are only ever added: the database itself refuses the rest."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from gongkai.foi.models import CaseFile, FoiEvent, IntakeContact, Redaction
from gongkai.foi.services.intake import note_contact
from gongkai.ledger.triggers import protected_tables, unprotected_tables
from tests.foi.holds.conftest import CONSOLE, closed, filed

pytestmark = pytest.mark.django_db
MODELS = (FoiEvent, IntakeContact, Redaction)


@pytest.fixture
def rows(organ):
    intake = closed(organ)
    waiting = filed(organ, 2, channel="ordinary_mail")
    note_contact(CONSOLE, waiting, way="电话", reached=False, note="无人接听")
    Redaction.objects.create(
        file=CaseFile.objects.filter(intake=intake).get(), page=1, left=1, top=1, right=2, bottom=2,
        ground="15.1", reason="测试",
    )  # fmt: skip


def refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="只能追加"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_row_can_neither_be_changed_nor_removed(rows, model):
    before = list(model.objects.order_by("pk").values())
    assert before
    table = connection.ops.quote_name(model._meta.db_table)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        refused(statement)
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        model.objects.first().save()
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_nor_can_the_whole_table_be_emptied(rows):
    # References that are checked late are checked now, else they alone would refuse it.
    connection.check_constraints()
    for model in MODELS:
        refused(f'TRUNCATE "{model._meta.db_table}" CASCADE')


def test_the_protection_is_there_after_all_migrations(db):
    assert {model._meta.db_table for model in MODELS} <= protected_tables(connection)
    assert not unprotected_tables()
