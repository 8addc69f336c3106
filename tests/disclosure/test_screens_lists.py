"""The list of all items, and that another body's people get nothing of it, whatever the address."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from gongkai.disclosure import services
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.staff import sections
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office, make_disclosed_item, published
from tests.factories.organs import add_role, make_organ, make_user

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"disclosure:{name}", args=args)


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.fixture
def office() -> Office:
    return Office(make_organ("411281-011", name="义马市测试局"))


@pytest.fixture
def officer(client, office):
    client.force_login(office.officer)
    return client


def test_filters_and_search_find_what_is_asked_for(officer, office):
    organ, column = office.organ, office.column
    make_disclosed_item(organ, title="草稿甲", column=column, formed_on=date(2020, 3, 2))
    published(organ=organ, title="通知乙", column=column, document_number="义测〔2020〕7号")
    published(
        organ=organ, title="解读丙", document_kind="interpretation", formed_on=date(2021, 1, 1)
    )
    late = make_disclosed_item(organ, title="久等丁", formed_on=date(2019, 6, 3))
    make_disclosed_item(organ, title="不公开戊", disclosure_attribute="withheld",
                        attribute_reason="理由", formed_on=date(2022, 1, 1))  # fmt: skip
    make_disclosed_item(title="别人己")

    def listed(**query: object) -> set[str]:
        page = text_of(officer.get(url("index"), query))
        return {
            word
            for word in ("草稿甲", "通知乙", "解读丙", "久等丁", "不公开戊", "别人己")
            if word in page
        }

    assert listed() == {"草稿甲", "通知乙", "解读丙", "久等丁", "不公开戊"}
    assert listed(status="published") == {"通知乙", "解读丙"}
    assert listed(kind="interpretation") == {"解读丙"}
    assert listed(column=column.pk) == {"草稿甲", "通知乙"}
    assert listed(attribute="withheld") == {"不公开戊"}
    assert listed(since="2021-01-01") == {"解读丙", "不公开戊"}
    assert listed(until="2019-12-31") == {"久等丁"}
    assert late.title in listed(state="overdue")
    assert "不公开戊" not in listed(state="overdue")
    assert listed(q="义测[2020]7号") == {"通知乙"}
    assert listed(q="义测〔2020〕") == {"通知乙"}
    assert listed(q="解读") == {"解读丙"}
    assert listed(q="没有这个") == set()


def test_the_list_asks_as_many_statements_for_fifty_as_for_one(officer, office):
    make_disclosed_item(office.organ, column=office.column)
    officer.get(url("index"))
    with CaptureQueriesContext(connection) as one:
        officer.get(url("index"))
    for _ in range(50):
        make_disclosed_item(office.organ)
    with CaptureQueriesContext(connection) as many:
        officer.get(url("index"))
    assert len(many) == len(one)
    assert not any('"body"' in query["sql"] for query in many), "no list reads the texts"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported_and_the_ledger_says_so(officer, office, kind):
    published(organ=office.organ, title="通知乙")
    answer = officer.get(url("index"), {"export": kind})
    data = b"".join(answer.streaming_content)
    if kind == "csv":
        assert "通知乙" in data.decode("utf-8-sig")
    assert LedgerEntry.objects.filter(action="disclosure.export").count() == 1


def test_whoever_sees_many_bodies_chooses_among_them(client):
    top = make_organ("411281", name="义马市人民政府")
    one, two = (make_organ(f"411281-0{n}", name=f"局{n}", parent=top) for n in (11, 12))
    make_disclosed_item(one, title="甲件")
    make_disclosed_item(two, title="乙件")
    client.force_login(make_user("disclosure_office", top))
    page = text_of(client.get(url("index")))
    assert "甲件" in page
    assert "乙件" in page
    page = text_of(client.get(url("index"), {"organ": two.code}))
    assert "甲件" not in page
    assert "乙件" in page


@pytest.mark.parametrize("many", [1, 50])
def test_a_long_list_is_narrowed_to_the_bodies_one_may_see_whichever_way(client, monkeypatch, many):
    """Given two cities in one installation, the office of one sees nothing of the other's."""
    monkeypatch.setattr("gongkai.organs.queries.MANY_BODIES", many)
    mine, theirs = make_organ("411281", name="甲市"), make_organ("411282", name="乙市")
    for number in range(3):
        make_disclosed_item(make_organ(parent=mine), title=f"甲件{number}")
        make_disclosed_item(make_organ(parent=theirs), title=f"乙件{number}")
    client.force_login(make_user("disclosure_office", mine))
    for query in ({}, {"sort": "formed_on"}, {"q": "件"}, {"organ": "411282"}):
        page = text_of(client.get(url("index"), query))
        assert "乙件" not in page, query
        assert "甲件0" in page or "organ" in query, query
    client.force_login(make_user(is_superuser=True))
    everything = text_of(client.get(url("index")))
    assert "甲件0" in everything
    assert "乙件0" in everything


