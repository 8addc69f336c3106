"""One row of a file as it was understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gongkai.statute.duties import Cycle, DayType
from gongkai.statute.time_limits import parse_time_limit

RULE_NAMES: Final = ("limit_days", "day_type", "trigger", "cycle", "cycle_by", "notice_days")


@dataclass
class EntryRow:
    """`values` by the names of `CatalogueEntry`; only what the file speaks of."""

    number: int
    place: str
    values: dict[str, Any]
    field_code: str = ""
    field_name: str = ""
    rule_known: bool = False

    @property
    def where(self) -> str:
        sheet = f"工作表“{self.place}”" if self.place else ""
        return f"{sheet}第{self.number}行"


def fill_rule(values: dict[str, Any]) -> tuple[str, ...]:
    """What `values` leave open of the rule is read from their time_limit_text; the warnings.

    What is given stays, so that filling twice is filling once.
    """
    limit = parse_time_limit(values.get("time_limit_text") or "")
    spoken = bool(values.get("limit_days") or values.get("cycle_by"))
    if not values.get("cycle"):
        values["cycle"] = Cycle(limit.cycle).value
        values["cycle_by"] = values.get("cycle_by") or limit.by
    values["cycle_by"] = values.get("cycle_by") or ""
    if not values.get("limit_days"):
        values["limit_days"] = limit.limit_days
        values["day_type"] = limit.day_type
    elif not values.get("day_type"):
        values["day_type"] = limit.day_type or DayType.WORKDAY.value
    values["trigger"] = values.get("trigger") or limit.trigger
    values["notice_days"] = values.get("notice_days") or limit.notice_days
    return () if spoken or values["cycle"] not in (Cycle.EVENT, "") else limit.warnings
