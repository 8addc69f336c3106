"""A new index beside the one that is read; an index that is lost or damaged."""

from __future__ import annotations

import contextlib
import json
import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from gongkai.search import building, generations, indexing, language, services
from gongkai.search.documents import State
from gongkai.search.engines import engine
from gongkai.search.following import Follower
from gongkai.search.models import Generation, PendingChange, SearchDocument, SearchText
from tests.search.records import Records, answer, follow, found
from tests.search.records import records as records

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command("search", *arguments, "--json", stdout=out)
    told: dict[str, object] = json.loads(out.getvalue())
    return told


def status() -> dict[str, object]:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("search", "status", "--json", stdout=out)
    told: dict[str, object] = json.loads(out.getvalue())
    return told


@pytest.fixture
def filled(records: Records, monkeypatch: pytest.MonkeyPatch) -> Records:
    """Nine records in the index; a rebuild takes three at a time."""
    monkeypatch.setattr(building, "PORTION", 3)
    for _ in range(9):
        records.put("停水公告", "解放路。", facets={"organ": ("411281",)})
    records.tell()
    return records


# -- rebuilding -----------------------------------------------------------------------------------


def test_a_site_without_an_index_is_indexed_whole(records: Records) -> None:
    """Given more records than are indexed at the first change, then searches say that it is not
    whole until the loop has made it so."""
    for _ in range(indexing.SMALL_SITE + 5):
        records.put("停水公告")
    assert answer("停水").state == State.LIMITED
    records.tell(1)
    results = answer("停水")
    assert (results.total, results.state) == (1, State.REBUILDING)
    Follower().turn()
    results = answer("停水")
    assert (results.total, results.state) == (indexing.SMALL_SITE + 5, State.READY)


def test_a_rebuilt_index_finds_the_same_and_the_old_one_is_gone(filled: Records) -> None:
    before = found("停水")
    old = generations.live()
    steps: list[building.Step] = []
    new = building.rebuild(steps.append)
    assert found("停水") == before
    assert [step.done for step in steps if step.doing == "index"] == [3, 6, 9]
    assert not Generation.objects.filter(pk=old.pk).exists()
    assert not engine().has(old.pk, searchable=False)
    assert SearchDocument.objects.count() == SearchText.objects.count() == 9
    assert SearchDocument.objects.filter(generation=new.pk).count() == 9


def test_searches_go_on_while_it_is_being_rebuilt(filled: Records) -> None:
    seen = []
    building.rebuild(lambda step: seen.append(answer("停水").total))
    assert set(seen) == {9}


def test_what_changes_meanwhile_is_in_the_new_index(filled: Records) -> None:
    """Given a record added, one changed and one taken away while the rebuild is half way: the one
    it has passed already, the one it will pass, all are right at the end."""
    done = []

    def meanwhile(step: building.Step) -> None:
        if step.doing == "index" and step.done == 6 and not done:
            done.append(step)
            filled.put("供暖公告", key=100)
            filled.change(2, title="通气公告")
            filled.change(8, title="通气公告")
            del filled.public[1], filled.public[9]
            filled.tell(100, 2, 8, 1, 9)
            # What is read meanwhile is right as well.
            assert sorted(found("通气")) == [2, 8]

    building.rebuild(meanwhile)
    assert done
    assert found("供暖") == [100]
    assert sorted(found("通气")) == [2, 8]
    assert sorted(found("停水")) == [3, 4, 5, 6, 7]
    assert not PendingChange.objects.exists()


def test_a_record_that_goes_while_it_is_being_cut_into_words_is_not_written(
    filled: Records,
) -> None:
    """Given a record withdrawn between its reading and its writing, then the old state is not
    written over the new."""
    documents = filled.documents
    did = []

    def reading(keys):  # type: ignore[no-untyped-def]
        rows = list(documents(keys))
        if 5 in keys and not did:
            did.append(keys)
            del filled.public[5]
            filled.tell(5)
        return rows

    filled.documents = reading  # type: ignore[method-assign]
    building.rebuild()
    assert did
    assert sorted(found("停水")) == [1, 2, 3, 4, 6, 7, 8, 9]


def test_an_interrupted_rebuild_goes_on_where_it_was(filled: Records) -> None:
    class Interrupted(Exception):
        pass

    def stop(step: building.Step) -> None:
        if step.done == 6:
            raise Interrupted

    with pytest.raises(Interrupted):
        building.rebuild(stop)
    assert answer("停水").total == 9
    unfinished = generations.building()
    with pytest.raises(building.Busy, match="另一个进程"):
        building.rebuild()
    with pytest.raises(CommandError, match="另一个进程"):
        call_command("search", "rebuild")
    Generation.objects.filter(pk=unfinished.pk).update(beat_at=timezone.now() - timedelta(hours=1))
    # Changed while nobody was building: told by the outbox.
    filled.change(1, title="供暖公告")
    filled.tell(1)
    filled.asked = 0
    assert building.rebuild().pk == unfinished.pk
    assert filled.asked == 1
    assert sorted(found("停水")) == list(range(2, 10))
    assert found("供暖") == [1]


