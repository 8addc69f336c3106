"""Public pages of 1,000,000 items: a second, a statement, and from approval to every reader.

`serving`: requests a second that one server process answers on 127.0.0.1, of a page kept, a page
drawn anew every time, the same bytes by nginx from disk, and a bare Django view that returns them
(no middleware, no template). Load by wrk, or by threads of our own where there is none.
`pages`: the whole answer drawn, p95, against the fewest statements that fetch what it shows (the row,
its attachments, issuers, trace, interpretations and neighbours; the tree, years, counts and rows of
a list), and how many statements it sends. `visible`: from the commit of a publication to the moment at which
both of two server processes show it. `static`: pages a second of the static copy, whole and after
one publication.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from benchmarks.lists import fill, percentiles, timed

SECONDS = 5
CONNECTIONS = 16
ROUNDS = 5
PATHS = {
    "item": "/info/1/",
    "list": "/columns/c1/",
    "facet": "/columns/c1/2024/page/3/",
    "home": "/",
}
LIVE = "FROM disclosure_discloseditem i WHERE i.live AND i.column_id = 1"
ROWS = (
    "SELECT i.id, i.title, i.document_number, i.published_at, o.name, c.title "
    "FROM disclosure_discloseditem i JOIN organs_organ o ON o.id = i.organ_id "
    "JOIN catalogue_column c ON c.id = i.column_id WHERE i.live AND i.column_id = 1 "
)
COLUMNS = "SELECT id, slug, title, parent_id, kind FROM catalogue_column"
YEARS = (  # each by the index's end: together SQLite would read all
    f"SELECT (SELECT min(i.published_at) {LIVE}), (SELECT max(i.published_at) {LIVE})"
)
MOUNTED = (
    "SELECT count(*) FROM disclosure_discloseditem_mounts m "
    "JOIN disclosure_discloseditem i ON i.id = m.discloseditem_id WHERE i.live AND m.column_id = 1"
)
IN_2024 = "AND i.published_at >= '2024-01-01' AND i.published_at < '2025-01-01' "
BARE = {
    "item": (
        "SELECT i.*, o.name, c.title, s.title, e.title FROM disclosure_discloseditem i "
        "JOIN organs_organ o ON o.id = i.organ_id JOIN catalogue_column c ON c.id = i.column_id "
        "LEFT JOIN disclosure_discloseditem s ON s.id = i.successor_id "
        "LEFT JOIN disclosure_discloseditem e ON e.id = i.interprets_id WHERE i.id = 1",
        "SELECT id, name, stored_id FROM disclosure_attachment WHERE item_id = 1",
        "SELECT organ_id, name FROM disclosure_itemissuer WHERE item_id = 1",
        "SELECT * FROM disclosure_publictrace WHERE item_id = 1 ORDER BY at DESC",
        "SELECT id, title FROM disclosure_discloseditem WHERE interprets_id = 1 AND live",
        f"SELECT i.id, i.title, i.published_at {LIVE} ORDER BY i.published_at DESC, i.id DESC LIMIT 6",
        COLUMNS,
    ),
    "list": (
        COLUMNS,
        YEARS,
        f"SELECT count(*) {LIVE}",
        MOUNTED,
        f"{ROWS} ORDER BY i.published_at DESC, i.id DESC LIMIT 20",
    ),
    "facet": (
        COLUMNS,
        YEARS,
        f"SELECT count(*) {LIVE} {IN_2024}",
        MOUNTED,
        f"{ROWS} {IN_2024} ORDER BY i.published_at DESC, i.id DESC LIMIT 20 OFFSET 40",
    ),
}
VIEW = """
import os, sys
from django.conf import settings
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x", MIDDLEWARE=[])
import django; django.setup()
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
CONTENT = open({file!r}, "rb").read()
urlpatterns = [path("", lambda request: HttpResponse(CONTENT))]
application = get_wsgi_application()
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def await_port(port: int) -> None:
    for _ in range(600):
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


