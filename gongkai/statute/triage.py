"""The questions that lead from a request to its answer, in the order of practice.

补不补 → 是不是 → 谁负责 → 有没有 → 给不给 → 怎么给 → 怎么答 (the "seven steps" of 闵湘龙
《依申请政府信息公开答复审查要点》). The first answer that settles the matter names the outcome it leads
to; later questions then need no answer. The result is a suggestion: what an outcome must prove is
held by `statute.outcomes`, and people decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Answer:
    """One possible answer: where it leads. Without `outcome` and `step` the next question follows.

    `outcome` and `subtype` are of `statute.outcomes`; `step` is an event of the clock to take first.
    """

    key: str
    label: str
    article: str = ""
    outcome: str = ""
    subtype: str = ""
    step: str = ""

    @property
    def settles(self) -> bool:
        """Whether no further question needs an answer."""
        return bool(self.outcome or self.step)


@dataclass(frozen=True)
class Question:
    """One of the seven, with what to look at."""

    key: str
    step: str
    label: str
    help_text: str
    answers: tuple[Answer, ...]

    def answer(self, key: str) -> Answer | None:
        """The answer of that key; None when there is none."""
        return next((a for a in self.answers if a.key == key), None)


QUESTIONS: Final[tuple[Question, ...]] = (
    Question(
        "clear",
        "补不补",
        "申请内容明确吗？",
        "有信息的名称、文号或者便于查询的特征性描述，有身份证明和联系方式，写明形式要求（第二十九条）。"
        "补正只能一次，须在收到申请之日起7个工作日内告知全部事项（第三十条）。",
        (
            Answer("yes", "明确，可以办理"),
            Answer("correct", "不明确，需要补正", "第三十条", step="correction_requested"),
            Answer(
                "still_unclear",
                "已经补正过，内容仍不明确",
                "第三十条",
                outcome="UNABLE_UNCLEAR",
            ),
        ),
    ),
    Question(
        "information",
        "是不是",
        "申请的是政府信息吗？",
        "第二条的三项标准：由行政机关（主体）在履行行政管理职能过程中制作或者获取（职能），"
        "以一定形式记录、保存（载体）。缺一项即不是。",
        (
            Answer("yes", "是政府信息"),
            Answer(
                "not_organ",
                "主体不符：不是行政机关制作或者获取",
                "第二条",
                outcome="OTHER_MISC",
                subtype="not_government_info",
            ),
            Answer(
                "party",
                "主体不符：属于党务信息",
                "第二条",
                outcome="OTHER_MISC",
                subtype="party_affairs",
            ),
            Answer(
                "not_function",
                "职能不符：与履行行政管理职能无关",
                "第二条",
                outcome="OTHER_MISC",
                subtype="not_government_info",
            ),
            Answer(
                "not_recorded",
                "载体不符：没有记录、保存，需要另行制作、加工",
                "第二条、第三十八条",
                outcome="UNABLE_CREATE",
            ),
            Answer(
                "petition",
                "实为信访、投诉、举报等活动",
                "第三十九条第一款",
                outcome="REFUSE_PETITION",
            ),
            Answer(
                "publication",
                "要求提供报纸、期刊、书籍等公开出版物",
                "第三十九条第二款",
                outcome="REFUSE_PUBLICATION",
            ),
            Answer(
                "confirm",
                "要求确认或者重新出具已经获取的信息",
                "第二条、第三十六条第六项",
                outcome="REFUSE_CONFIRM",
            ),
        ),
    ),
    Question(
        "responsible",
        "谁负责",
        "由本机关负责公开吗？",
        "谁制作谁公开；从其他行政机关获取的，由制作或者最初获取的机关公开；"
        "两个以上机关共同制作的，由牵头机关公开（第十条、第三十四条）。",
        (
            Answer("ours", "由本机关负责"),
            Answer(
                "together",
                "由本机关牵头、与其他机关共同制作：征求意见后继续",
                "第三十四条",
            ),
            Answer(
                "others",
                "不由本机关负责",
                "第三十六条第五项",
                outcome="UNABLE_NOT_HELD",
                subtype="not_this_organ",
            ),
            Answer(
                "archives",
                "已移交国家档案馆",
                "档案管理有关规定",
                outcome="OTHER_MISC",
                subtype="archives",
            ),
            Answer(
                "query",
                "工商、不动产登记等另有查询办法的信息",
                "第三十六条第七项",
                outcome="DENY_QUERY",
            ),
        ),
    ),
    Question(
        "held",
        "有没有",
        "本机关有这些信息吗？",
        "要作充分合理的查找、检索，并留下记录：查了哪些系统和档案、用了什么关键词、由谁在哪天查。",
        (
            Answer("held", "有"),
            Answer(
                "not_found",
                "经检索没有",
                "第三十六条第四项",
                outcome="UNABLE_NOT_HELD",
                subtype="not_exist",
            ),
            Answer(
                "to_be_made",
                "没有现成的，需要加工、分析",
                "第三十八条",
                outcome="UNABLE_CREATE",
            ),
            Answer(
                "repeated",
                "已就同一信息答复过同一申请人",
                "第三十六条第六项",
                outcome="REFUSE_REPEAT",
            ),
            Answer(
                "excessive",
                "申请数量、频次明显超过合理范围：先要求说明理由",
                "第三十五条",
                outcome="REFUSE_EXCESSIVE",
            ),
        ),
    ),
    Question(
        "given",
        "给不给",
        "可以公开吗？",
        "逐项核对第十四条至第十六条。能够区分处理的，提供可以公开的部分（第三十七条）。"
        "可能损害第三方合法权益的，先书面征求意见（第三十二条）。",
        (
            Answer("yes", "可以公开"),
            Answer("partly", "区分处理后部分公开", "第三十七条", outcome="PARTIAL"),
            Answer("secret", "属于国家秘密", "第十四条", outcome="DENY_SECRET"),
            Answer("law", "法律、行政法规禁止公开", "第十四条", outcome="DENY_LAW"),
            Answer("safety", "危及“三安全一稳定”", "第十四条", outcome="DENY_SAFETY"),
            Answer(
                "third",
                "公开会损害第三方合法权益",
                "第十五条、第三十二条",
                outcome="DENY_THIRD",
            ),
            Answer("internal", "属于内部事务信息", "第十六条第一款", outcome="DENY_INTERNAL"),
            Answer("process", "属于过程性信息", "第十六条第二款", outcome="DENY_PROCESS"),
            Answer("casefile", "属于行政执法案卷", "第十六条第二款", outcome="DENY_CASEFILE"),
        ),
    ),
    Question(
        "way",
        "怎么给",
        "怎样提供？",
        "按申请人要求的形式提供；会损害载体安全或者成本过高的，可以换一种形式，或者安排查阅、抄录（第四十条）。",
        (
            Answer(
                "published",
                "已经主动公开：告知准确位置",
                "第三十六条第一项",
                outcome="GRANT",
                subtype="already_public",
            ),
            Answer(
                "provide",
                "提供信息",
                "第三十六条第二项",
                outcome="GRANT",
                subtype="provided",
            ),
            Answer(
                "tell",
                "告知获取的方式、途径和时间",
                "第三十六条第二项",
                outcome="GRANT",
                subtype="way_and_time",
            ),
        ),
    ),
)
"""The first six; the seventh, 怎么答, is the notice that belongs to where they lead."""


@dataclass(frozen=True)
class Triage:
    """Where the answers lead: the question and the answer that settled it, or what is still open."""

    settled_by: tuple[Question, Answer] | None
    open: Question | None
    """The first question without an answer, when nothing is settled yet."""


def triage(answers: Mapping[str, str]) -> Triage:
    """Read the answers (question → answer) in order. Raises ValueError for unknown ones."""
    for name, given in answers.items():
        question = next((q for q in QUESTIONS if q.key == name), None)
        if question is None or question.answer(given) is None:
            raise ValueError(f"研判问题“{name}”没有“{given}”这一答案。")
    for question in QUESTIONS:
        key = answers.get(question.key, "")
        if not key:
            return Triage(None, question)
        chosen = question.answer(key)
        assert chosen is not None
        if chosen.settles:
            return Triage((question, chosen), None)
    raise AssertionError("The last question's answers all settle the matter.")
