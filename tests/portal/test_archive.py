"""The yearly archive: read back with another hand, it holds what the site showed."""

from __future__ import annotations

import gzip
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from warcio.archiveiterator import ArchiveIterator

from gongkai.disclosure.models import Attachment
from gongkai.portal.static_site.archiving import INDEX, Damaged, archive, surt, verify
from tests.portal.rich_city import RichCity, stored_file

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "http://localhost:8000"


@pytest.fixture
def city():
    return RichCity()


def records(folder):
    found = []
    for file in sorted(folder.glob("*.warc.gz")):
        with file.open("rb") as stream:
            found += [
                (one.rec_type, one.rec_headers, one.http_headers, one.content_stream().read())
                for one in ArchiveIterator(stream, check_digests="raise")
            ]
    return found


def test_the_archive_holds_the_pages_of_the_year_as_they_are(city, tmp_path):
    """Given items of four years, when one year is archived, then its pages are in it byte for byte."""
    wanted = [item for item in city.items if item.published_at.year == 2021]
    stored = stored_file("附件的内容")
    Attachment.objects.create(item=wanted[0], stored=stored, name="名单.txt", order=0)
    told = archive(tmp_path, 2021)
    assert told.failed == []
    assert told.items == len(wanted) > 3
    found = records(tmp_path)
    answers = {
        head.get_header("WARC-Target-URI").removeprefix(BASE): content
        for kind, head, _http, content in found
        if kind == "response"
    }
    client = Client()
    for item in wanted:
        page = client.get(f"/info/{item.pk}/", headers={"host": "localhost:8000"})
        assert answers[f"/info/{item.pk}/"] == page.content
    others = [item for item in city.items if item not in wanted]
    assert not any(f"/info/{item.pk}/" in answers for item in others)
    assert answers[f"/info/{wanted[0].pk}/files/{stored.pk}/"].decode() == "附件的内容"
    for path in ("/", "/columns/tzgg/", "/organs/411281/", "/static/gongkai/portal.css"):
        assert path in answers, path
    assert not any(path.startswith(("/staff/", "/search/", "/demo/")) for path in answers)


def test_records_say_what_they_are(city, tmp_path):
    archive(tmp_path, 2021)
    found = records(tmp_path)
    assert found[0][0] == "warcinfo"
    assert all(head.protocol == "WARC/1.1" for _kind, head, _http, _content in found)
    answers = {
        head.get_header("WARC-Record-ID"): head for kind, head, *_ in found if kind == "response"
    }
    assert all(head.get_header("WARC-Payload-Digest") for head in answers.values())
    told = [(head, json.loads(text)) for kind, head, _http, text in found if kind == "metadata"]
    item = next(item for item in city.items if item.published_at.year == 2021)
    head, facts = next(one for one in told if one[1].get("索引号") == item.index_number)
    assert facts["题名"] == item.title
    assert facts["责任者"] == item.organ.name
    assert head.get_header("WARC-Concurrent-To") in answers


def test_each_line_of_the_index_leads_to_its_record(city, tmp_path):
    archive(tmp_path, 2021)
    lines = [line for line in (tmp_path / INDEX).read_text().splitlines() if line[0] != "!"]
    assert lines == sorted(lines, key=lambda line: line.split(" ", 2)[:2])
    for line in lines[:10]:
        key, _stamp, facts = line.split(" ", 2)
        facts = json.loads(facts)
        assert key == surt(facts["url"])
        whole = (tmp_path / facts["filename"]).read_bytes()
        at, length = int(facts["offset"]), int(facts["length"])
        assert facts["url"].encode() in gzip.decompress(whole[at : at + length])


def test_a_damaged_archive_is_noticed(city, tmp_path):
    archive(tmp_path, 2021)
    assert verify(tmp_path) > 20
    file = next(tmp_path.glob("*.warc.gz"))
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(bytes(whole))
    with pytest.raises(Damaged):
        verify(tmp_path)


def test_a_missing_record_is_noticed(city, tmp_path):
    archive(tmp_path, 2021)
    index = tmp_path / INDEX
    lines = index.read_text().splitlines()
    index.write_text("\n".join([*lines, lines[-1].replace('"offset": "', '"offset": "9')]) + "\n")
    with pytest.raises(Damaged, match="缺少"):
        verify(tmp_path)


def test_the_command_archives_and_refuses_a_folder_in_use(city, tmp_path):
    out = StringIO()
    call_command("archive-site", 2021, str(tmp_path / "archive"), stdout=out)
    assert "已重新读取核对" in out.getvalue()
    with pytest.raises(CommandError, match="空目录"):
        call_command("archive-site", 2021, str(tmp_path / "archive"))
    out = StringIO()
    call_command("archive-site", 2021, str(tmp_path / "archive"), verify=True, stdout=out)
    assert "核对无误" in out.getvalue()
    with pytest.raises(CommandError, match="不是可以归档的年度"):
        call_command("archive-site", 21, str(tmp_path / "x"))
