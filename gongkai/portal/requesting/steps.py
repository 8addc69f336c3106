"""The questions of the form, one a page, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Step:
    """One question. `answers` are the names under which its answers stand in the draft.

    `counted`: it has a number of its own; the list of what is published already belongs to the
    question before it. `files`: the kind of papers that can be added there, "" for none.
    """

    name: str
    title: str | Promise
    answers: tuple[str, ...] = ()
    counted: bool = True
    files: str = ""

    @property
    def url(self) -> str:
        return reverse("portal:request_step", args=[self.name])

    @property
    def template(self) -> str:
        return f"gongkai/portal/requesting/step_{self.name}.html"


STEPS: Final = (
    Step(
        "what",
        _("您想获取什么信息？"),
        ("title", "description", "document_number", "search_hint"),
    ),
    Step("found", _("这些信息已经公开，是您要的吗？"), counted=False),
    Step("body", _("向哪个机关申请？"), ("organ",)),
    Step("supply", _("希望以什么形式提供？"), ("supply_form", "supply_way")),
    Step("kind", _("谁来申请？"), ("kind",)),
    Step("name", _("申请人的姓名或者名称"), ("name", "representative", "contact_name")),
    Step(
        "identity",
        _("申请人的身份证明"),
        ("identity_kind", "identity_number"),
        files="identity",
    ),
    Step("contact", _("怎样联系您？"), ("phone", "email", "address", "postcode")),
    Step(
        "agent",
        _("有人代您办理吗？"),
        ("agent_name", "agent_identity_number", "agent_phone"),
        files="identity",
    ),
    Step("help", _("还有要说明的吗？"), ("needs_help",), files="application"),
    Step("check", _("核对并提交")),
)
BY_NAME: Final = {step.name: step for step in STEPS}
FIRST: Final = STEPS[0]
CHECK: Final = STEPS[-1]
TOTAL: Final = sum(step.counted for step in STEPS)


def number_of(step: Step) -> int:
    """Which of the counted questions it is, from 1; that of the one before when not counted."""
    place = STEPS.index(step)
    return sum(one.counted for one in STEPS[: place + 1])


def after(step: Step) -> Step:
    """The next question; the last one stays."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def before(step: Step) -> Step | None:
    """The question before that is asked in any case; None for the first."""
    earlier = [one for one in STEPS[: STEPS.index(step)] if one.counted]
    return earlier[-1] if earlier else None


def of_answer(name: str) -> Step:
    """Where the answer of that name is given; the end of the form for what is nobody's."""
    return next((step for step in STEPS if name in step.answers), CHECK)
