"""Striking out (区分处理, Article 37) as work on a case: draft, preview, acceptance, release.

The blocks are kept between visits, sealed, one draft a file. What is accepted is exactly the file
that was shown before; the original stays sealed and can never be released once something was struck
out of it. Every block keeps its legal ground and reason, and no row of that log is ever changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import CaseFile, Redaction, RedactionDraft
from gongkai.foi.persons import refuse_personal
from gongkai.foi.redacting import (
    Block,
    Leftover,
    RedactionRefused,
    Sheet,
    find,
    lines_of,
    page_count,
    prepare,
    redact,
    render,
    sheets,
)
from gongkai.foi.redacting.opening import EXTENSIONS
from gongkai.foi.redacting.proving import leftovers
from gongkai.foi.services.files import (
    REVEAL,
    content_of,
    is_given,
    lock_unarchived,
    name_of,
    opened_file,
    organ_of,
    read_file,
    store,
    whole,
)
from gongkai.foi.services.requests import HANDLE
from gongkai.guard.engine import scan_text
from gongkai.guard.lexicon import Lexicon
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.exemptions import LIMBS, Limb
from gongkai.vault import files as sealed_files
from gongkai.vault.sealing import open_json, seal_json

Kind = CaseFile.Kind

PIXELS_WIDE: Final = 1100
"""Width of the page pictures of the screen."""
MAX_BLOCKS: Final = 1000
MAX_REASON: Final = 300
PERSONAL: Final = "15-2"
"""The ground of a person's numbers (Article 15: 个人隐私)."""
_NO_WORDS: Final = Lexicon()

GROUNDS: Final[dict[str, Limb]] = {code: limb for code, limb in LIMBS.items() if limb.outcome}
"""What a block may stand on: Articles 14 to 16. Article 13 is no reason to withhold from whoever asks."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A block with its legal ground (a limb of `statute.exemptions`) and reason."""

    page: int
    left: int
    top: int
    right: int
    bottom: int
    ground: str = ""
    reason: str = ""

    @property
    def block(self) -> Block:
        return Block(self.page, self.top, self.left, self.bottom, self.right)


@dataclass(frozen=True)
class Work:
    """The draft as it stands: its version, the blocks, whether a preview of them exists."""

    version: int
    strikes: tuple[Strike, ...]
    previewed: str
    """SM3 of the finished file that can be looked at; "" when there is none for these blocks."""
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True)
class Preview:
    """What striking out gave: `sm3` names the file; where struck texts can still be read elsewhere."""

    version: int
    sm3: str
    redrawn: tuple[int, ...]
    leftovers: tuple[Leftover, ...]


def open_redaction(actor: Actor, file: CaseFile) -> Work:
    """The draft of an original, against an entry in the ledger that it was opened."""
    _authorise(actor, file)
    _refuse_other_kinds(file)
    read_file(actor, file)
    return work_on(file)


def page_of(actor: Actor, file: CaseFile, number: int) -> tuple[Sheet, int]:
    """A page of an original, or the nearest there is, and how many there are."""
    _authorise(actor, file)
    _refuse_other_kinds(file)
    prepared = prepare(content_of(file), file.extension)
    pages = page_count(prepared) or 1
    (sheet,) = sheets(prepared, only={min(max(number, 1), pages)}, look=False)
    return sheet, pages


def work_on(file: CaseFile) -> Work:
    """The draft of a file; empty with version 0 while there is none."""
    draft = RedactionDraft.objects.filter(file=file).first()
    if draft is None:
        return Work(0, (), "", None, "")
    return Work(
        draft.version,
        _strikes_of(draft),
        draft.result_sm3,
        draft.changed_at,
        draft.changed_by,
    )


def page_picture(actor: Actor, file: CaseFile, page: int, *, result: bool = False) -> bytes:
    """A page of the original, or of the previewed result, as PNG.

    The opening was recorded by `open_redaction`; the pictures of its pages are part of it.
    """
    _authorise(actor, file)
    _refuse_other_kinds(file)
    if result:
        return render(previewed(file), page, pixels_wide=PIXELS_WIDE)
    return render(prepare(content_of(file), file.extension), page, pixels_wide=PIXELS_WIDE)


def previewed(file: CaseFile) -> bytes:
    """The file that the last preview made. Raises ValidationError when there is none."""
    draft = RedactionDraft.objects.filter(file=file).first()
    if draft is None or not draft.result_path:
        raise ValidationError("还没有生成预览，请先点“生成预览”。")
    return opened_file(f"{draft.belongs_to}:result", draft.result_path)


