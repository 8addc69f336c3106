"""The index follows what is public: at once, in the loop, whatever fails, whoever else writes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from gongkai.search import engines, generations, indexing, services
from gongkai.search.engines.postgres import PostgresEngine
from gongkai.search.engines.sqlite import SqliteEngine
from gongkai.search.following import Follower
from gongkai.search.models import Generation, PendingChange, SearchDocument, SearchText
from gongkai.search.models.index import MAX_NUMBER, number_of, place_of
from tests.search.records import Records, answer, follow, found
from tests.search.records import records as records

pytestmark = pytest.mark.django_db


def test_what_is_published_is_found_as_soon_as_its_transaction_is_over(
    records: Records, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        key = records.put("停水公告")
        services.changed("record", [key])
        assert found("停水") == []
    assert found("停水") == [key]
    assert not PendingChange.objects.exists()


def test_many_at_once_are_left_to_the_loop(
    records: Records, django_capture_on_commit_callbacks
) -> None:
    for _ in range(indexing.AT_ONCE + 1):
        records.put("停电公告")
    with django_capture_on_commit_callbacks(execute=True):
        services.changed("record", list(records.public))
    assert PendingChange.objects.filter(bulk=True).count() == indexing.AT_ONCE + 1
    Follower().turn()
    assert answer("停电").total == indexing.AT_ONCE + 1


def test_a_person_does_not_wait_behind_an_import(records: Records) -> None:
    """Given thousands of imported records that wait, then what a person published goes first."""
    records.put("甲", key=900)
    services.changed("record", [900])
    PendingChange.objects.all().delete()
    for key in range(1, 400):
        records.put("旧文", key=key)
    services.changed("record", list(range(1, 400)))
    records.put("新文", key=500)
    services.changed("record", [500])
    indexing.process_pending(limit=1)
    assert found("新文") == [500]


def test_what_changes_is_found_by_its_new_words_only(records: Records) -> None:
    key = records.put("停水公告", "解放路。", attachments="旧附件", numbers=("义政〔2020〕1号",))
    other = records.put("停水通知", "解放路。")
    records.tell()
    records.change(key, title="供水公告", body="新市街。", attachments="", numbers=())
    records.tell(key)
    for word in ("停水公告", "旧附件", "义政〔2020〕1号"):
        assert key not in found(word, verbatim=True), word
    assert found("解放路") == [other]
    assert found("新市街") == [key]


def test_what_is_public_no_more_leaves_no_word_behind(records: Records) -> None:
    key = records.put("张某低保公示", "某人姓名", attachments="附件里的话")
    records.tell()
    del records.public[key]
    records.tell(key)
    assert answer(counted=("year",)).total == 0
    for word in ("低保", "姓名", "附件"):
        assert found(word) == []
    assert not SearchText.objects.exists()


def test_a_document_keeps_its_number_and_goes_to_its_new_day(records: Records) -> None:
    key = records.put("公告")
    records.tell()
    before = SearchDocument.objects.get().pk
    records.change(key, published_at=records.public[key].published_at + timedelta(days=400))
    records.tell(key)
    after = SearchDocument.objects.get().pk
    assert number_of(before) == number_of(after)
    assert after > before


# -- what fails -----------------------------------------------------------------------------------


def test_a_failing_index_neither_stops_nor_undoes_a_publication(
    records: Records,
    django_capture_on_commit_callbacks,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Given an index that refuses to be written, then the change stands and is caught up later."""
    records.put("甲")
    records.tell()

    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        for kind in (SqliteEngine, PostgresEngine):
            patched.setattr(kind, "write", refuse)
        with (
            caplog.at_level(logging.WARNING, "gongkai.search"),
            django_capture_on_commit_callbacks(execute=True),
        ):
            key = records.put("停水公告")
            services.changed("record", [key])
    assert "left to the follow loop" in caplog.text
    assert "停水" not in caplog.text
    assert found("停水") == []
    follow()
    assert found("停水") == [key]


def test_one_record_that_cannot_be_read_does_not_hold_up_the_others(records: Records) -> None:
    records.put("停水公告")
    records.tell(1)
    for _ in range(4):
        records.put("停水公告")
    records.refused = {3}
    services.changed("record", [2, 3, 4, 5])
    follow()
    assert sorted(found("停水")) == [1, 2, 4, 5]
    waiting = PendingChange.objects.get()
    assert (waiting.key, waiting.attempts) == (3, 1)
    assert waiting.due_at > timezone.now()
    records.refused = set()
    PendingChange.objects.update(due_at=timezone.now())
    follow()
    assert sorted(found("停水")) == [1, 2, 3, 4, 5]


def test_changes_of_a_room_that_was_taken_out_take_its_records_out(records: Records) -> None:
    services.changed("gone", [1, 2])
    follow()
    assert not PendingChange.objects.exists()


