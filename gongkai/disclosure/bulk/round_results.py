"""What a validity review came to: its figures, its list as table, DOCX and XLSX, and the draft of
the item that publishes it."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from gongkai.catalogue.models import Column
from gongkai.disclosure import services
from gongkai.disclosure.models import (
    DisclosedItem,
    DocumentKind,
    ReviewOutcome,
    ValidityReview,
    ValidityRound,
)
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.organs.models import Organ

HEADS: Final = ("序号", "文件名称", "发文字号", "公开责任机关", "成文日期", "清理结果", "说明")
_WIDTHS: Final = (6, 48, 22, 24, 13, 12, 32)
ORDER: Final = (
    ReviewOutcome.CONTINUE,
    ReviewOutcome.AMEND,
    ReviewOutcome.REPEAL,
    ReviewOutcome.LAPSE,
)


@dataclass(frozen=True)
class Figures:
    """How a round stands."""

    total: int
    proposed: int
    decided: int
    by_outcome: Sequence[tuple[str, int]]

    @property
    def missing(self) -> int:
        """Documents whose body has not spoken yet."""
        return self.total - self.proposed


def figures(round_: ValidityRound) -> Figures:
    """In one statement."""
    counted = round_.reviews.aggregate(
        total=Count("pk"),
        proposed=Count("pk", filter=~Q(proposal="") | ~Q(decision="")),
        decided=Count("pk", filter=~Q(decision="")),
        **{outcome: Count("pk", filter=Q(decision=outcome)) for outcome in ReviewOutcome.values},
    )
    return Figures(
        counted["total"],
        counted["proposed"],
        counted["decided"],
        [(str(outcome.label), counted[outcome]) for outcome in ORDER],
    )


def rows(round_: ValidityRound) -> list[tuple[str, ...]]:
    """The result list: outcome by outcome, body by body."""
    reviews = round_.reviews.select_related("item", "organ", "successor").defer("item__body")
    ordered = sorted(
        reviews,
        key=lambda each: (
            ORDER.index(ReviewOutcome(each.decision)) if each.decision else len(ORDER),
            each.organ.path,
            each.item_id,
        ),
    )
    return [
        (
            str(number),
            each.item.title,
            each.item.document_number or "—",
            each.organ.name,
            each.item.formed_on.isoformat() if each.item.formed_on else "—",
            each.get_decision_display() if each.decision else "（未审核）",
            _remark(each),
        )
        for number, each in enumerate(ordered, start=1)
    ]


def _remark(review: ValidityReview) -> str:
    if review.successor is not None:
        return f"由《{review.successor.title}》替代"
    if review.valid_until is not None:
        return f"有效期至{review.valid_until}"
    return ""


def as_xlsx(round_: ValidityRound) -> bytes:
    """The list as a workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = f"{round_.year}年清理结果"
    sheet.append([round_.title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADS))
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append(list(HEADS))
    for number, row in enumerate(rows(round_), start=3):
        sheet.append(list(row))
        for cell in sheet[number]:
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A3"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_docx(round_: ValidityRound) -> bytes:
    """The list as a document."""
    from docx import Document
    from docx.enum.section import WD_ORIENT

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(round_.title, level=1)
    document.add_paragraph(summary(round_))
    table = document.add_table(rows=1, cols=len(HEADS), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, HEADS, strict=True):
        cell.text = head
    for row in rows(round_):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def as_html(round_: ValidityRound) -> str:
    """The list as the text of an item."""

    def cells(texts: Iterable[str], tag: str) -> str:
        return "".join(f"<{tag}>{html.escape(text, quote=False)}</{tag}>" for text in texts)

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows(round_))
    return (
        f"<p>{html.escape(summary(round_), quote=False)}</p>"
        f"<table><thead><tr>{cells(HEADS, 'th')}</tr></thead><tbody>{body}</tbody></table>"
    )


def summary(round_: ValidityRound) -> str:
    """The figures in a sentence."""
    told = figures(round_)
    parts = "，".join(f"{label}{number}件" for label, number in told.by_outcome if number)
    return f"共清理行政规范性文件{told.total}件" + (f"，其中{parts}。" if parts else "。")


def draft_result(
    actor: Actor, round_: ValidityRound, *, organ: Organ, column: Column
) -> DisclosedItem:
    """A draft with the result list, which goes through the review of `organ` like any item."""
    policy.authorise(actor, "disclosure.clean", round_.organ)
    with transaction.atomic():
        current = ValidityRound.objects.select_for_update(of=("self",)).get(pk=round_.pk)
        if current.closed_at is None:
            raise ValidationError("清理办结以后才能起草结果公告。")
        if current.result_id is not None:
            raise ValidationError("结果公告已经起草，请直接打开它继续办理。")
        item = services.create_item(
            actor,
            organ,
            {
                "title": f"关于公布{current.title}结果的公告"[:200],
                "column": column,
                "document_kind": DocumentKind.WORK,
                "genre": "announcement",
                "formed_on": timezone.localdate(),
                "statutory_item": "20-01",
                "body": as_html(current),
            },
        )
        current.result = item
        current.save(update_fields=["result"])
        record(
            actor,
            "disclosure.round.result",
            chain=round_.organ.code,
            obj=current,
            changes={"item": item.pk},
        )
    return item
