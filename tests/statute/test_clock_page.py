"""docs/algorithms/clock.md: its worked example is what the command prints, its tables complete."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from gongkai.foi.management.commands import clock as command
from gongkai.statute.clock import CHANNELS, EVENT_TYPES, ClockState
from tests.statute.calendars import CALENDAR

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "clock.md").read_text("utf-8")


def fenced(language: str) -> str:
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return block


def test_the_worked_example_is_what_the_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "current_calendar", lambda: CALENDAR)
    file = tmp_path / "case.json"
    file.write_text(fenced("json"), "utf-8")
    call_command("clock", str(file))
    assert capsys.readouterr().out.rstrip() == fenced("text").rstrip()
    assert json.loads(fenced("json"))["today"] == "2026-04-28"


def test_every_state_event_and_channel_is_described_under_its_name() -> None:
    for state in ClockState:
        assert f"| `{state}` | {state.label} |" in PAGE
    for kind in EVENT_TYPES.values():
        assert f"`{kind.type}`" in PAGE
        if kind.type != "received":
            assert f"| {kind.label} `{kind.type}` |" in PAGE
    for channel in CHANNELS:
        assert f"`{channel}`" in PAGE
