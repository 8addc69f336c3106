"""The English catalogue is complete, compiled, and keeps what is filled in at run time."""

import gettext
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils.translation import template

import gongkai.portal

ROOM = Path(gongkai.portal.__file__).parent
CATALOGUE = ROOM / "locale" / "en" / "LC_MESSAGES" / "django.mo"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def english() -> dict[str, list[str]]:
    """Chinese → its English forms, read from the compiled file."""
    with CATALOGUE.open("rb") as file:
        raw = gettext.GNUTranslations(file)._catalog
    found: dict[str, list[str]] = {}
    for key, text in raw.items():
        found.setdefault(key[0] if isinstance(key, tuple) else key, []).append(text)
    found.pop("", None)
    return found


def sources() -> str:
    """All code of the room as the extractor sees it: templates turned into gettext calls."""
    code = [path.read_text(encoding="utf-8") for path in sorted(ROOM.rglob("*.py"))]
    for path in sorted((ROOM / "templates").rglob("*.html")):
        code.append(template.templatize(path.read_text(encoding="utf-8"), origin=str(path)))
    return "\n".join(code)


def test_every_chinese_string_has_its_english(english, tmp_path):
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext is not installed")
    (tmp_path / "sources.py").write_text(sources(), encoding="utf-8")
    subprocess.run(
        [
            "xgettext", "--language=Python", "--from-code=UTF-8", "--no-wrap", "--no-location",
            "--keyword=gettext_lazy", "--keyword=_", "--keyword=gettext",
            "--keyword=ngettext:1,2", "-o", "all.po", "sources.py",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )  # fmt: skip
    lines = (tmp_path / "all.po").read_text(encoding="utf-8").splitlines()
    asked = {
        line.removeprefix('msgid "').removesuffix('"').replace('\\"', '"')
        for line in lines
        if line.startswith('msgid "') and line != 'msgid ""'
    }
    assert len(asked) > 100
    assert asked - english.keys() == set()


def test_nothing_is_left_in_chinese(english):
    # 件, 项, 个 and 万元 are explained beside the values that the data files keep in Chinese.
    kept = {"单位：件、项、个或者万元"}
    chinese = re.compile(r"[\u4e00-\u9fff]")
    left = {source for source, forms in english.items() if any(map(chinese.search, forms))}
    assert left == kept


def test_every_value_filled_in_appears_in_both_languages(english):
    odd = {
        source
        for source, forms in english.items()
        for form in forms
        if set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(form))
    }
    assert odd == set()


def test_the_compiled_file_is_that_of_the_text_file(tmp_path):
    if shutil.which("msgfmt") is None:
        pytest.skip("msgfmt is not installed")
    compiled = tmp_path / "django.mo"
    subprocess.run(
        ["msgfmt", "-o", str(compiled), str(CATALOGUE.with_suffix(".po"))],
        check=True,
        capture_output=True,
    )
    with compiled.open("rb") as fresh, CATALOGUE.open("rb") as kept:
        assert gettext.GNUTranslations(fresh)._catalog == gettext.GNUTranslations(kept)._catalog
