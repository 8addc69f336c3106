"""`gongkai fee`: the command a counter clerk types."""

import json

import pytest
from django.core.management import CommandError, call_command


def run(capsys, *arguments: str) -> str:
    call_command("fee", *arguments)
    return capsys.readouterr().out


def test_pages_as_json_gives_amount_and_brackets(capsys) -> None:
    data = json.loads(run(capsys, "--pages", "101", "--on", "2026-03-06", "--json"))
    assert data["amount"] == 720
    assert [bracket["amount"] for bracket in data["brackets"]] == [0, 700, 20]


def test_items_in_words_prints_the_sum_and_its_article(capsys) -> None:
    out = run(capsys, "--items", "31", "--on", "2026-03-06")
    assert "合计2200元" in out
    assert "信息处理费管理办法第四条" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "选用一种"),
        (("--pages", "1", "--items", "1"), "只能选一种"),
        (("--pages", "-3"), "不能为负数"),
        (("--pages", "2.5"), "应为整数"),
        (("--items", "十二"), "应为整数"),
        (("--pages", "1", "--on", "昨天"), "应为日期"),
        (("--pages", "1", "--on", "2020-12-31"), "2021年1月1日"),
    ],
)
def test_a_mistake_is_explained_in_chinese_with_exit_code_2(arguments, message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        call_command("fee", *arguments)
    assert caught.value.returncode == 2