def save_draft(actor: Actor, file: CaseFile, strikes: Sequence[Strike], *, seen: int) -> Work:
    """The blocks are kept; a preview of other blocks is dropped.

    `seen`: the version that the screen showed. Raises ValidationError (code "changed") when somebody
    has saved another since; nothing is overwritten.
    """
    _authorise(actor, file)
    _refuse_other_kinds(file)
    _check(strikes, complete=False)
    with transaction.atomic():
        lock_unarchived(file.request)
        draft = _locked(actor, file, seen)
        if _strikes_of(draft) == tuple(strikes) and draft.version:
            return work_on(file)
        dropped = draft.result_path
        _fill(actor, draft, strikes)
        draft.result_path = draft.result_sm3 = ""
        draft.save()
        record(
            actor,
            "foi.redaction.draft",
            chain=organ_of(file).code,
            obj=file,
            changes={"blocks": len(strikes)},
        )
        if dropped:
            transaction.on_commit(lambda: sealed_files.remove(dropped))
    return work_on(file)


def add_occurrences(
    actor: Actor,
    file: CaseFile,
    strikes: Sequence[Strike],
    needle: str,
    *,
    ground: str,
    reason: str,
    seen: int,
) -> tuple[Work, int, list[int]]:
    """Blocks over every place where `needle` stands are added to `strikes`, and all is kept.

    Returns the draft, how many blocks are new, and the pages that are pictures without text, which
    must be looked at by eye.
    """
    _authorise(actor, file)
    _refuse_other_kinds(file)
    if not needle.strip():
        raise ValidationError({"needle": "请填写要查找的文字，例如姓名、电话号码。"})
    pages = sheets(prepare(content_of(file), file.extension), look=False)
    known = {strike.block for strike in strikes}
    fresh = [block for block in find(pages, needle) if block not in known]
    added = [
        Strike(block.page, block.left, block.top, block.right, block.bottom, ground, reason.strip())
        for block in fresh
    ]
    work = save_draft(actor, file, [*strikes, *added], seen=seen)
    return work, len(added), [sheet.number for sheet in pages if sheet.is_scan]


def add_personal_data(
    actor: Actor, file: CaseFile, strikes: Sequence[Strike], *, seen: int
) -> tuple[Work, int, list[int]]:
    """Blocks over the numbers of persons that the guard finds in the text are added to `strikes`.

    Identity, phone, card and passport numbers (Article 15); names it does not know. Returns what
    `add_occurrences` returns. A proposal: the person looks at each.
    """
    _authorise(actor, file)
    _refuse_other_kinds(file)
    pages = sheets(prepare(content_of(file), file.extension), look=False)
    known = {strike.block for strike in strikes}
    added: dict[Block, Strike] = {}
    for sheet in pages:
        lines = lines_of(sheet)
        for text in [*lines, "".join(lines)]:
            for finding in scan_text(text, _NO_WORDS):
                if not finding.is_personal:
                    continue
                for block in find([sheet], text[finding.start : finding.end]):
                    if block not in known:
                        place = (block.page, block.left, block.top, block.right, block.bottom)
                        added.setdefault(block, Strike(*place, PERSONAL, finding.label))
    work = save_draft(actor, file, [*strikes, *added.values()], seen=seen)
    return work, len(added), [sheet.number for sheet in pages if sheet.is_scan]


def make_preview(actor: Actor, file: CaseFile, strikes: Sequence[Strike], *, seen: int) -> Preview:
    """The blocks are struck out and the finished file can be looked at; nothing is released yet."""
    _authorise(actor, file)
    _refuse_other_kinds(file)
    _check(strikes, complete=True)
    save_draft(actor, file, strikes, seen=seen)
    done = redact(prepare(content_of(file), file.extension), [strike.block for strike in strikes])
    with whole():
        draft = _locked(actor, file, None)
        if _strikes_of(draft) != tuple(strikes):
            raise _changed(draft)
        dropped = draft.result_path
        draft.result_path = sealed_files.write(f"{draft.belongs_to}:result", done.content)
        draft.result_sm3 = sm3(done.content)
        draft.save(update_fields=["result_path", "result_sm3"])
        if dropped:
            transaction.on_commit(lambda: sealed_files.remove(dropped))
    return Preview(draft.version, draft.result_sm3, done.redrawn, done.leftovers)


def leftovers_of(file: CaseFile) -> Preview:
    """The preview once more, for a screen that is opened again."""
    work = work_on(file)
    before = sheets(prepare(content_of(file), file.extension), look=False)
    after = sheets(previewed(file), look=False)
    blocks = [strike.block for strike in work.strikes]
    return Preview(work.version, work.previewed, (), tuple(leftovers(before, after, blocks)))