@contextmanager
def serving(target: str, folder: str, **environment: str) -> Iterator[int]:
    """granian with one worker on a free port."""
    port = free_port()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "granian", "--interface", "wsgi", "--port", str(port),
         "--workers", "1", "--blocking-threads", "4", "--log-level", "error", target],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{os.getcwd()}", **environment},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await_port(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def nginx(folder: str) -> Iterator[int]:
    """nginx with one worker that serves the files of a folder."""
    port = free_port()
    configuration = Path(folder) / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; "
        "events {} http { access_log off; sendfile on; keepalive_requests 1000000; "
        f"server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}"
    )
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([binary, "-c", str(configuration)])
    try:
        await_port(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def a_second(port: int, path: str, seconds: float = SECONDS) -> float:
    """Answers a second."""
    if tool := shutil.which("wrk"):
        done = subprocess.run(
            [tool, "-t1", f"-c{CONNECTIONS}", f"-d{int(seconds)}s",
             f"http://127.0.0.1:{port}{path}"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        if "Non-2xx" in done.stdout:
            raise RuntimeError(f"{path}: {done.stdout}")
        found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
        assert found is not None
        return float(found[1])
    return _own_load(port, path, seconds)


def _own_load(port: int, path: str, seconds: float) -> float:
    end, counts = time.perf_counter() + seconds, [0] * 4

    def ask(place: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < end:
            link.request("GET", path)
            answer = link.getresponse()
            answer.read()
            assert answer.status == 200
            counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(counts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def get(port: int, path: str) -> bytes:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.request("GET", path)
    return link.getresponse().read()


def speeds() -> dict[str, dict[str, float]]:
    """Each page kept, drawn anew, by nginx, by a bare view."""
    told: dict[str, dict[str, float]] = {name: {} for name in PATHS}
    application = "gongkai.config.wsgi:application"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "www").mkdir()
        with serving(application, folder) as port:
            for name, path in PATHS.items():
                content = get(port, path)
                (Path(folder) / "www" / f"{name}.html").write_bytes(content)
                told[name]["bytes"] = len(content)
                told[name]["kept"] = a_second(port, path)
        with serving(application, folder, GONGKAI_PAGE_CACHE_MB="0") as port:
            for name, path in PATHS.items():
                get(port, path)
                told[name]["drawn"] = a_second(port, path)
        if shutil.which("nginx") or Path("/usr/sbin/nginx").exists():
            with nginx(folder) as port:
                for name in PATHS:
                    told[name]["nginx"] = a_second(port, f"/{name}.html")
        for name in PATHS:
            file = str(Path(folder) / "www" / f"{name}.html")
            (Path(folder) / f"bare_{name}.py").write_text(VIEW.format(file=file))
            with serving(f"bare_{name}:application", folder) as port:
                told[name]["view"] = a_second(port, "/")
    return told


def bare(statements: tuple[str, ...]) -> Callable[[], None]:
    from django.db import connection

    def run() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    return run


def pages() -> dict[str, dict[str, float]]:
    """The time of the statements that a page sends, and of the fewest that fetch what it shows."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, told = Client(), {}
    for name in BARE:
        path = PATHS[name]
        with CaptureQueriesContext(connection) as sent:
            assert client.get(path).status_code == 200
        number = len(sent)
        spent = Statements(lambda path=path: client.get(path))
        fewest, asked, whole = percentiles(
            timed(bare(BARE[name])), spent.run, timed(lambda path=path: client.get(path))
        )
        told[name] = {"bare": fewest, "asked": asked, "whole": whole, "statements": number}
    return told


class Statements:
    """Adds up how long the statements of a page take."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work, self.taken = work, 0.0

    def __call__(self, execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.taken += time.perf_counter() - start

    def run(self) -> float:
        from django.db import connection

        self.taken = 0.0
        with connection.execute_wrapper(self):
            self.work()
        return 1000 * self.taken


def visible() -> list[float]:
    """Seconds from the commit of a publication until both processes show it."""
    from gongkai.disclosure.models import DisclosedItem

    taken = []
    application = "gongkai.config.wsgi:application"
    path = PATHS["list"]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(application, folder) as one,
        serving(application, folder) as other,
    ):
        for number in range(ROUNDS):
            for port in (one, other):
                get(port, path)
            newest = DisclosedItem.objects.filter(live=True, column_id=1).latest(
                "published_at", "pk"
            )
            title = f"刚刚公开的第{number}号"
            DisclosedItem.objects.filter(pk=newest.pk).update(title=title)
            begun = time.perf_counter()
            waiting = {one, other}
            while waiting:
                waiting = {port for port in waiting if title.encode() not in get(port, path)}
                time.sleep(0.01)
            taken.append(time.perf_counter() - begun)
            time.sleep(0.05 * number)
    return taken


def static() -> dict[str, float]:
    """Pages a second of the copy, by one process: whole, then what one publication asks."""
    from gongkai.disclosure.models import DisclosedItem
    from gongkai.portal.static_site.exporting import Export

    with tempfile.TemporaryDirectory() as folder, Export(Path(folder) / "copy") as export:
        whole = export.run()
        item = DisclosedItem.objects.filter(live=True).latest("published_at", "pk")
        DisclosedItem.objects.filter(pk=item.pk).update(title="改了的标题")
        first = export.run(limit=0)
        rest = export.run()
    assert not whole.failed, whole.failed[:3]
    return {
        "pages": whole.drawn,
        "rate": whole.drawn / whole.seconds,
        "first": first.drawn,
        "first_seconds": first.seconds,
        "rest": rest.drawn,
        "rest_seconds": rest.seconds,
    }


def main(count: int, what: str) -> None:
    # Demo mode serves static files by their plain names; nothing has to be collected first.
    os.environ["GONGKAI_DEMO"] = "1"
    os.environ["GONGKAI_ALLOWED_HOSTS"] = "testserver,127.0.0.1,localhost"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    fill(count)
    settings.PAGE_CACHE_MB = 0
    if what == "static":
        print(json.dumps(static()))
        return
    told = {"pages": pages(), "serving": speeds(), "visible": statistics.median(visible())}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
