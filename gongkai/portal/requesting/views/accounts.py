"""An applicant's account: opened with a code, signed in to, and the own requests in one list."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongkai.foi.models import Account, AccountMessage
from gongkai.foi.queries import outcome_words
from gongkai.foi.services import account_requests, accounts, following
from gongkai.foi.services.account_requests import AlreadyHeld
from gongkai.foi.services.accounts import (
    CodeGone,
    LockedOut,
    TooMany,
    WrongCode,
    WrongPassword,
)
from gongkai.ledger.actor import Actor, client_address
from gongkai.portal import paging
from gongkai.portal.requesting import accounts as session
from gongkai.portal.requesting import guarding, visitor, wording
from gongkai.portal.requesting.accounts_forms import (
    ChangeContactForm,
    ChangePasswordForm,
    CloseForm,
    CodeForm,
    ContactForm,
    NewPasswordForm,
    SignInForm,
)
from gongkai.portal.requesting.answering import answer, busy, page
from gongkai.portal.requesting.forms import CitizenForm, TrackForm
from gongkai.portal.requesting.views.applying import Wrong

Purpose = AccountMessage.Purpose
DONE: Final = "foi.done"
_ASKED_AT: Final = {
    Purpose.OPEN.value: "register",
    Purpose.RESET.value: "forgotten",
    Purpose.CONTACT.value: "contact",
}
"""Where a code is asked for, by its purpose."""

_BOTH = require_http_methods(["GET", "HEAD", "POST"])


# -- opening, signing in -----------------------------------------------------------------------


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def register(request: HttpRequest) -> HttpResponse:
    """The contact to which a code goes. Says the same to everybody."""
    return _ask_code(request, Purpose.OPEN, "register", _("开通申请账号"))


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def forgotten(request: HttpRequest) -> HttpResponse:
    """The contact of an account whose password is forgotten. Says the same to everybody."""
    return _ask_code(request, Purpose.RESET, "forgotten", _("重新设置密码"))


def _ask_code(request: HttpRequest, purpose: str, name: str, title: str) -> HttpResponse:
    if session.account_of(request) is not None:
        return redirect("portal:account")
    form = ContactForm(request.POST if request.method == "POST" else None)
    wrong: list[Wrong] = []
    asked = False
    if request.method == "POST" and accounts.ways() and form.is_valid():
        sent, asked = _send_code(request, purpose, form)
        if sent is not None:
            return sent
    wrong += _wrong_of(form)
    context = {"ways": accounts.ways(), **_guarded(request, form, asked)}
    return _draw(request, f"account_{name}", title, form, wrong, context)


def _send_code(
    request: HttpRequest, purpose: str, form: ContactForm, account: Account | None = None
) -> tuple[HttpResponse | None, bool]:
    """The way on once a code is sent; else whether a question is to be answered first."""
    cleaned = form.cleaned_data
    if guarding.reached(request, guarding.CODES):
        return busy(request), False
    if guarding.asks_codes_like_a_program(
        request, cleaned["begun"], cleaned["website"]
    ) and not guarding.has_answered(request, cleaned["answer"]):
        if cleaned["answer"]:
            form.add_error("answer", _("答案不对，请回答下面的新问题。"))
        else:
            form.add_error("answer", _("还差一步：请回答一个小问题，再提交。"))
        return None, True
    guarding.within(request, guarding.CODES)
    try:
        key = accounts.ask_code(Actor.applicant(), purpose, cleaned["contact"], account)
    except TooMany:
        form.add_error("contact", _too_many())
        return None, False
    guarding.has_asked_code(request)
    session.keep_code(request, key)
    return redirect("portal:account_code"), False


def _too_many() -> str:
    return _("发到这个联系方式的验证码太多，请一小时以后再试。")


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    """The code is entered, or another one asked for."""
    key, account = session.code_key(request), session.account_of(request)
    try:
        waited = accounts.pending(key)
        if waited.purpose == Purpose.CONTACT and account is None:
            raise CodeGone  # signed out by time meanwhile
        if waited.passed:
            return redirect("portal:account_password_new")
        form = CodeForm(
            request.POST if request.method == "POST" and "again" not in request.POST else None
        )
        wrong: list[Wrong] = []
        again = False
        if request.method == "POST" and "again" in request.POST:
            if not guarding.within(request, guarding.CODES):
                return busy(request)
            try:
                session.keep_code(request, accounts.ask_again(Actor.applicant(), key))
                again = True
            except TooMany:
                wrong = [Wrong("#id_code", _too_many())]
        elif form.is_valid():
            try:
                accounts.enter_code(Actor.applicant(), key, form.cleaned_data["code"])
            except WrongCode:
                form.add_error("code", _("验证码不对，请核对最近收到的一条。"))
            else:
                if waited.purpose != Purpose.CONTACT or account is None:
                    return redirect("portal:account_password_new")
                account.refresh_from_db()
                session.enter(request, account)
                request.session[DONE] = _("联系方式已经更换。")
                return redirect("portal:account_settings")
    except CodeGone:
        session.forget_code(request)
        return answer(request, "account_code_gone", {"page": _page(_("验证码已经失效"))})
    context = {
        "contact": waited.contact.masked,
        "sms": waited.contact.way == "sms",
        "again": again,
        "back": reverse(f"portal:account_{_ASKED_AT[waited.purpose]}"),
    }
    return _draw(request, "account_code", _("填写验证码"), form, wrong + _wrong_of(form), context)


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def password_new(request: HttpRequest) -> HttpResponse:
    """After the right code: the password, then the list."""
    key = session.code_key(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    try:
        waited = accounts.pending(key)
        if not waited.passed:
            return redirect("portal:account_code")
        if request.method == "POST" and form.is_valid():
            try:
                account = accounts.set_password(Actor.applicant(), key, form.cleaned_data["new"])
            except ValidationError as error:
                form.add_error("new", error.message_dict["password"])
            else:
                session.enter(request, account)
                request.session[DONE] = (
                    _("账号已经开通。") if waited.purpose == Purpose.OPEN else _("密码已经更换。")
                )
                return redirect("portal:account")
    except (CodeGone, PermissionDenied):
        session.forget_code(request)
        return answer(request, "account_code_gone", {"page": _page(_("验证码已经失效"))})
    context = {"contact": waited.contact.address, "retype": True}
    return _draw(request, "account_password_new", _("设置密码"), form, _wrong_of(form), context)


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Contact and password. What is wrong of the two is not told."""
    if session.account_of(request) is not None:
        return redirect("portal:account")
    form = SignInForm(request.POST if request.method == "POST" else None)
    status, problem = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            account = accounts.sign_in(
                Actor.applicant(),
                form.cleaned_data["contact"],
                form.cleaned_data["password"],
                client_address(request),
            )
        except WrongPassword:
            problem = _("联系方式或者密码不对，请核对。连续输错会暂时锁定。")
        except LockedOut:
            status, problem = 429, _locked()
        else:
            session.enter(request, account)
            return redirect("portal:account")
    wrong = _wrong_of(form) + ([Wrong("#id_contact", problem)] if problem else [])
    context = {"ways": accounts.ways(), "retype": True}
    return _draw(request, "account_sign_in", _("登录"), form, wrong, context, status=status)