def test_a_transaction_that_is_undone_leaves_nothing(records: Records) -> None:
    key = records.put("停水公告")
    with transaction.atomic():
        services.changed("record", [key])
        transaction.set_rollback(True)
    assert not PendingChange.objects.exists()


def test_when_all_numbers_are_given_it_says_so(records: Records, capsys) -> None:
    records.put("甲")
    records.tell()
    Generation.objects.update(last_number=MAX_NUMBER)
    records.put("乙")
    services.changed("record", [2])
    with pytest.raises(indexing.IndexFull, match="请运行 gongkai search rebuild"):
        indexing.process_pending()
    assert PendingChange.objects.count() == 1
    call_command("search", "rebuild", "--json")
    follow()
    assert sorted(found()) == [1, 2]


def test_places_are_ordered_by_generation_day_and_number() -> None:
    from datetime import date

    places = [
        place_of(1, date(2020, 1, 1), MAX_NUMBER),
        place_of(1, date(2020, 1, 2), 1),
        place_of(1, date(2020, 1, 2), 2),
        place_of(2, date(1949, 10, 1), 1),
    ]
    assert places == sorted(places)
    assert place_of(2**16, date.max, MAX_NUMBER) < 2**63
    first, last = generations.span(2)
    assert first <= place_of(2, date.min, 0)
    assert place_of(2, date.max, MAX_NUMBER) <= last


# -- what changes by itself -----------------------------------------------------------------------


def test_a_facet_that_changes_with_the_day_is_followed(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a document that lapses tomorrow, when tomorrow comes, then the index knows."""
    today = timezone.localdate()
    key = records.put("管理办法", facets={"validity": ("in_force",)})
    records.change(key, changes_on=today + timedelta(days=1))
    records.tell()
    Follower().turn()
    assert found(facets={"validity": ("in_force",)}) == [key]

    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: today + timedelta(days=1))
    year = records.public[key].facets["year"]
    records.change(key, facets={"validity": ("expired",), "year": year})
    follower = Follower()
    follower.turn()
    follower.turn()
    assert found(facets={"validity": ("in_force",)}) == []
    assert found(facets={"validity": ("expired",)}) == [key]
    # And is not looked at again for ever.
    assert indexing.enqueue_due() == 0


# -- several at once ------------------------------------------------------------------------------


def race(works: list[Callable[[], object]]) -> list[BaseException | None]:
    barrier = threading.Barrier(len(works))
    raised: list[BaseException | None] = [None] * len(works)

    def body(number: int) -> None:
        try:
            barrier.wait(30)
            works[number]()
        except BaseException as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


@pytest.mark.django_db(transaction=True)
def test_processes_at_once_lose_nothing_and_do_nothing_twice(records: Records) -> None:
    for _ in range(120):
        records.put("停水公告")

    def publish(keys: range) -> None:
        for key in keys:
            with transaction.atomic():
                services.changed("record", [key])

    works = [lambda part=part: publish(range(part, 121, 4)) for part in (1, 2, 3)]
    raised = race([*works, follow, follow])
    assert raised == [None] * 5
    publish(range(4, 121, 4))
    follow()
    assert answer("停水").total == 120
    assert SearchDocument.objects.count() == SearchText.objects.count() == 120
    assert not PendingChange.objects.exists()
    assert Generation.objects.filter(state="live").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_newest_state_wins_whoever_comes_last(records: Records) -> None:
    """Given a record that goes while it is being indexed, then it is not found afterwards."""
    key = records.put("停水公告")
    records.tell()
    reading, gone = threading.Event(), threading.Event()
    documents = records.documents

    def slowly(keys):  # type: ignore[no-untyped-def]
        rows = list(documents(keys))
        reading.set()
        gone.wait(5)
        return rows

    def first() -> None:
        records.documents = slowly  # type: ignore[method-assign]
        services.changed("record", [key])

    def second() -> None:
        reading.wait(5)
        records.documents = documents  # type: ignore[method-assign]
        del records.public[key]
        gone.set()
        services.changed("record", [key])
        follow()

    assert race([first, second]) == [None, None]
    follow()
    assert found("停水") == []


def test_each_database_has_its_engine() -> None:
    from django.db import connection

    kinds = {"sqlite": SqliteEngine, "postgresql": PostgresEngine}
    assert isinstance(engines.engine(), kinds[connection.vendor])


@pytest.mark.postgresql
def test_postgresql_knows_the_frequency_of_more_words_than_usual() -> None:
    # Without it a number that one of a million documents has is looked for in all of them.
    from django.db import connection

    generation = generations.begin(Generation.State.BUILDING)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstattarget FROM pg_attribute WHERE attrelid = %s::regclass "
            "AND attname = 'words'",
            [f"search_words_{generation.pk}"],
        )
        assert cursor.fetchone() == (1_000,)
