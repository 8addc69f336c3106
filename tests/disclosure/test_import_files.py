"""The files beside a table of items: found by name, checked, stored once, or named as missing."""

import io
import zipfile

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from gongkai.disclosure.models import DisclosedItem, StoredFile
from gongkai.organs.imports import ImportFailed
from tests.disclosure.test_import import HEAD, archive, problems_of, run
from tests.factories.disclosure import make_column
from tests.factories.organs import make_organ
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ("411281-001", name="示例市财政局")


@pytest.fixture(autouse=True)
def column(organ):
    return make_column("tongzhi", owner=organ, title="通知公告")


def test_an_identity_number_inside_an_attachment_is_found(organ, column):
    with pytest.raises(ImportFailed) as caught:
        run(
            HEAD + ",附件",
            "关于甲的通知,,,通知公告,2020-01-02,2020-01-05,正文,名单.csv",
            organ=organ,
            files=archive(**{"名单.csv": f"姓名,证件\n张三,{identity_number()}\n"}),
            as_published=True,
        )
    assert "名单.csv" in problems_of(caught)[0][2]
    assert not StoredFile.objects.exists()


def test_what_is_wrong_with_the_files_is_said_by_row(organ, column, tmp_path):
    """A missing file, two of one name, an executable: each named, and none stays in storage."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "同名.txt").write_text("一")
    (tmp_path / "b" / "同名.txt").write_text("二")
    (tmp_path / "好.txt").write_text("好")
    (tmp_path / "坏.pdf").write_bytes(b"MZ\x90\x00" + b"\0" * 200)
    with pytest.raises(ImportFailed) as caught:
        run(
            HEAD + ",附件",
            "关于甲的通知,,,通知公告,2020-01-02,,正文,好.txt",
            "关于乙的通知,,,通知公告,2020-01-02,,正文,没有.pdf",
            "关于丙的通知,,,通知公告,2020-01-02,,正文,同名.txt",
            "关于丁的通知,,,通知公告,2020-01-02,,正文,坏.pdf",
            "关于戊的通知,,,通知公告,2020-01-02,,正文,../../etc/passwd",
            organ=organ,
            files=tmp_path,
        )
    assert [(row, column) for row, column, _ in problems_of(caught)] == [
        (3, "附件"),
        (4, "附件"),
        (5, "附件"),
        (6, "附件"),
    ]
    assert not StoredFile.objects.exists()

    assert not [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]
    report = run(
        HEAD + ",附件",
        "关于丙的通知,,,通知公告,2020-01-02,,正文,a/同名.txt、好.txt",
        organ=organ,
        files=tmp_path,
    )
    assert report.files == 2


def test_one_content_is_stored_once(organ, column):
    run(
        HEAD + ",附件",
        "关于甲的通知,,,通知公告,2020-01-02,,正文,甲.txt",
        "关于乙的通知,,,通知公告,2020-01-02,,正文,乙.txt",
        organ=organ,
        files=archive(**{"甲.txt": "同样的内容", "乙.txt": "同样的内容"}),
    )
    assert StoredFile.objects.count() == 1
    names = {item.attachments.get().name for item in DisclosedItem.objects.all()}
    assert names == {"甲.txt", "乙.txt"}


def test_a_text_may_lie_in_a_file(organ, column):
    run(
        HEAD + ",正文文件",
        "关于甲的通知,,,通知公告,2020-01-02,,,甲.html",
        "关于乙的通知,,,通知公告,2020-01-02,,,乙.txt",
        organ=organ,
        files=archive(
            **{"甲.html": "<p onclick='x'>甲的正文</p>".encode("gb18030"), "乙.txt": "一\n二"}
        ),
    )
    bodies = dict(DisclosedItem.objects.values_list("title", "body"))
    assert bodies == {"关于甲的通知": "<p>甲的正文</p>", "关于乙的通知": "<p>一</p><p>二</p>"}


def test_names_written_by_windows_are_understood(organ, column):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        info = zipfile.ZipInfo("x" * 8)
        made.writestr(info, "说明")
    raw = packed.getvalue().replace(b"x" * 8, "说明.txt".encode("gb18030"))
    report = run(
        HEAD + ",附件",
        "关于甲的通知,,,通知公告,2020-01-02,,正文,说明.txt",
        organ=organ,
        files=io.BytesIO(raw),
    )
    assert report.files == 1


@pytest.mark.parametrize("data", [b"Rar!\x1a\x07\x00", b"no archive at all"])
def test_an_archive_that_is_none_is_refused(organ, column, data):
    with pytest.raises(ValidationError, match="ZIP"):
        run(HEAD, "甲事通知,,,通知公告,2020-01-02,,正文", organ=organ, files=io.BytesIO(data))
