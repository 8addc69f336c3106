"""The review chain as Wagtail workflows: which one a body uses, and who may decide a step.

Wagtail imports this module while its own models load (`WAGTAIL_FINISH_WORKFLOW_ACTION`), so
nothing here imports models at the top.
"""

from __future__ import annotations

from typing import Any, Final

ACTION_OF_STEP: Final = {
    "review": "disclosure.review",
    "secrecy": "disclosure.secrecy",
    "approval": "disclosure.approve",
}
"""The action of the policy that each step of a chain asks for."""


def workflow_for(organ: Any) -> Any:
    """The chain of `organ`: its own, that of the nearest body above, or the default one."""
    from gongkai.disclosure.models import ReviewChain
    from gongkai.disclosure.services.chain import default_workflow

    codes = organ.path.strip("/").split("/")
    chain = (
        ReviewChain.objects.filter(organ__code__in=codes)
        .select_related("workflow")
        .order_by("-organ__depth")
        .first()
    )
    return chain.workflow if chain else default_workflow()


def may_decide(user: Any, item: Any, step: str) -> bool:
    """Whether the policy gives `user` the step in the item's body."""
    from gongkai.organs import policy

    return policy.allows(user, ACTION_OF_STEP[step], item.organ)


def finish(workflow_state: Any, user: Any = None) -> None:
    """The last step was approved: publish through our service."""
    from gongkai.disclosure import services

    services.finish_review(workflow_state, user)
