"""Labels are known by what they say, however they are printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.reports.reading.forms import catalogue, resembles
from gongkai.reports.reading.headings import heading_of
from gongkai.reports.reading.normalise import chinese_number, label, squash
from gongkai.reports.reading.similarity import alike, distance
from gongkai.reports.reading.sources.encoding import decode


@pytest.mark.parametrize(
    "printed",
    [
        "1.属于国家秘密",
        "1、属于国家秘密",
        "１．属于国家秘密",
        "（1）属于国家秘密",
        "①属于国家秘密",
        "⑴属于国家秘密",
        "1属于国家秘密",
        "1 . 属 于　国家秘密 ",
        "(1)属于国家秘密",
    ],
)
def test_numbering_of_a_label_is_taken_off_and_kept(printed):
    parts = label(printed)
    assert parts.core == "属于国家秘密"
    assert (parts.style, parts.number) == ("ar", 1)


@pytest.mark.parametrize(
    ("printed", "core", "style", "number"),
    [
        ("（三）不予公开", "不予公开", "cnp", 3),
        ("(三)不予公开", "不予公开", "cnp", 3),
        ("㈢不予公开", "不予公开", "cnp", 3),
        ("三、本年度办理结果", "本年度办理结果", "cn", 3),
        ("三.本年度办理结果", "本年度办理结果", "cn", 3),
        ("三 、本 年 度办 理 结果", "本年度办理结果", "cn", 3),
        ("危及“三安全一稳定”", "危及三安全一稳定", "", 0),
        ("2020年", "2020年", "", 0),
        ("⺠政局", "民政局", "", 0),
    ],
)
def test_label_is_taken_apart(printed, core, style, number):
    parts = label(printed)
    assert (parts.core, parts.style, parts.number) == (core, style, number)


def test_every_label_of_the_forms_resembles_itself_best():
    for item in catalogue():
        for variant in item.variants[:1]:
            found = resembles(label(variant))
            assert found[f"{item.table}:{item.name}"] == 1.0
            assert max(found.values()) == 1.0


@pytest.mark.parametrize(
    ("printed", "row"),
    [
        ("2.其他法律行政止公开", "t3:denied_law"),
        ("行政事业型收费", "t2:fee"),
        ("行政事业性收费项目", "t2:fee"),
        ("（二）部分公开", "t3:partial"),
        ("（三）不予公开 1.属于国家秘密", "t3:denied_secret"),
        ("5.要求行政机关确认或重新出具", "t3:refused_reconfirm"),
        ("3.其它", "t3:other_misc"),
        ("（七）合计", "t3:result_total"),
        ("四、结转下一年度继续办理", "t3:carried_out"),
    ],
)
def test_misprinted_cut_or_shortened_label_is_known(printed, row):
    found = resembles(label(printed))
    assert max(found, key=lambda key: found[key]) == row


@pytest.mark.parametrize(
    "printed",
    [
        "行政检查",
        "行政确认",
        "其他主动公开文件",
        "其中：市本级",
        "备注",
        "今天天气很好",
        "行政",
        "其他行政权力",
    ],
)
def test_label_of_another_row_is_none_of_ours(printed):
    assert not [key for key, value in resembles(label(printed)).items() if value >= 0.75]


@pytest.mark.parametrize(
    ("printed", "part"),
    [
        ("1、 总体情况", "s1"),
        ("一、总体情况", "s1"),
        ("二、行政机关主动公开政府信息情况", "s2"),
        ("三、行政机关收到和处理政府信息公开申请情况", "s3"),
        ("四、因政府信息公开工作被申请行政复议、提起行政诉讼情况", "s4"),
        ("政府信息公开行政复议、行政诉讼情况", "s4"),
        ("五、存在的主要问题及整改措施", "s5"),
        ("五、政府信息公开工作存在的主要问题及改进情况", "s5"),
        ("　　六、其他需要报告的事项", "s6"),
        ("一、本年新收政府信息公开申请数量", None),
        ("三、本年度办理结果", None),
        ("（一）主动公开情况", None),
        ("二、依申请公开办理情况：今年收到依申请公开0件。", None),
        ("行政复议", None),
    ],
)
def test_heading_of_a_part_is_known_by_its_words(printed, part):
    assert heading_of(printed) == part


def _plain_distance(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


@given(st.text("行政许可处罚0", max_size=12), st.text("行政许可处罚0", max_size=12))
def test_edit_distance_is_that_of_the_textbook(first, second):
    assert distance(first, second) == _plain_distance(first, second)
    assert 0.0 <= alike(first, second) <= 1.0
    assert alike(first, second) == alike(second, first)


@given(st.text("一、（）(1)①１． 　\u200b三安全⺠A", max_size=60))
def test_squashing_twice_changes_nothing(text):
    once = squash(text)
    assert squash(once) == once


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("〇", 0),
        ("十", 10),
        ("二十一", 21),
        ("一百零五", 105),
        ("三千", 3000),
        ("二〇二〇", 2020),
        ("两万", 20000),
        ("甲", None),
    ],
)
def test_chinese_numerals(text, number):
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5"],
)
def test_text_is_decoded_by_what_it_says_not_by_what_it_declares(encoding):
    text = (
        "政府信息公開申請，行政複議結果總計"
        if encoding == "big5"
        else "charset=iso-8859-1 政府信息公开申请 行政许可 总计 12"
    )
    assert decode(text.encode(encoding)) == text
