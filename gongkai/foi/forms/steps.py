"""What a person fills in for each step of a case; the services judge it."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from gongkai.foi.forms.fields import day
from gongkai.foi.models import Consultation, Delivery
from gongkai.foi.notices.kinds import GENERAL, kind_of
from gongkai.foi.services.steps.deciding import SHOWN_BY_RECORDS
from gongkai.organs.staff_views import StaffForm
from gongkai.statute.outcomes import OUTCOMES

SEPARATOR: Final = "/"
"""Between the code of an outcome and its variety, in the choices of a form."""

_INTERNAL: Final = "办理中的内部记录，不得写个人信息。"


def _text(
    label: str, *, required: bool = True, rows: int = 3, help_text: str = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.Textarea({"rows": rows}),
        max_length=6000,
    )


def _line(
    label: str, *, required: bool = True, help_text: str = "", limit: int = 200
) -> forms.CharField:
    return forms.CharField(label=label, required=required, help_text=help_text, max_length=limit)


class StepForm(StaffForm):
    """`seen`: how many events the case had when the form was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CorrectionRequestForm(StepForm):
    points = _text(
        "补正事项", rows=5, help_text="只能告知一次：哪些地方不明确、怎样补正，一次写全。"
    )
    guidance = _text("补正指引", required=False, help_text="指导和释明，可以不填。")
    days = forms.IntegerField(
        label="补正期限（工作日）", min_value=1, max_value=366, help_text="应当是合理的期限。"
    )


class CorrectionReceivedForm(StepForm):
    on = day("收到日期")
    justified = forms.BooleanField(
        label="逾期，但申请人有正当理由",
        required=False,
        help_text="只在已按逾期不补正结案的情况下勾选。",
    )


class LapseForm(StepForm):
    facts = _text(
        "事实和日期", rows=4, help_text="写入告知书：何时送达、期限至何日、申请人逾期未办。"
    )


class ThirdPartyForm(StepForm):
    name = _line("第三方姓名或者名称", limit=120)
    address = _line("地址", required=False)
    phone = _line("电话", required=False, limit=40)
    information = _text(
        "征求意见的信息", help_text="只写与第三方有关的部分，不写申请人的个人信息。"
    )
    ground = _text("为什么征求意见", rows=2, help_text="写入给申请人的告知书，接在“因”字后面。")


class OrganForm(StepForm):
    organ_name = _line("机关名称", limit=120)
    information = _text("征求意见的信息", help_text="名称、文号。")
    ground = _text("为什么征求意见", rows=2, help_text="写入给申请人的告知书，接在“因”字后面。")


class ArrivalForm(StaffForm):
    on = day("对方收到日期", help_text="以回执、邮件查询结果为准。")


class ReplyForm(StepForm):
    on = day("收到答复日期")
    reply = forms.ChoiceField(
        label="答复",
        choices=[
            (Consultation.Reply.AGREED, Consultation.Reply.AGREED.label),
            (Consultation.Reply.OBJECTED, Consultation.Reply.OBJECTED.label),
        ],
        widget=forms.RadioSelect,
    )
    text = _text("对方的理由", required=False, help_text="加密保存。不同意的必须填写。")


class EmptyForm(StepForm):
    """Nothing to fill in: a confirmation."""


