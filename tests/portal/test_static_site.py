"""The static copy: the same bytes, working links, and after a change the same as drawn anew."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from gongkai.disclosure.models import Attachment, DisclosedItem
from gongkai.portal import preferences
from gongkai.portal.delivery import journal
from gongkai.portal.static_site import exporting, nginx
from gongkai.portal.static_site.checking import Checker
from gongkai.portal.static_site.drawing import Draughtsman
from gongkai.portal.static_site.exporting import Export, inside, put
from gongkai.portal.static_site.state import FOLDER, Busy, NotACopy, State
from tests.portal.rich_city import RichCity, Walk, everything, stored_file

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "localhost:8000"


@pytest.fixture
def city():
    return RichCity()


def copied(root: Path, **options) -> exporting.Outcome:
    preferences.forget()
    with Export(root, **options) as export:
        return export.run()


def files(root: Path) -> dict[str, bytes]:
    """Everything that a web server would show. A workbook bears the second it was written in."""
    return {
        path.relative_to(root).as_posix(): b"" if path.suffix == ".xlsx" else path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and FOLDER not in path.parts
    }


# -- everything ------------------------------------------------------------------------------------
def test_the_copy_is_the_live_site_byte_for_byte(city, tmp_path):
    """Given a copy with an app behind it, then every page is what the live site answers."""
    outcome = copied(tmp_path / "copy", with_app=True)
    assert outcome.whole
    assert outcome.failed == []
    found = files(tmp_path / "copy")
    client, seen = Client(), 0
    for drawn in everything(Draughtsman(with_app=True)):
        if drawn.status not in (200, 410):
            continue
        answer = client.get(drawn.path, headers={"host": HOST})
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert found[drawn.file] == content or drawn.file.endswith(".xlsx"), drawn.path
        seen += 1
    assert seen > 100


def test_every_link_of_the_copy_leads_somewhere(city, tmp_path):
    """Given a copy that stands alone, then nothing that it links needs a server."""
    root = tmp_path / "copy"
    copied(root)
    with Export(root) as export:
        moved = frozenset(path for path, _target in export.state.moved())
    checker = Checker(root, with_app=False, host=HOST, moved=moved)
    assert [f"{one.page} → {one.target}" for one in checker.broken()][:20] == []
    (root / "index.html").write_text('<a href="/nowhere/">x</a>')
    assert [one.target for one in checker.broken()] == ["/nowhere/"], "the check can fail"


def test_the_copy_holds_what_machines_and_readers_need(city, tmp_path):
    copied(tmp_path / "copy")
    found = files(tmp_path / "copy")
    found |= {path: b"there" for path in found if path.endswith(".xlsx")}
    for name in ("index.html", "404.html", "503.html", "robots.txt", "sitemap.xml", "feed.xml",
                 "reports/411281/2019/annual-report.xlsx", "reports/data.csv"):  # fmt: skip
        assert found[name], name
    assert any(name.startswith("static/") and name.endswith(".css") for name in found)
    assert not any(name.startswith(("staff/", "search/", "demo/")) for name in found)


def test_a_copy_alone_offers_no_search_and_one_with_an_app_does(city, tmp_path):
    copied(tmp_path / "alone")
    copied(tmp_path / "with", with_app=True)
    form = b'role="search"'
    assert form not in (tmp_path / "alone/index.html").read_bytes()
    assert form in (tmp_path / "with/index.html").read_bytes()


def test_a_file_keeps_its_bytes_and_a_withdrawn_item_its_notice(city, tmp_path):
    item, gone = city.items[0], city.items[1]
    stored = stored_file("附件的内容")
    Attachment.objects.create(item=item, stored=stored, name="名单.txt", order=0)
    DisclosedItem.objects.filter(pk=gone.pk).update(
        live=False, status="withdrawn", withdrawn_at=timezone.now(), withdraw_reason="内容有误"
    )
    copied(tmp_path / "copy")
    found = files(tmp_path / "copy")
    assert found[f"info/{item.pk}/files/{stored.pk}/index.txt"].decode() == "附件的内容"
    assert "不再公开" in found[f"info/{gone.pk}/gone.html"].decode()
    assert f"info/{gone.pk}/index.html" not in found


# -- what changed ----------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", [11, 12])
def test_a_renewed_copy_equals_one_made_anew(city, tmp_path, seed):
    """Given a copy, when things change at random, then renewing it gives what a new one would be."""
    walk, root = Walk(city, seed), tmp_path / "copy"
    copied(root)
    done = []
    for _ in range(4):
        done += [walk.step() for _ in range(2)]
        copied(root)
    copied(tmp_path / "anew")
    renewed, anew = files(root), files(tmp_path / "anew")
    assert set(renewed) == set(anew), done
    pages = [name for name in anew if not name.startswith("static/")]
    assert [name for name in pages if renewed[name] != anew[name]] == [], done


def test_only_what_shows_the_change_is_drawn_again(city, tmp_path):
    root = tmp_path / "copy"
    total = copied(root).drawn
    assert copied(root).drawn == 0, "nothing changed"
    DisclosedItem.objects.filter(pk=city.items[0].pk).update(keywords=["别的关键词"])
    outcome = copied(root)
    assert not outcome.whole
    assert 0 < outcome.drawn < total / 2
    assert outcome.written < outcome.drawn, "what reads as before is not written again"


def test_what_is_withdrawn_leaves_the_copy_with_its_files(city, tmp_path):
    """Given an item with a file in the copy, when it is withdrawn, then neither is left."""
    from gongkai.disclosure.models import Attachment

    item, root = city.items[0], tmp_path / "copy"
    stored = stored_file("不该公开的名单")
    Attachment.objects.create(item=item, stored=stored, name="名单.txt", order=0)
    copied(root)
    assert (root / f"info/{item.pk}/files/{stored.pk}/index.txt").exists()
    DisclosedItem.objects.filter(pk=item.pk).update(
        live=False, status="withdrawn", withdrawn_at=timezone.now(), withdraw_reason="有误"
    )
    outcome = copied(root)
    assert outcome.removed >= 2
    assert not any("不该公开的名单".encode() in content for content in files(root).values())
    assert item.title.encode() not in (root / f"info/{item.pk}/gone.html").read_bytes()


def test_a_new_item_is_in_the_copy_within_two_seconds(city, tmp_path):
    """The time of a run after one publication, apart from the half second between two looks."""
    root = tmp_path / "copy"
    copied(root)
    with Export(root) as export:
        item = city.new_item(__import__("random").Random(1))
        begun = time.process_time()
        export.run(limit=0)
        assert time.process_time() - begun < 2
    assert item.title.encode() in (root / f"info/{item.pk}/index.html").read_bytes()


def test_an_interrupted_run_goes_on_where_it_stopped(city, tmp_path, monkeypatch):
    root = tmp_path / "copy"
    monkeypatch.setattr(exporting, "PORTION", 10)
    drawn = []

    def break_off(done, known):
        drawn.append(done)
        if done >= 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Export(root, progress=break_off) as export:
        export.run()
    DisclosedItem.objects.filter(pk=city.items[0].pk).update(title="其间改了的标题")
    rest = copied(root)
    assert rest.whole
    assert copied(root).drawn >= 0
    copied(tmp_path / "anew")
    assert files(root) == files(tmp_path / "anew")
    assert rest.drawn <= len(files(root))


def test_a_broken_page_keeps_its_old_file_and_is_told(city, tmp_path, monkeypatch):
    root = tmp_path / "copy"
    copied(root)
    before = (root / "organs/index.html").read_bytes()
    original = Draughtsman.draw

    def draw(self, path):
        if path == "/organs/":
            raise RuntimeError("断了")
        return original(self, path)

    monkeypatch.setattr(Draughtsman, "draw", draw)
    with Export(root) as export:
        outcome = export.run(anew=True)
    assert [path for path, _problem in outcome.failed] == ["/organs/"]
    assert (root / "organs/index.html").read_bytes() == before
    monkeypatch.undo()
    monkeypatch.setattr(exporting, "RETRY", -1.0)
    again = copied(root)
    assert again.failed == []
    assert again.tried == {"/organs/"}
    assert copied(root).tried == set()


def test_too_old_a_copy_is_made_anew(city, tmp_path):
    root = tmp_path / "copy"
    copied(root)
    with Export(root) as export:
        export.state.note(read_at=(timezone.now() - journal.KEPT).isoformat())
    assert copied(root).whole


def test_at_midnight_what_depends_on_the_day_is_drawn_again(city, tmp_path):
    root, item = tmp_path / "copy", city.items[0]
    DisclosedItem.objects.filter(pk=item.pk).update(repealed_on=timezone.localdate())
    copied(root)
    with Export(root) as export:
        export.state.note(day=timezone.localdate() - timezone.timedelta(days=1))
        outcome = export.run()
        drawn = {name for (name,) in export.state.base.execute("SELECT DISTINCT name FROM page")}
    assert not outcome.whole
    assert outcome.drawn > 10
    assert "item" in drawn


# -- safety ----------------------------------------------------------------------------------------
def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotACopy):
        State(tmp_path)
    with pytest.raises(CommandError, match="不是导出的副本"):
        call_command("export-site", str(tmp_path), workers=1)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_two_runs_do_not_work_on_one_copy(tmp_path):
    first = State(tmp_path / "copy")
    with pytest.raises(Busy):
        State(tmp_path / "copy")
    first.close()
    State(tmp_path / "copy").close()


@pytest.mark.parametrize("file", ["../x", "a/../../x", "/etc/x"])
def test_no_address_leads_out_of_the_folder(tmp_path, file):
    with pytest.raises(ValueError, match="越出"):
        inside(tmp_path, file)
    (tmp_path / FOLDER).mkdir()
    with pytest.raises(ValueError, match="越出"):
        put(tmp_path, file, b"")


# -- the command -----------------------------------------------------------------------------------
def test_a_base_address_that_the_site_does_not_answer_to_is_named(tmp_path, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://gk.example.gov.cn"
    with pytest.raises(CommandError, match=r"gk\.example\.gov\.cn 不在"):
        call_command("export-site", str(tmp_path / "copy"), workers=1)


def test_the_command_tells_what_it_did(city, tmp_path):
    out = StringIO()
    call_command(
        "export-site", str(tmp_path / "copy"), workers=1, as_json=True, check=True, stdout=out
    )
    told = json.loads(out.getvalue())
    assert told["whole"] is True
    assert told["failed"] == []
    assert told["broken"] == []
    assert told["pages"] > 100
    out = StringIO()
    call_command("export-site", str(tmp_path / "copy"), workers=1, stdout=out)
    assert "更新：绘制 0 页" in out.getvalue()


# -- nginx -----------------------------------------------------------------------------------------
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "")


@contextmanager
def behind_nginx(tmp_path: Path, root: Path, **options):
    """A real nginx on a free port before the copy; yields what fetches an address from it."""
    if not NGINX:
        pytest.skip("nginx is not installed")
    tmp_path.chmod(0o755)
    for above in tmp_path.parents:
        if above.owner() != "root" or above == Path("/tmp"):
            break
        above.chmod(above.stat().st_mode | 0o055)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    whole = tmp_path / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    whole.write_text(
        f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ "
        f"include /etc/nginx/mime.types; access_log off; "
        f"{nginx.configuration(root, listen=f'127.0.0.1:{port}', **options)} }}"
    )
    process = subprocess.Popen([NGINX, "-c", str(whole)])
    for _ in range(100):
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)

    def get(path: str, **headers: str):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", headers={"Host": "localhost", **headers}
        )
        opener = urllib.request.build_opener(_Stay)
        try:
            return opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            return error

    try:
        yield get
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture
def served(city, tmp_path):
    """The copy alone behind nginx."""
    root = tmp_path / "copy"
    Attachment.objects.create(
        item=city.items[0], stored=stored_file("附件的内容"), name='名单 "$终稿".txt', order=0
    )
    DisclosedItem.objects.filter(pk=city.items[1].pk).update(
        live=False, status="withdrawn", withdrawn_at=timezone.now(), withdraw_reason="内容有误"
    )
    copied(root)
    with behind_nginx(tmp_path, root, with_app=False) as get:
        yield root, city, get


class _App(BaseHTTPRequestHandler):
    """Stands for the application: says what it was asked, and that no cache may keep it."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Cache-Control", "private, no-store")
        self.end_headers()
        self.wfile.write(f"app {self.path}".encode())

    def log_message(self, *_args):
        pass


