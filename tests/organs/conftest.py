"""A small county beside another one: what one's people may do must not reach the other."""

from types import SimpleNamespace

import pytest
from django.test import Client

from gongkai.organs.models import User
from tests.factories.organs import make_organ


@pytest.fixture
def county(db) -> SimpleNamespace:
    """Government `top` with department `middle` and its sub-body `low`; `other` next door."""
    top = make_organ("411281", name="义马市人民政府")
    middle = make_organ("411281-003", name="义马市公安局", parent=top)
    low = make_organ("411281-003-01", name="义马市公安局交警大队", parent=middle)
    other = make_organ("411282", name="灵宝市人民政府")
    other_low = make_organ("411282-003", name="灵宝市公安局", parent=other)
    # A code that begins like another's: prefixes of paths must not mistake them.
    lookalike = make_organ("411281-0031", name="义马市财政局", parent=top)
    return SimpleNamespace(
        top=top, middle=middle, low=low, other=other, other_low=other_low, lookalike=lookalike
    )


@pytest.fixture
def as_user(client: Client):
    """`as_user(user)`: the client, logged in."""

    def login(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login