class AssessForm(StaffForm):
    accepted = forms.TypedChoiceField(
        label="第三方的理由",
        choices=[("yes", "合理：公开会损害其合法权益"), ("no", "不合理")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    assessment = _text("认定的理由", help_text=_INTERNAL)


class ExtensionForm(StepForm):
    days = forms.IntegerField(
        label="延长的工作日数", min_value=1, help_text="最长20个工作日，只能一次。"
    )
    reason = _text("延期理由", rows=2, help_text="写入告知书，接在“因”字后面。不得写个人信息。")


class DelayForm(StepForm):
    until = day("延迟到哪一天")
    reason = _text("延迟理由", rows=2, help_text="写入告知书。须申请人已说明理由且理由合理。")


class OverrideForm(StepForm):
    reason = _text("公共利益的理由", help_text=_INTERNAL)


class FeeForm(StepForm):
    method = forms.ChoiceField(
        label="收费方式",
        choices=[("page", "按量计收（本次提供的页数）"), ("item", "按件计收（本月第几件）")],
        widget=forms.RadioSelect,
        help_text="同一申请只能选一种，金额由系统计算。",
    )
    pages = forms.IntegerField(
        label="页数",
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text="A4及以下幅面单面为一页。",
    )
    reason = _text("为什么明显超过合理范围", rows=2, help_text=_INTERNAL)
    offered = _text("事先提供过的办法", rows=2, help_text="例如建议查阅、抄录，或者缩小申请范围。")

    def clean_pages(self) -> int:
        return self.cleaned_data["pages"] or 0


class PaymentForm(StepForm):
    on = day("缴费日期")
    amount = forms.IntegerField(
        label="金额（元）", min_value=1, required=False, help_text="足额缴纳的留空。"
    )


class FeeArrivalForm(StepForm):
    on = day("申请人收到收费通知的日期")


class ReasonsForm(StaffForm):
    counts = _text("申请频次", help_text="一定期间内申请的件数和频次，有登记可查。")
    points = _text("需要说明的事项")
    period = _line("说明期限", help_text="例如“7个工作日”。答复期限不因此停止计算。", limit=40)


class ProofForm(StaffForm):
    key = forms.ChoiceField(label="办理依据")
    text = _text("内容", rows=5, help_text="加密保存，只有办理、审批人员可以查看。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *PROOF_CHOICES]


class NoteForm(StaffForm):
    text = _text("备注", rows=4, help_text="加密保存，只有办理、审批人员可以查看。")


class DecisionForm(StepForm):
    outcome = forms.ChoiceField(label="办理结果")
    reason = _text("请示说明", rows=3, help_text="给签发人看。不得写个人信息。")
    facts = _text(
        "事实理由的底稿",
        required=False,
        rows=6,
        help_text="放进告知书草稿的“事实理由”，提出后还可以修改；可以从下面的说理范例插入。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *OUTCOME_CHOICES]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("outcome") and data.get("facts"):
            code, subtype = self.chosen()
            paper = OUTCOMES[code].notice_for(subtype)
            number = paper.number if paper is not None else ""
            kind = kind_of(GENERAL if number in ("", "GENERAL") else number)
            if kind.field("facts") is None:
                self.add_error(
                    "facts",
                    f"《{kind.title}》没有“事实理由”一栏，请清空这里，提出后在草稿中填写其他内容。",
                )
        return data

    def chosen(self) -> tuple[str, str]:
        """Code and variety of the outcome."""
        code, _, subtype = self.cleaned_data["outcome"].partition(SEPARATOR)
        return code, subtype


class WithdrawForm(StepForm):
    on = day("撤回日期")


class SupplyForm(StepForm):
    result = _text(
        "处理情况",
        rows=2,
        help_text="例如“改发电子版”或者“文件不能复制，安排查阅”。不得写个人信息，最多200字。",
    )


class ReopenFileForm(StaffForm):
    reason = _text("取消归档的原因", rows=2, help_text=_INTERNAL)


class CarryOutForm(StepForm):
    way = forms.ChoiceField(
        label="送达方式", choices=Delivery.Way.choices, widget=forms.RadioSelect
    )
    sent_on = day("发出（交邮）日期")
    tracking_number = _line("邮件编号", required=False, limit=40, help_text="邮寄的必填。")
    received_on = day("签收日期", required=False, help_text="当面、委托送达的必填。")


class ApprovalForm(StaffForm):
    comment = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        help_text="退回的必须填写。不得写个人信息。",
        widget=forms.Textarea({"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def _outcomes() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, found in OUTCOMES.items():
        # What only a lapse brings about is recorded as the lapse.
        if not found.is_decision or code in ("OTHER_NO_SUPPLEMENT", "OTHER_NO_PAYMENT"):
            continue
        rows = groups.setdefault(found.group, [])
        if not found.subtypes:
            rows.append((code, found.label))
        rows += [
            (f"{code}{SEPARATOR}{sub.id}", f"{found.label}（{sub.label}）")
            for sub in found.subtypes.values()
            if sub.id != "withdrawn"
        ]
    return list(groups.items())


def _proofs() -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for one in OUTCOMES.values():
        for proof in one.proofs:
            found[proof.key] = proof.text
        for sub in one.subtypes.values():
            found |= {proof.key: proof.text for proof in sub.proofs}
    return [(key, text) for key, text in found.items() if key not in SHOWN_BY_RECORDS]


OUTCOME_CHOICES: Final = _outcomes()
PROOF_CHOICES: Final = _proofs()
