"""The review chain of a body: which steps in which order, as a Wagtail workflow.

Secrecy review (Art. 17) and approval are in every chain, and approval is last; before it stand
one to three reviews. A changed chain is a new workflow: what is under way finishes on the one it
started with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Workflow, WorkflowContentType, WorkflowTask

from gongkai.disclosure.models import DisclosedItem, ReviewChain, ReviewStep, Step
from gongkai.disclosure.services.common import CONFIGURE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise

ASPECTS: Final = ("政治关", "法律关", "政策关", "保密关", "文字关")
"""What a proofreading looks at (三审三校)."""
MAX_REVIEWS: Final = 3


@dataclass(frozen=True)
class ChainStep:
    """One step: its kind, its name on screens, and what must be ticked to pass it."""

    step: str
    label: str = ""
    aspects: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        if self.label or self.step not in Step.values:
            return self.label or self.step
        return str(Step(self.step).label)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What tells one step from another."""
        return self.step, self.name, self.aspects


DEFAULT_CHAIN: Final = (
    ChainStep(Step.REVIEW),
    ChainStep(Step.SECRECY),
    ChainStep(Step.APPROVAL),
)


def configure_chain(
    actor: Actor, organ: Organ, steps: Iterable[ChainStep | Mapping[str, Any]]
) -> ReviewChain:
    """From now on items of the body (and of bodies below without a chain) go through `steps`."""
    authorise(actor, CONFIGURE, organ)
    wanted = [each if isinstance(each, ChainStep) else _step(each) for each in steps]
    check_steps(wanted)
    with transaction.atomic():
        Organ.objects.select_for_update().get(pk=organ.pk)
        known = ReviewChain.objects.filter(organ=organ).select_related("workflow").first()
        before = steps_of(known.workflow) if known else []
        if known is not None and [b.key for b in before] == [w.key for w in wanted]:
            return known
        workflow = _workflow(f"{organ.name}审核流程", wanted)
        if known is None:
            chain = ReviewChain.objects.create(organ=organ, workflow=workflow)
        else:
            # Not `deactivate`: that would cancel what is under way.
            Workflow.objects.filter(pk=known.workflow_id).update(active=False)
            chain = known
            chain.workflow = workflow
            chain.save(update_fields=["workflow", "updated_at"])
        record(
            actor,
            "disclosure.chain.configure",
            chain=organ.code,
            obj=chain,
            changes={"steps": [[step.name for step in before], [step.name for step in wanted]]},
        )
    return chain


def drop_chain(actor: Actor, organ: Organ) -> None:
    """The body has no chain of its own any more and uses the one above."""
    authorise(actor, CONFIGURE, organ)
    with transaction.atomic():
        known = ReviewChain.objects.select_for_update().filter(organ=organ).first()
        if known is None:
            raise ValidationError("本机关没有单独配置审核流程，使用的是上级或默认流程。")
        Workflow.objects.filter(pk=known.workflow_id).update(active=False)
        record(actor, "disclosure.chain.drop", chain=organ.code, obj=known)
        known.delete()


def check_steps(steps: Sequence[ChainStep]) -> None:
    """Raise ValidationError unless the steps make a chain (Art. 17; 三审三校)."""
    kinds = [step.step for step in steps]
    wrong: list[str] = []
    unknown = [kind for kind in kinds if kind not in Step.values]
    if unknown:
        wrong.append(f"没有“{'、'.join(unknown)}”这样的环节，可用：{'、'.join(Step.values)}。")
    if not 1 <= kinds.count(Step.REVIEW) <= MAX_REVIEWS:
        wrong.append(f"审核须有一至{MAX_REVIEWS}次，现为{kinds.count(Step.REVIEW)}次。")
    if kinds.count(Step.SECRECY) != 1:
        wrong.append("须有且只有一次保密审查（条例第十七条）。")
    if kinds.count(Step.APPROVAL) != 1 or not kinds or kinds[-1] != Step.APPROVAL:
        wrong.append("审批发布须有且只有一次，并且在最后。")
    names = [step.name for step in steps]
    if len(set(names)) != len(names):
        wrong.append("各环节的名称不能相同，例如用“初审”“复审”区分。")
    if any(len(name) > 40 for name in names):
        wrong.append("环节名称最多40个字。")
    strange = {aspect for step in steps for aspect in step.aspects} - set(ASPECTS)
    if strange:
        wrong.append(f"校对内容只有{'、'.join(ASPECTS)}，没有“{'、'.join(sorted(strange))}”。")
    if wrong:
        raise ValidationError({"steps": wrong})


def steps_of(workflow: Workflow) -> list[ChainStep]:
    """The steps of a workflow in their order; one statement."""
    rows = ReviewStep.objects.filter(workflow_tasks__workflow=workflow).order_by(
        "workflow_tasks__sort_order"
    )
    return [ChainStep(row.step, row.name, tuple(row.aspects)) for row in rows]


def default_workflow() -> Workflow:
    """The chain of bodies that nobody configured: 审核 → 保密审查 → 审批发布. Made on first use."""
    found = DisclosedItem.get_default_workflow()
    if found is not None:
        return found
    kind = ContentType.objects.get_for_model(DisclosedItem, for_concrete_model=False)
    with transaction.atomic():
        # Two first submissions at once: the second waits here and finds what the first made.
        ContentType.objects.select_for_update().get(pk=kind.pk)
        found = DisclosedItem.get_default_workflow()
        if found is None:
            found = _workflow("默认审核流程", DEFAULT_CHAIN)
            WorkflowContentType.objects.update_or_create(
                content_type=kind, defaults={"workflow": found}
            )
    return found


def _workflow(name: str, steps: Sequence[ChainStep]) -> Workflow:
    workflow = Workflow.objects.create(name=name[:255])
    for order, step in enumerate(steps):
        # `WorkflowTask` wants each task of a workflow once, so every chain has its own.
        task = ReviewStep.objects.create(name=step.name, step=step.step, aspects=list(step.aspects))
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
    return workflow


def _step(values: Mapping[str, Any]) -> ChainStep:
    return ChainStep(
        str(values.get("step", "")),
        str(values.get("label", "")).strip(),
        tuple(values.get("aspects", ())),
    )
