"""What must hold of a term before it is looked for in everybody's texts."""

from __future__ import annotations

import re
from typing import Final

from gongkai.guard.engine import scan_text
from gongkai.guard.findings import CHECKS
from gongkai.guard.lexicon import ANCHORS, SILENCING, Lexicon
from gongkai.guard.models import LexiconTerm, TermKind
from gongkai.guard.normalise import plain_term

TEXTS: Final = ("suggestion", "post", "note", "source")
_EMPTY: Final = Lexicon()
_PHONE = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}|1[3-9]\d{9}|[48]00\d{7}|1\d{4}|9\d{4,5}")
_SEPARATORS = re.compile(r"[\s\-—－()（）]+")


def telephone(word: str) -> str:
    """The digits of an office telephone, its extension left out."""
    plain = plain_term(word)
    plain = re.split(r"转|[xX]|分机|#", plain)[0]
    return _SEPARATORS.sub("", plain)


def key_of(kind: str, word: str) -> str:
    """The word as it is compared with others of its kind."""
    return telephone(word) if kind == TermKind.OFFICE_PHONE else plain_term(word)


def tidy(term: LexiconTerm) -> None:
    """The term without blanks around its texts and without what its kind does not have."""
    for name in ("word", *TEXTS):
        setattr(term, name, " ".join(str(getattr(term, name)).split()))
    term.key = key_of(term.kind, term.word)
    if term.kind in SILENCING:
        term.suggestion, term.severity = "", ""
    if term.kind != TermKind.REMOVED_OFFICIAL:
        term.post, term.alone = "", False


def complaints(term: LexiconTerm, lexicon: Lexicon) -> dict[str, str]:
    """What is wrong with a tidied term: field → message.

    `lexicon` are the words in force without this one: a phrase of the white list must not switch
    off a check.
    """
    found: dict[str, str] = {}
    if term.kind not in TermKind.values:
        found["kind"] = "没有这个类别，请重新选择。"
        return found
    for name in ("word", *TEXTS):
        message = _personal(term, name)
        if message:
            found[name] = message
    message = _word(term, lexicon)
    if message:
        found.setdefault("word", message)
    if term.suggestion:
        if plain_term(term.suggestion) == term.key:
            found.setdefault("suggestion", "建议写法与词条相同，请填写正确的写法。")
        elif term.key and term.key in plain_term(term.suggestion):
            found.setdefault(
                "suggestion", "建议写法中仍含有这个词条，照改后还会被提示。请另写，或留空。"
            )
    elif term.kind == TermKind.WRONG_WORD:
        found.setdefault("suggestion", "请填写正确的写法，起草人照此改正。")
    if term.kind == TermKind.REMOVED_OFFICIAL:
        if not term.post and not term.alone:
            found.setdefault(
                "post", "请填写原任职务（几个职务用“、”隔开）；姓名极少重名的，可选“只凭姓名提示”。"
            )
        if term.valid_from is None:
            found.setdefault("valid_from", "请填写离任的日期，此前的文件不提示。")
    if term.kind == TermKind.OFFICE_PHONE and term.is_mobile and not term.note:
        found.setdefault(
            "note", "手机号码作办公电话的，请写明用途（例如“值班专用”），不要写使用人姓名。"
        )
    if term.valid_from and term.valid_until and term.valid_until < term.valid_from:
        found.setdefault("valid_until", "截止日期不能早于起始日期，请核对两个日期。")
    if term.organ is not None and term.kind not in SILENCING:
        found.setdefault("kind", "机关自己的词条只能是白名单语句或办公电话。")
    return found


def personal_in(text: str) -> str:
    """The check that finds somebody's number in the text; "" for none."""
    found = (finding.check for finding in scan_text(text, _EMPTY) if finding.is_personal)
    return next(found, "")


def _personal(term: LexiconTerm, name: str) -> str:
    if name == "word" and term.kind == TermKind.OFFICE_PHONE:
        return ""
    check = personal_in(str(getattr(term, name)))
    return f"含有{CHECKS[check]}。词库不得记录个人信息，请删去后重新填写。" if check else ""


def _word(term: LexiconTerm, lexicon: Lexicon) -> str:
    if not term.word:
        return "请填写词条。"
    if term.kind == TermKind.OFFICE_PHONE:
        if not _PHONE.fullmatch(term.key):
            return f"“{term.word}”不是电话号码，请填写区号和号码，例如 0398-1234567。"
        return ""
    if len(term.key) < 2:
        return "只有一个字的词条会在各处误报，请至少填写两个字。"
    if term.key.isdigit():
        return "词条不能只有数字。办公电话请选“办公电话白名单”。"
    if term.kind == TermKind.ALLOWED:
        return _phrase(term, lexicon)
    return ""


def _phrase(term: LexiconTerm, lexicon: Lexicon) -> str:
    """A white-list phrase says where a word is right; it must not be the word itself."""
    listed = {
        pattern
        for pattern, terms in zip(lexicon.patterns, lexicon.terms_of, strict=True)
        if any(each.kind not in SILENCING for each in terms)
    }
    if term.key in ANCHORS or term.key in listed:
        return (
            f"“{term.word}”本身就是要检查的词，加入白名单等于停用它。"
            "请填写它在其中并无错误的完整语句；要停用词条的，请在该词条处停用。"
        )
    serious = [f for f in scan_text(term.word, lexicon) if f.blocks]
    if serious and term.organ is not None:
        return (
            f"其中“{serious[0].masked}”属于严重问题（{serious[0].label}），本机关白名单不能放行。"
            "请由政务公开办核实后加入全站白名单，或在具体稿件上按程序放行。"
        )
    if any(f.check == "secrecy_mark" for f in serious):
        return "密级标志不能加入白名单。"
    return ""
