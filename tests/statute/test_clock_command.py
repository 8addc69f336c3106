"""`gongkai clock`: the command that answers one case or a whole list, and its exit codes."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from gongkai.foi.management.commands import clock as command
from tests.statute.calendars import CALENDAR

RECEIVED = {"type": "received", "on": "2026-03-06", "channel": "counter"}
CASE = {"events": [RECEIVED], "today": "2026-03-24"}
LATE_CORRECTION = {
    "events": [RECEIVED, {"type": "correction_requested", "on": "2026-03-18"}],
    "today": "2026-03-24",
}


@pytest.fixture(autouse=True)
def _calendar(monkeypatch) -> None:
    monkeypatch.setattr(command, "current_calendar", lambda: CALENDAR)


@pytest.fixture
def run(tmp_path: Path, capsys):
    def run(data: Any, *options: str) -> str:
        file = tmp_path / "cases.json"
        file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        call_command("clock", str(file), *options)
        return capsys.readouterr().out

    return run


def test_one_case_gives_one_object_with_the_promised_keys(run) -> None:
    reading = json.loads(run(CASE, "--json"))
    promised = ("due_on", "state", "days_used", "days_left", "provisional")
    assert [reading[key] for key in promised] == ["2026-04-03", "running", 12, 8, False]
    assert [part["working_days"] for part in reading["segments"]] == [0, 12, 8]


def test_a_list_gives_a_list_in_the_same_order(run) -> None:
    later = CASE | {"today": "2026-03-25"}
    assert [reading["days_used"] for reading in json.loads(run([CASE, later], "--json"))] == [
        12,
        13,
    ]
    assert json.loads(run([], "--json")) == []


def test_no_answer_clock_runs_is_null(run) -> None:
    waiting = {
        "events": [RECEIVED, {"type": "correction_requested", "on": "2026-03-17"}],
        "today": "2026-03-24",
    }
    reading = json.loads(run(waiting, "--json"))
    assert (reading["due_on"], reading["days_left"]) == (None, None)


def test_an_illegal_case_does_not_lose_the_others_and_exits_1(run, capsys) -> None:
    misspelt = {"events": [{"type": "recieved", "on": "2026-03-06"}], "today": "2026-03-24"}
    with pytest.raises(SystemExit) as caught:
        run([CASE, LATE_CORRECTION, misspelt, 7, CASE], "--json")
    assert caught.value.code == 1
    first, late, unknown, number, last = json.loads(capsys.readouterr().out)
    assert first == last
    assert first["due_on"] == "2026-04-03"
    assert late["error"]["article"] == "条例第三十条"
    assert "2026-03-17 为止" in late["error"]["message"]
    assert unknown["error"]["article"] is None
    assert "第 1 项事件类型“recieved”不认识" in unknown["error"]["message"]
    assert "每件申请应为对象" in number["error"]["message"]


def test_a_single_illegal_case_is_an_error_object(run, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        run(LATE_CORRECTION, "--json")
    assert caught.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"]["article"] == "条例第三十条"


def test_in_words_it_shows_state_date_reasons_and_days(run) -> None:
    out = run(CASE)
    assert out.startswith("（截至 2026-03-24）\n状态：办理中\n答复期限：2026-04-03\n")
    assert "第 12 个工作日，还剩 8 个" in out
    assert "2026-03-07 至 2026-03-24  计入  12 个工作日  答复期限内" in out
    assert "2026-03-06 至 2026-03-06  不计   0 个工作日" in out
    assert out.count("（未到）") == 1


def test_in_words_a_list_is_numbered_and_refusals_are_said(run, capsys) -> None:
    asked = {
        "events": [
            {"type": "received", "on": "2026-12-10", "channel": "fax"},
            {"type": "third_party_consulted", "on": "2026-12-14"},
        ],
        "today": "2026-12-15",
    }
    with pytest.raises(SystemExit):
        run([asked, LATE_CORRECTION])
    out = capsys.readouterr().out
    assert "第 1 件（截至 2026-12-15）\n状态：征求意见中\n" in out
    assert "（暂定）" in out
    assert "答复意见截止：2027-01-05" in out
    assert "第 2 件\n无法计算：第 2 项（2026-03-18 补正告知）" in out
    with pytest.raises(SystemExit):
        run(LATE_CORRECTION)
    assert capsys.readouterr().out.startswith("无法计算：")


def test_in_words_a_case_that_waits_shows_whom_it_waits_for(run) -> None:
    asked = {"type": "correction_requested", "on": "2026-03-17", "until": "2026-04-10"}
    out = run({"events": [RECEIVED, asked], "today": "2026-03-24"})
    assert "状态：待补正\n补正截止：2026-04-10\n" in out
    assert "答复期限：" not in out


def test_a_dash_reads_standard_input_with_or_without_byte_order_mark(monkeypatch, capsys) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        raw = io.TextIOWrapper(io.BytesIO(mark + json.dumps(CASE).encode()))
        monkeypatch.setattr(sys, "stdin", raw)
        call_command("clock", "-", "--json")
        assert json.loads(capsys.readouterr().out)["days_used"] == 12


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "不是有效的 JSON"),
        (b"{", "不是有效的 JSON"),
        (b"[" * 200_000, "不是有效的 JSON"),
        ("申请".encode("gb18030"), "不是 UTF-8 编码"),
        (b'"received"', "应为一个对象或者对象的列表"),
        (b"null", "应为一个对象或者对象的列表"),
    ],
)
def test_a_file_that_holds_no_cases_exits_2_and_says_why(
    tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=says) as caught:
        call_command("clock", str(file), "--json")
    assert caught.value.returncode == 2


def test_a_missing_file_exits_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="无法读取文件“") as caught:
        call_command("clock", str(tmp_path / "没有"))
    assert caught.value.returncode == 2


def test_without_a_day_the_clock_is_read_today(run, monkeypatch) -> None:
    reading = json.loads(run({"events": [RECEIVED]}, "--json"))
    assert reading["days_used"] > 12


def test_the_reading_of_a_payment_is_the_setting(run, settings) -> None:
    paid = {
        "events": [
            RECEIVED,
            {"type": "fee_noticed", "on": "2026-03-20", "amount": 700},
            {"type": "fee_paid", "on": "2026-04-10"},
        ],
        "today": "2026-04-15",
    }
    assert json.loads(run(paid, "--json"))["due_on"] == "2026-05-12"
    settings.FEE_PAYMENT_EFFECT = "resume"
    assert json.loads(run(paid, "--json"))["due_on"] == "2026-04-24"
    settings.FEE_PAYMENT_EFFECT = "weiter"
    with pytest.raises(CommandError, match="FEE_PAYMENT_EFFECT") as caught:
        run(paid)
    assert caught.value.returncode == 2


def test_without_a_database_the_published_calendar_answers(run, monkeypatch, capsys) -> None:
    def no_table() -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(command, "current_calendar", no_table)
    assert json.loads(run(CASE, "--json"))["due_on"] == "2026-04-03"


@pytest.mark.django_db
def test_the_sites_own_calendar_is_asked(run, monkeypatch) -> None:
    monkeypatch.undo()
    assert json.loads(run(CASE, "--json"))["due_on"] == "2026-04-03"
