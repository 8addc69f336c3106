"""Proposing the body responsible for disclosure (Art. 10) for bodies of this installation."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.organs.models import Organ
from gongkai.statute.responsibility import Origin, Party, Proposal, propose


def propose_responsible(
    keeper: Organ,
    *,
    origin: Origin = "made",
    issuers: Sequence[Organ | str] = (),
    first_obtainer: Organ | str | None = None,
    acts_in_own_name: bool = True,
) -> Proposal:
    """The body that Article 10 makes responsible, with the reason in a sentence.

    `keeper` is the body that drafts; `issuers` the makers, the lead first. A branch
    (派出机构、内设机构) that may not act in its own name passes the duty on to the body above it
    (`acts_in_own_name`). `Proposal.key` is the number of the body, empty for one outside.
    """
    return propose(
        origin,
        keeper=_party(keeper, acts_in_own_name),
        makers=tuple(_party(each, acts_in_own_name) for each in issuers),
        first_obtainer=_party(first_obtainer, True) if first_obtainer is not None else None,
    )


def _party(body: Organ | str, own_name: bool) -> Party:
    if isinstance(body, str):
        return Party("", body)
    if own_name or body.parent is None:
        return Party(str(body.pk), body.name)
    parent = body.parent
    return Party(str(body.pk), body.name, False, Party(str(parent.pk), parent.name))
