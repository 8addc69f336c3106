"""Marks of secrecy: on the document, not in its sentences.

A mark is the level with its star and period (机密★1年; 保守国家秘密法实施条例 and GB/T 9704 print it
at the head of a document), the level or 密级：机密 alone in a line, or a note that keeps a paper
inside (内部资料 注意保存, 仅供内部参考, 不得外传, 此件不公开) standing for itself. Sentences that speak
of secrets (保守国家秘密, 商业秘密, 涉密资料不得外传) are no marks, nor is a mark quoted as an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.guard.checks.view import BOUNDARY, Hit, View
from gongkai.guard.findings import Severity

MESSAGE = "含有密级标志。涉密文件一律不得公开；请立即停止发布并送保密审查。"
EXAM_MESSAGE = "含有“启用前”保密标志（多见于试卷）。请确认已过启用时间，并删去标志。"
INTERNAL_MESSAGE = "含有内部资料标注。请确认可以公开，删去标注后重新送保密审查。"
CLOSED_MESSAGE = "正文标注不予公开，与主动公开不一致。请核对公开属性。"
ON_REQUEST_MESSAGE = "正文标注“依申请公开”，与主动公开不一致。请核对公开属性。"

_LEVEL = r"(?:绝密|机密|秘密)"
_NUMBER = r"(?:[0-9]{1,3}|[一二三四五六七八九十两]{1,4}|半)"
_STAR = re.compile(
    rf"{_LEVEL}级?[★*]+(?:{_NUMBER}(?:年|个月|月|日|天)|长期|启用前)?|[★]{_LEVEL}(?!级?[★*])"
)
_BARE_MARK = re.compile(rf"[【\[（(〔]?{_LEVEL}级?[】\]）)〕]?")
_FIELD = re.compile(
    rf"密级(?:标志|等级)?(?:[:：]\x1e?|\x1e)[【\[（(]?({_LEVEL}|内部)(?!级?[、/或和与及管文])"
)
_LEVELS = ("绝密", "机密", "秘密")
_KEEP_INSIDE = re.compile(
    r"(?:内部(?:资料|文件|材料|刊物|使用|参考|情况)?[，,、。·—-]*)?"
    r"(?:(?:请)?注意(?:保存|保密)|(?:请)?(?:妥善保管|严格保密)"
    r"|(?:请勿|不得|严禁|禁止|切勿|勿)(?:外传|翻印|转载|扩散))"
    r"|(?:仅|只)?供内部(?:人员|单位)?(?:使用|参考|传阅|阅读|学习|掌握|交流)?"
    r"|(?:阅后|会后)(?:即|请)?(?:收回|退回|清退|交回|销毁)"
)
_LABEL = re.compile(r"内部(?:资料|文件|材料|刊物)")
_CLOSED = re.compile(r"(?:此|本)件(?:属于|为)?(不予?公开|不得公开|依申请公开)")
_QUOTES = re.compile(r"[“\"'‘「《]$")
_THIS_PAPER = re.compile(
    r"(?:本|此|该)(?:件|文|文件|资料|材料|刊|刊物|简报|报告|稿|表|册)(?:为|属|系|是)?[^。，；\n\x1e]{0,4}$"
)
_PROSE = re.compile(
    r"管理|规定|制度|办法|工作|加强|建设|审计|控制|清单|要求|应当|必须|个人|涉密|网|考生|印发|关于|保密"
)
_OPENING = frozenset("（(【[〔")
_CLOSING = frozenset("）)】]〕")
_REST_OF_A_NOTE = 8
"""How much else a line may hold (an issue number, a name) and still be a note."""

Mark = tuple[int, int, Severity, str, str]
"""Start and end in `words`, severity, check and message."""


def find(view: View) -> Iterator[Hit]:
    """Every mark, each place once."""
    words = view.normalised.words
    last_end = -1
    for hit in view.word_hits:
        found = None
        if hit.start >= last_end:
            found = _mark_at(view, words, hit.start, hit.end)
        if found is not None:
            start, end, severity, check, message = found
            last_end = end
            first, last = view.normalised.plain_span(start, end)
            value = words[start:end].replace(BOUNDARY, "")
            yield Hit(check, value, value, first, last, severity, message)


def _mark_at(view: View, words: str, start: int, end: int) -> Mark | None:
    """The mark around an anchor, or None."""
    anchor = words[start:end]
    if anchor in {"绝密", "机密", "秘密"}:
        begin = start - 1 if words[start - 1 : start] == "★" else start
        star = _STAR.match(words, begin) or _STAR.match(words, start)
        if star is not None:
            return _star(words, star)
        line = _line(view, start, end)
        around = words[max(0, start - 40) : start] + words[end : end + 40]
        listed = any(level in around for level in _LEVELS if level != anchor)
        if _BARE_MARK.fullmatch(line) and not listed:
            return start, end, "serious", "secrecy_mark", MESSAGE
        return None
    if anchor == "密级":
        field = _FIELD.match(words, start)
        if field is None:
            return None
        if field.group(1) == "内部":
            return start, field.end(), "warning", "secrecy_mark", INTERNAL_MESSAGE
        star = _STAR.match(words, field.start(1))
        last = star.end() if star is not None else field.end()
        return start, last, "serious", "secrecy_mark", MESSAGE
    if anchor in {"此件", "本件"}:
        closed = _CLOSED.match(words, start)
        if closed is None:
            return None
        on_request = closed.group(1) == "依申请公开"
        severity: Severity = "warning" if on_request else "serious"
        message = ON_REQUEST_MESSAGE if on_request else CLOSED_MESSAGE
        return closed.start(), closed.end(), severity, "attribute_mark", message
    return _note(view, words, start, end)


def _star(words: str, star: re.Match[str]) -> Mark | None:
    text = star.group()
    before = re.split(r"[\n\x1e。]", words[max(0, star.start() - 40) : star.start()])[-1]
    if _QUOTES.search(before) and len(before) > 2:
        return None  # quoted as an example in a sentence
    if "*" in text and not re.search(r"[0-9年月日天期]$", text):
        return None  # an asterisk is a footnote unless a period follows
    if text.endswith("启用前"):
        return star.start(), star.end(), "warning", "secrecy_mark", EXAM_MESSAGE
    return star.start(), star.end(), "serious", "secrecy_mark", MESSAGE


def _note(view: View, words: str, start: int, end: int) -> Mark | None:
    """A note that keeps a paper inside, if it stands for itself."""
    line = _line(view, start, end)
    for pattern in (_KEEP_INSIDE, _LABEL):
        for note in pattern.finditer(words, max(0, start - 12), end + 12):
            if not (note.start() <= start and end <= note.end()):
                continue
            bracketed = (
                words[note.start() - 1 : note.start()] in _OPENING
                and words[note.end() : note.end() + 1] in _CLOSING
            )
            rest = re.sub(r"[\W_]", "", line.replace(note.group(), "", 1))
            if pattern is _LABEL:
                if rest == "" or bracketed:
                    return note.start(), note.end(), "warning", "secrecy_mark", INTERNAL_MESSAGE
                continue
            alone = len(rest) <= _REST_OF_A_NOTE and not _PROSE.search(rest)
            this_paper = _THIS_PAPER.search(words[max(0, note.start() - 14) : note.start()])
            if bracketed or alone or this_paper:
                return note.start(), note.end(), "serious", "secrecy_mark", INTERNAL_MESSAGE
    return None


def _line(view: View, start: int, end: int) -> str:
    """The line of the text in which a place of `words` stands, without spaces."""
    first, last = view.normalised.plain_span(start, end)
    plain = view.plain
    begin = max(plain.rfind("\n", 0, first), plain.rfind(BOUNDARY, 0, first)) + 1
    ends = [place for place in (plain.find("\n", last), plain.find(BOUNDARY, last)) if place >= 0]
    return re.sub(r"\s+", "", plain[begin : min(ends, default=len(plain))])
