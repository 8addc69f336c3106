"""Whatever changes, in whatever order: a kept page always equals the page drawn anew.

This is the proof that views name what they show and that the triggers name what changed. It walks
over every page that is public, whatever kinds of page there are.
"""

from __future__ import annotations

import pytest
from django.test import Client

from gongkai.portal.delivery import memory
from gongkai.portal.static_site import addresses
from gongkai.portal.static_site.drawing import Draughtsman
from tests.portal.rich_city import RichCity, Walk, everything

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = 8


@pytest.fixture(autouse=True)
def kept(settings, monkeypatch):
    settings.PAGE_CACHE_MB = 64
    monkeypatch.setattr(memory, "POLL", 0.0)


def stale(client: Client, hand: Draughtsman) -> list[str]:
    """The pages that a reader of this process sees otherwise than they are."""
    found = []
    for drawn in everything(hand):
        answer = client.get(drawn.path, headers={"host": hand.environ["HTTP_HOST"]})
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if drawn.path.endswith(".xlsx"):
            continue  # a workbook bears the second it was written in
        if (answer.status_code, content) != (drawn.status, drawn.content) and not drawn.location:
            found.append(drawn.path)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kept_page_is_the_page_as_it_is_now(seed):
    """Given every page kept, when things change at random, then no page is another than it is."""
    walk = Walk(RichCity(), seed)
    client, hand = Client(raise_request_exception=False), Draughtsman(with_app=True)
    assert stale(client, hand) == []
    for _ in range(STEPS):
        done = walk.step()
        assert stale(client, hand) == [], done


def test_the_walk_meets_every_kind_of_page():
    """Every public address either belongs to some page that is drawn here, or asks a server."""
    RichCity()
    met = {drawn.name for drawn in everything(Draughtsman(with_app=True)) if drawn.status == 200}
    missing = addresses.public_names() - met - addresses.SERVER_ONLY
    assert missing <= {
        "leader_picture", "item_file", "item_preview", "emblem", "sitemap_items", "leader", "report_data",
    }, missing  # fmt: skip