# -- another body's people -----------------------------------------------------------------------


def item_addresses() -> list[tuple[str, tuple[str, ...]]]:
    """Every address of the section that names an item: (name, further parameters)."""
    found = []
    for pattern in sections[0].urls:
        assert isinstance(pattern, URLPattern)
        names = list(pattern.pattern.converters)
        if str(pattern.pattern).startswith("<int:pk>/"):
            found.append((pattern.name, tuple(names[1:])))
    return found


@pytest.mark.parametrize(("name", "more"), item_addresses())
def test_another_bodys_item_does_not_exist_whatever_the_address(client, name, more):
    """Given all roles in one's own body, when any address of another's item is opened, then 404."""
    theirs = Office()
    item = theirs.publish(title="别人的信息")
    services.update_item(theirs.actor(), item, {"title": "别人的新稿", "correction_note": "x。"})
    before = DisclosedItem.objects.values().get()
    mine = make_organ()
    nosy = make_user("information_officer", mine)
    for role in ("reviewer", "secrecy_reviewer", "approving_leader", "responsible_person"):
        add_role(nosy, role, mine)
    client.force_login(nosy)
    args = [item.pk, *([item.latest_revision_id] * len(more))]
    typed = {"title": "改", "reason": "x", "decision": "approved", "note": "x", "on": "2020-01-01",
             "kind": "repealed", "finding": "x"}  # fmt: skip
    for answer in (client.get(url(name, *args)), client.post(url(name, *args), typed)):
        assert answer.status_code in (404, 405), name
        assert "别人的" not in text_of(answer)
    missing = client.get(url(name, 987654, *args[1:]))
    assert missing.status_code == 404
    assert DisclosedItem.objects.values().get() == before


def test_the_walk_reaches_every_screen_of_an_item():
    names = {name for name, _ in item_addresses()}
    assert {
        "item_detail",
        "edit",
        "review",
        "item_file",
        "override",
        "withdraw",
        "compare",
    } <= names
    assert len(names) >= 18


def test_lists_and_searches_hold_nothing_of_another_body(client):
    theirs = Office()
    theirs.submit(title="别人的信息")
    mine = make_organ()
    user = make_user("information_officer", mine)
    add_role(user, "reviewer", mine)
    client.force_login(user)
    for address in (
        url("index"), url("awaiting"), url("assessments"), url("chains"),
        url("find_items") + "?q=别人", url("index") + "?q=别人", url("index") + "?export=csv",
        url("gaps") + f"?organ={theirs.organ.code}&year=2020",
        url("index") + f"?organ={theirs.organ.code}",
    ):  # fmt: skip
        answer = client.get(address)
        data = b"".join(answer) if answer.streaming else answer.content
        assert "别人的信息" not in data.decode(), address
        assert theirs.organ.name not in data.decode(), address
    assert client.get(url("chain_edit", theirs.organ.pk)).status_code in (302, 404)
    client.post(url("hand_over", theirs.organ.pk))
    assert DisclosedItem.objects.get().organ == theirs.organ
