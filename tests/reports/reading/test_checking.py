"""Checking a published report: what is broken, by constraint, and how the commands say it."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gongkai.reports.reading import check_report, guarded, read_report
from gongkai.reports.reading.document import TooLarge
from gongkai.statute.formats import fill_totals
from tests.reports.reading import styles_html, styles_text
from tests.reports.reading.specimens import specimen


def consistent(t2="2021", t3="2021"):
    """A report in which every relation holds: three requests, granted; one review upheld."""
    report = specimen(t2, t3)
    cells = dict.fromkeys(report.cells, 0)
    cells |= {"t3.new.natural": 37, "t3.granted.natural": 36, "t3.carried_out.natural": 1}
    cells |= {"t4.review.upheld": 1}
    cells |= {cell: 4 for cell in cells if cell.startswith("t2.")}
    filled = fill_totals(report.fmt, cells)
    for cell, value in filled.items():
        report.set(cell, str(value), value)
    return report


def read(report, style=styles_html.spans):
    data, filename = style(report)
    return read_report(data, filename)


def broken(report, **more):
    return {one.constraint for one in check_report(read(report), **more).violations}


@pytest.mark.parametrize(
    "mix", [("2019", "2019"), ("2021", "2021"), ("2021", "2019"), ("2019", "2021")]
)
def test_report_in_which_everything_holds(mix):
    assert broken(consistent(*mix)) == set()


@pytest.mark.parametrize(
    ("cell", "text", "value", "constraints"),
    [
        ("t3.new.total", "38", 38, {"T3.R.new", "T3.B.total", "N.requests"}),
        (
            "t3.result_total.natural",
            "35",
            35,
            {"T3.R.result_total", "T3.C.natural", "T3.B.natural"},
        ),
        ("t4.review.total", "0", 0, {"T4.review"}),
        ("t2.permit.decisions", "-5", -5, {"V.int"}),
        ("t3.granted.legal", "0.5", None, {"V.int", "T3.R.granted", "T3.C.legal"}),
    ],
)
def test_relation_that_does_not_hold_is_named(cell, text, value, constraints):
    report = consistent()
    report.set(cell, text, value)
    assert broken(report) == constraints


def test_blank_total_leaves_its_relations_open():
    report = consistent()
    report.set("t3.new.total", "", None)
    assert "T3.R.new" not in broken(report)


def test_missing_row_is_named():
    report = consistent()
    form = report.forms["t3"]
    form.drop_row(form.row_of("denied_process"))
    report.forget("t3.denied_process.")
    (violation,) = check_report(read(report)).violations
    assert violation.constraint == "V.missing"
    assert "6.属于四类过程性信息" in violation.message
    assert len(violation.cells) == 7


def test_missing_column_is_named():
    from tests.reports.reading.blemishes import no_total_column

    report = consistent()
    no_total_column(report)
    (violation,) = check_report(read(report)).violations
    assert violation.constraint == "V.missing"
    assert "t3.new.total" in violation.cells


def test_extra_row_is_a_flag_and_no_violation():
    from tests.reports.reading.blemishes import extra_row

    report = consistent()
    extra_row(report)
    checked = check_report(read(report))
    assert checked.violations == []
    assert "extra_row" in {flag.id for flag in checked.flags}


def test_last_years_report_is_asked_about_what_was_carried_over():
    this, last = consistent(), consistent()
    this.set("t3.carried_in.natural", "1", 1)
    this.set("t3.carried_in.total", "1", 1)
    this.set("t3.carried_out.natural", "2", 2)
    this.set("t3.carried_out.total", "2", 2)
    last.year = 2022
    assert broken(this, previous=read(last)) == set()
    last.set("t3.carried_out.total", "0", 0)
    assert broken(this, previous=read(last)) == {"X.carry.total"}
    last.set("t2.normative.in_force", "9", 9)
    assert broken(this, previous=read(last)) == {"X.carry.total", "X.stock.normative"}


def test_jumps_are_asked_about_only_beside_last_year():
    this, last = consistent(), consistent()
    this.set("t2.permit.decisions", "400", 400)
    flags = check_report(read(this), read(last)).flags
    assert [flag.cells for flag in flags if flag.id == "jump"] == [("t2.permit.decisions",)]
    assert not [flag for flag in check_report(read(this)).flags if flag.id == "jump"]


# --- commands ----------------------------------------------------------------------------------------


def run(*arguments):
    """(exit code, output) of `gongkai report …`."""
    out = StringIO()
    try:
        call_command("report", *arguments, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def file_of(tmp_path):
    def write(report, name="report.html"):
        data, _ = styles_html.spans(report)
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return write


def test_read_prints_the_cells_as_json(file_of):
    report = consistent()
    report.set("t2.fee.amount", "96171.6", None)
    report.set("t3.granted.legal", "/", None)
    code, out = run("read", file_of(report), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["issuer"] == "某县人民政府"
    assert found["year"] == 2023
    assert found["formats"] == {"t2": "2021", "t3": "2021", "t4": "same in both"}
    assert found["cells"]["t2.fee.amount"] == 96171.6
    assert found["cells"]["t3.granted.legal"] is None
    assert found["cells"]["t3.new.natural"] == 37
    assert found["printed"]["t3.granted.legal"] == "/"
    assert found["narrative"]["s6"] == "本年度未收取信息处理费。"
    assert found["figures"] == {"requests_received": 37, "handling_fee_yuan": 0}
    assert {"flag", "message", "cells"} == set(found["flags"][0])


def test_read_in_words(file_of):
    code, out = run("read", file_of(consistent()))
    assert code == 0
    assert "机关：某县人民政府" in out
    assert "表二 2021年格式" in out


def test_check_exits_0_without_and_1_with_violations(file_of):
    report = consistent()
    assert run("check", file_of(report), "--json")[0] == 0
    report.set("t4.review.total", "0", 0)
    code, out = run("check", file_of(report), "--json")
    assert code == 1
    (violation,) = json.loads(out)["violations"]
    assert violation["constraint"] == "T4.review"
    assert violation["severity"] == "error"
    assert "行政复议" in violation["message"]
    code, out = run("check", file_of(report))
    assert (code, "T4.review" in out) == (1, True)


def test_check_with_last_years_report(file_of):
    last = consistent()
    last.set("t3.carried_out.total", "5", 5)
    code, out = run(
        "check", file_of(consistent()), "--previous", file_of(last, "last.html"), "--json"
    )
    assert code == 1
    assert "X.carry.total" in {one["constraint"] for one in json.loads(out)["violations"]}


@pytest.mark.parametrize("what", ["read", "check"])
def test_file_that_is_no_report_exits_2_and_says_why(what, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("今天天气很好。", "utf-8")
    code, out = run(what, str(path), "--json")
    assert code == 2
    assert "不是政府信息公开工作年度报告" in json.loads(out)["error"]
    with pytest.raises(CommandError) as refusal:
        call_command("report", what, str(path))
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(("name", "reason"), [("missing.txt", "文件不存在"), (".", "目录")])
def test_file_that_cannot_be_opened_exits_2(name, reason, tmp_path):
    code, out = run("check", str(tmp_path / name), "--json")
    assert code == 2
    assert reason in json.loads(out)["error"]


def test_unreadable_last_years_report_exits_2(file_of, tmp_path):
    path = tmp_path / "last.txt"
    path.write_text("", "utf-8")
    code, out = run("check", file_of(consistent()), "--previous", str(path), "--json")
    assert code == 2
    assert "上一年度的报告无法读取" in json.loads(out)["error"]


def test_reading_in_a_process_of_its_own_gives_the_same(file_of):
    data, filename = styles_text.pipes_around(consistent())
    assert guarded.read_guarded(data, filename).cells == read_report(data, filename).cells


def test_file_that_takes_too_long_or_kills_the_reader_is_refused(monkeypatch):
    import os
    import time

    monkeypatch.setattr(guarded, "read_report", lambda data, filename: time.sleep(60))
    with pytest.raises(TooLarge, match="没有读完"):
        guarded.read_guarded(b"x", seconds=0.2)
    monkeypatch.setattr(guarded, "read_report", lambda data, filename: os._exit(139))
    with pytest.raises(guarded.NotAReport, match="异常中止"):
        guarded.read_guarded(b"x")
    monkeypatch.setattr(guarded, "read_report", lambda data, filename: 1 / 0)
    with pytest.raises(guarded.NotAReport, match="ZeroDivisionError"):
        guarded.read_guarded(b"x")
