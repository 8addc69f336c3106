"""`gongkai calendar import` and `gongkai calendar show`."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gongkai.workdays.models import HolidayNotice

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(tmp_path: Path, of_2027: str) -> Path:
    path = tmp_path / "通知.txt"
    path.write_text(of_2027, "utf-8")
    return path


def run(capsys, *arguments: object) -> str:
    call_command("calendar", *map(str, arguments))
    return capsys.readouterr().out


def test_without_yes_it_only_shows_what_it_understood(capsys, notice, room) -> None:
    out = run(capsys, "import", notice)
    assert "2027-02-05 周五 放假（春节）" in out
    assert "2027-02-13 周六 上班（春节）" in out
    assert "2027-02-08 由上班，暂定改为休息（春节）" in out
    assert "示例局 示例〔2027〕1号：2027-02-17 → 2027-02-23" in out
    assert "没有写入；加 --yes 接受" in out
    assert not HolidayNotice.objects.exists()


def test_with_yes_it_accepts_and_a_second_time_changes_nothing(capsys, notice, room) -> None:
    assert "工作日历现为第1版；重算了1个已存的期限" in run(capsys, "import", notice, "--yes")
    assert "没有改动" in run(capsys, "import", notice, "--yes")
    assert HolidayNotice.objects.count() == 1


def test_a_dry_run_never_writes(capsys, notice) -> None:
    run(capsys, "import", notice, "--yes", "--dry-run")
    assert not HolidayNotice.objects.exists()


def test_problems_stop_it_with_exit_code_1_unless_forced_with_a_reason(
    capsys, notice, of_2027
) -> None:
    notice.write_text(of_2027.replace("共7天", "共6天", 1), "utf-8")
    with pytest.raises(CommandError, match="有1个问题，没有写入") as caught:
        call_command("calendar", "import", str(notice), "--yes")
    assert caught.value.returncode == 1
    assert "写的是“共6天”，读到的放假日期是7天" in capsys.readouterr().out
    assert not HolidayNotice.objects.exists()
    run(capsys, "import", notice, "--yes", "--force", "已电话核实")
    assert HolidayNotice.objects.get().override_reason == "已电话核实"


def test_json_says_the_same(capsys, notice, room) -> None:
    data = json.loads(run(capsys, "import", notice, "--yes", "--json"))
    assert (data["year"], data["accepted"], data["version"]) == (2027, True, 1)
    assert {key: data["days"][10][key] for key in ("date", "working")} == {
        "date": "2027-02-13",
        "working": True,
    }
    assert data["problems"] == []
    assert data["moved"] == [
        {"label": "示例〔2027〕1号", "organ": "示例局", "old": "2027-02-17", "new": "2027-02-23"}
    ]


def test_json_of_a_faulty_notice_holds_the_problems(capsys, notice, of_2027) -> None:
    notice.write_text(of_2027.replace("（周六）上班", "（周三）上班", 1), "utf-8")
    with pytest.raises(CommandError):
        call_command("calendar", "import", str(notice), "--json")
    data = json.loads(capsys.readouterr().out)
    assert data["accepted"] is False
    assert data["problems"][0]["kind"] == "weekday"
    assert data["problems"][0]["blocking"] is True


def test_the_year_may_be_given_where_the_text_lacks_it(capsys, notice, of_2027) -> None:
    notice.write_text(of_2027.replace("2027年", ""), "utf-8")
    with pytest.raises(CommandError, match="1个问题"):
        call_command("calendar", "import", str(notice))
    assert "年度：2027" in run(capsys, "import", notice, "--year", "2027")


def test_the_old_chinese_encoding_is_read_too(capsys, notice, of_2027) -> None:
    notice.write_bytes(of_2027.encode("gb18030"))
    assert "年度：2027" in run(capsys, "import", notice)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "请写明要做什么"),
        (("import", "没有这个文件.txt"), "读不了文件"),
        (("show", "--year", "明年"), "--year 应为年度"),
        (("show", "--year", "1000"), "--year 应为年度"),
        (("show", "--year", "99999"), "--year 应为年度"),
    ],
)
def test_a_mistake_is_explained_in_chinese_with_exit_code_2(arguments, message) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        call_command("calendar", *arguments)
    assert caught.value.returncode == 2


def test_a_picture_is_no_notice(tmp_path) -> None:
    path = tmp_path / "通知.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xff\xfe\x80")
    with pytest.raises(CommandError, match="不是文字文件") as caught:
        call_command("calendar", "import", str(path))
    assert caught.value.returncode == 2


def test_show_lists_the_days_that_differ_from_monday_to_friday(capsys) -> None:
    out = run(capsys, "show", "--year", 2026)
    assert "2026年，工作日248天" in out
    assert "2026-05-09 周六 上班（劳动节调休上班）" in out
    assert "没有导入" not in out
    assert "2027年的节假日安排没有导入，以上为暂定" in run(capsys, "show", "--year", 2027)


def test_show_as_json(capsys) -> None:
    data = json.loads(run(capsys, "show", "--year", 2025, "--json"))
    assert (data["year"], data["known"], data["working_days"]) == (2025, True, 248)
    make_up = [day["date"] for day in data["days"] if day["working"]]
    assert make_up == ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"]