def _locked() -> str:
    return _("输错的次数太多，请15分钟以后再试；也可以凭来件编号和查询码查询。")


@require_POST
@csrf_protect
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody who uses this computer next sees a request."""
    session.leave(request)
    visitor.close_case(request)
    return redirect("portal:account_sign_in")


# -- the list ----------------------------------------------------------------------------------


@require_safe
def mine(request: HttpRequest, number: int = 1) -> HttpResponse:
    """The own requests, newest first, each with where it stands."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    base = reverse("portal:account")
    paged = paging.by_path(account_requests.requests_of(account), number, base)
    rows = [
        {
            "case": one,
            "told": wording.standing(one),
            "result": outcome_words(one.outcome, one.outcome_subtype) if one.outcome else "",
            "clock": one.reading
            if one.reading is not None and not one.reading.state.is_final
            else None,
        }
        for one in account_requests.look_at(paged["found"].object_list)
    ]
    context = {
        "page": _page(_("我的申请")),
        "rows": rows,
        "done": request.session.pop(DONE, ""),
        **paged,
    }
    return answer(request, "account", context)


@require_POST
@csrf_protect
def open_case(request: HttpRequest) -> HttpResponse:
    """A request of the list is looked at, with the rights of number and code."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    intake = account_requests.open_request(
        account, following.tidy_number(request.POST.get("number", ""))
    )
    if intake is None:
        return redirect("portal:account_attach")
    visitor.open_case(request, intake, by_account=True)
    return redirect("portal:request_case")


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def attach(request: HttpRequest) -> HttpResponse:
    """An earlier request comes into the list by number and code. What is wrong is not told."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    form = TrackForm(request.POST if request.method == "POST" else None)
    status, problem = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            account_requests.add_by_code(
                Actor.applicant(),
                account,
                form.cleaned_data["number"],
                form.cleaned_data["code"],
                client_address(request),
            )
        except AlreadyHeld:
            problem = _("这件申请已经在您的列表里。")
        except following.WrongCode:
            problem = _("编号或者查询码不对，请对照回执检查。连续输错会暂时锁定。")
        except following.LockedOut:
            status = 429
            problem = _("输错的次数太多，请15分钟以后再试。查询码丢失的，请联系受理机关更换。")
        else:
            request.session[DONE] = _("申请已经加入列表。")
            return redirect("portal:account")
    wrong = _wrong_of(form) + ([Wrong("#id_number", problem)] if problem else [])
    title = _("加入以前的申请")
    return _draw(request, "account_attach", title, form, wrong, {}, status=status)


