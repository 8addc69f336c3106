"""Finished pages are kept, are the same for everybody, and go at once when they change.

A client here stands for a process: each has its own chain of middleware and so its own memory. They
share the database and nothing else.
"""

from __future__ import annotations

import gzip
import threading
import time
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongkai.catalogue.models import Topic
from gongkai.disclosure import services
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import triggers
from gongkai.portal.delivery import journal, memory
from gongkai.portal.delivery.memory import Kept, Memory, next_midnight, pack
from gongkai.portal.models import PublicChange
from tests.factories.disclosure import Office, make_column, make_disclosed_item, published
from tests.factories.organs import make_organ, make_user
from tests.portal.factories import publish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kept(settings, monkeypatch):
    """Pages are kept, and the journal is looked at before every answer."""
    settings.PAGE_CACHE_MB = 8
    monkeypatch.setattr(memory, "POLL", 0.0)


@pytest.fixture
def office():
    organ = make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局")
    return Office(organ, make_column("tzgg", owner=organ, title="通知公告"))


@contextmanager
def statements():
    with CaptureQueriesContext(connection) as found:
        yield found


def is_kept(client: Client, path: str, **headers: str) -> bool:
    """Whether the page is answered from memory: then the database is asked for the journal alone."""
    with statements() as asked:
        client.get(path, headers=headers)
    return len(asked) <= 1 and all("portal_publicchange" in one["sql"] for one in asked)


# -- keeping ---------------------------------------------------------------------------------------
def test_the_second_reader_costs_one_statement_at_most(office):
    office.publish()
    client = Client()
    first = client.get("/info/")
    with statements() as asked:
        second = client.get("/info/")
    assert second.content == first.content
    assert len(asked) <= 1
    assert {"ETag", "Cache-Control", "Content-Security-Policy", "Content-Language"} <= set(
        second.headers
    )
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert second["Cache-Control"] == "public, no-cache"


def test_between_two_looks_at_the_journal_a_page_costs_nothing(office, monkeypatch):
    monkeypatch.setattr(memory, "POLL", 60.0)
    client = Client()
    client.get("/organs/")
    with statements() as asked:
        client.get("/organs/")
    assert len(asked) == 0


