"""A room of its own for the start page: sources that a test fills."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from gongkai.organs import shell
from gongkai.organs.models import User
from tests.factories.organs import make_organ


@pytest.fixture
def city(db) -> SimpleNamespace:
    """A government, two bureaus below it, and a city next door."""
    top = make_organ("411281", name="义马市人民政府")
    return SimpleNamespace(
        top=top,
        bureau=make_organ("411281-003", name="义马市公安局", short_name="市公安局", parent=top),
        other=make_organ("411281-004", name="义马市民政局", short_name="市民政局", parent=top),
        far=make_organ("411282", name="灵宝市人民政府"),
    )


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`rooms(sources, body_sources)`: these stand in place of what the rooms contribute."""

    def install(sources: Any = (), body_sources: Any = ()) -> None:
        module = SimpleNamespace(sources=tuple(sources), body_sources=tuple(body_sources))
        discover = shell.discover

        def only(name: str) -> list[Any]:
            return [module] if name == "worklist" else discover(name)

        monkeypatch.setattr("gongkai.desk.queries.shell.discover", only)

    return install


@pytest.fixture
def as_user(client: Client) -> Callable[[User], Client]:
    def login(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login
