"""The 机关代字 that a body uses in its document numbers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from gongkai.disclosure.models import DocumentPrefix
from gongkai.disclosure.services.common import CONFIGURE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise


def set_prefixes(actor: Actor, organ: Organ, prefixes: list[str]) -> list[DocumentPrefix]:
    """The body uses exactly these; a number with another one raises a doubt."""
    authorise(actor, CONFIGURE, organ)
    wanted = list(dict.fromkeys(prefix.strip() for prefix in prefixes if prefix.strip()))
    wrong = [
        prefix for prefix in wanted if len(prefix) > 40 or any(c in "〔〕[]()" for c in prefix)
    ]
    if wrong:
        raise ValidationError(
            {
                "prefixes": f"“{wrong[0][:20]}”不是机关代字。只写代字本身，例如“义政办”，不写年份和序号。"
            }
        )
    with transaction.atomic():
        Organ.objects.select_for_update().get(pk=organ.pk)
        known = {each.prefix: each for each in DocumentPrefix.objects.filter(organ=organ)}
        if set(known) != set(wanted):
            DocumentPrefix.objects.filter(organ=organ).exclude(prefix__in=wanted).delete()
            DocumentPrefix.objects.bulk_create(
                DocumentPrefix(organ=organ, prefix=prefix)
                for prefix in wanted
                if prefix not in known
            )
            record(
                actor,
                "disclosure.prefixes",
                chain=organ.code,
                changes={"prefixes": [sorted(known), sorted(wanted)]},
            )
    return list(DocumentPrefix.objects.filter(organ=organ))
