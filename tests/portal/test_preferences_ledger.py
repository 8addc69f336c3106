"""The facts of the site are set all at once, its telephone among them, and the ledger takes them."""

import pytest

from gongkai.demo.city import packaged
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.portal.services.preferences import save_preferences

pytestmark = pytest.mark.django_db


def test_all_facts_of_the_sample_citys_site_can_be_saved_at_once():
    facts = packaged("site.toml")["preferences"]
    row = save_preferences(Actor.command("test"), **facts)
    assert row.contact == facts["contact"]
    changes = LedgerEntry.objects.get(action="portal.preferences").changes
    assert changes["site_telephone"] == ["", facts["contact"]]
    assert "contact" not in changes
