"""Who is responsible for disclosing a piece of information (Art. 10).

    made by one body                      the maker
    made by several bodies                the lead body (牵头制作机关)
    obtained from citizens, legal persons  the body that keeps it
    obtained from another body            its maker, or the body that first obtained it
    a branch acting in its own name       the branch

Other laws may say otherwise; then the proposal is not followed, and a person says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Origin = Literal["made", "from_public", "from_organ"]

ORIGINS: Final = {
    "made": "本机关制作（含与其他机关共同制作）",
    "from_public": "从公民、法人和其他组织获取",
    "from_organ": "从其他行政机关获取",
}
ARTICLE: Final = "条例第十条"


@dataclass(frozen=True)
class Party:
    """A body as this rule sees it. `own_name`: a branch (派出机构、内设机构) that a law or
    regulation lets act outwardly in its own name; one without that right has a `principal`."""

    key: str
    name: str
    own_name: bool = True
    principal: Party | None = None

    def answering(self) -> Party:
        """The body that answers for what this one did."""
        if self.own_name or self.principal is None:
            return self
        return self.principal.answering()


@dataclass(frozen=True)
class Proposal:
    """The body that Article 10 makes responsible, and why in a sentence for the screen."""

    key: str
    name: str
    rule: str
    explanation: str


def propose(
    origin: Origin,
    *,
    keeper: Party,
    makers: tuple[Party, ...] = (),
    first_obtainer: Party | None = None,
) -> Proposal:
    """The body responsible under Article 10.

    `keeper` holds the information; `makers` made it, the lead first. Where a body holds what
    another one made and the maker is unknown, the body that first obtained it stands in.
    """
    if origin == "from_public":
        chosen = keeper.answering()
        why = (
            f"从公民、法人和其他组织获取的政府信息，由保存该信息的行政机关负责公开：{chosen.name}。"
        )
        return _proposal(chosen, "keeper", why, keeper)
    if origin == "from_organ":
        source = makers[0] if makers else first_obtainer
        if source is None:
            chosen = keeper.answering()
            why = (
                f"从其他行政机关获取，但没有写明制作机关或者最初获取机关，暂列{chosen.name}。"
                "请补充制作机关。"
            )
            return Proposal(chosen.key, chosen.name, "unknown", why)
        chosen = source.answering()
        role = "制作" if makers else "最初获取"
        why = (
            f"从其他行政机关获取的政府信息，由{role}该信息的行政机关负责公开：{chosen.name}；"
            f"{keeper.name}只是保存复本。"
        )
        return _proposal(chosen, "maker" if makers else "first_obtainer", why, source)
    listed = makers or (keeper,)
    lead = listed[0]
    chosen = lead.answering()
    if len(listed) > 1:
        others = "、".join(party.name for party in listed[1:])
        why = f"与{others}共同制作的政府信息，由牵头制作的行政机关负责公开：{chosen.name}。"
        return _proposal(chosen, "lead", why, lead)
    why = f"行政机关制作的政府信息，由制作该信息的行政机关负责公开：{chosen.name}。"
    return _proposal(chosen, "maker", why, lead)


def _proposal(chosen: Party, rule: str, why: str, named: Party) -> Proposal:
    if chosen.key != named.key:
        why += f"{named.name}不以自己名义对外履行职责，由设立它的{chosen.name}负责。"
    return Proposal(chosen.key, chosen.name, rule, f"依据{ARTICLE}：{why}")
