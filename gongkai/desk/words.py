"""What a person of each role can do while nothing awaits him."""

from __future__ import annotations

from typing import Any, Final

from gongkai.organs import policy
from gongkai.organs.models import Role

HINTS: Final = {
    Role.INFORMATION_OFFICER: "可以起草要公开的信息、登记行政行为，或核对本机关的公开目录。",
    Role.REQUEST_OFFICER: "可以登记收到的申请，或查看已经办结的申请。",
    Role.REVIEWER: "送到您这里审核的信息会列在这里。",
    Role.SECRECY_REVIEWER: "送到您这里保密审查的信息会列在这里；审查词库也可以查看。",
    Role.APPROVING_LEADER: "等您审批发布的信息和签发的报告会列在这里。",
    Role.RESPONSIBLE_PERSON: "本机关将到期的事项会提前列在这里；公开目录和年度报告可以随时查看。",
    Role.DISCLOSURE_OFFICE: "下面各机关的数字点开就是清单；也可以查看公开目录和年度报告。",
    Role.SUPERIOR: "下级提交年度报告后会列在这里；各机关的数字点开就是清单。",
    Role.SYSTEM_ADMIN: "可以维护机构和账号。案件和信息的内容不向系统管理员开放。",
    Role.SECURITY_OFFICER: "可以在“人员”中授予和终止角色，安排代理。",
    Role.AUDITOR: "可以查看操作台账，逐条核验它没有被改动。",
}
"""Shown on an empty start page, one sentence a role."""


def hints_for(user: Any) -> list[str]:
    """The sentences for the roles that the user holds, in the order of the roles."""
    held = policy.roles_of(user)
    return [text for role, text in HINTS.items() if role in held]
