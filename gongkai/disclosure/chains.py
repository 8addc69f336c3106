"""Which chain each body uses, for many bodies at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gongkai.disclosure.models import ReviewChain, ReviewStep
from gongkai.disclosure.services.chain import DEFAULT_CHAIN, ChainStep
from gongkai.organs.models import Organ

Chains = Mapping[str, tuple[Organ, Sequence[ChainStep]]]


def all_chains() -> Chains:
    """Every configured chain by the code of its body. Two statements."""
    rows = list(ReviewChain.objects.select_related("organ"))
    steps: dict[int, list[ChainStep]] = defaultdict(list)
    found = (
        ReviewStep.objects.filter(workflow_tasks__workflow__in=[row.workflow_id for row in rows])
        .order_by("workflow_tasks__workflow_id", "workflow_tasks__sort_order")
        .values_list("workflow_tasks__workflow_id", "step", "name", "aspects")
    )
    for workflow, step, name, aspects in found:
        steps[workflow].append(ChainStep(step, name, tuple(aspects)))
    return {row.organ.code: (row.organ, steps[row.workflow_id]) for row in rows}


def chain_of(organ: Organ, chains: Chains) -> tuple[Organ | None, Sequence[ChainStep]]:
    """(whose chain it is, its steps): the body's own, the nearest above, or the default (None)."""
    for code in reversed(organ.path.strip("/").split("/")):
        if code in chains:
            return chains[code]
    return None, DEFAULT_CHAIN
