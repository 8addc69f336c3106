"""各种文件出自同一份数据：同一报告每次生成的字节相同。"""

import hashlib
import json
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from gongkai.reports.document import ReportDocument
from gongkai.reports.render import EXTENSIONS, MEDIA_TYPES, UnknownKind, render
from gongkai.reports.render.pdf import FONTS
from tests.reports.render.documents import yima


def test_six_kinds_of_file_are_drawn() -> None:
    assert EXTENSIONS == ("html", "docx", "pdf", "xlsx", "json", "xml")
    assert set(MEDIA_TYPES) == set(EXTENSIONS)


def test_an_unknown_kind_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(UnknownKind, match=r"不能生成“doc”格式.*html、docx、pdf、xlsx、json、xml"):
        render(yima(), "doc")


@pytest.mark.parametrize("kind", EXTENSIONS)
def test_the_same_report_gives_the_same_bytes(kind: str) -> None:
    assert render(yima(), kind) == render(yima(), kind)
    assert render(replace(yima(), version=2), kind) != render(yima(), kind)


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_office_files_carry_the_date_of_the_report_and_none_of_the_clock(kind: str) -> None:
    with ZipFile(BytesIO(render(yima(), kind))) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = packed.read("docProps/core.xml").decode()
        assert core.count("2021-01-28T00:00:00Z") == 2
        assert "义马市人民政府2020年政府信息公开工作年度报告" in core


@pytest.mark.parametrize("kind", EXTENSIONS)
def test_a_report_with_nothing_in_it_can_still_be_drawn(
    kind: str, document: ReportDocument
) -> None:
    empty = replace(document, cells={}, sections={}, contact="", previous={})
    assert render(empty, kind)


def test_the_vendored_fonts_are_those_of_their_manifest_under_an_open_licence() -> None:
    manifest = json.loads((FONTS / "manifest.json").read_text(encoding="utf-8"))
    listed = {font["file"]: font["sha256"] for font in manifest["fonts"]}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.otf")
    }
    assert found == listed
    licence = (FONTS / manifest["licence_file"]).read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
