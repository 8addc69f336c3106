"""Another form of supply (Article 40): the applicant asks for it, the officer deals with it.

The information is given in the form that was asked for; where that cannot be done, or would harm the
holding of it or cost disproportionately, it is shown, copied or given in another suitable form. What
was done about a changed wish is said in one line and stands with the case.
"""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import FoiRequest, SupplyAsk
from gongkai.foi.persons import SUPPLY_FORMS, SUPPLY_WAYS, refuse_personal
from gongkai.foi.services.requests import HANDLE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise

LONGEST: Final = 200


def note_ask(request: FoiRequest, *, supply_form: str, supply_way: str) -> SupplyAsk:
    """The officer is to see what the applicant wants now; call it inside the applicant's act.

    The ledger entry is that act's own ("foi.follow.supply").
    """
    ask, _ = SupplyAsk.objects.update_or_create(
        request=request,
        handled_at=None,
        defaults={
            "supply_form": supply_form,
            "supply_way": supply_way,
            "asked_at": timezone.now(),
        },
    )
    return ask


def waiting_ask(request: FoiRequest) -> SupplyAsk | None:
    """What the applicant asked for and nobody has dealt with yet."""
    return SupplyAsk.objects.filter(request=request, handled_at=None).first()


def words_of(ask: SupplyAsk) -> str:
    """What is asked for, in words."""
    form = SUPPLY_FORMS.get(ask.supply_form, ask.supply_form)
    way = SUPPLY_WAYS.get(ask.supply_way, ask.supply_way)
    return f"改以“{form}”形式、以“{way}”方式提供"


def handle_ask(
    actor: Actor, request: FoiRequest, *, result: str, seen: int | None = None
) -> SupplyAsk:
    """The officer has dealt with the applicant's wish for another form; `result` says how.

    `seen` is `version_of` what he read: a wish that was changed meanwhile is not dealt with unseen.
    """
    authorise(actor, HANDLE, request.organ)
    result = " ".join(result.split())
    if not result:
        raise ValidationError({"result": "请写明怎样处理，例如“改发电子版”。"})
    if len(result) > LONGEST:
        raise ValidationError({"result": f"有{len(result)}个字，最多{LONGEST}个字，请精简。"})
    refuse_personal(result=result)
    with transaction.atomic():
        waiting = (
            SupplyAsk.objects.select_for_update(of=("self",))
            .filter(request=request, handled_at=None)
            .first()
        )
        if waiting is None:
            raise ValidationError(
                "没有待处理的改变提供形式的请求，可能他人刚刚处理过，请返回查看。", code="changed"
            )
        if seen is not None and version_of(waiting) != seen:
            raise ValidationError(
                f"申请人又改变了请求：{words_of(waiting)}。您填写的仍在下面，请核对后再次提交。",
                code="changed",
            )
        waiting.handled_at, waiting.handled_by = timezone.now(), actor.name[:150]
        waiting.result = result
        waiting.save(update_fields=["handled_at", "handled_by", "result"])
        record(
            actor,
            "foi.supply.handle",
            chain=request.organ.code,
            obj=request,
            changes={
                "supply_form": waiting.supply_form,
                "supply_way": waiting.supply_way,
                "result": result,
            },
        )
    return waiting


def version_of(ask: SupplyAsk) -> int:
    """Names what is asked for at the moment: another number once the applicant asks anew."""
    return int(ask.asked_at.timestamp() * 1_000_000)
