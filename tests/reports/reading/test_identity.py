"""Whose report it is and on which year."""

from __future__ import annotations

import pytest

from gongkai.reports.reading import read_report
from gongkai.reports.reading.identity import parse_title

TABLE = "行政许可 | 5 |\n行政处罚 | 6 |\n行政强制 | 7 |\n行政事业性收费 | 8 |\n"


@pytest.mark.parametrize(
    ("title", "issuer", "year"),
    [
        ("义马市人民政府2020年政府信息公开工作年度报告", "义马市人民政府", 2020),
        ("2023年度沭阳县发展和改革局政府信息公开工作年度报告", "沭阳县发展和改革局", 2023),
        ("沭阳县发展和改革局2023年政府信息公开年度报告-沭阳县发改局", "沭阳县发展和改革局", 2023),
        ("2021年义马市人民政府信息公开工作年度报告", "义马市人民政府", 2021),
        ("2021年义马市人民政府政府信息公开工作年度报告", "义马市人民政府", 2021),
        ("义马市人民政府政府信息公开工作年度报告（2022年度）", "义马市人民政府", 2022),
        ("某县财政局２０２１年 政府信息公开工作年度报告", "某县财政局", 2021),
        ("某县财政局二〇二一年政府信息公开工作年度报告", "某县财政局", 2021),
        ("《某县财政局2021年政府信息公开工作年度报告》", "某县财政局", 2021),
        ("首页 > 政务公开 > 年报 > 某县财政局2021年政府信息公开工作年度报告", "某县财政局", 2021),
        ("某县统计局政府信息公开2022年度报告", "某县统计局", 2022),
        ("关于某县教育局2022年政府信息公开工作的年度报告", "某县教育局", 2022),
        ("某局关于报送2023年政府信息公开工作年度报告的函", "某局", 2023),
        (
            "某县卫生健康委员会（某县疾控局）2023年政府信息公开工作年度报告",
            "某县卫生健康委员会（某县疾控局）",
            2023,
        ),
        ("2022年政府信息公开工作年度报告", None, 2022),
    ],
)
def test_title(title, issuer, year):
    assert parse_title(title) == (issuer, year)


@pytest.mark.parametrize("title", ["一、总体情况", "政府工作报告", "行政许可", "报告", ""])
def test_other_lines_are_no_title(title):
    parsed = parse_title(title)
    assert parsed is None or parsed == (None, None)


@pytest.mark.parametrize(
    ("text", "filename", "issuer", "year", "source"),
    [
        ("某县财政局\n2021年政府信息公开工作年度报告\n", "", "某县财政局", 2021, None),
        (
            "某县2020年政府信息公开工作年度报告\n某县人民政府高度重视。\n一、总体情况\n某县人民政府公开信息。\n",
            "",
            "某县人民政府",
            2020,
            None,
        ),
        ("发布机构：某县水利局\n2021年政府信息公开工作年度报告\n", "", "某县水利局", 2021, None),
        (
            "政府信息公开工作年度报告\n本报告由某县水利局根据条例编制，统计期限自2022年1月1日起至2022年12月31日止。\n一、总体情况\n略\n",
            "",
            "某县水利局",
            2022,
            None,
        ),
        (
            "一、总体情况\n2023年，我局收到政府信息公开申请2件。2023年未收费。\n",
            "",
            None,
            2023,
            "year_inferred",
        ),
        (
            "一、总体情况\n依据国办公开办函〔2021〕30号编制。\n",
            "moj-2019.txt",
            None,
            2019,
            "year_inferred",
        ),
        (
            "一、总体情况\n略\n六、其他需要报告的事项\n无\n某县水利局\n2024年1月20日\n",
            "t20240120_1.txt",
            "某县水利局",
            2023,
            "year_inferred",
        ),
        ("一、总体情况\n略\n", "", None, None, "year_unknown"),
    ],
)
def test_issuer_and_year_are_found_elsewhere(text, filename, issuer, year, source):
    head, _, tail = text.partition("六、")
    rest = f"六、{tail}" if tail else ""
    read = read_report(f"{head}二、主动公开政府信息情况\n{TABLE}{rest}".encode(), filename)
    assert (read.issuer, read.year) == (issuer, year)
    if source:
        assert source in {flag.id for flag in read.flags}


def test_year_is_never_taken_from_the_rule_that_is_cited():
    text = f"某县财政局政府信息公开工作年度报告\n一、总体情况\n根据国办公开办函〔2021〕30号和2019年修订的条例编制。\n{TABLE}"
    assert read_report(text.encode(), "").year is None
