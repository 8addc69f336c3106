"""`gongkai guard FILE…`."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from gongkai.guard.lexicon import Lexicon, Term
from gongkai.guard.management.commands import guard
from tests.guard.people import identity_number

PERSON = identity_number()
WORDS = Lexicon([Term("wrong_word", "按装", "安装")])


@pytest.fixture(autouse=True)
def _words(monkeypatch):
    monkeypatch.setattr(guard, "current_lexicon", lambda: WORDS)


def run(*arguments, code=0):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("guard", *map(str, arguments), stdout=out, stderr=err)
        got = 0
    except SystemExit as stop:
        got = stop.code
    assert got == code, (out.getvalue(), err.getvalue())
    return out.getvalue(), err.getvalue()


def rows(*arguments, code=0):
    return json.loads(run(*arguments, "--json", code=code)[0])


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "公示.html"
    file.write_text(f"<p>公示</p><p>某某<b>{PERSON[:5]}</b>{PERSON[5:]}</p>", "utf-8")
    return file


def test_it_lists_what_was_found_and_stops_with_one(page):
    (row,) = rows(page, code=1)
    assert row == {
        "file": str(page),
        "check": "pii_id",
        "value": PERSON,
        "where": "第2段",
        "severity": "serious",
        "message": row["message"],
        "suggestion": "",
    }
    assert "身份号码" in row["message"]


def test_masked_values_only_where_asked_for(page):
    (row,) = rows(page, "--mask", code=1)
    assert row["value"] == PERSON[:2] + "*" * 14 + PERSON[-2:]
    assert PERSON not in run(page, "--mask", code=1)[0]


def test_a_table_for_people(page):
    text, _ = run(page, code=1)
    assert "身份证号码" in text
    assert "严重" in text


def test_a_clean_file_says_so_and_stops_with_nothing(tmp_path):
    file = tmp_path / "通知.txt"
    file.write_text("一切正常。", "utf-8")
    assert run(file)[0].strip() == "没有发现问题。"
    assert rows(file) == []


def test_a_warning_is_no_reason_to_stop(tmp_path):
    file = tmp_path / "通知.md"
    file.write_text("负责空调按装。", "utf-8")
    (row,) = rows(file)
    assert (row["check"], row["severity"], row["suggestion"]) == ("wrong_word", "warning", "安装")


def test_csv_docx_and_xlsx_name_the_place(tmp_path):
    from docx import Document
    from openpyxl import Workbook

    table = tmp_path / "名单.csv"
    table.write_bytes(f"姓名,证件\r\n某某,{PERSON}\r\n".encode("gb18030"))
    book = Workbook()
    book.active.title = "名单"
    book.active["B5"] = PERSON
    book.save(tmp_path / "名单.xlsx")
    letter = Document()
    letter.add_paragraph(f"某某，{PERSON}")
    letter.save(tmp_path / "名单.docx")
    found = rows(table, tmp_path / "名单.xlsx", tmp_path / "名单.docx", code=1)
    assert [Path(row["file"]).name for row in found] == ["名单.csv", "名单.xlsx", "名单.docx"]
    assert {row["value"] for row in found} == {PERSON}
    assert "第2行" in found[0]["where"]
    assert "名单" in found[1]["where"]
    assert "B" in found[1]["where"]


def test_a_page_in_an_older_encoding_is_read(tmp_path):
    file = tmp_path / "旧页.htm"
    file.write_bytes(f"<p>证件{PERSON}</p>".encode("gb18030"))
    assert [row["value"] for row in rows(file, code=1)] == [PERSON]


def test_standard_input_is_read(monkeypatch):
    class Input:
        buffer = io.BytesIO(f"证件{PERSON}".encode())

    monkeypatch.setattr(sys, "stdin", Input)
    (row,) = rows("-", code=1)
    assert (row["file"], row["where"]) == ("-", "第1行")


def test_a_picture_is_told_to_be_unread(tmp_path):
    from PIL import Image

    file = tmp_path / "照片.png"
    Image.new("RGB", (4, 4)).save(file)
    (row,) = rows(file)
    assert (row["check"], row["severity"]) == ("not_read", "advice")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda file: None, "没有这个文件"),
        (lambda file: file.mkdir(), "文件夹"),
        (lambda file: file.write_bytes(b"%PDF-1.4 broken"), "无法打开|无法读取|损坏"),
    ],
)
def test_what_cannot_be_read_stops_with_two_and_says_why(tmp_path, page, make, message):
    file = tmp_path / "附件.pdf"
    make(file)
    out, err = run(file, page, "--json", code=2)
    first, second = json.loads(out)
    assert first["check"] == "not_read"
    assert second["check"] == "pii_id"  # the other file is looked at all the same
    assert str(file) in err
    assert pytest.importorskip("re").search(message, first["message"])


def test_a_date_is_a_date(page):
    with pytest.raises(CommandError, match="2020-01-31"):
        call_command("guard", str(page), "--on", "去年")


def test_without_a_database_the_packaged_words_are_used(monkeypatch, page):
    def missing():
        raise OperationalError("no such table")

    monkeypatch.setattr(guard, "current_lexicon", missing)
    assert [row["check"] for row in rows(page, code=1)] == ["pii_id"]


def test_the_command_runs_where_nothing_was_set_up(tmp_path, page):
    environment = {
        **os.environ,
        "GONGKAI_DATA_DIR": str(tmp_path / "empty"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/nothing.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "gongkai", "guard", str(page), "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert [row["value"] for row in json.loads(done.stdout)] == [PERSON]
