"""Single acts upon an item: sending, taking back, masking, letting through, ending."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from gongkai.disclosure import actions, queries, services
from gongkai.disclosure.forms import ConfirmForm, OverrideForm, ReasonForm, RepealForm
from gongkai.disclosure.forms.acts import ReplyForm
from gongkai.disclosure.models import Referral
from gongkai.disclosure.views.base import ItemView, words_of
from gongkai.organs.staff_views import ServiceFormView


class ActView(ItemView, ServiceFormView):
    """A form for one act. What is not lawful now is answered on the item's page, in words."""

    template_name = "gongkai/disclosure/act.html"
    open_to: ClassVar[str] = ""
    """The name in `actions.Lawful` that must hold."""
    closed: ClassVar[str] = "现在不能办理这一项，可能已由他人办理。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.open_to and not getattr(actions.lawful(request.user, self.object), self.open_to):
            messages.error(request, self.closed)
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_cancel_url(self) -> str:
        return self.place("item_detail")


class PressView(ItemView):
    """A button without a form: the act is done, and the item's page says what came of it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.place("item_detail"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.press())
        except (ValidationError, PermissionDenied) as error:
            for words in getattr(error, "messages", [words_of(error)]):
                messages.error(request, words)
        return HttpResponseRedirect(self.place("item_detail"))

    def press(self) -> str:
        """Do it; returns what to say."""
        raise TypeError(f"{type(self).__name__} must say what its button does (press).")


class Submit(PressView):
    """Send the newest version into review."""

    action = "disclosure.edit"

    def press(self) -> str:
        services.submit(self.actor, self.object, seen=self.request.POST.get("seen"))
        return f"“{self.version.title}”已送审。"


class Mask(PressView):
    """Mask persons' numbers in the texts with one click."""

    action = "disclosure.edit"

    def press(self) -> str:
        return services.mask_item(self.actor, self.object).message


class Recall(ActView):
    """Take the version back from review, or its publication at an hour."""

    action = "disclosure.edit"
    form_class = ConfirmForm
    open_to = "recall"
    closed = "这条信息不在审核中，或者不是您起草、送审的，不能收回。"
    submit_label = "收回"
    success_message = "已收回，可以继续修改。"

    def get_title(self) -> str:
        return "取消定时发布" if self.object.scheduled_for else "收回送审的信息"

    def get_intro(self) -> str:
        return "收回后成为草稿，本轮已签署的审核意见留存备查；修改后须从第一个环节重新审核。"

    def perform(self, form: Any) -> Any:
        return services.recall(self.actor, self.object)


