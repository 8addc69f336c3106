"""Words of the lists: with dates, with the phrases in which they are right."""

from datetime import date

import pytest

from gongkai.guard.engine import scan_html, scan_text
from gongkai.guard.lexicon import Lexicon, Term, packaged_terms, term_from_row

RENAMED = date(2019, 1, 1)
LEFT = date(2020, 5, 1)
WORDS = Lexicon(
    [
        Term("wrong_word", "按装", "安装"),
        Term("wrong_word", "按装工程", "安装工程"),
        Term("wrong_word", "帐户", "账户", severity="advice"),
        Term("outdated_title", "国土资源局", "自然资源局", RENAMED, note="机构改革"),
        Term("outdated_title", "旧称", "新称", date(2015, 1, 1), date(2016, 12, 31)),
        Term("removed_official", "虚构人甲", valid_from=LEFT, post="市长、局长"),
        Term("removed_official", "虚构人乙", valid_from=LEFT, alone=True),
        Term("forbidden", "某某禁语"),
        Term("sensitive", "残废人", "残疾人"),
        Term("wrong_word", "IPV6", "IPv6"),
        Term("allowed", "按装饰要求"),
    ]
)
AFTER = date(2021, 3, 1)


def found(text, on=AFTER):
    return [
        (finding.check, finding.value, finding.severity)
        for finding in scan_text(text, WORDS, on=on)
    ]


def test_a_wrong_word_is_a_warning_with_what_to_write_instead():
    (finding,) = scan_text("负责空调按装。", WORDS)
    assert (finding.check, finding.severity) == ("wrong_word", "warning")
    assert finding.suggestion == "安装"
    assert finding.message == "“按装”疑为错误表述，应为“安装”。"
    assert "负责空调按装。"[finding.start : finding.end] == "按装"


@pytest.mark.parametrize("text", ["按 装", "按\u200b装", "按\n装", "按\u3000装", "按\u00ad装"])
def test_a_word_is_found_through_spaces_and_signs_nobody_sees(text):
    (finding,) = scan_text(f"负责{text}设备", WORDS)
    assert (finding.start, finding.end) == (2, 2 + len(text))


def test_a_word_does_not_go_on_across_an_empty_line():
    assert found("负责按\n\n装备管理") == []


def test_of_overlapping_terms_the_longest_is_told():
    assert found("按装工程") == [("wrong_word", "按装工程", "warning")]


def test_a_phrase_of_the_white_list_makes_the_word_right_there_and_nowhere_else():
    assert found("按装饰要求施工") == []
    assert len(found("按装饰要求施工，按装设备")) == 1


def test_a_term_can_carry_its_own_severity():
    assert found("开立帐户") == [("wrong_word", "帐户", "advice")]
    assert found("某某禁语") == [("forbidden", "某某禁语", "serious")]
    assert found("残废人") == [("sensitive", "残废人", "advice")]


def test_an_old_title_was_right_in_its_day():
    assert found("市国土资源局发布公告", on=date(2018, 12, 31)) == []
    assert found("市国土资源局发布公告", on=RENAMED) == [
        ("outdated_title", "国土资源局", "warning")
    ]


def test_a_term_speaks_until_its_last_day():
    assert len(found("旧称", on=date(2016, 12, 31))) == 1
    assert found("旧称", on=date(2017, 1, 1)) == []


def test_without_a_date_the_text_is_of_today():
    assert [finding.check for finding in scan_text("市国土资源局", WORDS)] == ["outdated_title"]


@pytest.mark.parametrize(
    "text",
    [
        "原国土资源局职责划入自然资源局",
        "国土资源局更名为自然资源局",
        "《市国土资源局关于印发某办法的通知》继续有效",
        "自然资源局（原国土资源局）",
    ],
)
def test_an_old_title_is_right_where_the_text_speaks_of_the_past(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "市长虚构人甲主持会议",
        "虚构人甲市长到会",
        "市委副书记、市长虚构人甲",
        "局长 虚 构 人 甲",
        "虚构人乙到会讲话",
    ],
)
def test_a_removed_official_presented_in_office_blocks(text):
    ((check, _, severity),) = found(text)
    assert (check, severity) == ("removed_official", "serious")


@pytest.mark.parametrize(
    "text",
    [
        "虚构人甲同学获奖",
        "会议由虚构人甲主持。市长出席。",
        "免去虚构人甲市长职务",
        "时任市长虚构人甲",
        "原市长虚构人甲受贿一案",
        "虚构人乙因病去世",
    ],
)
def test_a_namesake_or_a_text_about_the_removal_is_right(text):
    assert found(text) == []


def test_an_item_dated_before_an_official_left_is_right():
    assert found("市长虚构人甲主持会议", on=date(2020, 4, 30)) == []
    assert len(found("市长虚构人甲主持会议", on=LEFT)) == 1


def test_a_latin_term_is_no_part_of_a_longer_word():
    assert len(found("推进IPV6改造")) == 1
    assert found("推进IPV61改造XIPV6") == []


def test_words_are_found_in_the_text_of_a_page_and_not_in_what_nobody_reads():
    html = '<p title="按装说明按装说明按装说明">按<b>装</b></p><!-- 按装 --><script>"按装"</script>'
    (finding,) = scan_html(html, WORDS)
    assert html[finding.start : finding.end] == "按<b>装"
    assert finding.where == "正文第1段"


def test_the_version_changes_with_the_words_and_with_nothing_else():
    terms = [Term("wrong_word", "按装", "安装"), Term("forbidden", "某某禁语")]
    assert Lexicon(terms).version == Lexicon(reversed(terms)).version
    assert Lexicon(terms).version != Lexicon(terms[:1]).version
    assert Lexicon(terms[:1]).with_terms(terms).version == Lexicon(terms).version


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="未知的类别"):
        Lexicon([Term("nothing", "词")])


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"kind": "x", "word": "词"}, "不是词条类别"),
        ({"kind": "wrong_word", "word": " "}, "没有填写词条"),
        ({"kind": "wrong_word", "word": "词", "valid_from": "2020年"}, "2020-01-31"),
    ],
)
def test_a_bad_row_says_what_is_wrong(row, complaint):
    with pytest.raises(ValueError, match=complaint):
        term_from_row(row)


def test_the_packaged_lists_can_be_read():
    assert isinstance(packaged_terms(), list)
    Lexicon(packaged_terms())
