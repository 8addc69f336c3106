"""Sources of a migration: what may be registered and by whom, and what a preview shows."""
# ruff: noqa: F401, F811 (fixtures of the module beside)

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.disclosure.bulk import migration, sources, worker
from gongkai.disclosure.models import MigrationPage, MigrationRun, MigrationSource
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from tests.disclosure.test_migration import (
    CONSOLE,
    RUN,
    _settings,
    column,
    old_site,
    organ,
    site,
    source,
)
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


def test_the_preview_shows_what_would_be_understood(source, old_site):
    told = sources.preview(CONSOLE, source)
    assert told.fault == ""
    assert [link.title for link in told.links] == ["关于甲的通知", "关于乙的通知"]
    assert told.following == (f"{old_site.address}/list2.html",)
    fields = dict(told.pages[0].fields)
    assert fields["发文字号"] == "示政〔2020〕3号"
    assert told.pages[0].attachments == ["说明.txt"]
    assert "现将有关事项通知如下" in told.pages[0].body
    assert not MigrationPage.objects.exists()


def test_the_preview_says_what_is_wrong(source, site):
    assert "404" in sources.preview(CONSOLE, source).fault
    site.html("/list.html", "<html><body>没有链接</body></html>")
    assert "没有找到信息的链接" in sources.preview(CONSOLE, source).fault


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"lists": []}, "lists", "至少填写一个"),
        ({"lists": ["ftp://www.example.gov.cn/"]}, "lists", "http"),
        ({"lists": ["http://10.0.0.1/"], "hosts": ["10.0.0.1"]}, "lists", "内部网络"),
        ({"lists": ["http://a.gov.cn/{pages}"]}, "lists", "占位"),
        ({"lists": ["http://a.gov.cn/"], "hosts": ["b.gov.cn"]}, "lists", "不在这个来源"),
        ({"hosts": ["http://x/y"]}, "hosts", "主机名"),
        ({"profile": "nothing"}, "profile", "页面类型"),
        ({"mapping": {"x": 1}}, "mapping", "不认识"),
        ({"first_page": 5, "last_page": 2}, "last_page", "起始页码之后"),
        ({"page_size": 0}, "page_size", "1至1000"),
        ({"per_second": 0}, "per_second", ""),
        ({"per_second": 500}, "per_second", ""),
    ],
)
def test_a_source_that_could_not_work_is_refused_at_its_field(organ, column, values, field, words):
    good = {"name": "甲", "column": column, "lists": ["http://www.example.gov.cn/"], "hosts": []}
    with pytest.raises(ValidationError) as caught:
        sources.save_source(CONSOLE, organ, {**good, **values})
    assert words in " ".join(caught.value.message_dict[field])
    assert not MigrationSource.objects.exists()


def test_only_those_with_the_right_bring_a_site_over(source, organ):
    reviewer = Actor.for_user(make_user(Role.REVIEWER, organ))
    officer = Actor.for_user(make_user(Role.INFORMATION_OFFICER, make_organ()))
    for actor in (reviewer, officer):
        for act in (
            lambda actor=actor: migration.start(actor, source),
            lambda actor=actor: sources.preview(actor, source),
            lambda actor=actor: sources.close_source(actor, source),
            lambda actor=actor: sources.save_source(actor, organ, {"name": "乙"}, source=source),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_a_run_whose_person_lost_the_right_stops(source, old_site, organ):
    user = make_user(Role.INFORMATION_OFFICER, organ)
    made = MigrationRun.objects.create(source=source, started_by=user)
    user.memberships.all().delete()
    worker.work(made.pk)
    made.refresh_from_db()
    assert made.state == RUN.FAILED
    assert "权限" in made.message
    assert old_site.asked == []


def test_a_closed_source_runs_no_more(source):
    sources.close_source(CONSOLE, source)
    with pytest.raises(ValidationError, match="停用"):
        migration.start(CONSOLE, source)
    with pytest.raises(ValidationError, match="已经停用"):
        sources.close_source(CONSOLE, source)