def accept_preview(actor: Actor, file: CaseFile, *, result: str, looked: bool) -> CaseFile:
    """The previewed file is part of the case, with its log of blocks; the draft is done with.

    `result` is the SM3 of the file that was looked at; `looked`: the person says that every page was
    checked by eye. Raises ValidationError when it is not that file any more.
    """
    _authorise(actor, file)
    _refuse_other_kinds(file)
    if not looked:
        raise ValidationError({"looked": "请逐页核对预览，确认无误后勾选。"})
    with whole():
        # Whoever releases the original meanwhile waits, and is then refused.
        CaseFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        lock_unarchived(file.request)
        draft = _locked(actor, file, None)
        if not draft.result_sm3 or draft.result_sm3 != result:
            raise _changed(draft)
        content = opened_file(f"{draft.belongs_to}:result", draft.result_path)
        if sm3(content) != result:
            raise ValidationError("预览文件已经损坏，请重新生成预览。")
        strikes = _strikes_of(draft)
        _check(strikes, complete=True)
        stem = name_of(file).rpartition(".")[0] or "文件"
        saved = store(
            actor,
            kind=Kind.REDACTED,
            content=content,
            name=f"{stem[:100]}（区分处理）.pdf",
            request=file.request,
            intake=file.intake,
            original=file,
        )
        Redaction.objects.bulk_create(
            [Redaction(file=saved, **asdict(strike)) for strike in strikes]
        )
        # Something had to be struck out of it, so it may not be given out any more.
        CaseFile.objects.filter(pk=file.pk, released=True).update(released=False)
        grounds = sorted({strike.ground for strike in strikes})
        record(
            actor,
            "foi.redaction.save",
            chain=organ_of(file).code,
            obj=saved,
            changes={"blocks": len(strikes), "grounds": grounds, "sm3": saved.sm3},
        )
        _drop(draft)
    return saved


def discard_draft(actor: Actor, file: CaseFile, *, seen: int) -> None:
    """The blocks drawn so far are thrown away."""
    _authorise(actor, file)
    with transaction.atomic():
        draft = _locked(actor, file, seen)
        record(
            actor,
            "foi.redaction.draft",
            chain=organ_of(file).code,
            obj=file,
            changes={"discarded": len(_strikes_of(draft))},
        )
        _drop(draft)


def release(actor: Actor, file: CaseFile) -> CaseFile:
    """The applicant is to have this file. An original out of which something was struck never."""
    return _set_released(actor, file, released=True)


def hold_back(actor: Actor, file: CaseFile) -> CaseFile:
    """The file is not to be given out after all; only before the answer has been delivered."""
    return _set_released(actor, file, released=False)


def log_of(file: CaseFile) -> list[dict[str, Any]]:
    """The blocks struck out of a file, numbered, with ground and article in words."""
    return [
        {
            "number": number,
            "page": row.page,
            "place": f"左{row.left} 上{row.top} 右{row.right} 下{row.bottom}",
            "ground": LIMBS[row.ground].label if row.ground in LIMBS else row.ground,
            "article": LIMBS[row.ground].article if row.ground in LIMBS else "",
            "reason": row.reason,
        }
        for number, row in enumerate(file.redactions.order_by("page", "top", "left"), 1)
    ]


# -- how it is done --------------------------------------------------------------------------

RELEASABLE: Final = frozenset({Kind.ORIGINAL, Kind.REDACTED})


def refuse_release(file: CaseFile) -> str:
    """Why a file may not be given to the applicant; "" when it may."""
    if file.kind not in RELEASABLE:
        return f"{file.get_kind_display()}是案卷内部材料，不能提供给申请人。"
    if file.erased_at is not None:
        return "这份材料已按保存期限清除。"
    if file.kind == Kind.ORIGINAL and file.redacted.exists():
        return "这份原件已作区分处理，只能提供处理后的文件（条例第三十七条）。"
    return ""


def _set_released(actor: Actor, file: CaseFile, *, released: bool) -> CaseFile:
    organ = organ_of(file)
    authorise(actor, HANDLE, organ)
    authorise(actor, REVEAL, organ)
    with transaction.atomic():
        current = (
            CaseFile.objects.select_for_update(of=("self",))
            .select_related("request__organ", "intake__organ")
            .get(pk=file.pk)
        )
        lock_unarchived(current.request)
        if current.released == released:
            return current
        problem = refuse_release(current) if released else _refuse_holding_back(current)
        if problem:
            raise ValidationError(problem)
        current.released = released
        current.save(update_fields=["released"])
        record(
            actor,
            "foi.file.release",
            chain=organ.code,
            obj=current,
            changes={"released": [not released, released], "sm3": current.sm3},
        )
    return current