def test_before_the_app_nginx_shows_files_and_leaves_the_apps_answers_as_they_are(tmp_path):
    """Given a copy with an app behind it, then questions, readers with a choice and what is not there
    go to the app, and none of the headers for files come to its answers."""
    root = tmp_path / "copy"
    (root / FOLDER).mkdir(parents=True)
    put(root, "index.html", b"file")
    with ThreadingHTTPServer(("127.0.0.1", 0), _App) as app:
        Thread(target=app.serve_forever, daemon=True).start()
        upstream = f"http://127.0.0.1:{app.server_port}"
        with behind_nginx(tmp_path, root, with_app=True, upstream=upstream) as get:
            page = get("/")
            assert (page.read(), page.headers["Cache-Control"]) == (b"file", "public, no-cache")
            for path, headers in (
                ("/?q=a", {}), ("/search/", {}), ("/staff/login/", {}), ("/not/yet/copied/", {}),
                ("/", {"Cookie": "display=elder"}), ("/", {"Cookie": "a=b; sessionid=x"}),
            ):  # fmt: skip
                answer = get(path, **headers)
                assert answer.read().decode() == f"app {path}"
                assert answer.headers.get_all("Cache-Control") == ["private, no-store"], path
                assert "Content-Security-Policy" not in answer.headers
                assert "Content-Disposition" not in answer.headers
        app.shutdown()


