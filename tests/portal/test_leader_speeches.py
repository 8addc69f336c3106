"""A leader's page: speeches beside duties; the search engines' list; few statements (47号)."""

from datetime import date

import pytest
from django.urls import reverse

from gongkai.disclosure import services
from gongkai.ledger.actor import Actor
from tests.disclosure.test_leaders import SAID, public
from tests.factories.disclosure import Office, make_column, published

pytestmark = pytest.mark.django_db


def page(client, leader):
    return client.get(reverse("portal:leader", args=[leader.pk]))


def test_a_leaders_page_names_the_newest_speeches_of_the_body_alone(client):
    office = Office()
    leader = public(office, biography="1990年参加工作。")
    column = make_column("ldxx", owner=office.organ, kind="leaders")
    published(date(2020, 3, 5), organ=office.organ, column=column, title="在全体会议上的讲话")
    published(date(2020, 3, 5), organ=office.organ, title="一份普通的公告")
    published(date(2020, 3, 6), column=column, title="别的机关的讲话")
    text = page(client, leader).content.decode()
    assert "演示甲一" in text
    assert "1990年参加工作。" in text
    assert "在全体会议上的讲话" in text
    assert "一份普通的公告" not in text
    assert "别的机关的讲话" not in text


def test_a_leaders_page_costs_ten_statements_at_most_however_many_speeches(
    client, django_assert_max_num_queries
):
    office = Office()
    leader = public(office)
    column = make_column("ldxx", owner=office.organ, kind="leaders")
    for number in range(12):
        published(date(2020, 3, 5), organ=office.organ, column=column, title=f"讲话{number}")
    for _ in range(6):
        public(office)
    with django_assert_max_num_queries(10):
        assert page(client, leader).status_code == 200


def test_who_is_in_office_stands_in_the_site_map_and_nobody_else(client):
    office = Office()
    leader, former = public(office), public(office)
    waiting = services.draft_leader(office.actor(), office.organ, **SAID)
    services.end_office(Actor.command("test"), former, on=date(2020, 9, 1))
    listed = client.get(reverse("portal:sitemap_pages")).content.decode()
    assert f"/leaders/{leader.pk}/" in listed
    assert f"/leaders/{former.pk}/" not in listed
    assert f"/leaders/{waiting.pk}/" not in listed
    assert page(client, former).status_code == 404
    assert page(client, waiting).status_code == 404
