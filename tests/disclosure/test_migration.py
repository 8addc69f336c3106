"""Bringing an old site over: lists walked, pages read, items imported; stopped and taken up."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.disclosure.bulk import migration, sources, worker
from gongkai.disclosure.models import (
    DisclosedItem,
    MigrationPage,
    MigrationRun,
    Status,
)
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from tests.disclosure.site import serving
from tests.disclosure.test_migration_reading import METADATA
from tests.factories.disclosure import make_column
from tests.factories.organs import make_organ
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")
RUN, PAGE = MigrationRun.State, MigrationPage.State


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.MIGRATION_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def site():
    with serving() as made:
        yield made


@pytest.fixture
def organ():
    return make_organ("411281-001", name="示例市财政局")


@pytest.fixture
def column(organ):
    return make_column("tzgg", owner=organ, title="通知公告")


def listing(*items, following=""):
    rows = "".join(
        f'<li><a href="{path}">{title}</a><span>{day}</span></li>' for path, title, day in items
    )
    more = f'<a href="{following}">下一页</a>' if following else ""
    return f'<html><body><ul class="news">{rows}</ul>{more}</body></html>'


def page(title, *, day="2020-03-05 10:22", text="各有关单位：现将有关事项通知如下。", more=""):
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>来源：财政局 发布时间：{day}</p>"
        f'<div class="TRS_Editor"><p>{text}</p></div>{more}</body></html>'
    )


@pytest.fixture
def source(site, organ, column):
    return sources.save_source(
        CONSOLE,
        organ,
        {
            "name": "旧网站通知公告",
            "profile": "trs",
            "lists": [f"{site.address}/list.html"],
            "column": column,
            "per_second": 20,
            "own_site": True,
        },
    )


@pytest.fixture
def old_site(site):
    """Two list pages with relative links, one of them in GBK, and an item with a file."""
    site.html(
        "/list.html",
        listing(
            ("./a/1.html", "关于甲的通知", "2020-03-05"),
            ("/b/2.html", "关于乙的通知", "2020-03-04"),
            following="list2.html",
        ),
    )
    site.html("/list2.html", listing(("c/3.html", "关于丙的通知", "2019-05-05")), encoding="gbk")
    site.html(
        "/a/1.html",
        page("关于甲的通知", more=f"{METADATA}<a href='f.txt'>x</a>").replace(
            "</p></div>", "</p><p><a href='f.txt'>附件：说明.txt</a></p></div>"
        ),
        encoding="gb18030",
        declared="gb2312",
    )
    site.html("/b/2.html", page("关于乙的通知", day="2020-03-04"))
    site.html("/c/3.html", page("关于丙的通知", day="2019-05-05"))
    site.file("/a/f.txt", "附件的内容".encode())
    return site


@pytest.fixture
def run(source, django_capture_on_commit_callbacks):
    def go(**options):
        with django_capture_on_commit_callbacks(execute=True):
            made = migration.start(CONSOLE, source, **options)
        made.refresh_from_db()
        return made

    return go


def states(source):
    return {p.address.partition("/")[2].partition("/")[2].partition("/")[2]: p.state
            for p in source.pages.filter(kind="item")}  # fmt: skip


def test_a_site_is_brought_over_as_history(source, old_site, run, organ, column):
    """Given an old site, then its items are here with their days, numbers in the order of their
    publication, old index numbers and files."""
    made = run(as_published=True)
    assert (made.state, made.message) == (RUN.DONE, "")
    items = {item.title: item for item in DisclosedItem.objects.all()}
    assert {t: i.index_number for t, i in items.items()} == {
        "关于丙的通知": "411281-001/2019-00001",
        "关于乙的通知": "411281-001/2020-00001",
        "关于甲的通知": "411281-001/2020-00002",
    }
    first = items["关于甲的通知"]
    assert (first.status, first.organ, first.column) == (Status.PUBLISHED, organ, column)
    assert first.legacy_index_number == "000014349/2017-00110"
    assert first.document_number == "示政〔2020〕3号"
    assert timezone.localtime(first.published_at).strftime("%Y-%m-%d %H:%M") == "2020-03-05 10:22"
    assert [a.name for a in first.attachments.all()] == ["说明.txt"]
    assert first.imported.address == f"{old_site.address}/a/1.html"
    assert made.batch.created == 3
    told = LedgerEntry.objects.get(action="disclosure.import")
    assert told.changes == {"source": "旧网站通知公告", "created": 3, "as_published": True}


def test_a_second_run_asks_for_no_page_again(source, old_site, run):
    run()
    asked = len(old_site.asked)
    again = run()
    assert again.state == RUN.DONE
    assert len(old_site.asked) == asked
    assert DisclosedItem.objects.count() == 3


def test_walking_the_lists_anew_finds_what_came_since(source, old_site, run):
    run()
    old_site.html(
        "/list.html",
        listing(
            ("/new.html", "关于新的通知", "2020-04-01"),
            ("./a/1.html", "关于甲的通知", "2020-03-05"),
            following="list2.html",
        ),
    )
    old_site.html("/new.html", page("关于新的通知", day="2020-04-01"))
    run(anew=True)
    assert DisclosedItem.objects.filter(title="关于新的通知").count() == 1
    assert old_site.times("/a/1.html") == 1


def test_what_cannot_be_read_is_reported_and_tried_again(source, old_site, run):
    """A missing page, an empty one, a broken attachment: each told with its reason; mended
    pages come with the next run."""
    del old_site.pages["/b/2.html"]
    old_site.html("/c/3.html", "<html><body></body></html>")
    del old_site.pages["/a/f.txt"]
    made = run()
    assert made.state == RUN.DONE
    assert states(source) == {"a/1.html": PAGE.IMPORTED, "b/2.html": PAGE.FAILED,
                              "c/3.html": PAGE.FAILED}  # fmt: skip
    reasons = {p.address.rsplit("/", 1)[1]: p.reason for p in source.pages.filter(kind="item")}
    assert "404" in reasons["2.html"]
    assert "正文" in reasons["3.html"]
    assert "附件“说明.txt”没有取到" in reasons["1.html"]
    assert migration.progress(source)["failed"] == 2
    old_site.html("/b/2.html", page("关于乙的通知"))
    run()
    assert states(source)["b/2.html"] == PAGE.IMPORTED
    assert DisclosedItem.objects.count() == 2


def test_a_killed_run_is_taken_up_where_it_died(source, old_site, run, monkeypatch):
    """Given a process that dies between two portions, then the next run fetches only the rest
    and imports every item once."""
    monkeypatch.setattr(worker, "PORTION", 1)
    read = worker._Worker._read
    done = []

    def dies(self, page):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(page)
        read(self, page)

    monkeypatch.setattr(worker._Worker, "_read", dies)
    with pytest.raises(KeyboardInterrupt):
        run()
    dead = MigrationRun.objects.get()
    assert dead.state == RUN.RUNNING
    assert not DisclosedItem.objects.exists()
    monkeypatch.setattr(worker._Worker, "_read", read)
    with pytest.raises(ValidationError, match="已有任务在进行"):
        migration.start(CONSOLE, source)
    MigrationRun.objects.update(beat_at=timezone.now() - timedelta(minutes=11))
    made = run()
    assert made.state == RUN.DONE
    dead.refresh_from_db()
    assert dead.state == RUN.FAILED
    assert DisclosedItem.objects.count() == 3
    for path in ("/list.html", "/a/1.html", "/b/2.html", "/c/3.html"):
        assert old_site.times(path) == 1, path


def test_a_stopped_run_ends_after_its_portion(source, old_site, run, monkeypatch):
    monkeypatch.setattr(worker, "PORTION", 1)
    read = worker._Worker._read

    def stopping(self, page):
        read(self, page)
        current = MigrationRun.objects.get(pk=self.run.pk)
        if current.state == RUN.RUNNING:
            migration.stop(CONSOLE, current)

    monkeypatch.setattr(worker._Worker, "_read", stopping)
    made = run()
    assert made.state == RUN.STOPPED
    assert sorted(states(source).values()) == [PAGE.FOUND, PAGE.FOUND, PAGE.READ]
    with pytest.raises(ValidationError, match="已经结束"):
        migration.stop(CONSOLE, made)


def test_a_dry_run_imports_nothing_and_says_what_would_be_wrong(source, old_site, run):
    old_site.html("/b/2.html", page("关于乙的通知", text=f"张三（{identity_number()}）的情况说明"))
    old_site.html("/c/3.html", page("关于丙的通知", day="2099-01-01"))
    run(as_published=True, dry_run=True)
    assert not DisclosedItem.objects.exists()
    reasons = {p.address.rsplit("/", 1)[1]: p.reason for p in source.pages.filter(kind="item")}
    assert "身份证号码" in reasons["2.html"]
    assert identity_number() not in reasons["2.html"]
    assert "晚于今天" in reasons["3.html"]
    assert old_site.times("/a/f.txt") == 0
    run(as_published=True)
    assert [item.title for item in DisclosedItem.objects.all()] == ["关于甲的通知"]
    assert states(source)["b/2.html"] == PAGE.FAILED


def test_a_page_with_personal_data_comes_as_a_blocked_draft(source, old_site, run):
    old_site.html("/b/2.html", page("关于乙的通知", text=f"张三（{identity_number()}）的情况说明"))
    run()
    item = DisclosedItem.objects.get(title="关于乙的通知")
    assert (item.status, item.blocking) == (Status.DRAFT, 1)


def test_the_same_item_in_two_places_comes_once(source, old_site, run):
    """A page that several lists copy is one item (one item, one address)."""
    old_site.html("/b/2.html", page("关于甲的通知", more=METADATA))
    run()
    assert DisclosedItem.objects.filter(title="关于甲的通知").count() == 1
    pages = source.pages.filter(kind="item", item__title="关于甲的通知")
    assert {p.state for p in pages} == {PAGE.IMPORTED}
    assert sorted("没有再导入" in p.reason for p in pages) == [False, True]


@pytest.mark.parametrize("last", [None, 3])
def test_lists_that_count_their_pages(site, organ, column, run, source, last):
    """{page} goes on until the site has nothing new: an empty page, or the last one again."""

    def answer(path):
        number = min(int(path.rpartition("=")[2]), 5)
        items = [(f"/i/{number}-{n}.html", f"关于第{number}页第{n}项的通知", "2020-03-05")
                 for n in range(3)]  # fmt: skip
        return 200, {"Content-Type": "text/html"}, listing(*items).encode()

    site.pages["/more"] = answer
    for number in range(1, 6):
        for n in range(3):
            site.html(f"/i/{number}-{n}.html", page(f"关于第{number}页第{n}项的通知"))
    sources.save_source(
        CONSOLE,
        organ,
        {"lists": [f"{site.address}/more?p={{page}}"], "last_page": last, "column": column},
        source=source,
    )
    run()
    assert DisclosedItem.objects.count() == (last or 5) * 3
    assert len([p for p in site.asked if p.startswith("/more")]) == (last or 6)


def test_a_next_link_that_leads_in_a_circle_ends(site, source, run):
    site.html("/list.html", listing(("/1.html", "关于甲的通知", "2020-03-05"),
                                    following="/list-b.html"))  # fmt: skip
    site.html("/list-b.html", listing(("/1.html", "关于甲的通知", "2020-03-05"),
                                      following="/list.html?again"))  # fmt: skip
    site.html("/1.html", page("关于甲的通知"))
    assert run().state == RUN.DONE
    assert DisclosedItem.objects.count() == 1
    assert site.times("/list-b.html") == 1


def test_links_to_other_hosts_are_not_followed(site, source, run):
    site.html("/list.html", listing(
        ("http://www.example.com/1.html", "关于甲的通知", "2020-03-05"),
        ("/inner.html", "关于乙的通知", "2020-03-04"),
    ))  # fmt: skip
    site.redirect("/inner.html", "http://169.254.169.254/latest/meta-data/")
    run()
    assert {p.state for p in source.pages.filter(kind="item")} == {PAGE.FAILED}
    assert not DisclosedItem.objects.exists()


def test_columns_and_kinds_follow_the_mapping(site, source, organ, column, run, old_site):
    policy_column = make_column("zcwj", owner=organ, title="政策文件")
    sources.save_source(
        CONSOLE,
        organ,
        {"mapping": {"columns": {"综合政务\\政务公开": "zcwj"},
                     "kinds": {"综合政务\\政务公开": "normative"}}},
        source=source,
    )  # fmt: skip
    run()
    mapped = DisclosedItem.objects.get(title="关于甲的通知")
    assert (mapped.column, mapped.document_kind) == (policy_column, "normative")
    other = DisclosedItem.objects.get(title="关于乙的通知")
    assert (other.column, other.document_kind) == (column, "information")


def test_an_unexpected_error_ends_the_run_in_words(source, old_site, monkeypatch):
    monkeypatch.setattr(worker, "read_page", lambda *a: 1 / 0)
    made = MigrationRun.objects.create(source=source)
    with pytest.raises(ZeroDivisionError):
        worker.work(made.pk)
    made.refresh_from_db()
    assert made.state == RUN.FAILED
    assert "出错" in made.message