def test_a_page_goes_out_packed_to_those_who_unpack(office):
    client = Client()
    plain = client.get("/organs/")
    packed = client.get("/organs/", headers={"accept-encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert "Accept-Encoding" in packed["Vary"]
    assert "Cookie" in packed["Vary"]
    assert packed["ETag"] == plain["ETag"]
    assert plain["ETag"].startswith('W/"')


def test_whoever_has_the_page_gets_a_status_line(office):
    client = Client()
    first = client.get("/organs/")
    for _ in range(2):
        again = client.get("/organs/", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304
        assert again.content == b""
        assert again["ETag"] == first["ETag"]
    other = Client().get("/organs/", headers={"if-none-match": first["ETag"]})
    assert other.status_code == 304, "the first answer of a process is conditional too"


def test_a_head_request_says_what_a_get_would(office):
    client = Client()
    body = client.get("/organs/")
    head = client.head("/organs/")
    assert head.content == b""
    assert head["ETag"] == body["ETag"]


def test_language_and_display_have_pages_of_their_own(office):
    plain, english, dark = Client(), Client(), Client()
    dark.handler = english.handler = plain.handler  # three readers of one process
    english.cookies["django_language"] = "en"
    dark.cookies["display"] = "dark.elder"
    pages = [client.get("/organs/").content for client in (plain, english, dark)]
    assert len(set(pages)) == 3
    assert pages == [client.get("/organs/").content for client in (plain, english, dark)]
    dark.cookies["display"] = "nonsense.elder.dark"
    assert is_kept(dark, "/organs/"), "the same choice in other words"


def test_a_page_of_another_host_is_another_page(office, settings):
    settings.ALLOWED_HOSTS = ["a.test", "b.test"]
    client = Client()
    one = client.get("/organs/", headers={"host": "a.test"})
    other = client.get("/organs/", headers={"host": "b.test"})
    assert b"a.test" not in other.content
    assert one.status_code == other.status_code == 200


# -- not keeping -----------------------------------------------------------------------------------
def test_nothing_is_kept_of_or_shown_to_somebody_with_a_session(office):
    """Given a page that shows staff more, then neither sees what the other may see."""
    publish(office.organ, 2022)
    address = f"/reports/{office.organ.code}/2022/"
    reader, staff = Client(), Client()
    staff.handler = reader.handler
    staff.force_login(make_user("reviewer", office.organ))
    public = reader.get(address).content
    assert not is_kept(staff, address)
    assert staff.get(address)["Cache-Control"].startswith(("private", "public"))
    assert reader.get(address).content == public
    assert is_kept(reader, address)


def test_errors_are_not_kept(office):
    client = Client()
    for address, status in (("/info/999999/", 404), ("/columns/none/", 404)):
        for _ in range(2):
            assert client.get(address).status_code == status
    item = office.publish()
    services.withdraw(office.actor("approval"), item, reason="内容有误")
    for _ in range(2):
        assert client.get(f"/info/{item.pk}/").status_code == 410
        assert not is_kept(client, f"/info/{item.pk}/")


def test_a_cookie_is_never_kept(office):
    client = Client()
    client.get("/display/", {"set": "dark", "next": "/organs/"})
    for _ in range(2):
        again = client.get("/display/", {"set": "dark", "next": "/organs/"})
        assert again.status_code == 302
        assert again.cookies["display"].value == "dark"
    for address in ("/organs/", "/info/"):
        assert not client.get(address).cookies


def test_junk_in_the_address_fills_nothing(office):
    client = Client()
    client.get("/organs/")
    for query in ("?utm_source=1", "?q=%E4%BD%8F", "?page=1&x=2", "?" + "page=1&" * 60):
        client.get(f"/organs/{query}")
        assert not is_kept(client, f"/organs/{query}")


def test_closed_for_maintenance_means_closed(office, settings, tmp_path):
    from gongkai.portal import maintenance

    settings.DATA_DIR = tmp_path
    client = Client()
    client.get("/organs/")
    maintenance.close(maintenance.Closure())
    assert client.get("/organs/").status_code == 503
    maintenance.reopen()
    assert client.get("/organs/").status_code == 200


# -- letting go ------------------------------------------------------------------------------------
def test_what_is_approved_is_seen_in_every_process(office):
    """Given two processes that have the pages, when an item is approved, then both show it."""
    one, other = Client(), Client()
    pages = ("/", "/info/", "/columns/tzgg/", f"/organs/{office.organ.code}/")
    for client in (one, other):
        for page in pages:
            client.get(page)
            assert is_kept(client, page), page
    office.publish(title="关于供热收费的通知")
    for client in (one, other):
        for page in pages:
            assert "关于供热收费的通知" in client.get(page).content.decode(), page


def test_what_is_approved_is_seen_within_two_seconds_with_the_usual_look(office, monkeypatch):
    monkeypatch.setattr(memory, "POLL", 0.5)
    one, other = Client(), Client()
    for client in (one, other):
        client.get("/info/")
    office.publish(title="关于供热收费的通知")
    approved = time.monotonic()
    for client in (one, other):
        while "关于供热收费的通知" not in client.get("/info/").content.decode():
            assert time.monotonic() - approved < 2
            time.sleep(0.02)


def test_what_is_withdrawn_is_gone_at_once(office):
    item = office.publish(title="不该公开的名单")
    client = Client()
    assert client.get(f"/info/{item.pk}/").status_code == 200
    assert client.get("/info/").status_code == 200
    services.withdraw(office.actor("approval"), item, reason="内容有误")
    assert client.get(f"/info/{item.pk}/").status_code == 410
    assert "不该公开的名单" not in client.get("/info/").content.decode()


def test_an_item_that_moves_leaves_its_old_place_and_appears_in_the_new(office):
    other = make_column("zcwj", owner=office.organ, title="政策文件")
    topics = [Topic.objects.create(code=code, name=code) for code in ("01", "02")]
    item = published(organ=office.organ, column=office.column, topic=topics[0], title="要搬的文件")
    client = Client()
    places = ("/columns/tzgg/", "/topics/01/", "/columns/zcwj/", "/topics/02/")
    assert ["要搬的文件" in client.get(page).content.decode() for page in places] == [
        True, True, False, False,
    ]  # fmt: skip
    DisclosedItem.objects.filter(pk=item.pk).update(column=other, topic=topics[1])
    assert ["要搬的文件" in client.get(page).content.decode() for page in places] == [
        False, False, True, True,
    ]  # fmt: skip


def test_a_mount_appears_and_disappears(office):
    other = make_column("zcwj", owner=office.organ, title="政策文件")
    item = published(organ=office.organ, column=office.column, title="两处都有的文件")
    client = Client()
    assert "两处都有的文件" not in client.get("/columns/zcwj/").content.decode()
    DisclosedItem.mounts.through.objects.create(discloseditem=item, column=other)
    assert "两处都有的文件" in client.get("/columns/zcwj/").content.decode()
    DisclosedItem.mounts.through.objects.filter(discloseditem=item).delete()
    assert "两处都有的文件" not in client.get("/columns/zcwj/").content.decode()


def test_only_what_shows_the_item_goes(office):
    """Given pages of two columns and two bodies, when one gets an item, then the others stay."""
    strange = make_organ("411281-012", name="义马市交通运输局", short_name="市交通局")
    elsewhere = make_column("jtys", owner=strange, title="交通运输")
    published(organ=strange, column=elsewhere)
    client = Client()
    stay = ("/columns/jtys/", "/organs/411281-012/", "/organs/", "/reports/")
    for page in stay:
        client.get(page)
    office.publish()
    for page in stay:
        assert is_kept(client, page), page


def test_work_on_a_draft_purges_nothing(office):
    item = office.publish()
    client = Client()
    pages = ("/", "/info/", f"/info/{item.pk}/")
    for page in pages:
        client.get(page)
    draft = office.submit(title="还没有发布")
    services.update_item(office.actor(), item, {"title": "改过的标题，还没有审核"})
    assert draft.step
    for page in pages:
        assert is_kept(client, page), page


def test_a_thousand_at_once_are_a_few_rows_of_the_journal(office):
    client = Client()
    client.get("/info/")
    before = PublicChange.objects.count()
    DisclosedItem.objects.bulk_create(
        DisclosedItem(
            organ=office.organ, column=office.column, title=f"历史文件{number}", live=True,
            status="published", index_number=f"x/2020-{number}",
            published_at="2020-03-05T04:00:00Z",
        )
        for number in range(1000)
    )  # fmt: skip
    assert "历史文件999" in client.get("/info/").content.decode()
    assert PublicChange.objects.count() - before <= 1000 + 20, "one for each item, few for places"


def test_more_changes_than_anybody_compares_purge_everything(office, monkeypatch):
    monkeypatch.setattr(journal.changes, "__defaults__", (None, "default", 3)[1:])
    client = Client()
    client.get("/organs/")
    for number in range(4):
        published(organ=office.organ, column=office.column, title=f"第{number}件")
    assert not is_kept(client, "/organs/")
    assert "第3件" in client.get("/info/").content.decode()


@pytest.mark.parametrize("rename", ["bulk", "service"])
def test_a_renamed_body_is_renamed_on_every_page(office, rename):
    office.publish()
    client = Client()
    pages = ("/info/", "/organs/", "/columns/tzgg/")
    for page in pages:
        client.get(page)
    if rename == "bulk":
        Organ.objects.filter(pk=office.organ.pk).update(name="新住建局", short_name="新住建局")
    else:
        office.organ.name = office.organ.short_name = "新住建局"
        office.organ.save()
    for page in pages:
        assert "新住建局" in client.get(page).content.decode(), page


def test_a_report_is_seen_when_it_is_published(office):
    client = Client()
    client.get("/reports/")
    publish(office.organ, 2022)
    assert "2022" in client.get("/reports/").content.decode()


# -- races -----------------------------------------------------------------------------------------
def page_of(*tags: str, content: bytes = b"x" * 100, position: int = 0) -> Kept:
    return Kept(
        content, pack(content), (), 'W/"1"', None, frozenset(tags), position, next_midnight()
    )


def test_a_page_drawn_while_its_item_changed_is_not_kept():
    """Given a page under way, when another thread learns of a change of it, then it is not kept."""
    pages = Memory(1_000_000)
    begun, _position = pages.begin()
    pages.purge({"item:1"})
    assert not pages.put(("a",), page_of("item:1"), begun)
    assert pages.put(("b",), page_of("item:2"), begun), "what shows something else is"
    pages.clear()
    assert not pages.put(("b",), page_of("item:2"), begun)


def test_an_approval_in_the_middle_of_drawing_is_not_lost(office, monkeypatch):
    """Given a view that has read the database, when the item is approved before the view answers,
    then the next reader sees it."""
    from gongkai.portal.views import items as views

    client = Client()
    client.get("/organs/")
    item = office.submit(title="半路上发布的")
    original = views.deliver
    published_meanwhile = []

    def slow(request, *arguments, **options):
        response = original(request, *arguments, **options)
        if not published_meanwhile:
            published_meanwhile.append(office.approve(item))
            other = Client()
            other.handler = client.handler
            other.get("/organs/")  # another thread of the process learns of it first
        return response

    monkeypatch.setattr(views, "deliver", slow)
    client.get("/info/")
    assert published_meanwhile
    assert "半路上发布的" in client.get("/info/").content.decode()


def test_memory_is_bounded_and_the_least_wanted_go():
    pages = Memory(20_000)
    for number in range(100):
        assert pages.put((str(number),), page_of(f"item:{number}"), 0)
        pages.get(("0",))
        assert pages.size <= 20_000
    assert pages.get(("0",)) is not None
    assert pages.get(("99",)) is not None
    assert pages.get(("1",)) is None
    assert not pages.put(("big",), page_of("a", content=bytes(30_000)), 0)
    pages.purge({f"item:{number}" for number in range(100)})
    assert len(pages) == 0
    assert pages.size == 0
    assert not pages._by_tag


def test_a_page_ends_at_midnight(monkeypatch):
    pages = Memory(1_000_000)
    pages.put(("a",), page_of("item:1"), 0)
    assert 0 < next_midnight() - time.time() <= 24 * 3600
    monkeypatch.setattr(memory.time, "time", lambda: next_midnight() + 1)
    assert pages.get(("a",)) is None


def test_threads_that_publish_and_read_never_leave_an_old_page(office):
    """Given readers in four threads of one process, when thirty items come out, then at the end
    the list shows the last one."""
    if connection.vendor == "sqlite":
        # The test database of a worker is a file, so threads see what others commit.
        assert str(connection.settings_dict["NAME"]).endswith(".sqlite3")
    client = Client()
    client.get("/info/")
    stop = threading.Event()
    errors: list[BaseException] = []

    def read():
        reader = Client()
        reader.handler = client.handler
        try:
            while not stop.is_set():
                reader.get("/info/")
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(30):
        published(date(2024, 1, 1), organ=office.organ, column=office.column, title=f"第{number}件")
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert "第29件" in client.get("/info/").content.decode()


# -- the journal itself ----------------------------------------------------------------------------
def test_every_table_is_watched_now():
    assert triggers.missing_triggers() == []


def test_a_change_that_is_rolled_back_was_none(office):
    from django.db import transaction

    before = journal.position()
    with transaction.atomic():
        published(organ=office.organ, column=office.column)
        transaction.set_rollback(True)
    assert journal.changes(before).rows == ()


def test_old_rows_are_tidied(office):
    from django.utils import timezone

    office.publish()
    assert PublicChange.objects.exists()
    assert journal.tidy() == 0
    assert journal.tidy(timezone.now() + journal.KEPT * 2) > 0
    assert not PublicChange.objects.exists()
    before = journal.position()
    make_disclosed_item(office.organ, column=office.column)
    assert not journal.changes(before).rows
    published(organ=office.organ, column=office.column)
    assert journal.changes(before).rows, "positions go on after rows were removed"


@pytest.mark.postgresql
def test_a_long_transaction_that_commits_late_is_seen(office):
    """Given a writer that began before another and commits after it, then nobody misses it."""
    import psycopg

    settings_of = connection.get_connection_params()
    late = psycopg.connect(
        **{
            k: settings_of[k]
            for k in ("dbname", "user", "password", "host", "port")
            if settings_of.get(k)
        }
    )
    item = published(organ=office.organ, column=office.column, title="旧标题")
    client = Client()
    client.get("/info/")
    late.execute(
        "UPDATE disclosure_discloseditem SET title = '晚提交的标题' WHERE id = %s", [item.pk]
    )
    published(organ=office.organ, column=office.column, title="早提交的")
    assert "早提交的" in client.get("/info/").content.decode()
    assert "晚提交的标题" not in client.get("/info/").content.decode()
    late.commit()
    late.close()
    assert "晚提交的标题" in client.get("/info/").content.decode()


def test_processes_share_pages_and_take_no_old_one(office, settings):
    """Given a shared cache, then the second process need not draw, and never shows what changed."""
    settings.REDIS_URL = settings.REDIS_URL or "redis://none"
    one, other, third = Client(), Client(), Client()
    one.get("/organs/")
    with statements() as asked:
        other.get("/organs/")
    # A new process finds its place in the journal, reads on, and asks for the tags of the page.
    assert len(asked) <= 3
    journal = ("portal_publicchange", "pg_snapshot")
    assert all(any(name in one["sql"] for name in journal) for one in asked)
    Organ.objects.filter(pk=office.organ.pk).update(name="改了名的机关", short_name="改名")
    assert (
        "改了名的机关" in third.get("/organs/").content.decode()
        or "改名" in third.get("/organs/").content.decode()
    )
