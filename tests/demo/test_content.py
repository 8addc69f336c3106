"""What a citizen of the sample city reads: offices, guides, leaders, files, columns."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import pytest

from gongkai.catalogue.models import Column
from gongkai.demo import leaders as demo_leaders
from gongkai.demo.city import load_city
from gongkai.demo.files import described
from gongkai.demo.writings import FIRST, written
from gongkai.disclosure import leaders
from gongkai.disclosure.models import (
    Attachment,
    DisclosedItem,
    DocumentKind,
    Leader,
    LeaderVersion,
)
from gongkai.guard.engine import scan_text
from gongkai.guard.queries import current_lexicon
from gongkai.guard.readers import read
from gongkai.organs.models import Organ
from gongkai.portal.models.preferences import SitePreferences
from tests.demo.conftest import SEED, UNTIL


def test_nothing_written_falls_into_the_printed_year():
    city = load_city()
    for until in (date(2020, 12, 31), date(2021, 2, 1), UNTIL, date(2026, 11, 25)):
        days = [one.day for one in written(city, SEED, until)]
        assert all(FIRST <= day <= until for day in days)
    assert not written(city, SEED, date(2020, 12, 31))


def test_no_title_is_written_twice():
    titles = [one.row["title"] for one in written(load_city(), SEED, date(2026, 11, 25))]
    assert len(titles) > 110
    assert len(set(titles)) == len(titles)


def test_what_is_written_is_found_as_it_was_written(loaded_city):
    """Given every page written for the city, then it is public with its words and in its column."""
    public = dict(DisclosedItem.objects.filter(live=True).values_list("title", "column__slug"))
    for one in written(loaded_city, SEED, UNTIL):
        assert public[one.row["title"]] == one.row["column"]


def test_interpretations_written_by_hand_lead_to_their_documents(loaded_city):
    for one in written(loaded_city, SEED, UNTIL):
        if one.reads:
            item = DisclosedItem.objects.get(title=one.row["title"])
            assert item.interprets.title == one.reads[0]
            assert item.interprets.document_number


def test_every_body_can_be_reached_at_numbers_of_nobody(loaded_city):
    for organ in Organ.objects.all():
        assert re.fullmatch(r"0398-0000\d{3}", organ.phone)
        assert organ.email.endswith(".example")
        assert organ.address
        assert organ.office_hours
    assert Organ.objects.values("phone").distinct().count() == 31


@pytest.mark.parametrize(
    "words",
    ["分类", "编排体系", "获取方式", "机构名称", "办公地址", "办公时间", "联系电话", "传真号码",
     "互联网联系方式"],
)  # fmt: skip
def test_every_guide_has_what_article_12_asks_for(loaded_city, words):
    guides = DisclosedItem.objects.filter(column__slug="zfxxgkzn", live=True)
    assert guides.values("organ").distinct().count() == 31
    assert not guides.exclude(body__contains=words).exists()


def test_functions_are_shown_in_one_form(loaded_city):
    functions = DisclosedItem.objects.filter(column__slug="jgzn", live=True)
    assert functions.exists()
    for words in ("主要职责", "内设机构", "办公信息"):
        assert not functions.exclude(body__contains=words).exists()


def test_every_body_has_leaders_in_order_and_nobody_of_them_exists(loaded_city):
    shown = list(leaders.in_office())
    assert {one.organ_id for one in shown} == set(Organ.objects.values_list("pk", flat=True))
    assert shown[0].current.position == "市长"
    names = [one.current.name for one in shown]
    assert len(set(names)) == len(names)
    for one in shown:
        assert one.current.biography.startswith(demo_leaders.INVENTED)
        assert one.current.name[1] in demo_leaders.STEMS
    assert any(one.current.portrait_id for one in shown)
    assert any(not one.current.portrait_id for one in shown)
    assert Leader.objects.exclude(left_on=None).exists()
    assert LeaderVersion.objects.filter(state="pending").count() == 1


def test_files_say_what_no_page_says(loaded_city):
    """Given a file of a page, then a word of it stands in no page: search must read the file."""
    name = "公共租赁住房申请表.docx"
    assert Attachment.objects.filter(name=name, item__live=True).exists()
    (form,) = [
        one.file
        for one in written(loaded_city, SEED, UNTIL)
        if one.file and one.file["name"] == name
    ]
    document = read(BytesIO(described(form)), name)
    text = "".join(segment.text for segment in document.segments)
    assert "申请户型" in text
    assert not DisclosedItem.objects.filter(body__contains="申请户型").exists()
    carrying = Attachment.objects.values("item").distinct().count()
    assert carrying > 60


def test_a_column_is_filled_or_says_why_it_is_not(loaded_city):
    used = set(DisclosedItem.objects.filter(live=True).values_list("column_id", flat=True))
    for column in Column.objects.all():
        assert column.description, column.slug
        parts = Column.objects.filter(parent=column).values_list("pk", flat=True)
        deeper = Column.objects.filter(parent__in=parts).values_list("pk", flat=True)
        mounted = DisclosedItem.objects.filter(mounts__in=[column.pk, *parts, *deeper]).exists()
        if not mounted and not used & {column.pk, *parts, *deeper}:
            assert column.empty_note_valid(UNTIL), column.slug
    assert Column.objects.filter(parent__slug="ztzl").count() == 4


def test_repealed_normative_documents_lead_to_what_took_their_place(loaded_city):
    repealed = DisclosedItem.objects.filter(
        document_kind=DocumentKind.NORMATIVE, repealed_on__isnull=False
    )
    for one in repealed.select_related("successor"):
        if one.successor is not None:
            assert one.formed_on < one.successor.formed_on <= one.repealed_on
        assert one.traces.filter(kind="repealed").exists()


@pytest.mark.django_db
def test_no_page_written_for_the_city_holds_a_persons_numbers_or_is_blocked():
    lexicon = current_lexicon()
    for one in written(load_city(), SEED, date(2026, 11, 25)):
        text = re.sub("<[^>]+>", "\n", one.row["body"])
        found = scan_text(text, lexicon, where=one.row["title"])
        assert not [each for each in found if each.is_personal or each.blocks], one.row["title"]


def test_guides_are_spread_over_the_months():
    days = sorted(
        one.day
        for one in written(load_city(), SEED, date(2026, 11, 25))
        if one.row["column"] == "bsfw"
    )
    assert all(later - earlier <= timedelta(days=9) for earlier, later in pairwise(days))


@pytest.mark.django_db
def test_the_sites_facts_are_set_and_its_words_of_search(db):
    from gongkai.demo import site
    from gongkai.ledger.actor import Actor
    from gongkai.search.models import CuratedWord, SynonymGroup

    for done, total in site.set_up(Actor.demo()):
        assert done <= total
    assert SitePreferences.objects.get().operator == "义马市人民政府办公室"
    assert CuratedWord.objects.first().word == "户口"
    assert SynonymGroup.objects.filter(meant="采煤沉陷区").exists()
