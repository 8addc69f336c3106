"""The scenario files: cases that a lawyer can read, check and add to.

A file is a list of scenarios with `kind`, `name`, `law`, `given` and `expect`. How a kind is
read stands with its handler; a new kind is a new entry in a table of handlers.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.statute import clock_scenarios, scenario_kinds


class _Loader(yaml.SafeLoader):
    """YAML in which only true and false are truths: `on` is the day of an event."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if pair[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))

HANDLERS = scenario_kinds.HANDLERS | clock_scenarios.HANDLERS
SCENARIOS = [
    (path.stem, scenario)
    for path in sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
    for scenario in yaml.load(path.read_text("utf-8"), _Loader)
]


@pytest.mark.parametrize(
    "scenario",
    [scenario for _, scenario in SCENARIOS],
    ids=[f"{file}-{scenario['name']}" for file, scenario in SCENARIOS],
)
def test_the_law_says(scenario: dict[str, Any]) -> None:
    assert scenario.keys() == {"kind", "name", "law", "given", "expect"}
    assert scenario["law"], "a scenario names its article"
    assert scenario["expect"], "a scenario must expect something"
    HANDLERS[scenario["kind"]](scenario["given"], scenario["expect"])


def test_every_scenario_has_its_own_name() -> None:
    names = Counter((file, scenario["name"]) for file, scenario in SCENARIOS)
    assert [name for name, times in names.items() if times > 1] == []


def test_the_clock_alone_has_a_hundred_scenarios() -> None:
    kinds = Counter(scenario["kind"] for _, scenario in SCENARIOS)
    assert sum(kinds[kind] for kind in clock_scenarios.HANDLERS) >= 100
    assert kinds.total() >= 120
