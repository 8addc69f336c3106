"""`gongkai disclosure import`: the same import at the console."""

import json

import pytest
from django.core.management import CommandError, call_command

from gongkai.disclosure.models import DisclosedItem
from tests.factories.disclosure import make_column
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db

HEAD = "标题,成文日期,发布日期,正文,附件\n"


@pytest.fixture
def organ():
    return make_organ("411281-001")


@pytest.fixture
def file(tmp_path, organ):
    make_column("tzgg", owner=organ)

    def write(*lines):
        path = tmp_path / "items.csv"
        path.write_text(HEAD + "\n".join(lines), "utf-8")
        return path

    return write


def run(*arguments, capsys):
    call_command("disclosure", "import", *map(str, arguments))
    return capsys.readouterr().out


def test_a_table_with_its_folder_is_imported(file, tmp_path, capsys):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "说明.txt").write_text("说明")
    path = file("关于甲的通知,2020-01-02,2020-01-05,正文,说明.txt")
    options = ("--organ", "411281-001", "--column", "tzgg", "--files", tmp_path / "files")
    out = run(path, *options, "--as-published", "--dry-run", capsys=capsys)
    assert "检查无误（未导入）。共1行：新增历史数据1条" in out
    assert not DisclosedItem.objects.exists()
    answer = json.loads(run(path, *options, "--as-published", "--json", capsys=capsys))
    assert (answer["created"], answer["kept"], answer["files"]) == (1, True, 1)
    assert answer["organs"] == {"411281-001": 1}
    assert "已有1条" in run(path, *options, "--as-published", capsys=capsys)


def test_bad_rows_end_with_code_one_and_their_places(file, capsys):
    path = file("关于甲的通知,2020-13-02,,正文,没有.pdf")
    with pytest.raises(SystemExit) as ended:
        run(path, "--organ", "411281-001", "--column", "tzgg", "--json", capsys=capsys)
    assert ended.value.code == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["ok"]
    assert (answer["problems"][0]["row"], answer["problems"][0]["column"]) == (2, "成文日期")
    with pytest.raises(SystemExit):
        run(path, "--organ", "411281-001", "--column", "tzgg", capsys=capsys)
    assert "第2行“成文日期”列" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--organ", "none"), "没有代码为"),
        (("--column", "none"), "没有网址标识"),
        (("--files", "/no/such/folder"), "没有这个文件夹"),
    ],
)
def test_what_there_is_not_is_said(file, options, words, capsys):
    with pytest.raises(CommandError, match=words) as ended:
        run(file("x"), *options, capsys=capsys)
    assert ended.value.returncode == 2


def test_a_missing_file_is_said(tmp_path, capsys):
    with pytest.raises(CommandError, match="没有这个文件") as ended:
        run(tmp_path / "none.csv", capsys=capsys)
    assert ended.value.returncode == 2
