"""The chain of a body: its own steps, what must be ticked, what it may not leave out."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import (
    ReviewDecision,
    Status,
)
from gongkai.ledger.actor import Actor
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


# -- chains ---------------------------------------------------------------------------------------

THREE = (
    services.ChainStep("review", "初审", ("文字关",)),
    services.ChainStep("review", "复审"),
    services.ChainStep("secrecy"),
    services.ChainStep("approval", "终审", ("政治关", "文字关")),
)


def configurer(office: Office) -> Actor:
    return Actor.for_user(make_user("responsible_person", office.organ))


def test_a_body_configures_its_own_steps(office: Office) -> None:
    services.configure_chain(configurer(office), office.organ, THREE)
    second = make_user("reviewer", office.organ)
    item = office.submit()
    assert [state.step.name for state in queries.progress(item)] == [
        "初审",
        "复审",
        "保密审查",
        "终审",
    ]
    item = office.decide(item)
    assert [state.is_current for state in queries.progress(item)] == [False, True, False, False]
    with pytest.raises(PermissionDenied, match="您已在本轮办理“初审”"):
        office.decide(item)
    item = services.decide(Actor.for_user(second), item, decision="approved")
    item = office.approve(item)
    assert item.status == Status.PUBLISHED


def test_a_step_is_passed_only_with_its_proofreading_ticked(office: Office) -> None:
    """三审三校: who passes the step has looked at each aspect."""
    services.configure_chain(configurer(office), office.organ, THREE)
    item = office.submit()
    with pytest.raises(ValidationError, match="还没有勾选：文字关"):
        office.decide(item, proofread=())
    with pytest.raises(ValidationError, match="没有“美观关”"):
        office.decide(item, proofread=("文字关", "美观关"))
    office.decide(item, proofread=("文字关",))
    assert ReviewDecision.objects.get().proofread == ["文字关"]


def test_bodies_below_use_the_chain_above(office: Office) -> None:
    below = Office(make_organ(parent=office.organ))
    services.configure_chain(configurer(office), office.organ, THREE)
    assert next(s.step.name for s in queries.progress(below.draft())) == "初审"
    services.configure_chain(
        configurer(below), below.organ, [{"step": s} for s in ("review", "secrecy", "approval")]
    )
    assert len(queries.progress(below.draft())) == 3
    services.drop_chain(configurer(below), below.organ)
    assert len(queries.progress(below.draft())) == 4
    with pytest.raises(ValidationError, match="没有单独配置"):
        services.drop_chain(configurer(below), below.organ)


def test_what_is_under_way_finishes_on_its_own_chain(office: Office) -> None:
    item = office.decide(office.submit())
    services.configure_chain(configurer(office), office.organ, THREE)
    assert len(queries.progress(item)) == 3
    assert office.approve(item).status == Status.PUBLISHED
    assert len(queries.progress(office.submit())) == 4


def test_configuring_the_same_chain_again_changes_nothing(office: Office) -> None:
    chain = services.configure_chain(configurer(office), office.organ, THREE)
    again = services.configure_chain(configurer(office), office.organ, THREE)
    assert again.workflow_id == chain.workflow_id


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        ([], "一至3次"),
        (["secrecy", "approval"], "一至3次"),
        (["review"] * 4 + ["secrecy", "approval"], "一至3次"),
        (["review", "approval"], "保密审查"),
        (["review", "secrecy"], "审批发布"),
        (["review", "approval", "secrecy"], "在最后"),
        (["review", "secrecy", "approval", "approval"], "只有一次"),
        (["review", "secrecy", "publish", "approval"], "没有“publish”"),
        (["review", "review", "secrecy", "approval"], "名称不能相同"),
    ],
)
def test_a_chain_without_secrecy_review_or_approval_is_refused(
    office: Office, steps: list[str], word: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        services.configure_chain(configurer(office), office.organ, [{"step": s} for s in steps])
    assert word in "".join(caught.value.messages)


def test_an_aspect_that_does_not_exist_is_refused(office: Office) -> None:
    steps = [{"step": "review", "aspects": ["美观关"]}, {"step": "secrecy"}, {"step": "approval"}]
    with pytest.raises(ValidationError, match="美观关"):
        services.configure_chain(configurer(office), office.organ, steps)


def test_the_default_chain_is_there_without_configuration(office: Office) -> None:
    names = [state.step.name for state in queries.progress(office.draft())]
    assert names == ["审核", "保密审查", "审批发布"]
