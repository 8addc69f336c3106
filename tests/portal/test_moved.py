"""Addresses never change: what moved is redirected, what an old site had is led over."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.catalogue.services.columns import update_column
from gongkai.disclosure.models import ImportBatch, ImportedItem, MigrationPage, MigrationSource
from gongkai.disclosure.signals import items_published
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import imports
from gongkai.portal.models import MovedAddress
from gongkai.portal.moved import paths, queries, services
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def top():
    return make_organ("411281", name="义马市人民政府")


@pytest.fixture
def office(top):
    return make_user("disclosure_office", top)


@pytest.fixture
def actor(office):
    return Actor.for_user(office)


def moves() -> dict[str, str]:
    return dict(MovedAddress.objects.values_list("path", "target"))


def goes(client, address: str) -> str | int:
    """Where an address leads, or its status where it leads nowhere else."""
    response = client.get(address)
    return response["Location"] if response.status_code == 301 else response.status_code


# -- what moves by itself ------------------------------------------------------------------------


def test_a_column_that_changes_its_slug_is_found_under_the_old_one(top, actor, client):
    column = make_column("gonggao", owner=top, title="通知公告")
    for _ in range(21):
        published(date(2023, 1, 1), organ=top, column=column)
    update_column(actor, column, slug="tzgg")
    assert goes(client, "/columns/gonggao/") == "/columns/tzgg/"
    assert goes(client, "/columns/gonggao/page/2/") == "/columns/tzgg/page/2/"
    assert goes(client, "/columns/gonggao/feed.xml") == "/columns/tzgg/feed.xml"
    assert client.get("/columns/gonggao/page/2/", follow=True).status_code == 200


def test_a_column_renamed_twice_is_found_in_one_step_and_back_again_in_none(top, actor, client):
    column = make_column("a", owner=top)
    column = update_column(actor, column, slug="b")
    column = update_column(actor, column, slug="c")
    assert moves() == {"/columns/a/": "/columns/c/", "/columns/b/": "/columns/c/"}
    update_column(actor, column, slug="a")
    assert moves() == {"/columns/b/": "/columns/a/", "/columns/c/": "/columns/a/"}
    assert goes(client, "/columns/a/") == 200


def test_another_change_of_a_column_moves_nothing(top, actor):
    update_column(actor, make_column("a", owner=top), title="新名称")
    assert moves() == {}


def test_where_a_page_stands_nothing_is_looked_up(top, client):
    make_column("a", owner=top)
    MovedAddress.objects.create(path="/columns/a/", target="/info/", reason="manual")
    assert goes(client, "/columns/a/") == 200


def test_a_missing_page_costs_one_statement_more(top, client):
    client.get("/nothing/here/")
    with CaptureQueriesContext(connection) as context:
        client.get("/nothing/here/at/all/")
    asked = [one["sql"] for one in context if "movedaddress" in one["sql"]]
    assert len(asked) == 1


# -- old sites -----------------------------------------------------------------------------------


def imported(item, address: str) -> None:
    batch = ImportBatch.objects.create(kind="migration", name="旧网站")
    ImportedItem.objects.create(item=item, batch=batch, row=1, address=address)


def test_an_item_brought_over_is_found_under_its_old_address(top, client):
    item = published(organ=top)
    imported(item, "http://www.yima.gov.cn/art/2020/3/5/art_12_345.html")
    items_published.send(sender=type(item), keys=[item.pk])
    assert goes(client, "/art/2020/3/5/art_12_345.html") == f"/info/{item.pk}/"
    response = client.get("/art/2020/3/5/art_12_345.html")
    assert response["Cache-Control"] == "public, max-age=86400"


def test_an_old_address_with_a_query_is_told_from_another(top, client):
    one, other = published(organ=top), published(organ=top)
    imported(one, "http://old.gov.cn/show.asp?id=1")
    imported(other, "http://old.gov.cn/show.asp?id=2")
    services.items_came_over([one.pk, other.pk])
    assert goes(client, "/show.asp?id=1") == f"/info/{one.pk}/"
    assert goes(client, "/show.asp?id=2") == f"/info/{other.pk}/"
    assert goes(client, "/show.asp?id=3") == 404


def test_what_is_not_public_yet_is_not_led_to(top):
    item = published(organ=top, live=False, status="draft")
    imported(item, "http://old.gov.cn/a.html")
    assert services.items_came_over([item.pk]) == 0


def test_the_first_of_two_old_sites_keeps_an_address(top):
    one, other = published(organ=top), published(organ=top)
    imported(one, "http://a.gov.cn/x.html")
    imported(other, "http://b.gov.cn/x.html")
    services.items_came_over([one.pk])
    services.items_came_over([other.pk])
    assert moves() == {"/x.html": f"/info/{one.pk}/"}


def test_all_pages_of_a_migration_are_led_over_in_one_go(top, actor):
    item = published(organ=top)
    source = MigrationSource.objects.create(name="旧", organ=top, column=item.column)
    for address in (
        "http://old.gov.cn/a.html",
        "http://old.gov.cn/twin.html",
        "http://old.gov.cn/",
    ):
        MigrationPage.objects.create(source=source, kind="item", address=address, item=item)
    assert services.complete_migrations(actor) == 2
    assert services.complete_migrations(actor) == 0
    assert moves() == {"/a.html": f"/info/{item.pk}/", "/twin.html": f"/info/{item.pk}/"}


# -- what people write ---------------------------------------------------------------------------


def test_a_person_adds_and_removes_an_address_and_the_ledger_knows(actor, client):
    row = services.add_move(
        actor, path="http://www.yima.gov.cn/旧 栏目/".replace(" ", ""), target="/info/"
    )
    assert goes(client, "/%E6%97%A7%E6%A0%8F%E7%9B%AE/") == "/info/"
    services.remove_move(actor, row)
    assert goes(client, "/%E6%97%A7%E6%A0%8F%E7%9B%AE/") == 404
    acts = LedgerEntry.objects.filter(action__startswith="portal.moved").order_by("pk")
    assert [one.action for one in acts] == ["portal.moved.add", "portal.moved.remove"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example",
        "javascript:alert(1)", "/%2F/evil.example", "/%5Cevil.example/", "http:evil", "/staff/",
        "/a\r\nSet-Cookie:x", "", "info/1/", "/\tevil",
    ],
)  # fmt: skip
def test_no_address_leads_off_the_site_or_to_the_staff(actor, target):
    with pytest.raises(ValidationError):
        services.add_move(actor, path="/old/", target=target)
    assert moves() == {}


@pytest.mark.parametrize("path", ["/", "/staff/x/", "/static/a.css", "", "/a b/"])
def test_what_is_not_an_old_page_is_not_taken_for_one(actor, path):
    with pytest.raises(ValidationError):
        services.add_move(actor, path=path, target="/info/")


def test_the_table_itself_refuses_what_leads_off_the_site(db):
    for target in ("//evil.example/", "https://evil.example/", "/\\evil", "/old/"):
        with pytest.raises(IntegrityError), transaction.atomic():
            MovedAddress.objects.create(path="/old/", target=target, reason="manual")


def test_chains_are_shortened_and_rings_refused(actor):
    services.add_move(actor, path="/b/", target="/c/")
    services.add_move(actor, path="/a/", target="/b/")
    services.add_move(actor, path="/c/", target="/d/")
    assert moves() == {"/a/": "/d/", "/b/": "/d/", "/c/": "/d/"}
    with pytest.raises(ValidationError, match="又回到旧网址"):
        services.add_move(actor, path="/d/", target="/a/")


def test_only_who_manages_the_site_may_write(top):
    officer = Actor.for_user(make_user("information_officer", top))
    with pytest.raises(PermissionDenied):
        services.add_move(officer, path="/a/", target="/info/")


def table(*rows: str) -> BytesIO:
    return BytesIO("\n".join(["旧网址,现网址,说明", *rows]).encode())


def test_a_table_is_imported_once_and_again_without_a_change(actor):
    rows = ("http://old.gov.cn/a.html,/info/1/,首页", "/b.html,/a.html,")
    report = services.import_moves(actor, table(*rows), "旧.csv")
    assert (report.created, report.updated, report.unchanged) == (2, 0, 0)
    assert moves() == {"/a.html": "/info/1/", "/b.html": "/info/1/"}
    again = services.import_moves(actor, table(*rows), "旧.csv")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_a_table_with_faults_names_row_and_column_and_changes_nothing(actor):
    with pytest.raises(imports.ImportFailed) as failed:
        services.import_moves(
            actor,
            table("/a/,https://evil.example/,", "/b/,/c/,", "/b/,/d/,", "/x/,/y/,", "/y/,/x/,"),
            "旧.csv",
        )
    found = {(one.row, one.column) for one in failed.value.problems}
    assert found == {(2, "现网址"), (4, "旧网址"), (5, "现网址"), (6, "现网址")}
    assert moves() == {}


def test_a_dry_run_keeps_nothing(actor):
    services.import_moves(actor, table("/a/,/info/,"), "旧.csv", dry_run=True)
    assert moves() == {}


# -- the screens ---------------------------------------------------------------------------------


def test_the_screens_list_search_add_and_remove(office, client):
    client.force_login(office)
    answer = client.post("/staff/moved/new/", {"path": "/old/a.html", "target": "/info/"})
    assert answer.status_code == 302
    page = client.get("/staff/moved/", {"q": "a.html"}).content.decode()
    assert "/old/a.html" in page
    assert client.get("/staff/moved/", {"q": "nothing"}).content.decode().count("/old/a.html") == 0
    answer = client.post("/staff/moved/new/", {"path": "/old/b.html", "target": "//evil.example"})
    assert answer.status_code == 422
    assert "只能是本站的网址" in answer.content.decode()
    row = MovedAddress.objects.get()
    assert "/old/a.html" in client.get(f"/staff/moved/{row.pk}/remove/").content.decode()
    assert client.post(f"/staff/moved/{row.pk}/remove/").status_code == 302
    assert moves() == {}
    assert client.get("/staff/moved/import/").status_code == 200
    assert client.post("/staff/moved/complete/").status_code == 302


def test_the_screens_are_closed_to_others(top, client):
    client.force_login(make_user("information_officer", top))
    assert client.get("/staff/moved/").status_code in (302, 403)
    assert client.post("/staff/moved/new/", {"path": "/a/", "target": "/b/"}).status_code != 200
    assert moves() == {}


# -- whatever is asked ---------------------------------------------------------------------------


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_typed_is_refused_or_stays_on_the_site(db, path, query):
    try:
        target = paths.new_place(f"/{path}?{query}")
    except ValidationError:
        pass
    else:
        assert target.startswith("/")
        assert not target.startswith(("//", "/\\"))
        assert "\\" not in target
    queries.target_of(f"/{path}", query)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_whatever_moves_there_is_never_a_chain(db, steps):
    """Given any moves in any order, then no target is itself an old address."""
    with transaction.atomic():
        for old, new in steps:
            services.page_moved(f"/{old}/", f"/{new}/", "column")
        found = moves()
        assert set(found.values()).isdisjoint(found)
        transaction.set_rollback(True)