class Override(ActView):
    """Let one serious finding through, by name and with the reason."""

    action = "guard.override"
    form_class = OverrideForm
    open_to = "override"
    closed = "起草人不能放行自己起草的内容，请由其他有放行权限的人员办理。"
    title = "放行审查问题"
    submit_label = "放行"
    danger = True
    success_message = "已放行，记入台账。"

    def finding(self) -> dict[str, Any]:
        key = self.request.POST.get("finding") or self.request.GET.get("finding", "")
        run = services.check_item(self.actor, self.object)
        found = next((one for one in run.findings if one["key"] == key), None)
        if found is None:
            raise Http404
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"finding": self.request.GET.get("finding", "")}

    def get_intro(self) -> str:
        found = self.finding()
        return (
            f"{found['where']}：{found['label']}“{found['masked']}”。"
            "放行只对这一处有效，由您负责；放行人、时间和理由记入台账。"
        )

    def perform(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.override_finding(self.actor, self.object, given["finding"], given["reason"])

    def get_success_url(self) -> str:
        if queries.may_decide(self.request.user, self.object):
            return self.place("review")
        return super().get_success_url()


class Withdraw(ActView):
    """Take a public item down; why is public."""

    action = "disclosure.withdraw"
    form_class = ReasonForm
    open_to = "withdraw"
    closed = "这条信息现在没有公开，无需撤回。"
    title = "撤回已发布的信息"
    submit_label = "撤回"
    danger = True
    success_message = "已撤回，公众看到的是撤回说明。"

    def get_intro(self) -> str:
        return (
            f"“{self.object.title}”将不再公开，原网址显示撤回日期和下面写的原因。"
            "索引号保留，不再另用。"
        )

    def perform(self, form: Any) -> Any:
        return services.withdraw(self.actor, self.object, form.cleaned_data["reason"])


class Restore(ActView):
    """Put back what was withdrawn or had come down."""

    action = "disclosure.withdraw"
    form_class = ReasonForm
    open_to = "restore"
    closed = "只有已撤回或已到期下架、没有新版本在办的信息才能恢复发布。"
    title = "恢复发布"
    submit_label = "恢复发布"
    success_message = "已恢复发布。"
    intro = "原来审批的内容原样恢复公开，原因公开显示。内容需要修改的，请用“更正或更新”。"

    def perform(self, form: Any) -> Any:
        return services.restore(self.actor, self.object, form.cleaned_data["reason"])


class Repeal(ActView):
    """A document ends, or is changed by another one; it stays public, marked."""

    form_class = RepealForm
    open_to = "repeal"
    closed = "只有已发布、尚未废止的文件才能废止或修改，且需要撤回或清理的权限。"
    title = "废止或修改文件"
    submit_label = "登记"
    danger = True
    success_message = "已登记，信息页面上已标明。"
    intro = "原文继续公开，页面上方标明废止或修改；公开说明不能删除，请核对后再登记。"

    def perform(self, form: Any) -> Any:
        given = form.cleaned_data
        act = services.repeal if given["kind"] == "repealed" else services.amend
        return act(
            self.actor, self.object, given["on"], successor=given["successor"], note=given["note"]
        )


class Reassess(ActView):
    """What is withheld was assessed anew and stays withheld (Art. 18)."""

    action = "disclosure.edit"
    form_class = ReasonForm
    open_to = "reassess"
    closed = "只有已定为不主动公开的信息需要定期评估。"
    title = "登记定期评估"
    submit_label = "维持不主动公开"
    success_message = "已登记，一年后再次提醒评估。"
    intro = (
        "对不予公开的信息应当定期评估审查（条例第十八条）。因情势变化可以公开的，"
        "请不要在这里登记，改用“更正或更新”把公开属性改为主动公开后送审。"
    )

    def perform(self, form: Any) -> Any:
        return services.reassess(self.actor, self.object, form.cleaned_data["reason"])


class Discard(ActView):
    """Drop the draft of a published item."""

    action = "disclosure.edit"
    form_class = ConfirmForm
    open_to = "discard"
    closed = "这条信息没有未发布的修改，无需放弃。"
    title = "放弃修改"
    submit_label = "放弃修改"
    danger = True
    success_message = "已放弃修改，以公开的内容为准。"
    intro = "未发布的修改不再继续，公开的内容不变；放弃的内容仍可在历次版本中查看。"

    def perform(self, form: Any) -> Any:
        return services.discard_version(self.actor, self.object)


class Delete(ActView):
    """Delete a draft that nobody has decided upon."""

    action = "disclosure.edit"
    form_class = ReasonForm
    open_to = "delete"
    closed = "只有没有审核意见的草稿才能删除。"
    title = "删除草稿"
    submit_label = "删除草稿"
    danger = True
    success_message = "草稿已删除。"

    def get_intro(self) -> str:
        return f"“{self.object.title}”及其附件将被删除，不能恢复。删除人和原因记入台账。"

    def perform(self, form: Any) -> Any:
        services.delete_draft(self.actor, self.object, form.cleaned_data["reason"])

    def get_success_url(self) -> str:
        return self.url("index")


class Reply(ActView):
    """The competent department has answered what was referred to it (Art. 17)."""

    action = "disclosure.secrecy"
    form_class: type[forms.Form] = ReplyForm
    open_to = "reply"
    closed = "没有等待答复的提请，可能已由他人登记。"
    title = "登记提请确定的答复"
    submit_label = "登记答复"
    success_message = "已登记答复，可以继续保密审查。"

    def referral(self) -> Referral:
        found = self.object.referrals.filter(replied_on=None, closed_on=None).first()
        if found is None:
            raise ValidationError(self.closed)
        return found

    def get_intro(self) -> str:
        found = self.object.referrals.filter(replied_on=None, closed_on=None).first()
        return f"已提请{found.referred_to}确定，答复期限{found.reply_due_on}。" if found else ""

    def perform(self, form: Any) -> Any:
        return services.record_reply(self.actor, self.referral(), **form.cleaned_data)
