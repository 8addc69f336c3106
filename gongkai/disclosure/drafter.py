"""Drafts made of what other rooms hand over (contribution to `gongkai.catalogue.drafts`)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import escape

from gongkai.catalogue.drafts import Drafted, Material
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.services.checking import look
from gongkai.disclosure.services.common import EDIT
from gongkai.disclosure.services.drafting import create_item
from gongkai.disclosure.services.files import store_file
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Organ

SHOWN = 10


def draft(actor: Actor, organ: Organ, material: Material) -> Drafted:
    """A draft of the body with the files attached, looked through by the guard.

    Whoever may not draft himself hands over: the draft is then made in the platform's name with his
    beside it, and the information officers go on with it.
    """
    if actor.user is not None and not policy.allows(actor.user, EDIT, organ):
        actor = Actor.system(f"转主动公开（{actor.name}）"[:150])
    attachments = [
        (store_file(actor, organ, content, name), name) for name, content in material.files
    ]
    values = {
        "title": material.title,
        "column": material.column,
        "summary": material.summary,
        "body": "".join(f"<p>{escape(one)}</p>" for one in material.paragraphs if one.strip()),
        "formed_on": material.formed_on,
    }
    item = create_item(actor, organ, values, attachments=attachments)
    checked = look(item)
    found = [
        f"{one['where']}：{one['label']}“{one['masked']}”。{one['message']}"
        for one in checked.findings
    ]
    serious = sum(one["severity"] == "serious" for one in checked.findings)
    more = [f"……共{len(found)}处。"] if len(found) > SHOWN else []
    return Drafted(item.pk, url_of(item.pk), (*found[:SHOWN], *more), serious)


def url_of(pk: int) -> str:
    """The address of an item in the staff shell; "" when there is none any more."""
    if not DisclosedItem.objects.filter(pk=pk).exists():
        return ""
    return reverse("disclosure:item_detail", args=[pk])
