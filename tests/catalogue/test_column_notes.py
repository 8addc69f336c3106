"""What a column says of itself: what it holds, and why it is rightly empty."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gongkai.catalogue import services
from gongkai.catalogue.models import Column
from gongkai.catalogue.signals import (
    catalogue_changed,
    column_changed,
    field_changed,
    topic_changed,
)
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.changes import organ_changed
from gongkai.organs.models import Role
from gongkai.organs.services import abolish_organ, update_organ
from tests.factories.catalogue import (
    make_adopted_entry,
    make_column,
    make_topic,
)
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor.command("test")
TODAY = date(2020, 6, 1)


@pytest.fixture
def city():
    return make_organ("411281", name="测试市人民政府")


@pytest.fixture
def heard():
    """Every announcement as (name of the signal, its arguments)."""
    told = []
    signals = {
        "column": column_changed,
        "topic": topic_changed,
        "field": field_changed,
        "catalogue": catalogue_changed,
        "organ": organ_changed,
    }

    def listener(name):
        def listen(sender, signal, **kwargs):
            told.append((name, kwargs))

        return listen

    listeners = [(signal, listener(name)) for name, signal in signals.items()]
    for signal, listen in listeners:
        signal.connect(listen, weak=False)
    yield told
    for signal, listen in listeners:
        signal.disconnect(listen)


def test_every_packaged_column_says_what_it_holds(city):
    services.install_defaults(ACTOR, city, year=2020)
    for column in Column.objects.all():
        assert len(column.description) >= 10, column.slug
        assert column.description.endswith("。"), column.slug


def test_a_note_stands_from_its_day_to_its_last_day(city):
    column = make_column(
        city, empty_note="暂无", empty_note_on=TODAY, empty_note_until=TODAY + timedelta(days=30)
    )
    assert not column.empty_note_valid(TODAY - timedelta(days=1))
    assert column.empty_note_valid(TODAY)
    assert column.empty_note_valid(TODAY + timedelta(days=30))
    assert not column.empty_note_valid(TODAY + timedelta(days=31))


@pytest.mark.parametrize(
    "values",
    [
        {"empty_note": "暂无"},
        {"empty_note": "暂无", "empty_note_on": TODAY},
        {"empty_note": "暂无", "empty_note_on": TODAY, "empty_note_until": date(2020, 5, 1)},
        {"empty_note_on": TODAY, "empty_note_until": TODAY},
    ],
)
def test_the_table_holds_no_note_without_both_its_dates(city, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_column(city, **values)


def test_a_note_lasts_a_year_at_most(city):
    column = make_column(city)
    with pytest.raises(ValidationError, match="最长一年"):
        services.update_column(
            ACTOR,
            column,
            empty_note="暂无",
            empty_note_on=TODAY,
            empty_note_until=TODAY + timedelta(days=367),
        )


def test_no_persons_number_stands_in_what_a_column_says(city):
    column = make_column(city)
    for name in ("description", "empty_note"):
        with pytest.raises(ValidationError) as caught:
            services.update_column(
                ACTOR,
                column,
                **{name: "请联系13812345678"},
                **(
                    {"empty_note_on": TODAY, "empty_note_until": TODAY}
                    if name == "empty_note"
                    else {}
                ),
            )
        assert name in caught.value.message_dict
        assert "13812345678" not in str(caught.value)


def test_the_office_writes_the_note_and_the_ledger_keeps_it(client, city):
    column = make_column(city)
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    form = {
        "title": column.title, "slug": column.slug, "kind": column.kind, "owner": city.code,
        "description": "面向公众的通知。", "empty_note": "本市没有规章制定权，本栏目暂无信息。",
    }  # fmt: skip
    client.post(reverse("catalogue:column_edit", args=[column.pk]), form)
    column.refresh_from_db()
    today = timezone.localdate()
    assert column.description == "面向公众的通知。"
    assert (column.empty_note_on, column.empty_note_until) == (today, today + timedelta(days=365))
    page = client.get(reverse("catalogue:column_detail", args=[column.pk])).content.decode()
    assert "本市没有规章制定权" in page
    entry = LedgerEntry.objects.get(action="catalogue.column.update")
    assert entry.changes["empty_note"][1] == form["empty_note"]
    # Without the words there are no dates.
    client.post(reverse("catalogue:column_edit", args=[column.pk]), {**form, "empty_note": ""})
    column.refresh_from_db()
    assert (column.empty_note, column.empty_note_on, column.empty_note_until) == ("", None, None)


def test_a_column_that_takes_another_address_says_so_with_the_old_one(city, heard):
    column = services.create_column(ACTOR, slug="old", title="甲", kind="news", owner=city)
    second = services.create_column(ACTOR, slug="b", title="乙", kind="news", owner=city)
    services.update_column(ACTOR, column, slug="new")
    services.update_column(ACTOR, column, slug="new")  # no change, nothing to tell
    services.update_column(ACTOR, column, parent=second)
    services.close_column(ACTOR, column)
    services.reopen_column(ACTOR, column)
    told = [(k["column"].slug, k["old_slug"]) for name, k in heard if name == "column"]
    assert told == [
        ("old", ""), ("b", ""), ("new", "old"), ("new", "new"), ("new", "new"), ("new", "new"),
    ]  # fmt: skip


def test_topics_fields_adoptions_and_bodies_announce_their_changes(city, heard):
    office = make_organ(parent=city)
    topic = make_topic()
    services.rename_topic(ACTOR, topic, alias="本地")
    services.create_field(ACTOR, code="ZWJ", name="镇政府文件")
    entry = make_adopted_entry(office)
    heard.clear()
    services.update_entry(ACTOR, entry, columns=[make_column(city)])
    services.state_duties(
        ACTOR,
        entry.duties.all(),
        state="not_applicable",
        reason="没有这项职能",
        valid_until=timezone.localdate(),
    )
    update_organ(ACTOR, office, name="测试市新局")
    abolish_organ(ACTOR, office, on=timezone.localdate())
    told = [name for name, _ in heard]
    assert told == ["catalogue", "catalogue", "organ", "organ"]
    assert heard[1][1]["organs"] == [office]
    assert heard[2][1] == {"organ": office, "old_code": office.code}
