"""What is printed around notices: the receipt of delivery (N24), and many notices as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

import pikepdf
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi import persons
from gongkai.foi.models import Delivery, Notice
from gongkai.foi.notices import fields as names
from gongkai.foi.notices import filling, kinds, pdf, wording
from gongkai.foi.services.notices import REVEAL, content_of
from gongkai.foi.services.templates import template_of
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import Act, record, record_many
from gongkai.organs.policy import authorise
from gongkai.vault.sealing import open_bytes

RECEIPT: Final = "N24"
MOST_AT_ONCE: Final = 100


def delivery_receipt(actor: Actor, delivery: Delivery) -> tuple[str, bytes]:
    """The 送达回证 of a delivery, filled in as far as it is known, as a PDF to be signed."""
    notice = delivery.notice
    authorise(actor, REVEAL, notice.request.organ)
    kind = kinds.kind_of(RECEIPT)
    paper = kinds.kind_of(notice.kind)
    own = {
        "paper": paper.title,
        "paper_number": notice.number,
        "way": delivery.get_way_display(),
        "address": _address(notice) if delivery.way != Delivery.Way.ELECTRONIC else "",
        "tracking": delivery.tracking_number,
        "sent_on": wording.day(delivery.sent_on),
        "signed": wording.day(delivery.received_on),
        "failure": delivery.failure,
        "note": "",
    }
    values = {
        names.ISSUER: notice.organ.name,
        names.ADDRESSEE: content_of(notice).addressee,
        "申请编号": notice.request.number,
        **{one.name: own.get(one.key, "") for one in kind.fields},
    }
    with transaction.atomic():
        record(
            actor,
            "foi.notice.read",
            chain=notice.request.organ.code,
            obj=notice,
            changes={"kind": RECEIPT, "as": "receipt"},
        )
    docx = filling.fill(
        template_of(notice.organ, RECEIPT).docx,
        kind,
        values,
        author=notice.organ.name,
        on=timezone.localdate(),
    )
    return f"{kind.title}{notice.number}.pdf", pdf.draw(docx).pdf


def print_together(actor: Actor, notices: Sequence[Notice]) -> bytes:
    """Issued notices one after another as one PDF for the printer; each is read in the ledger.

    Every notice begins on an odd page, so that two-sided printing keeps them apart.
    """
    if not notices:
        raise ValidationError("请至少选择一份已印发的文书。")
    if len(notices) > MOST_AT_ONCE:
        raise ValidationError(f"一次最多打印{MOST_AT_ONCE}份，请分次打印。")
    acts = []
    with pikepdf.new() as together:
        for notice in notices:
            authorise(actor, REVEAL, notice.request.organ)
            if notice.state not in (Notice.State.ISSUED, Notice.State.REPLACED):
                raise ValidationError("只能打印已印发的文书。")
            if not notice.pdf_sealed:
                raise ValidationError(f"{notice.number}的内容已按保存期限清除，不能打印。")
            data = open_bytes(f"{notice.belongs_to}:pdf", notice.pdf_sealed)
            if sm3(data) != notice.sm3:
                raise ValidationError(f"{notice.number}与印发时的 SM3 不一致，请联系系统管理员。")
            with pikepdf.open(BytesIO(data)) as one:
                if len(together.pages) % 2:
                    box = together.pages[-1].mediabox
                    together.add_blank_page(
                        page_size=(float(box[2]) - float(box[0]), float(box[3]) - float(box[1]))
                    )
                together.pages.extend(one.pages)
            facts = {"kind": notice.kind, "number": notice.number}
            acts.append(Act("foi.notice.print", notice.request.organ.code, notice, facts))
        together.docinfo["/Title"] = "文书"
        stream = BytesIO()
        together.save(stream)
    with transaction.atomic():
        record_many(actor, acts)
    return stream.getvalue()


def _address(notice: Notice) -> str:
    """Where the applicant gets his post; "" for other recipients and where none is known."""
    applicant = getattr(getattr(notice.request, "intake", None), "applicant", None)
    if notice.addressee != kinds.APPLICANT or applicant is None:
        return ""
    person, _ = persons.opened(applicant)
    return f"{person.address} {person.postcode}".strip()