def _named(city: RichCity) -> list[str]:
    """Addresses of files that are saved by another name than that of the address."""
    item = city.items[0]
    kept = item.attachments.get().stored_id
    return [f"/info/{item.pk}/files/{kept}/", "/reports/411281/2019/annual-report.docx"]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_options):
        return None


def test_nginx_shows_the_copy(served):
    root, city, get = served
    page = get("/")
    assert page.status == 200
    assert page.read() == (root / "index.html").read_bytes()
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert get("/feed.xml").headers["Content-Type"].startswith("application/atom+xml")
    missing = get("/nothing/here/")
    assert (missing.status, missing.read()) == (404, (root / "404.html").read_bytes())
    gone = get(f"/info/{city.items[1].pk}/")
    assert gone.status == 410
    assert "不再公开" in gone.read().decode()
    assert get(f"/{FOLDER}/state.sqlite3").status == 404
    for path in _named(city):
        shown, live = get(path), Client().get(path)
        assert shown.status == 200
        assert shown.headers["Content-Disposition"] == live["Content-Disposition"], path
        assert shown.headers["Content-Disposition"].startswith("attachment")
    assert "Content-Disposition" not in get("/").headers
    assert get("/503.html").status == 404
    for path in ("/columns/tzgg/", f"/info/{city.items[0].pk}/", "/reports/411281/2019/"):
        assert get(path).status == 200, path