def test_one_record_that_cannot_be_read_does_not_stop_a_rebuild(filled: Records) -> None:
    filled.refused = {5}
    building.rebuild()
    assert sorted(found("停水")) == [1, 2, 3, 4, 6, 7, 8, 9]
    filled.refused = set()
    PendingChange.objects.update(due_at=timezone.now())
    follow()
    assert len(found("停水")) == 9


def test_if_needed_rebuilds_for_a_new_dictionary_and_not_otherwise(
    filled: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("rebuild", "--if-needed") == {"rebuilt": False}
    monkeypatch.setattr(language, "VERSION", "another")
    told = status()
    assert (told["sound"], told["reason"]) == (False, "词典或索引格式已更新")
    assert run("rebuild", "--if-needed")["documents"] == 9
    assert run("rebuild", "--if-needed") == {"rebuilt": False}
    assert status()["sound"] is True


def test_the_status_tells_what_waits_and_since_when(filled: Records) -> None:
    assert status()["pending"] == 0
    services.changed("record", [1])
    PendingChange.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    assert status()["pending"] == 1
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("search", "status", stdout=out)
    assert "请确认 gongkai search follow 正在运行" in out.getvalue()
    with pytest.raises(CommandError, match="不能及时"):
        call_command("search", "follow", "--every", "30")


# -- lost and damaged -----------------------------------------------------------------------------


def lose_table(generation: Generation) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE search_words_{generation.pk}")


def spoil_table(generation: Generation) -> None:
    name = f"search_words_{generation.pk}"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"UPDATE {name}_data SET block = randomblob(200)")
            cursor.execute(f"UPDATE {name}_idx SET pgno = 999999, term = randomblob(5)")
        else:
            cursor.execute(f"ALTER TABLE {name} RENAME COLUMN words TO unwords")


def lose_part(generation: Generation) -> None:
    name = f"search_words_{generation.pk}"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA writable_schema=ON")
            cursor.execute(f"DROP TABLE IF EXISTS {name}_idx")
            cursor.execute("PRAGMA writable_schema=OFF")
        else:
            cursor.execute(f"DROP INDEX {name}_words")


@pytest.mark.parametrize("damage", [lose_table, spoil_table])
def test_a_lost_or_damaged_index_answers_from_titles_and_is_made_anew(
    filled: Records, damage, caplog: pytest.LogCaptureFixture
) -> None:
    """Given a damaged index, then searches answer from titles and numbers, it is said once, and
    the loop makes it anew by itself."""
    filled.put("关于印发办法的通知", key=50, numbers=("义政〔2020〕12号",))
    filled.tell(50)
    damage(generations.live())
    with caplog.at_level(logging.ERROR, "gongkai.search"):
        for _ in range(3):
            results = answer("停水", counted=("year",), page=2, per_page=5)
            assert (results.total, len(results.hits)) == (9, 4)
            assert results.state == State.LIMITED
            assert results.facets == {}
            assert "<mark>停水</mark>" in results.hits[0].title
            assert found("义政[2020]12号") == [50]
    assert caplog.text.count("is lost or damaged") == 1
    assert status()["reason"] == "还没有可用的索引"

    # What is published meanwhile is found by its title, and nothing is lost.
    filled.put("供暖公告", key=60)
    del filled.public[1]
    filled.tell(60, 1)
    assert found("供暖") == [60]
    assert answer("停水").total == 8

    Follower().turn()
    results = answer("停水", counted=("organ",))
    assert (results.total, results.state) == (8, State.READY)
    assert [value.count for value in results.facets["organ"]] == [8]
    assert found("供暖") == [60]
    assert not Generation.objects.filter(state=Generation.State.BROKEN).exists()


@pytest.mark.parametrize("damage", [lose_table, spoil_table, lose_part])
def test_the_loop_finds_damage_before_anybody_searches(filled: Records, damage) -> None:
    damage(generations.live())
    Follower().turn()
    assert answer("停水").total == 9
    assert answer("停水").state == State.READY
    assert status()["sound"] is True


def test_a_publication_finds_the_index_damaged_and_is_kept(
    filled: Records, django_capture_on_commit_callbacks
) -> None:
    lose_table(generations.live())
    with django_capture_on_commit_callbacks(execute=True):
        filled.put("供暖公告", key=60)
        services.changed("record", [60])
    follow()
    assert found("供暖") == [60]
    assert answer("供暖").state == State.LIMITED
    Follower().turn()
    assert found("供暖") == [60]
    assert answer("供暖").state == State.READY


def test_an_index_of_another_shape_is_not_asked(
    filled: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given tables as a later version of the platform reads them no more, then they are made anew."""
    Generation.objects.update(shape=0)
    assert answer("停水").state == State.LIMITED
    assert answer("停水").total == 9
    Follower().turn()
    assert answer("停水").state == State.READY


def test_without_any_index_at_all_the_answer_is_empty_and_says_why(records: Records) -> None:
    records.put("停水公告")
    results = answer("停水", counted=("year",))
    assert (results.total, results.hits, results.state) == (0, (), State.LIMITED)
