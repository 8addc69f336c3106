"""What awaits a person, collected from every room."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from gongkai.organs import shell
from gongkai.organs.worklist import WorkList

if TYPE_CHECKING:
    from gongkai.organs.models import User


def work_lists(user: User, today: date) -> list[WorkList]:
    """The lists that hold something, in the order in which the rooms are installed.

    Each room answers with a constant number of statements and asks the policy itself.
    """
    # `organs.worklist` holds the types and offers nothing itself.
    lists = [
        source(user, today)
        for module in shell.discover("worklist")
        for source in getattr(module, "sources", ())
    ]
    return [one for one in lists if one.total]
