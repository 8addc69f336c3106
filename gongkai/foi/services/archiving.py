"""Putting a case on file (归档, Article 45): what is missing, and the whole file as one package.

Article 45 asks for registration, review, handling, answer and filing of every request. The package
holds what a case file must hold: the request and how it came, notices with the proof of delivery,
the search record and other proofs, opinions asked, approvals, what was given out and what was struck
out of it, the course of the case and the ledger's entries about it, each file with its SM3.
Originals from which something was struck out stay sealed in the platform; the index names them.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import IO, Any, Final

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.html import escape

from gongkai.foi.models import (
    Applicant,
    Approval,
    CaseFile,
    Consultation,
    Delivery,
    FoiRequest,
    Intake,
    Notice,
    RedactionDraft,
)
from gongkai.foi.persons import LABELS, SUPPLY_FORMS, SUPPLY_WAYS, reveal
from gongkai.foi.queries import outcome_words, timeline
from gongkai.foi.services.files import REVEAL, content_of, name_of
from gongkai.foi.services.redaction import log_of
from gongkai.foi.services.requests import HANDLE
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.models import LedgerEntry
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.outcomes import NOTICES, OUTCOMES
from gongkai.vault.sealing import open_bytes, open_json

Kind = CaseFile.Kind

_FOLDERS: Final = {
    Kind.IDENTITY: "01 申请",
    Kind.APPLICATION: "01 申请",
    Kind.CORRECTION: "01 申请",
    Kind.SLIP: "05 收费",
    Kind.PROOF: "04 办理依据",
    Kind.REPLY: "06 征求意见",
    Kind.DELIVERY: "03 文书和送达",
    Kind.REMEDY: "10 复议诉讼",
}
_GIVEN: Final = "08 提供的信息"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a complete case file has and this one has not: the stage of Article 45, and what."""

    stage: str
    text: str


def archive_gaps(request: FoiRequest) -> list[Gap]:
    """What is missing from the file of a case, in the order of Article 45's stages.

    登记、审核、办理、答复、归档. Empty when it can be put on file. A constant number of statements.
    """
    gaps: list[Gap] = []
    events = {event.type for event in request.events.all()}
    intake = Intake.objects.filter(request=request).first()
    files = list(
        CaseFile.objects.filter(Q(request=request) | Q(intake__request=request)).values_list(
            "kind", "released", "erased_at"
        )
    )
    notices = list(
        request.notices.exclude(state=Notice.State.DISCARDED)
        .defer("fields_sealed", "docx_sealed", "pdf_sealed")
        .prefetch_related("deliveries")
    )
    approvals = list(request.approvals.values_list("kind", "state"))

    if request.decided_on is None:
        gaps.append(Gap("办理", "申请还没有办结，办结后才能归档。"))
    if intake is None and not any(kind == Kind.APPLICATION for kind, _, _ in files):
        gaps.append(Gap("登记", "没有来件登记，也没有申请书；请把申请书扫描件加入案卷。"))
    if "received" not in events:
        gaps.append(Gap("登记", "没有收到申请的登记（条例第三十一条）。"))
    # A lapse or a withdrawal is shown by the events themselves.
    if "decided" in events and request.outcome in OUTCOMES:
        # Not above: the steps of a case ask this module whether it can be put on file.
        from gongkai.foi.services.steps.deciding import still_missing

        gaps += [
            Gap("办理", f"缺少办理依据：{proof.text}。")
            for proof in still_missing(request, request.outcome, request.outcome_subtype)
        ]
    waiting = [label for kind, state in approvals if state == Approval.State.PENDING
               for label in [str(Approval.Kind(kind).label)]]  # fmt: skip
    if waiting:
        gaps.append(Gap("审核", f"还有待审批的事项：{'、'.join(waiting)}。"))
    decided = "decided" in events
    if decided and (Approval.Kind.DECISION, Approval.State.APPROVED) not in approvals:
        gaps.append(Gap("审核", "没有答复的审批记录。"))
    gaps += _gaps_of_consultations(request)
    gaps += _gaps_of_notices(request, notices, decided=decided)
    given = any(released for _, released, _ in files)
    if request.outcome == "PARTIAL" and not given:
        gaps.append(Gap("答复", "结果是部分公开，但没有确定提供给申请人的文件（条例第三十七条）。"))
    if RedactionDraft.objects.filter(
        Q(file__request=request) | Q(file__intake__request=request)
    ).exists():
        gaps.append(Gap("办理", "还有没有完成的区分处理底稿，请完成或者放弃。"))
    return gaps


