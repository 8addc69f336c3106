"""What the start page shows of the sample city, in demo mode only."""

from typing import Any

from gongkai.demo.city import load_city
from gongkai.organs.models import Organ, Role


def demo_logins() -> dict[str, Any]:
    """The people of the demo with the names of their roles and bodies, and the password."""
    city = load_city()
    names = dict(
        Organ.objects.filter(code__in={one.organ for one in city.logins}).values_list(
            "code", "name"
        )
    )
    roles = dict(Role.choices)
    return {
        "password": city.password,
        "people": [
            {
                "username": person.username,
                "name": person.name,
                "role": roles[person.role],
                "organ": names.get(person.organ, person.organ),
                "does": person.does,
            }
            for person in city.logins
        ],
    }