# -- the account itself ------------------------------------------------------------------------


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """What the account knows, and what can be changed."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    context = {
        "page": _page(_("账号设置")),
        "contacts": accounts.contacts_of(account),
        "may_change": bool(accounts.ways()),
        "done": request.session.pop(DONE, ""),
    }
    return answer(request, "account_settings", context)


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password; sessions elsewhere end."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            account = accounts.change_password(
                Actor.applicant(),
                account,
                old=form.cleaned_data["password"],
                new=form.cleaned_data["new"],
                address=client_address(request),
            )
        except ValidationError as error:
            form.add_error("new", error.message_dict["new"])
        except WrongPassword:
            form.add_error("password", _("密码不对，请重新填写。"))
        except LockedOut:
            status = 429
            form.add_error("password", _locked())
        else:
            session.enter(request, account)
            request.session[DONE] = _("密码已经更换，其他设备上的登录已经失效。")
            return redirect("portal:account_settings")
    context = {"contact": accounts.contacts_of(account)[0].address, "retype": True}
    return _draw(
        request, "account_password", _("更换密码"), form, _wrong_of(form), context, status=status
    )


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def change_contact(request: HttpRequest) -> HttpResponse:
    """A code goes to the new contact; the old one is told once it is replaced."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    form = ChangeContactForm(request.POST if request.method == "POST" else None)
    status, asked = 200, False
    if request.method == "POST" and accounts.ways() and form.is_valid():
        status = _refuse_stranger(request, account, form)
        if status == 200 and not form.errors:
            sent, asked = _send_code(request, Purpose.CONTACT, form, account)
            if sent is not None:
                return sent
    context = {"ways": accounts.ways(), "retype": True, **_guarded(request, form, asked)}
    title = _("更换联系方式")
    return _draw(request, "account_contact", title, form, _wrong_of(form), context, status=status)


@_BOTH
@csrf_protect
@sensitive_post_parameters()
def close(request: HttpRequest) -> HttpResponse:
    """The account is erased; the requests go on and open with number and code."""
    account = session.account_of(request)
    if account is None:
        return redirect("portal:account_sign_in")
    form = CloseForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        status = _refuse_stranger(request, account, form)
        if status == 200 and not form.errors:
            accounts.close(Actor.applicant(), account)
            session.leave(request)
            visitor.close_case(request)
            return answer(request, "account_closed", {"page": _page(_("账号已经注销"))})
    context = {"retype": True}
    title = _("注销账号")
    return _draw(request, "account_close", title, form, _wrong_of(form), context, status=status)


# -- inside ------------------------------------------------------------------------------------


def _refuse_stranger(request: HttpRequest, account: Account, form: CitizenForm) -> int:
    """An error in the form unless the password is right; the status of the answer."""
    try:
        accounts.prove(account, form.cleaned_data["password"], client_address(request))
    except WrongPassword:
        form.add_error("password", _("密码不对，请重新填写。"))
    except LockedOut:
        form.add_error("password", _locked())
        return 429
    return 200


def _guarded(request: HttpRequest, form: ContactForm, asked: bool) -> dict[str, Any]:
    return {
        "begun": form.data.get("begun", "") if form.is_bound else guarding.begun(),
        "question": guarding.question(request) if asked else "",
    }


def _page(title: str) -> Any:
    return page(title, description=_("集中查看自己的政府信息公开申请"))


def _wrong_of(form: CitizenForm) -> list[Wrong]:
    return [Wrong(f"#{target}" if target else "", text) for target, text in form.wrong]


def _draw(
    request: HttpRequest,
    template: str,
    title: str,
    form: CitizenForm,
    wrong: list[Wrong],
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"page": _page(title), "form": form, "wrong": wrong, **more}
    return answer(request, template, context, status=status)
