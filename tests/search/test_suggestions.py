"""Counting questions, suggesting while typing, mending what was typed wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gongkai.search import asking, memory, queries, services, upkeep, vocabulary
from gongkai.search.language import correct
from gongkai.search.models import AskedWords, CuratedWord, KnownWord
from gongkai.search.sounds import folded, sounds, syllables
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


def known(*rows):
    """The vocabulary holds these: (kind, text, weight)."""
    KnownWord.objects.bulk_create(
        KnownWord(kind=kind, text=text, weight=weight, sound=syllables(text))
        for kind, text, weight in rows
    )
    memory.raise_version(memory.VOCABULARY)


def asked(text, *, times=3, empty=0, days=2, ago=1):
    today = timezone.localdate()
    for day in range(days):
        AskedWords.objects.create(
            day=today - timedelta(days=ago + day),
            text=text,
            times=times,
            empty=empty,
        )


# -- counting ----------------------------------------------------------------------------------


def test_questions_are_counted_by_day_and_form():
    for text in ("公租房", " 公租房 ", "公租房"):
        services.note_search(text, 5)
    services.note_search("公租房", 0)
    asking.flush()
    row = AskedWords.objects.get()
    assert (row.text, row.times, row.empty, row.day) == ("公租房", 4, 1, timezone.localdate())


@pytest.mark.parametrize(
    "text",
    [
        "张某 13800138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "６２１２２６１７０２",
        "某人@例子.中国",
        "",
        "  ",
    ],
)
def test_what_may_be_somebodys_number_is_not_kept(text):
    services.note_search(text, 0)
    asking.flush()
    assert not AskedWords.objects.exists()


def test_a_long_question_is_kept_cut():
    services.note_search("问" * 500, 0)
    asking.flush()
    assert len(AskedWords.objects.get().text) == 60


def test_a_count_that_cannot_be_written_fails_no_search(monkeypatch):
    from django.db import DatabaseError

    def broken(*args, **kwargs):
        raise DatabaseError("away")

    monkeypatch.setattr(asking.transaction, "atomic", broken)
    services.note_search("公租房", 1)


def test_what_was_asked_rarely_is_shown_to_nobody():
    asked("有人名的词", times=1, days=2)
    asked("一天里问的", times=9, days=1)
    asked("常问的词", times=2, days=2)
    assert [row["text"] for row in asking.counted()] == ["常问的词"]
    asked("搜不到的词", times=3, empty=3)
    assert [row["text"] for row in asking.counted(empty=True)] == ["搜不到的词"]


def test_the_most_asked_come_first_and_the_office_fills_up():
    known(("word", "公租房", 3.0), ("word", "廉租房", 3.0))
    recommended = list(CuratedWord.objects.values_list("word", flat=True))
    assert queries.most_asked(10) == recommended
    asked("廉租房", times=9)
    asked("搜不到", times=9, empty=9)
    asked("王小明", times=9)
    asking.forget()
    assert queries.most_asked(10)[0] == "廉租房"
    assert "搜不到" not in queries.most_asked(10)
    assert "王小明" not in queries.most_asked(10)
    assert len(queries.most_asked(10)) == 10


def test_old_and_rare_counts_are_forgotten():
    asked("很久以前", times=9, ago=asking.KEEP_DAYS + 1)
    asked("只问一次", times=1, days=1, ago=asking.RARE_DAYS + 1)
    asked("刚问一次", times=1, days=1, ago=1)
    asked("常常问的", times=9, ago=asking.RARE_DAYS + 5)
    asking.tidy()
    assert set(AskedWords.objects.values_list("text", flat=True)) == {"刚问一次", "常常问的"}


# -- suggesting --------------------------------------------------------------------------------


def test_suggestions_by_characters_pinyin_and_initials():
    known(
        ("term", "公租房", 120.0),
        ("organ", "公安局", 60.0),
        ("title", "公租房分配公告", 20.0),
        ("number", "义政〔2020〕12号", 10.0),
        ("word", "公开", 1.0),
    )
    assert [s.text for s in queries.suggest("公")] == ["公租房", "公安局", "公租房分配公告"]
    for typed in ("gongzu", "gzf", "GZF", "公租"):
        assert queries.suggest(typed)[0].text == "公租房"
    assert [s.kind for s in queries.suggest("义政[2020")] == ["number"]
    assert [s.text for s in queries.suggest("分配")] == ["公租房分配公告"]
    assert queries.suggest("") == queries.suggest("😀") == []
    assert len(queries.suggest("公", 1)) == 1


def test_a_suggestion_costs_no_statement(django_assert_num_queries):
    known(*(("title", f"公告第{n}号", 20.0) for n in range(300)))
    queries.suggest("公")
    with django_assert_num_queries(0):
        assert len(queries.suggest("公告", 8)) == 8


def test_the_words_are_prepared_from_bodies_lists_and_questions():
    make_organ("411281", name="测试市人民政府", short_name="测试市")
    upkeep.turn()
    texts = {s.text for s in queries.suggest("测试", 20)}
    assert texts == {"测试市人民政府", "测试市"}
    first = queries.suggest("csz")
    assert isinstance(first, list)
    assert [s.text for s in queries.suggest("yibaobaoxiao")] == ["医保报销"]
    assert vocabulary.refresh() == KnownWord.objects.count()


# -- mending -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yibao", "医保"),
        ("yi bao", "医保"),
        ("huji banli", "户籍 办理"),
        ("yibao报销", "医保报销"),
        ("jszg", "教师资格"),
        ("社宝", "社保"),
        ("教师资各", "教师资格"),
        ("食品经菅", "食品经营"),
        ("出租汽经营", "出租汽车经营"),
        ("养老机够办理", "养老机构办理"),
        ("法律缓助", "法律援助"),
    ],
)
def test_pinyin_and_wrong_characters_are_read_as_meant(typed, meant):
    words = ["医保", "户籍", "办理", "报销", "教师资格", "社保", "食品经营", "出租汽车经营"]
    words += ["养老机构", "法律援助"]
    known(*(("word", word, 2.0) for word in words))
    assert correct(typed) == meant


@pytest.mark.parametrize("typed", ["医保", "ems", "2020", "", "xqzk", "医保 ems", "😀"])
def test_what_is_known_or_cannot_be_told_stays(typed):
    known(("word", "医保", 2.0), ("word", "社保", 2.0))
    assert correct(typed) is None


def test_without_a_vocabulary_nothing_is_mended():
    assert correct("社宝") is None


def test_sounds():
    assert syllables("市长信箱") == "shi zhang xin xiang"
    assert "shi zhang" in sounds("市长")
    assert sounds("abc") == []
    assert folded("zhang") == folded("zan") == "zan"
