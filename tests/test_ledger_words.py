"""Whoever reads the ledger reads words: every act that the code records has a name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import gongkai
from gongkai.organs import shell

ACT = re.compile(r"[a-z]+(\.[a-z_]+)+")
WRITERS = {"record", "_step", "_move"}


def recorded_acts() -> set[str]:
    """Acts written as a literal where something is recorded."""
    acts = set()
    for path in Path(gongkai.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in WRITERS:
                texts = (a.value for a in node.args if isinstance(a, ast.Constant))
                acts |= {text for text in texts if isinstance(text, str) and ACT.fullmatch(text)}
    return acts


def test_every_recorded_act_is_named_in_words() -> None:
    acts = recorded_acts()
    assert {"reports.create", "reports.return", "calendar.accept", "organs.create"} <= acts
    assert {act for act in acts if shell.act_label(act) == act} == set()