def _gaps_of_consultations(request: FoiRequest) -> list[Gap]:
    found = []
    for one in request.consultations.all():
        if not one.reply:
            whom = "第三方" if one.kind == Consultation.Kind.THIRD_PARTY else one.organ_name
            found.append(Gap("办理", f"征求意见（{one.ref}）没有登记{whom}的答复或者逾期。"))
        elif one.reply == Consultation.Reply.OBJECTED and one.accepted is None:
            found.append(
                Gap("办理", f"第三方（{one.ref}）不同意公开，没有登记理由是否合理的认定。")
            )
    return found


def _gaps_of_notices(request: FoiRequest, notices: Sequence[Notice], *, decided: bool) -> list[Gap]:
    found = []
    drafts = [one for one in notices if one.state == Notice.State.DRAFT]
    if drafts:
        found.append(Gap("答复", f"还有{len(drafts)}份文书是草稿，请印发或者作废。"))
    issued = [one for one in notices if one.state == Notice.State.ISSUED]
    outcome = OUTCOMES.get(request.outcome)
    if decided and outcome is not None:
        wanted = outcome.notice_for(request.outcome_subtype)
        # A notice without a number of its own in the catalogue is kept as N00.
        number = wanted.number.replace("GENERAL", "N00") if wanted is not None else ""
        if wanted is not None and not any(one.kind == number for one in issued):
            found.append(Gap("答复", f"没有已印发的{wanted.name}。"))
    for one in issued:
        if one.addressee == Notice.Addressee.FILE:
            continue
        deliveries = list(one.deliveries.all())
        if not any(each.counts_on is not None for each in deliveries):
            name = NOTICES[one.kind].name if one.kind in NOTICES else one.kind
            failed = any(each.failed_on is not None for each in deliveries)
            what = "没有送达成功" if failed else "没有送达记录"
            found.append(Gap("答复", f"{name}（{one.number or one.pk}）{what}。"))
    return found


# -- the package -----------------------------------------------------------------------------


