"""A small city with published reports."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from gongkai.organs.models import Organ
from tests.factories.organs import make_organ
from tests.portal.factories import publish


@dataclass
class City:
    """A government with two departments."""

    top: Organ
    police: Organ
    justice: Organ


@pytest.fixture
def city(db: None) -> City:
    top = make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")
    return City(
        top,
        make_organ("411281-004", name="义马市公安局", short_name="市公安局", parent=top),
        make_organ("411281-006", name="义马市司法局", short_name="市司法局", parent=top),
    )


@pytest.fixture
def published_city(city: City) -> City:
    """2020 in the old format, 2021 and 2022 in the new one; one department for 2022."""
    publish(city.top, 2020, {"t2.permit.decisions": 5292, "t2.procurement.amount": "37597.005"})
    publish(city.top, 2021, {"t2.permit.decisions": 400, "t3.new.natural": 12})
    publish(
        city.top,
        2022,
        {
            "t2.permit.decisions": 500,
            "t2.fee.amount": "4068.208",
            "t3.new.natural": 31,
            "t3.granted.natural": 20,
        },
    )
    publish(city.police, 2022, {"t3.new.natural": 30})
    return city


@pytest.fixture
def read(client: Client) -> Callable[..., LexborHTMLParser]:
    """Get a page that must be there and parse it."""

    def get(address: str, **query: str) -> LexborHTMLParser:
        response = client.get(address, query or None)
        assert response.status_code == 200
        return LexborHTMLParser(response.content.decode())

    return get
