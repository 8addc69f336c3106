"""Build the sample city, ask it every question in three ways, and say how good the answers were.

    python -m benchmarks.relevance [--here] [--misses] [--ours]

`--here` asks the installation that the environment names instead of a new city; `--misses` names
the questions that we answer badly.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.relevance.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.relevance import judging, ways  # noqa: E402
from gongkai.search import vocabulary  # noqa: E402


def measure(*, misses: bool = False, alone: bool = False) -> dict[str, Any]:
    """The figures of each way by class of question."""
    documents = judging.corpus()
    questions = judging.judged()
    wanted = [judging.grades(question, documents) for question in questions]
    made = {"ours": ways.ours()}
    if not alone:
        made |= {"LIKE": ways.like(), "stock backend": ways.stock()}
    figures: dict[str, dict[str, list[tuple[float, float, float]]]] = {}
    for name, ask in made.items():
        figures[name] = defaultdict(list)
        for question, answer in zip(questions, wanted, strict=True):
            start = time.perf_counter()
            found = ask(question.text)
            taken = time.perf_counter() - start
            row = (judging.ndcg(found, answer), judging.reciprocal(found, answer), taken)
            figures[name][question.kind].append(row)
            figures[name]["all"].append(row)
            if misses and name == "ours" and row[0] < 0.8:
                best = documents[found[0]]["title"] if found else "-"
                told = f"{row[0]:.2f} {question.kind} {question.text} | {len(answer)} | {best}"
                print(told, file=sys.stderr)
    return {
        "documents": len(documents),
        "questions": len(questions),
        "unanswered": [
            question.text
            for question, answer in zip(questions, wanted, strict=True)
            if max(answer.values(), default=0) < 3
        ],
        "ways": {
            name: {
                kind: [len(rows), *(sum(part) / len(rows) for part in zip(*rows, strict=True))]
                for kind, rows in by_kind.items()
            }
            for name, by_kind in figures.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--here", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--ours", action="store_true", help="leave the other two ways out")
    chosen = parser.parse_args()
    call_command("migrate", verbosity=0)
    if not chosen.here:
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        call_command("demo", "--no-serve", stdout=sys.stderr)
        call_command("search", "rebuild", stdout=sys.stderr)
    vocabulary.refresh()
    print(json.dumps(measure(misses=chosen.misses, alone=chosen.ours)))


main()
