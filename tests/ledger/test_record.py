"""Writing the ledger: order, links, what is refused, what the database refuses."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory

from gongkai.ledger import services, triggers
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import canonical, entry_hash, genesis, sm3
from gongkai.ledger.models import LedgerChain, LedgerEntry
from tests.factories.organs import make_organ, make_user

OPERATOR = Actor.command("gongkai test")


def test_sm3_is_the_standard_one() -> None:
    # GB/T 32905-2016, annex A, first example.
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_canonical_serialisation_version_1_never_changes() -> None:
    entry = LedgerEntry(
        seq=7, version=1, at=datetime(2021, 1, 5, 2, 0, tzinfo=UTC), actor_id=3, actor_name="张三",
        channel="web", address="10.0.0.1", action="reports.submit", object_type="reports.x",
        object_id="5", object_label="义马", changes={"b": [None, 1], "a": ["旧", "新"]},
        previous_hash="0" * 64,
    )  # fmt: skip
    assert canonical("411281", entry).decode() == (
        '["gongkai-ledger/1","411281",7,"2021-01-05T02:00:00.000000Z",3,"张三","web","10.0.0.1",'
        '"reports.submit","reports.x","5","义马",{"a":["旧","新"],"b":[null,1]},"' + "0" * 64 + '"]'
    )


@pytest.mark.django_db
def test_entries_of_a_chain_follow_one_another() -> None:
    user = make_user(display_name="李四")
    actor = Actor(user, "李四", "web", "10.1.2.3")
    organ = make_organ("411281", name="义马市人民政府")

    first = services.record(actor, "organs.create", chain="411281", obj=organ)
    second = services.record(
        actor, "organs.update", chain="411281", obj=organ, changes={"name": ["甲", "乙"]}
    )
    elsewhere = services.record(OPERATOR, "calendar.accept", chain="site")

    assert (first.seq, second.seq, elsewhere.seq) == (1, 2, 1)
    assert first.previous_hash == genesis("411281")
    assert second.previous_hash == first.hash
    stored = LedgerEntry.objects.get(pk=second.pk)
    assert stored.hash == entry_hash("411281", stored)
    assert (stored.actor_id, stored.actor_name, stored.address) == (user.pk, "李四", "10.1.2.3")
    assert (stored.object_type, stored.object_id) == ("organs.organ", str(organ.pk))
    assert stored.object_label == "411281 义马市人民政府"
    assert stored.changes == {"name": ["甲", "乙"]}
    head = LedgerChain.objects.get(name="411281")
    assert (head.last_seq, head.last_hash) == (2, second.hash)


@pytest.mark.django_db
def test_many_acts_keep_their_order_with_constant_statements(django_assert_num_queries) -> None:
    services.record_many(OPERATOR, [services.Act("a.b", f"C{n}") for n in range(3)])
    acts = [services.Act("a.b", f"C{n % 3}", changes={"n": n}) for n in range(60)]

    with transaction.atomic(), django_assert_num_queries(3):
        entries = services.record_many(OPERATOR, acts)

    of_first = [e for e in entries if e.chain.name == "C0"]
    assert [e.seq for e in of_first] == list(range(2, 22))
    assert [e.changes["n"] for e in of_first] == list(range(0, 60, 3))


@pytest.mark.django_db(transaction=True)
def test_an_act_and_its_entry_are_kept_or_lost_together() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        services.record(OPERATOR, "a.b", chain="site")

    def act_and_fail() -> None:
        with transaction.atomic():
            services.record(OPERATOR, "a.b", chain="site")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()

    assert LedgerEntry.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"id_number": ["", "x"]}, "id_number"),
        ({"password": [None, "x"]}, "password"),
        ({"nested": {"applicant_name": "王五"}}, "applicant_name"),
        ({"subject": ["", "申请人 11010519491231002X 的材料"]}, "身份证"),
        ({"note": ["", "长" * 501]}, "501"),
        ({"x": object()}, "object"),
        ({"x": 0.1}, "float"),
    ],
)
def test_personal_data_and_long_texts_are_refused(changes, word) -> None:
    with pytest.raises(services.LedgerRefusal, match=word):
        services.record(OPERATOR, "a.b", chain="site", changes=changes)
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
def test_a_unified_credit_code_is_no_identity_number() -> None:
    services.record(OPERATOR, "a.b", chain="site", changes={"code": ["", "11411281005758521W"]})
    services.record(OPERATOR, "a.b", chain="site", changes={"n": ["", "110105194912310021"]})
    assert LedgerEntry.objects.count() == 2


def test_diff_names_what_differs_and_shortens_long_texts() -> None:
    before = {"a": 1, "b": "旧", "c": date(2020, 1, 5), "d": "x"}
    after = {"a": 1, "b": "新" * 600, "c": None, "e": Decimal("1.50"), "d": "x"}

    found = services.diff(before, after)

    assert set(found) == {"b", "c", "e"}
    assert found["c"] == ["2020-01-05", None]
    assert found["e"] == [None, "1.50"]
    assert "共600字" in found["b"][1]
    assert len(found["b"][1]) < services.MAX_VALUE_LENGTH


@pytest.mark.django_db
def test_what_a_database_cannot_store_is_taken_out() -> None:
    entry = services.record(OPERATOR, "a.b", chain="site", changes={"x": ["a\x00b", "\ud800"]})
    stored = LedgerEntry.objects.get(pk=entry.pk)
    assert stored.changes == {"x": ["ab", "?"]}
    assert stored.hash == entry_hash("site", stored)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_ledgerentry SET actor_name = 'x'",
        "DELETE FROM ledger_ledgerentry",
        pytest.param("TRUNCATE ledger_ledgerentry", marks=pytest.mark.postgresql),
    ],
)
def test_the_database_refuses_to_change_the_ledger(sql) -> None:
    services.record(OPERATOR, "a.b", chain="site")
    connection.check_constraints()  # PostgreSQL truncates no table with checks still to come

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

    assert LedgerEntry.objects.get().actor_name == "gongkai test"


@pytest.mark.django_db
def test_the_database_refuses_a_fork() -> None:
    entry = services.record(OPERATOR, "a.b", chain="site")
    for clash in ({"seq": 1, "previous_hash": "1" * 64}, {"seq": 2}):
        copy = LedgerEntry.objects.get(pk=entry.pk)
        copy.pk = None
        for name, value in clash.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


@pytest.mark.django_db
def test_every_declared_table_bears_its_triggers() -> None:
    assert "ledger_ledgerentry" in triggers.declared_tables()
    assert triggers.unprotected_tables() == frozenset()

    with triggers.suspended():
        assert "ledger_ledgerentry" in triggers.unprotected_tables()

    assert triggers.unprotected_tables() == frozenset()


@pytest.mark.django_db
def test_suspending_is_refused_outside_tests(monkeypatch) -> None:
    from django.test.utils import _TestState

    monkeypatch.delattr(_TestState, "saved_data")
    with pytest.raises(RuntimeError), triggers.suspended():
        pass
    assert triggers.unprotected_tables() == frozenset()


@pytest.mark.django_db(transaction=True)
def test_the_operation_can_be_taken_back_and_described() -> None:
    from django.db.migrations.state import ProjectState

    operation = triggers.AppendOnly("ledger_ledgerentry")
    assert operation.deconstruct() == ("AppendOnly", ["ledger_ledgerentry"], {})
    state = ProjectState()
    with connection.schema_editor(collect_sql=False, atomic=False) as editor:
        operation.database_backwards("ledger", editor, state, state)
        assert "ledger_ledgerentry" in triggers.unprotected_tables()
        operation.database_forwards("ledger", editor, state, state)
    assert triggers.unprotected_tables() == frozenset()


def test_the_client_address_believes_own_proxies_only(settings, rf: RequestFactory) -> None:
    request = rf.get("/", headers={"x-forwarded-for": "6.6.6.6, 10.0.0.9"}, REMOTE_ADDR="127.0.0.1")
    assert Actor.from_request(request).address == "127.0.0.1"
    settings.PROXY_COUNT = 1
    assert Actor.from_request(request).address == "10.0.0.9"
    settings.PROXY_COUNT = 2
    assert Actor.from_request(request).address == "6.6.6.6"
    settings.PROXY_COUNT = 9
    assert Actor.from_request(request).address == "6.6.6.6"


def test_nobody_is_named_as_nobody(rf: RequestFactory) -> None:
    actor = Actor.from_request(rf.get("/"))
    assert (actor.user, actor.name, actor.channel) == (None, "未登录", "web")