def _refuse_holding_back(file: CaseFile) -> str:
    if file.request is not None and is_given(file, file.request.events.all()):
        return "答复已经送达，文件已提供给申请人，不能收回。"
    return ""


def _authorise(actor: Actor, file: CaseFile) -> None:
    organ = organ_of(file)
    authorise(actor, HANDLE, organ)
    authorise(actor, REVEAL, organ)


def _refuse_other_kinds(file: CaseFile) -> None:
    if file.kind != Kind.ORIGINAL:
        raise ValidationError(
            "只有“拟提供的文件（原件）”可以作区分处理，请先把文件作为原件加入案卷。"
        )
    if file.extension not in EXTENSIONS:
        prepare(b"", file.extension)  # says what to do instead


def _check(strikes: Sequence[Strike], *, complete: bool) -> None:
    """Raise ValidationError naming each block that is not as it must be."""
    if len(strikes) > MAX_BLOCKS:
        raise ValidationError(f"遮盖区域有{len(strikes)}处，最多{MAX_BLOCKS}处。请合并相邻的区域。")
    if complete and not strikes:
        raise ValidationError("还没有画出要遮盖的区域。整份文件都可以公开的，请直接提供原件。")
    wrong = []
    for number, strike in enumerate(strikes, 1):
        if not strike.block.is_sound:
            wrong.append(
                f"第{number}处：位置不完整，左应小于右、上应小于下，都在0至1000之间，页码从1起。"
            )
        if strike.ground and strike.ground not in GROUNDS:
            wrong.append(f"第{number}处：没有这种不予公开情形，请从列表中选择。")
        if len(strike.reason) > MAX_REASON:
            wrong.append(f"第{number}处：理由有{len(strike.reason)}个字，最多{MAX_REASON}个字。")
        if not complete:
            continue
        if not strike.ground:
            wrong.append(f"第{number}处：请选择不予公开情形（条例第十四条至第十六条）。")
        if not strike.reason.strip():
            wrong.append(f"第{number}处：请写明理由。")
    if complete and not wrong:
        for number, strike in enumerate(strikes, 1):
            try:
                refuse_personal(reason=strike.reason)
            except ValidationError as refused:
                wrong += [f"第{number}处的理由：{message}" for message in refused.messages]
    if wrong:
        rest = len(wrong) - 8
        raise ValidationError([*wrong[:8], f"……另有{rest}处。"] if rest > 0 else wrong)


def _locked(actor: Actor, file: CaseFile, seen: int | None) -> RedactionDraft:
    """The draft, made if there is none, locked; refused when it is not of version `seen`."""
    now = timezone.now()
    draft, _ = RedactionDraft.objects.select_for_update(of=("self",)).get_or_create(
        file=file, defaults={"changed_at": now, "changed_by": actor.name[:150]}
    )
    if seen is not None and seen != draft.version:
        raise _changed(draft)
    return draft


def _changed(draft: RedactionDraft) -> ValidationError:
    at = timezone.localtime(draft.changed_at)
    return ValidationError(
        f"这份底稿已由{draft.changed_by}于{at:%m月%d日 %H:%M}修改，您这次的修改没有保存。"
        "下面仍是您填写的内容；请另开窗口查看最新的底稿，仍要以您填写的为准的，再保存一次。",
        code="changed",
    )


def _fill(actor: Actor, draft: RedactionDraft, strikes: Sequence[Strike]) -> None:
    draft.version += 1
    draft.sealed = seal_json(
        f"{draft.belongs_to}:blocks", {"blocks": [asdict(strike) for strike in strikes]}
    )
    draft.changed_at, draft.changed_by = timezone.now(), actor.name[:150]


def _strikes_of(draft: RedactionDraft) -> tuple[Strike, ...]:
    held = open_json(f"{draft.belongs_to}:blocks", draft.sealed)
    return tuple(Strike(**row) for row in held.get("blocks", ()))


def _drop(draft: RedactionDraft) -> None:
    path = draft.result_path
    draft.delete()
    if path:
        transaction.on_commit(lambda: sealed_files.remove(path))


__all__ = [
    "GROUNDS",
    "MAX_BLOCKS",
    "Preview",
    "RedactionRefused",
    "Strike",
    "Work",
    "accept_preview",
    "add_occurrences",
    "add_personal_data",
    "discard_draft",
    "hold_back",
    "leftovers_of",
    "log_of",
    "make_preview",
    "open_redaction",
    "page_of",
    "page_picture",
    "previewed",
    "refuse_release",
    "release",
    "save_draft",
    "work_on",
]
