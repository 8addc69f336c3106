"""The command around the sample city, and what must not be possible without it."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from gongkai.demo.city import apportion, load_city
from gongkai.organs.models import Organ


def test_shares_add_up_to_the_whole():
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(apportion(5292, [body.weight["permit"] for body in load_city().bodies])) == 5292
    with pytest.raises(ValueError, match="no weight"):
        apportion(3, [0, 0])


@pytest.mark.django_db
def test_the_demo_is_not_poured_over_a_real_citys_data(settings):
    """Given a database with bodies of its own, then the demo says so and changes nothing."""
    settings.DEMO = True
    Organ.objects.create(
        code="410000", name="某省人民政府", kind="government", level="province", path="/410000/"
    )
    with pytest.raises(CommandError, match="其他机关的数据"):
        call_command("demo", no_serve=True, verbosity=0)
    assert Organ.objects.count() == 1
    assert not get_user_model().objects.filter(username="gongkaiban").exists()


def test_outside_demo_mode_there_is_no_demo(client, settings):
    assert settings.DEMO is False
    with pytest.raises(CommandError, match="GONGKAI_DEMO"):
        call_command("demo", no_serve=True, verbosity=0)


@pytest.mark.django_db
def test_outside_demo_mode_nobody_enters_by_a_button(client):
    assert client.post("/demo/enter/gongkaiban/").status_code == 404
