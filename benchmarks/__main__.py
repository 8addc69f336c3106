"""`make bench`: run the benchmarks and print their tables.

python -m benchmarks            everything, province-sized
python -m benchmarks --small    the same on a hundredth of the rows, to see that it runs
python -m benchmarks build      one of: build, reading, importing, guard
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import table
from benchmarks.province import Size

POSTGRES = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@contextmanager
def empty_database(engine: str) -> Iterator[dict[str, str]]:
    """The environment of a process that works on a new, empty database of this engine."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "gongkai.config.settings",
            "GONGKAI_DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        }
        if engine == "SQLite":
            yield environment
            return
        import psycopg

        server, _, _ = POSTGRES.rpartition("/")
        name = f"gongkai_bench_{os.getpid()}"
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
            try:
                yield {**environment, "DATABASE_URL": f"{server}/{name}"}
            finally:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def engines() -> list[str]:
    """SQLite, and PostgreSQL where one answers."""
    try:
        import psycopg

        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.Error as reason:
        print(f"PostgreSQL is left out: {reason}".strip(), file=sys.stderr)
        return ["SQLite"]
    return ["SQLite", "PostgreSQL"]


def run(module: str, environment: dict[str, str], *arguments: object) -> dict:
    """Run a benchmark in a process of its own (clean memory) and read its line of JSON."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        env=environment,
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def build(size: Size) -> None:
    rows = []
    for engine in engines():
        for part in (size.tenth(), size):
            with empty_database(engine) as environment:
                got = run("build", environment, part.requests, part.decisions, part.bodies)
            rows.append(
                (
                    engine,
                    f"{part.requests:,}",
                    f"{part.decisions:,}",
                    got["reports"],
                    f"{got['plain']:.2f} s",
                    f"{got['built']:.2f} s",
                    f"**{got['built'] / got['plain']:.2f}×**",
                    f"+{got['memory']:.0f} MB",
                )
            )
    table(
        "Building and checking all reports of a year, against one plain GROUP BY",
        ("engine", "requests", "decisions", "reports", "plain", "built", "ratio", "memory"),
        rows,
    )


def reading(size: Size) -> None:
    with empty_database("SQLite") as environment:
        got = run("reading", environment)
    table(
        "Reading published reports back",
        ("file", "size", "reports a second", "against decoding the file alone"),
        [
            (name, f"{one['bytes'] / 1024:.0f} kB", f"{one['rate']:.1f}", f"{one['ratio']:.1f}×")
            for name, one in got.items()
        ],
    )


def importing(size: Size) -> None:
    rows = []
    count = size.decisions // 30
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("importing", environment, count)
        rows += [
            (
                engine,
                name,
                f"{count:,}",
                f"{one['bare']:,.0f}",
                f"{one['import']:,.0f}",
                f"**{one['bare'] / one['import']:.1f}×**",
                f"+{one['memory']:.0f} MB",
            )
            for name, one in got.items()
        ]
    table(
        "Importing decisions, against bare executemany (SQLite) or COPY (PostgreSQL)",
        ("engine", "file", "rows", "bare rows/s", "imported rows/s", "ratio", "memory"),
        rows,
    )


def guard(size: Size) -> None:
    with empty_database("SQLite") as environment:
        got = run("guard", environment, 10 if size.decisions >= 1_000_000 else 0.1)
    text = got["text"]
    table(
        f"The guard on {text['megabytes']:.1f} MB of Chinese text, {text['terms']:,} terms",
        ("what", "MB/s", "against bare matching"),
        [
            ("bare matching", f"{text['bare']:.0f}", "1×"),
            ("the whole scan of text", f"{text['scan']:.0f}", f"**{text['ratio']:.1f}×**"),
            ("the whole scan of HTML", f"{text['html']:.0f}", f"**{text['html_ratio']:.1f}×**"),
        ],
    )
    table(
        "The guard on files: a list of 200 people",
        ("file", "size", "files a second", "against taking the text out alone"),
        [
            (name, f"{one['bytes'] / 1024:.0f} kB", f"{one['rate']:.0f}", f"{one['ratio']:.1f}×")
            for name, one in got["files"].items()
        ],
    )


def lists(size: Size) -> None:
    count = size.decisions // 3
    rows = []
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("lists", environment, count)
        rows += [
            (
                engine,
                one["name"],
                f"{one['bare']:.1f} ms",
                f"{one['list']:.1f} ms",
                f"**{one['list'] / one['bare']:.1f}×**",
                f"{one['page']:.0f} ms",
            )
            for one in got["rows"]
        ]
        rows.append((engine, "frame: an empty list", "", "", "", f"{got['frame']:.0f} ms"))
    table(
        f"Staff lists of {count:,} items, p95 of their statements against the bare SQL",
        ("engine", "list", "bare", "list", "ratio", "whole page"),
        rows,
    )


def catalogue(size: Size) -> None:
    bodies, entries = (300, 2_000) if size.decisions >= 1_000_000 else (30, 200)
    rows = []
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("catalogue", environment, bodies, entries)
        rows.append(
            (
                engine,
                f"{got['duties']:,}",
                f"{got['obligations']:,}",
                got["statements"],
                f"{got['plain']:.2f} s",
                f"{got['coverage']:.2f} s",
                f"**{got['coverage'] / got['plain']:.1f}×**",
                f"{got['single'] * 1000:.0f} ms",
            )
        )
    table(
        f"Coverage of {bodies} bodies with {entries:,} entries each, against plain GROUP BYs",
        ("engine", "duties", "obligations", "statements", "plain", "coverage", "ratio", "one body"),
        rows,
    )


def items(size: Size) -> None:
    count = 10_000 if size.decisions >= 1_000_000 else 200
    rows = []
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("items", environment, count)
        rows += [
            (
                engine,
                name,
                f"{count:,}",
                f"{one['bare']:,.0f}",
                f"{one['import']:,.0f}",
                f"**{one['bare'] / one['import']:.1f}×**",
                f"+{one['memory']:.0f} MB",
            )
            for name, one in got.items()
        ]
    table(
        "Importing items with text, against their rows by executemany (SQLite) or COPY (PostgreSQL)",
        ("engine", "as", "items", "bare items/s", "imported items/s", "ratio", "memory"),
        rows,
    )


def foi(size: Size) -> None:
    rows, filed = [], []
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("foi", environment, size.requests)
        rows += [
            (
                engine,
                one["name"],
                "{:.1f} / {:.1f} ms".format(*one["bare"]),
                "{:.1f} / {:.1f} ms".format(*one["asked"]),
                f"{one['asked'][0] / one['bare'][0]:.1f}×",
                f"**{one['asked'][1] / one['bare'][1]:.1f}×**",
                "{:.0f} / {:.0f} ms".format(*one["page"]),
            )
            for one in got["rows"]
        ]
        filed.append((engine, got["filings"]))
    table(
        f"Disclosure on request with {size.requests:,} requests, p50 / p95 against the bare SQL",
        ("engine", "screen", "bare", "asked", "ratio of p50", "of p95", "whole page"),
        rows,
    )
    table(
        "Filings a second by one process, against the database's own commits that wait for the disk",
        (
            "engine",
            "waits",
            "one row",
            "the same rows",
            "filings",
            "to one row",
            "to the same rows",
            "processor",
        ),
        [
            (
                engine,
                one["durable"],
                f"{one['commits']:,.0f}",
                f"{one['rows']:,.0f} ({one['count']} rows)",
                f"{one['filed']:,.0f}",
                f"**{one['commits'] / one['filed']:.1f}×**",
                f"**{one['rows'] / one['filed']:.1f}×**",
                f"{one['processor']:.1f} ms",
            )
            for engine, one in filed
        ],
    )
    parts = sorted({part for _, one in filed for part in one["shares"]})
    table(
        "Where the time of a filing goes",
        ("engine", *parts),
        [
            (engine, *(f"{one['shares'].get(part, 0):.0%}" for part in parts))
            for engine, one in filed
        ],
    )


def search(size: Size) -> None:
    default = size.decisions // 30 if size.decisions < 1_000_000 else 100_000
    count = int(os.environ.get("BENCH_SEARCH", default))
    rows, other = [], []
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("search", environment, count)
        rows += [
            (
                engine,
                name,
                f"{one['hits']:,.0f}",
                f"{one['bare_p50']:.1f} / {one['bare_p95']:.1f} ms",
                f"{one['search_p50']:.1f} / {one['search_p95']:.1f} ms",
                f"**{one['search_p95'] / one['bare_p95']:.1f}×**",
            )
            for name, one in got["kinds"].items()
        ]
        other.append(
            (
                engine,
                f"{got['rate']:,.0f}",
                f"{got['finish']:,.0f} s",
                f"{got['megabytes']:,.0f} MB",
                f"{got['one']['p50']:.0f} / {got['one']['p95']:.0f} ms",
            )
        )
    table(
        f"Search among {count:,} documents, p50 / p95, against the bare statements beneath",
        ("engine", "question", "hits (median)", "bare", "search", "ratio of p95"),
        rows,
    )
    table(
        f"The index of {count:,} documents: made anew, and one publication",
        ("engine", "rebuilt documents/s", "finishing", "size", "one publication"),
        other,
    )


def pages(size: Size) -> None:
    count = size.decisions // 3
    few = 2_000 if count >= 1_000_000 else 200
    served, asked, rest = [], [], []
    for engine in engines():
        with empty_database(engine) as environment:
            got = run("pages", environment, count, "serving")
        with empty_database(engine) as environment:
            copy = run("pages", environment, few, "static")
        served += [
            (
                engine,
                name,
                f"{one['bytes'] / 1000:.0f} kB",
                f"{one['drawn']:,.0f}",
                f"{one['kept']:,.0f}",
                f"**{one['kept'] / one['drawn']:.0f}×**",
                f"{one['kept'] / one['view']:.2f}×",
                f"{one['kept'] / one['nginx']:.2f}×" if "nginx" in one else "",
            )
            for name, one in got["serving"].items()
        ]
        asked += [
            (
                engine,
                name,
                one["statements"],
                f"{one['bare']:.2f} ms",
                f"{one['asked']:.2f} ms",
                f"**{one['asked'] / one['bare']:.1f}×**",
                f"{one['whole']:.0f} ms",
            )
            for name, one in got["pages"].items()
        ]
        rest.append(
            (
                engine,
                f"{got['visible']:.2f} s",
                f"{copy['pages']:,}",
                f"{copy['rate']:.0f}",
                f"{copy['first']} in {copy['first_seconds']:.2f} s",
                f"{copy['rest']} in {copy['rest_seconds']:.2f} s",
            )
        )
    table(
        f"Public pages of {count:,} items by one process, answers a second",
        (
            "engine",
            "page",
            "size",
            "drawn",
            "kept",
            "ratio",
            "kept to a bare view",
            "kept to nginx",
        ),
        served,
    )
    table(
        f"Public pages of {count:,} items drawn, p95 of their statements against the fewest",
        ("engine", "page", "statements", "fewest", "sent", "ratio", "whole page"),
        asked,
    )
    table(
        "From approval to every reader; the static copy by one process",
        ("engine", "visible everywhere", "pages", "pages/s", "after a change, first", "then"),
        rest,
    )


def relevance(size: Size) -> None:
    from benchmarks.relevance.judging import CLASSES

    with empty_database("SQLite") as environment:
        got = run("relevance", environment)
    rows = []
    for kind, label in {**CLASSES, "all": "**all**"}.items():
        figures = [by_kind[kind] for by_kind in got["ways"].values()]
        cells = [f"{ndcg:.2f} / {mrr:.2f}" for _count, ndcg, mrr, _seconds in figures]
        rows.append((label, figures[0][0], *cells))
    times = [by_kind["all"][3] for by_kind in got["ways"].values()]
    rows.append(("mean time of an answer", "", *(f"{one * 1000:.0f} ms" for one in times)))
    table(
        f"{got['questions']} judged questions over {got['documents']:,} items: NDCG@10 / MRR",
        ("class", "questions", *got["ways"]),
        rows,
    )
    for question in got["unanswered"]:
        print(f"No document of the city answers “{question}”: its judgement is out of date.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names",
        nargs="*",
        choices=[
            "build",
            "reading",
            "importing",
            "guard",
            "lists",
            "foi",
            "catalogue",
            "items",
            "pages",
            "search",
            "relevance",
            [],
        ],
    )
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    size = Size(300, 10_000, 30_000) if options.small else Size()
    for name in options.names or (
        "build",
        "reading",
        "importing",
        "guard",
        "lists",
        "foi",
        "catalogue",
        "items",
        "pages",
        "search",
        "relevance",
    ):
        globals()[name](size)


if __name__ == "__main__":
    main()