@dataclass
class _Package:
    """The ZIP as it grows: every member is written once and stands in the index."""

    archive: zipfile.ZipFile
    rows: list[tuple[str, str, int, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def add(self, folder: str, name: str, content: bytes | str, about: str) -> None:
        data = content.encode() if isinstance(content, str) else content
        stem, dot, ending = name.rpartition(".")
        stem = _plain(stem if dot else ending)
        ending = f".{ending}" if dot else ""
        path, number = f"{folder}/{stem}{ending}", 2
        while path.casefold() in self.taken:
            path, number = f"{folder}/{stem}（{number}）{ending}", number + 1
        self.taken.add(path.casefold())
        self.archive.writestr(path, data)
        self.rows.append((path, about, len(data), sm3(data)))

    def table(
        self, folder: str, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], about: str
    ) -> None:
        listed = [list(map(_cell, row)) for row in rows]
        if not listed:
            return
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(head)
        writer.writerows(listed)
        self.add(folder, name, b"\xef\xbb\xbf" + target.getvalue().encode(), about)


def build_archive(actor: Actor, request: FoiRequest) -> tuple[str, IO[bytes]]:
    """Name and content of the ZIP that holds the whole case; the stream stands at its beginning.

    Needs "foi.handle" and "foi.reveal": it holds the applicant's data and third parties'. The
    ledger says who took it, with the SM3 of the index.
    """
    authorise(actor, HANDLE, request.organ)
    authorise(actor, REVEAL, request.organ)
    gaps = archive_gaps(request)
    stream = tempfile.SpooledTemporaryFile(max_size=16 * 1024 * 1024)  # noqa: SIM115
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        package = _Package(archive)
        _put_application(actor, request, package)
        _put_course(request, package)
        _put_notices(request, package)
        _put_proofs(request, package)
        _put_opinions(request, package)
        _put_files(request, package)
        _put_ledger(request, package)
        index = _index(request, package.rows, gaps)
        archive.writestr("00 案卷目录.html", index)
        # What the index names and the package does not hold is no file whose sum can be checked.
        sums = "".join(
            f"{digest}  {path}\n"
            for path, _, _, digest in package.rows
            if path.casefold() in package.taken
        )
        archive.writestr("SM3SUMS.txt", sums)
    with transaction.atomic():
        record(
            actor,
            "foi.archive.build",
            chain=request.organ.code,
            obj=request,
            changes={
                "files": len(package.rows),
                "gaps": len(gaps),
                "index_sm3": sm3(index.encode()),
            },
        )
    stream.seek(0)
    number = "".join(char for char in request.number if char.isalnum() or char in "〔〕")
    return f"案卷{number}.zip", stream


def _put_application(actor: Actor, request: FoiRequest, package: _Package) -> None:
    intake = Intake.objects.filter(request=request).prefetch_related("contacts").first()
    if intake is None:
        return
    applicant = Applicant.objects.select_related("intake__organ", "intake__request__organ").filter(
        intake=intake
    ).first()  # fmt: skip
    if applicant is not None:
        person, wish = reveal(actor, applicant)
        lines = []
        for part in (person, wish):
            for one in fields(part):
                value = getattr(part, one.name)
                if one.name == "kind":
                    value = applicant.get_kind_display()
                elif one.name == "identity_kind":
                    value = applicant.get_identity_kind_display()
                elif one.name == "supply_form":
                    value = SUPPLY_FORMS.get(value, value)
                elif one.name == "supply_way":
                    value = SUPPLY_WAYS.get(value, value)
                if value:
                    lines.append(f"{LABELS.get(one.name, one.name)}：{value}")
        if applicant.erased_at is not None:
            lines.append(f"个人信息已于{_day(applicant.erased_at)}按保存期限清除。")
        package.add("01 申请", "申请内容.txt", "\n".join(lines) + "\n", "申请人和申请内容")
    lines = [
        f"来件编号：{intake.number}",
        f"渠道：{intake.get_channel_display()}",
        f"到达时间：{timezone.localtime(intake.arrived_at):%Y-%m-%d %H:%M}",
        f"邮件编号：{intake.posting_number or '—'}",
        f"确认日期：{intake.confirmed_on or '—'}",
        f"收到日期（条例第三十一条）：{request.received_on}",
        f"登记人：{intake.recorded_by}",
        f"口头申请，代为填写：{'是' if intake.oral else '否'}",
    ]
    package.add("02 收到和登记", "收件登记.txt", "\n".join(lines) + "\n", "收到申请的凭据")
    package.table(
        "02 收到和登记",
        "联系记录.csv",
        ["时间", "方式", "是否联系上", "情况", "联系人员"],
        (
            (_moment(one.at), one.way, "是" if one.reached else "否", one.note, one.by)
            for one in intake.contacts.all()
        ),
        "与申请人确认的联系记录",
    )


def _put_course(request: FoiRequest, package: _Package) -> None:
    events = list(request.events.order_by("seq"))
    package.table(
        "02 收到和登记",
        "办理过程.csv",
        ["序号", "日期", "事项", "内容", "登记时间", "登记人"],
        (
            (
                entry.seq,
                entry.on,
                entry.label,
                "；".join(f"{name}：{text}" for name, text in entry.details),
                _moment(entry.recorded_at),
                entry.recorded_by,
            )
            for entry in timeline(events)
        ),
        "办理过程（不可更改的事件）",
    )
    package.table(
        "07 审批",
        "审批记录.csv",
        ["事项", "状态", "理由", "提出时间", "提出人", "审批时间", "审批人", "意见"],
        (
            (
                one.get_kind_display(),
                one.get_state_display(),
                one.reason,
                _moment(one.proposed_at),
                one.proposed_by or "",
                _moment(one.decided_at),
                one.decided_by or "",
                one.comment,
            )
            for one in request.approvals.select_related("proposed_by", "decided_by")
        ),
        "审核和审批",
    )
    notes = [
        f"{_moment(one.at)} {one.by}：{_texts(open_json(one.belongs_to, one.sealed))}"
        for one in request.notes.all()
    ]
    if notes:
        package.add("04 办理依据", "办理备注.txt", "\n".join(notes) + "\n", "办理备注")


def _put_notices(request: FoiRequest, package: _Package) -> None:
    folder = "03 文书和送达"
    found = (
        request.notices.filter(state__in=[Notice.State.ISSUED, Notice.State.REPLACED])
        .select_related("replaced_by")
        .prefetch_related(Prefetch("deliveries", Delivery.objects.select_related("proof")))
    )
    rows = []
    for notice in found:
        name = NOTICES[notice.kind].name if notice.kind in NOTICES else notice.kind
        title = f"{notice.issued_on} {name} {notice.number or notice.pk}"
        replaced = "（已被替换）" if notice.state == Notice.State.REPLACED else ""
        if notice.pdf_sealed:
            content = open_bytes(f"{notice.belongs_to}:pdf", notice.pdf_sealed)
            package.add(folder, f"{title}.pdf", content, f"{name}{replaced}")
        if notice.docx_sealed:
            content = open_bytes(f"{notice.belongs_to}:docx", notice.docx_sealed)
            package.add(folder, f"{title}.docx", content, f"{name}{replaced}")
        for one in notice.deliveries.all():
            rows.append(
                (
                    name,
                    notice.number,
                    notice.get_addressee_display(),
                    one.get_way_display(),
                    one.tracking_number,
                    one.sent_on,
                    one.received_on,
                    one.counts_on,
                    one.failed_on,
                    one.failure,
                    f"案卷材料 {one.proof.pk}" if one.proof is not None else "",
                    one.recorded_by,
                )
            )
    package.table(
        folder,
        "送达记录.csv",
        ["文书", "文号", "送达对象", "方式", "邮件编号", "发出日期", "签收日期", "计算期限的日期",
         "退回日期", "未送达原因", "凭证", "登记人"],
        rows,
        "送达记录",
    )  # fmt: skip


def _put_proofs(request: FoiRequest, package: _Package) -> None:
    known = {
        proof.key: proof.text
        for outcome in OUTCOMES.values()
        for subtype in ["", *outcome.subtypes]
        for proof in outcome.proofs_for(subtype)
    }
    lines = []
    for proof in request.proofs.select_related("file"):
        label = known.get(proof.key, proof.key)
        text = _texts(open_json(proof.belongs_to, proof.sealed))
        file = f"（见案卷材料 {proof.file.pk}）" if proof.file is not None else ""
        lines.append(f"{_moment(proof.at)} {proof.by}\n{label}：{text}{file}\n")
    if lines:
        package.add("04 办理依据", "办理依据.txt", "\n".join(lines), "检索记录和其他办理依据")


def _put_opinions(request: FoiRequest, package: _Package) -> None:
    lines = []
    for one in request.consultations.all():
        whom = (
            _texts(open_json(one.belongs_to, one.sealed))
            if one.kind == Consultation.Kind.THIRD_PARTY
            else one.organ_name
        )
        accepted = {True: "合理", False: "不合理", None: "未认定"}[one.accepted]
        lines.append(
            f"{one.get_kind_display()} {one.ref}：{whom}\n"
            f"发出 {one.sent_on}，收到 {one.received_on or '—'}，答复 {one.replied_on or '—'}，"
            f"{one.get_reply_display() or '尚无答复'}；理由认定：{accepted} {one.assessment}\n"
            f"书面告知第三方：{one.told_on or '—'}\n"
        )
    if lines:
        package.add("06 征求意见", "征求意见.txt", "\n".join(lines), "征求意见的情况")
    package.table(
        "06 征求意见",
        "协办.csv",
        ["协办机关", "事项", "提出日期", "期限", "回复", "回复日期", "回复人"],
        (
            (one.organ, one.question, one.asked_on, one.due_on, one.answer, one.answered_on,
             one.answered_by)
            for one in request.co_handlings.select_related("organ")
        ),
        "其他机关协办",
    )  # fmt: skip


def _put_files(request: FoiRequest, package: _Package) -> None:
    found = (
        CaseFile.objects.filter(Q(request=request) | Q(intake__request=request))
        .select_related("original")
        .prefetch_related("redactions", "redacted")
        .order_by("added_at", "pk")
    )
    for file in found:
        label = f"{file.get_kind_display()} {file.pk}"
        if file.erased_at is not None:
            package.rows.append(
                (
                    f"（已清除）{label}",
                    f"于{_day(file.erased_at)}按保存期限清除",
                    file.size,
                    file.sm3,
                )
            )
            continue
        if file.kind in (Kind.ORIGINAL, Kind.REDACTED) and not file.released:
            why = (
                "原件，加密存于系统，不对外提供"
                if file.kind == Kind.ORIGINAL
                else "没有提供给申请人"
            )
            package.rows.append((f"（未导出）{label}", why, file.size, file.sm3))
        else:
            folder = _FOLDERS.get(Kind(file.kind), _GIVEN)
            about = "提供给申请人" if file.released else str(file.get_kind_display())
            package.add(folder, f"{file.pk} {name_of(file)}", content_of(file), about)
        if file.kind == Kind.REDACTED:
            package.table(
                _GIVEN,
                f"{file.pk} 遮盖记录.csv",
                ["序号", "页", "位置（千分数）", "不予公开情形", "依据", "理由"],
                (
                    (row["number"], row["page"], row["place"], row["ground"], row["article"],
                     row["reason"])
                    for row in log_of(file)
                ),
                f"区分处理记录（案卷材料 {file.pk}）",
            )  # fmt: skip


def _put_ledger(request: FoiRequest, package: _Package) -> None:
    about: dict[str, Iterable[Any]] = {
        "foi.foirequest": [request.pk],
        "foi.intake": Intake.objects.filter(request=request).values_list("pk", flat=True),
        "foi.notice": request.notices.values_list("pk", flat=True),
        "foi.casefile": CaseFile.objects.filter(
            Q(request=request) | Q(intake__request=request)
        ).values_list("pk", flat=True),
    }
    wanted = Q()
    for model, keys in about.items():
        wanted |= Q(object_type=model, object_id__in=[str(key) for key in keys])
    # Not of one chain: what a body did that was abolished since stands in its own.
    entries = LedgerEntry.objects.filter(wanted).select_related("chain").order_by("pk")
    package.table(
        "09 操作台账",
        "台账摘录.csv",
        ["台账", "序号", "时间", "操作人", "操作", "对象", "内容", "前条杂凑值", "杂凑值"],
        (
            (one.chain.name, one.seq, _moment(one.at), one.actor_name, one.action, one.object_label, one.changes,
             one.previous_hash, one.hash)
            for one in entries
        ),
        "操作台账中有关本案的记录",
    )  # fmt: skip


def _index(
    request: FoiRequest, rows: Sequence[tuple[str, str, int, str]], gaps: Sequence[Gap]
) -> str:
    """The index sheet of the file: printable, without anything from elsewhere."""
    facts = [
        ("申请编号", request.number),
        ("受理机关", request.organ.name),
        ("申请内容", request.subject),
        ("收到日期", str(request.received_on)),
        ("办理结果", outcome_words(request.outcome, request.outcome_subtype) or "未办结"),
        ("办结日期", str(request.decided_on or "—")),
        ("导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
    ]
    head = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in facts)
    body = "".join(
        f"<tr><td>{number}</td><td>{escape(path)}</td><td>{escape(about)}</td>"
        f"<td>{size}</td><td class=h>{digest}</td></tr>"
        for number, (path, about, size, digest) in enumerate(rows, 1)
    )
    missing = (
        "<ul>" + "".join(f"<li>{escape(g.stage)}：{escape(g.text)}</li>" for g in gaps) + "</ul>"
        if gaps
        else "<p>没有缺项。</p>"
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>案卷目录</title>'
        "<style>body{font-family:serif;margin:2em;max-width:60em}table{border-collapse:collapse;"
        "width:100%;margin:0 0 1.5em}th,td{border:1px solid #666;padding:4px 8px;text-align:left;"
        "vertical-align:top}.h{font:12px monospace;word-break:break-all}</style>"
        f"<h1>政府信息公开申请案卷目录</h1><table>{head}</table>"
        "<h2>目录</h2><table><tr><th>序号</th><th>文件</th><th>说明</th><th>字节</th><th>SM3</th></tr>"
        f"{body}</table><h2>归档核对（条例第四十五条）</h2>{missing}"
        "<p>案卷含有个人信息，请按档案和个人信息保护的规定保管，不得外传。</p></html>"
    )


def _texts(sealed: dict[str, Any]) -> str:
    return "；".join(
        str(value) if len(sealed) == 1 else f"{LABELS.get(key, key)}：{value}"
        for key, value in sealed.items()
        if value not in ("", None, [], {})
    )


def _plain(name: str) -> str:
    """A name that every system can unpack."""
    kept = "".join("_" if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in name)
    return kept.strip(". ")[:110] or "文件"


def _cell(value: Any) -> str:
    """A cell of a table: nothing that a spreadsheet would run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at is not None else ""


def _day(at: Any) -> str:
    return f"{timezone.localtime(at):%Y年%m月%d日}"
