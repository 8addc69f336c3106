"""Why information is not published by itself (Arts. 13–16): a closed list, never free text.

公开为常态、不公开为例外 (Art. 5): whoever chooses 依申请公开 or 不予公开 names the limb and states
what it needs. Article 14 needs evidence; Article 15 the third party's consultation, or why none is
needed; Article 16 is discretion and needs the reason for using it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

NEEDS: Final = MappingProxyType(
    {
        "reason": "理由",
        "evidence": "依据材料（定密依据、禁止性规定或者认定危害的事实）",
        "consultation": "征求第三方意见的情况，或者不需要征求的理由",
        "duty_checked": "已核对没有法律、法规、规章规定应当公开",
    }
)
"""What a limb may ask for, in words."""


@dataclass(frozen=True)
class Limb:
    """One ground. `outcome` is the code in `statute.outcomes` of the same ground upon request."""

    code: str
    article: str
    label: str
    attributes: tuple[str, ...]
    needs: tuple[str, ...]
    prompt: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.label}（{self.article}）"

    @property
    def needs_basis(self) -> bool:
        """Whether a second statement beside the reason is needed: evidence, consultation, check."""
        return self.needs != ("reason",)


def limbs_for(attribute: str) -> tuple[Limb, ...]:
    """The grounds that can stand for an attribute; none for 主动公开, which needs no ground."""
    return tuple(limb for limb in LIMBS.values() if attribute in limb.attributes)


def missing(code: str, attribute: str, stated: Collection[str]) -> list[str]:
    """What still has to be stated, in Chinese; empty when the choice is complete (Arts. 5, 14–16).

    `stated`: the keys of `NEEDS` that have been filled in. A proactive item needs nothing.
    """
    if attribute == "proactive":
        return []
    limb = LIMBS.get(code)
    if limb is None:
        return ["请选择不主动公开的法定情形（第十三条至第十六条）。"]
    if attribute not in limb.attributes:
        other = "、".join(str(each) for each in limbs_for(attribute))
        return [f"“{limb.label}”不能作为这一公开属性的依据。可选：{other}。"]
    return [f"请写明{NEEDS[need]}。{limb.prompt}" for need in limb.needs if need not in stated]


def _load() -> MappingProxyType[str, Limb]:
    tree = tomllib.loads((files(__package__) / "exemptions.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            row["code"]: Limb(
                code=row["code"],
                article=row["article"],
                label=row["label"],
                attributes=tuple(row["attributes"]),
                needs=tuple(row["needs"]),
                prompt=row["prompt"],
                outcome=row["outcome"],
            )
            for row in tree["limbs"]
        }
    )


LIMBS: Final = _load()
"""Every limb by its code, in the order of the law."""
