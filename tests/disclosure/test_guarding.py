"""The guard in the way of an item: nothing with a person's number goes out by oversight."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from PIL import Image

from gongkai.disclosure import guarding, queries, services
from gongkai.disclosure.models import DisclosedItem, GuardOverride, GuardRun, Status, Step
from gongkai.guard.lexicon import Lexicon, Term, packaged_terms
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office
from tests.factories.organs import add_role
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db

NUMBER = identity_number()
MOBILE = "13800138000"


@pytest.fixture
def office() -> Office:
    return Office()


def everything_stored() -> str:
    """All that the databases keeps of checks, overrides and acts."""
    runs = [f"{run.findings}{run.unread}" for run in GuardRun.objects.all()]
    lets = [f"{each.masked}{each.reason}" for each in GuardOverride.objects.all()]
    acts = [f"{entry.changes}{entry.object_label}" for entry in LedgerEntry.objects.all()]
    return "".join(runs + lets + acts)


@pytest.mark.parametrize(
    "values",
    [
        {"title": f"关于{NUMBER}的公示"},
        {"summary": f"证号{NUMBER}"},
        {"body": f"<p>证号<b>{NUMBER[:6]}</b>{NUMBER[6:]}</p>"},
        {"keywords": [NUMBER]},
        {"audience": NUMBER},
        {"source": NUMBER},
        {"document_number": NUMBER},
        {"issuers": [f"某单位{NUMBER}"]},
    ],
)
def test_a_persons_number_anywhere_in_the_version_stops_it(
    office: Office, values: dict[str, object]
) -> None:
    item = office.draft(**values)
    with pytest.raises(services.GuardBlocked, match="不能送审") as caught:
        services.submit(office.actor(), item)
    assert NUMBER not in str(caught.value)
    item.refresh_from_db()
    assert (item.status, item.blocking > 0) == (Status.DRAFT, True)
    assert NUMBER not in everything_stored()


def test_a_number_inside_an_attachment_stops_it_and_the_file_is_named(office: Office) -> None:
    stored = office.file(f"姓名,证号\n张某,{NUMBER}\n", "名单.csv")
    item = office.draft(attachments=[(stored, "名单.csv")])
    with pytest.raises(ValidationError, match="《名单"):
        services.submit(office.actor(), item)


def test_a_number_in_the_name_of_a_file_stops_it(office: Office) -> None:
    item = office.draft(attachments=[(office.file(), f"{NUMBER}.txt")])
    with pytest.raises(ValidationError, match="附件名"):
        services.submit(office.actor(), item)


def test_a_file_that_nobody_could_read_is_reported(office: Office) -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    picture.seek(0)
    stored = services.store_file(office.actor(), office.organ, picture, "图.png")
    assert stored.text_state == "no_text"
    run = services.check_item(office.actor(), office.draft(attachments=[(stored, "图.png")]))
    assert [(each["name"], each["state"]) for each in run.unread] == [("图.png", "no_text")]


def test_a_file_lost_from_the_store_stops_it_in_words(office: Office) -> None:
    stored = office.file()
    item = office.draft(attachments=[(stored, "通知.txt")])
    stored.file.storage.delete(stored.file.name)
    with pytest.raises(services.GuardBlocked, match="在存储中找不到"):
        services.submit(office.actor(), item)


def test_the_same_content_is_looked_through_once(office: Office) -> None:
    item = office.draft()
    first = services.check_item(office.actor(), item)
    office.publish(item)
    assert list(GuardRun.objects.all()) == [first]


def test_new_words_are_looked_for_before_the_next_step(office: Office, monkeypatch) -> None:
    """The lists changed after the submission: the approval sees it."""
    item = office.submit(body="<p>由某某同志签发。</p>")
    changed = Lexicon([*packaged_terms(), Term(kind="forbidden", word="某某同志")])
    monkeypatch.setattr(guarding, "current_lexicon", lambda organ=None: changed)
    with pytest.raises(ValidationError, match="不能通过审核"):
        office.decide(item)
    assert GuardRun.objects.count() == 2
    assert office.decide(item, "returned", opinion="请改。").status == Status.RETURNED


def test_officials_are_judged_as_of_the_day_of_the_document(office: Office, monkeypatch) -> None:
    term = Term(kind="removed_official", word="钱某某", valid_from=date(2021, 1, 1), alone=True)
    monkeypatch.setattr(guarding, "current_lexicon", lambda organ=None: Lexicon([term]))
    old = office.draft(body="<p>钱某某出席会议。</p>", formed_on=date(2020, 12, 31))
    new = office.draft(body="<p>钱某某出席会议。</p>", formed_on=date(2021, 1, 1))
    assert services.check_item(office.actor(), old).findings == []
    assert services.check_item(office.actor(), new).findings != []


# -- letting through -----------------------------------------------------------------------------


def blocked(office: Office) -> tuple[DisclosedItem, str]:
    item = office.draft(body=f"<p>联系电话{MOBILE}</p>")
    run = services.check_item(office.actor(), item)
    return item, run.findings[0]["key"]


def test_a_named_person_lets_a_finding_through_with_a_reason(office: Office) -> None:
    item, key = blocked(office)
    actor = office.actor(Step.SECRECY)
    services.override_finding(actor, item, key, "单位对外公布的值班电话")
    item.refresh_from_db()
    assert item.blocking == 0
    assert office.publish(item).status == Status.PUBLISHED
    entry = LedgerEntry.objects.get(action="disclosure.guard.override")
    assert entry.changes["masked"] == "138****8000"
    assert entry.changes["reason"] == "单位对外公布的值班电话"
    assert MOBILE not in everything_stored()
    assert queries.overrides(item)[key].overridden_by == office.people[Step.SECRECY]


def test_it_holds_for_that_value_in_later_versions_and_for_no_other(office: Office) -> None:
    item, key = blocked(office)
    services.override_finding(office.actor(Step.SECRECY), item, key, "值班电话")
    services.update_item(
        office.actor(), item, {"body": f"<p>另起一段。</p><p>联系电话{MOBILE}</p>"}
    )
    assert services.submit(office.actor(), item).step == Step.REVIEW
    services.recall(office.actor(), item)
    services.update_item(office.actor(), item, {"body": "<p>联系电话13900139000</p>"})
    with pytest.raises(ValidationError, match="严重问题"):
        services.submit(office.actor(), item)


def test_a_reason_is_needed_and_holds_no_number_itself(office: Office) -> None:
    item, key = blocked(office)
    actor = office.actor(Step.SECRECY)
    with pytest.raises(ValidationError, match="放行理由"):
        services.override_finding(actor, item, key, "  ")
    with pytest.raises(ValidationError, match="含有手机号码"):
        services.override_finding(actor, item, key, f"{MOBILE}是值班电话")


def test_the_writer_lets_nothing_of_his_own_through(office: Office) -> None:
    item, key = blocked(office)
    add_role(office.officer, "approving_leader", office.organ)
    with pytest.raises(PermissionDenied, match="起草人不能放行"):
        services.override_finding(office.actor(), item, key, "没关系")


def test_only_whom_the_policy_allows_lets_through(office: Office) -> None:
    item, key = blocked(office)
    for actor in (office.actor(), office.actor(Step.REVIEW), Office().actor(Step.SECRECY)):
        with pytest.raises(PermissionDenied, match="放行严重审查问题"):
            services.override_finding(actor, item, key, "没关系")


def test_what_is_not_there_or_not_serious_is_not_let_through(office: Office, monkeypatch) -> None:
    item, key = blocked(office)
    actor = office.actor(Step.SECRECY)
    with pytest.raises(ValidationError, match="没有这一问题"):
        services.override_finding(actor, item, "0" * 64, "没关系")
    services.override_finding(actor, item, key, "值班电话")
    with pytest.raises(ValidationError, match="已经放行"):
        services.override_finding(actor, item, key, "值班电话")
    lexicon = Lexicon([Term(kind="wrong_word", word="布署", suggestion="部署")])
    monkeypatch.setattr(guarding, "current_lexicon", lambda organ=None: lexicon)
    services.update_item(office.actor(), item, {"body": "<p>布署工作</p>"})
    (finding,) = services.check_item(office.actor(), item).findings
    with pytest.raises(ValidationError, match="无需放行"):
        services.override_finding(actor, item, finding["key"], "没关系")
    assert services.submit(office.actor(), item).step == Step.REVIEW


# -- masking ---------------------------------------------------------------------------------


def test_one_click_masks_the_texts_and_names_the_files(office: Office) -> None:
    stored = office.file(f"姓名,证号\n张某,{NUMBER}\n", "名单.csv")
    item = office.draft(
        title=f"公示{NUMBER}",
        body=f"<p>电话<b>138</b>00138000，证号{NUMBER}</p>",
        keywords=[MOBILE, "公示"],
        attachments=[(stored, "名单.csv")],
    )
    done = services.mask_item(office.actor(), item)
    assert done.replaced == 4
    assert done.attachments == ("名单.csv",)
    assert "附件不能自动脱敏" in done.message
    assert "《名单.csv》" in done.message
    item.refresh_from_db()
    assert MOBILE not in f"{item.title}{item.body}{item.keywords}"
    assert NUMBER not in f"{item.title}{item.body}{item.keywords}"
    assert item.body.startswith("<p>电话<b>138</b>****8000")
    assert "公示" in item.keywords
    services.update_item(office.actor(), item, {}, attachments=[])
    assert services.submit(office.actor(), item).step == Step.REVIEW


def test_masking_where_there_is_nothing_makes_no_version(office: Office) -> None:
    item = office.draft()
    done = services.mask_item(office.actor(), item)
    assert "没有需要脱敏" in done.message
    assert len(queries.versions(item)) == 1


def test_what_is_under_review_is_not_masked_behind_the_reviewers_back(office: Office) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="已锁定"):
        services.mask_item(office.actor(), item)
