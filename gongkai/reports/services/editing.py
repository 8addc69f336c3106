"""Writing a draft: its text, the figures the body states itself, the answers to questions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.reports import content, narrative, review
from gongkai.reports.build import build, check_scope
from gongkai.reports.models import AnnualReport, DeclaredFigure, FlagAnswer, State
from gongkai.reports.services.common import StaleReport, last_writer, move, open_report, save
from gongkai.reports.tree import ReportError, default_scope
from gongkai.reports.values import as_number, show, store
from gongkai.statute.formats import CellSpec, get_format


@transaction.atomic
def create_draft(
    actor: Actor,
    organ: Organ,
    year: int,
    scope: str | None = None,
    *,
    today: date | None = None,
) -> AnnualReport:
    """A new draft with a first text written from the records (条例第四十九条).

    Raises `ReportError` when there is a report already, or none can be made for the year.
    """
    policy.authorise(actor, "reports.edit", organ)
    chosen = check_scope(scope) or str(default_scope(organ))
    existing = AnnualReport.objects.filter(organ=organ, year=year, scope=chosen)
    if existing.exists():
        raise ReportError(
            f"{organ.name}{year}年的报告已经建立，请直接打开；已发布的报告请用“更正”另出新版本。"
        )
    built = build(organ, year, chosen, today=today)
    try:
        with transaction.atomic():
            report = AnnualReport.objects.create(
                organ=organ,
                year=year,
                scope=chosen,
                format_id=built.format.id,
                sections=narrative.draft(built, narrative.Contact.of(organ)),
            )
    except IntegrityError:
        raise StaleReport("另一位同事刚刚建立了这份报告，请刷新页面后打开。") from None
    move(actor, report, "", State.DRAFT, "")
    record(
        actor,
        "reports.create",
        chain=organ.code,
        obj=report,
        changes={"year": year, "scope": chosen, "format": report.format_id},
    )
    return report


@transaction.atomic
def save_section(
    actor: Actor, report: AnnualReport, section: str, text: str, base: str | None = None
) -> AnnualReport:
    """The section's text, cleaned, is saved.

    ``base`` is the fingerprint (`content.fingerprint`) of the text that the editor started
    from; when another text stands there by now, `StaleReport` is raised with it.
    """
    policy.authorise(actor, "reports.edit", report.organ)
    locked = open_report(report)
    if section not in review.text_sections(get_format(locked.format_id)):
        raise ReportError(f"这一格式没有可填写文字的部分“{section}”。")
    if len(text) > content.MAX_LENGTH:
        raise ReportError(
            f"这一部分有{len(text)}字（含格式），超过{content.MAX_LENGTH}字的上限，请精简后保存。"
        )
    before = locked.sections.get(section, "")
    after = content.clean(text)
    if base is not None and content.fingerprint(before) != base and before != after:
        raise StaleReport(
            f"您编辑期间，{last_writer(locked)}已修改了这一部分。您的文字没有丢失，"
            "请对照现在的内容合并后再保存。",
            current=before,
        )
    if before != after:
        locked.sections = {**locked.sections, section: after}
        save(locked, "sections")
        record(
            actor,
            "reports.write",
            chain=locked.organ.code,
            obj=locked,
            changes={section: [shorten(content.plain(before)), shorten(content.plain(after))]},
        )
    return locked


@transaction.atomic
def declare_figure(
    actor: Actor, report: AnnualReport, cell: str, value: Decimal | int | None, note: str
) -> DeclaredFigure:
    """The body states this figure itself; the counted one is kept beside it.

    ``value`` None declares the cell as not filled in. A note is mandatory.
    """
    policy.authorise(actor, "reports.edit", report.organ)
    locked = open_report(report)
    report_format = get_format(locked.format_id)
    spec = report_format.cells.get(cell)
    if spec is None:
        raise ReportError(f"{report_format.title}没有单元格“{cell}”。")
    if spec.derived:
        raise ReportError(f"{spec.label}由分项自动合计，请修改分项。")
    number = None if value is None else Decimal(value)
    if number is not None:
        _check_value(spec, number)
    reason = note.strip()
    if not reason:
        raise ValidationError({"note": "填报的数字与记录不同时须写明理由和依据。"})
    known = locked.declared.filter(cell=cell).first()
    before = [store(as_number(known.value, spec)), known.note] if known else None
    declared, _ = DeclaredFigure.objects.update_or_create(
        report=locked, cell=cell, defaults={"value": number, "note": reason, "by": actor.name}
    )
    save(locked)
    record(
        actor,
        "reports.declare",
        chain=locked.organ.code,
        obj=locked,
        changes={cell: [before, [store(as_number(number, spec)), shorten(reason)]]},
    )
    return declared


@transaction.atomic
def withdraw_declaration(actor: Actor, report: AnnualReport, cell: str) -> None:
    """The counted figure stands again."""
    policy.authorise(actor, "reports.edit", report.organ)
    locked = open_report(report)
    known = locked.declared.filter(cell=cell).first()
    if known is None:
        raise ReportError("这一单元格没有填报的数字，无需撤回。")
    spec = get_format(locked.format_id).cells.get(cell)
    value = store(as_number(known.value, spec)) if spec else str(known.value)
    known.delete()
    save(locked)
    record(
        actor,
        "reports.undeclare",
        chain=locked.organ.code,
        obj=locked,
        changes={cell: [[value, shorten(known.note)], None]},
    )


@transaction.atomic
def answer_question(
    actor: Actor, report: AnnualReport, flag: str, message: str, reason: str = ""
) -> FlagAnswer:
    """The question was looked at: ticked, or answered with a reason."""
    policy.authorise(actor, "reports.edit", report.organ)
    locked = open_report(report)
    if not flag or not message:
        raise ReportError("没有指明要答复的疑点，请刷新页面后重试。")
    answer, _ = FlagAnswer.objects.update_or_create(
        report=locked,
        flag=flag,
        message=message,
        defaults={"reason": reason.strip(), "by": actor.name},
    )
    save(locked)
    record(
        actor,
        "reports.answer",
        chain=locked.organ.code,
        obj=locked,
        changes={"flag": flag, "message": shorten(message), "reason": shorten(answer.reason)},
    )
    return answer


@transaction.atomic
def explain_correction(actor: Actor, report: AnnualReport, note: str) -> AnnualReport:
    """The reason of a correction is changed while its version is still a draft."""
    policy.authorise(actor, "reports.edit", report.organ)
    locked = open_report(report)
    reason = note.strip()
    if locked.supersedes_id is None:
        raise ReportError("这是首个版本，不需要更正说明。")
    if not reason:
        raise ValidationError({"note": "请写明为什么更正。"})
    before, locked.change_note = locked.change_note, reason
    save(locked, "change_note")
    record(
        actor,
        "reports.explain",
        chain=locked.organ.code,
        obj=locked,
        changes=diff({"change_note": before}, {"change_note": reason}),
    )
    return locked


def _check_value(spec: CellSpec, number: Decimal) -> None:
    """Refuse what the form cannot hold; the sentence names the cell."""
    problem = ""
    if spec.type == "int" and number != number.to_integral_value():
        problem = "应为整数"
    elif number < 0 and not spec.signed:
        problem = "不能为负数"
    elif abs(number) >= Decimal(10) ** 9:
        problem = f"过大，请核对单位是否为“{spec.unit}”"
    elif number != round(number, 6):
        problem = "的小数位数过多，最多六位"
    if problem:
        raise ValidationError({"value": f"{spec.label}{problem}（填写的是 {show(number)}）。"})
