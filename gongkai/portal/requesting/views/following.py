"""Following a request with number and code, and what its applicant can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongkai.foi.models import CaseFile, Intake
from gongkai.foi.services import accounts, following
from gongkai.foi.services.drafts import check_public_file
from gongkai.foi.services.files import public_limit_mb
from gongkai.foi.services.following import LockedOut, WrongCode
from gongkai.foi.services.intake import Incoming
from gongkai.ledger.actor import Actor, client_address
from gongkai.portal.requesting import guarding, visitor, wording
from gongkai.portal.requesting.accounts import account_of
from gongkai.portal.requesting.answering import answer, busy, download, page
from gongkai.portal.requesting.forms import (
    CitizenForm,
    ComplaintForm,
    CorrectionForm,
    SlipForm,
    SupplyChangeForm,
    TrackForm,
    WithdrawForm,
)
from gongkai.portal.requesting.views.applying import Wrong

MOST_FILES: Final = 10


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def track(request: HttpRequest, number: str = "") -> HttpResponse:
    """Number and code. What is wrong of the two is not told."""
    form = TrackForm(
        request.POST if request.method == "POST" else None,
        initial={"number": following.tidy_number(number)},
    )
    status, problem = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            intake = following.follow(
                form.cleaned_data["number"], form.cleaned_data["code"], client_address(request)
            )
        except WrongCode:
            problem = _("编号或者查询码不对，请对照回执检查。连续输错会暂时锁定。")
        except LockedOut:
            status = 429
            problem = _("输错的次数太多，请15分钟以后再试。查询码丢失的，请联系受理机关更换。")
        else:
            visitor.open_case(request, intake)
            return redirect("portal:request_case")
    wrong = [Wrong(f"#{target}", text) for target, text in form.wrong]
    if problem:
        wrong.append(Wrong("#id_number", problem))
    title = _("查询申请的办理情况")
    context = {
        "page": page(title, public=not number, description=_("凭来件编号和查询码查询办理情况")),
        "form": form,
        "wrong": wrong,
        "accounts": bool(accounts.ways()),
    }
    return answer(request, "track", context, status=status)


def _opened(request: HttpRequest) -> Intake | None:
    return visitor.case_of(request)


@require_safe
def case(request: HttpRequest) -> HttpResponse:
    """Where the request stands, and what can be done."""
    intake = _opened(request)
    if intake is None:
        return redirect("portal:request_track")
    shown = following.look(intake)
    context = {
        "page": page(_("我的申请")),
        "case": shown,
        "told": wording.standing(shown),
        "result": wording.result(shown),
        "line": wording.timeline(shown),
        "bar": wording.bar(shown.reading) if shown.reading else None,
        "remedy": wording.remedy(shown),
        "notices": wording.notices(shown),
        "done": request.session.pop("foi.done", ""),
        "acts": [(name, wording.ACT_TITLES[name]) for name in ACTS if name in shown.may],
        "account": account_of(request) is not None,
    }
    return answer(request, "case", context)


@require_POST
@csrf_protect
def close(request: HttpRequest) -> HttpResponse:
    """Nobody who uses this computer next sees the request."""
    visitor.close_case(request)
    return redirect("portal:request_track")


# -- acts --------------------------------------------------------------------------------------


def _correct(intake: Intake, form: CitizenForm, files: list[Incoming], seen: int) -> str:
    following.answer_correction(
        Actor.applicant(), intake, text=form.cleaned_data["text"], files=files, seen=seen or None
    )
    return _("补正已经提交，答复期限重新计算。")


def _withdraw(intake: Intake, form: CitizenForm, files: list[Incoming], seen: int) -> str:
    following.withdraw(Actor.applicant(), intake, seen=seen or None)
    return _("申请已经撤回。")


def _slip(intake: Intake, form: CitizenForm, files: list[Incoming], seen: int) -> str:
    following.hand_in_slip(Actor.applicant(), intake, files)
    return _("缴费凭证已经提交，机关核对到账后继续办理。")


def _supply(intake: Intake, form: CitizenForm, files: list[Incoming], seen: int) -> str:
    following.ask_supply(
        Actor.applicant(),
        intake,
        supply_form=form.cleaned_data["supply_form"],
        supply_way=form.cleaned_data["supply_way"],
    )
    return _("已经记下您希望的提供形式。")


def _complain(intake: Intake, form: CitizenForm, files: list[Incoming], seen: int) -> str:
    following.complain(Actor.applicant(), intake, text=form.cleaned_data["text"])
    return _("投诉已经提交。")


ACTS: Final[dict[str, dict[str, Any]]] = {
    "correction": {"form": CorrectionForm, "do": _correct, "kind": CaseFile.Kind.CORRECTION},
    "slip": {"form": SlipForm, "do": _slip, "kind": CaseFile.Kind.SLIP},
    "supply": {"form": SupplyChangeForm, "do": _supply, "kind": ""},
    "complain": {"form": ComplaintForm, "do": _complain, "kind": ""},
    "withdraw": {"form": WithdrawForm, "do": _withdraw, "kind": ""},
}


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def act(request: HttpRequest, name: str) -> HttpResponse:
    """One thing the applicant does. What was typed stays when it cannot be done."""
    if name not in ACTS:
        raise Http404
    intake = _opened(request)
    if intake is None:
        return redirect("portal:request_track")
    shown = following.look(intake)
    if name not in shown.may and request.method != "POST":
        return redirect("portal:request_case")
    kind = str(ACTS[name]["kind"])
    initial = {"supply_form": shown.wish.supply_form, "supply_way": shown.wish.supply_way}
    form: CitizenForm = ACTS[name]["form"](
        request.POST if request.method == "POST" else None, initial=initial
    )
    wrong: list[Wrong] = []
    if request.method == "POST" and request.POST.get("case", intake.number) != intake.number:
        # Two windows: what was meant for one request is never done to another.
        wrong = [
            Wrong(
                "",
                _(
                    "您在另一个窗口打开了另一件申请（编号%(number)s），这一页没有提交。"
                    "请回到要办理的申请，再填一次。"
                )
                % {"number": intake.number},
            )
        ]
    elif request.method == "POST":
        if form.is_valid():
            if kind and request.FILES and not guarding.within(request, guarding.UPLOADS):
                return busy(request)
            try:
                said = _do(request, intake, form, kind, ACTS[name]["do"])
            except ValidationError as error:
                wrong = _wrong_of(error)
            except PermissionDenied as error:
                wrong = [Wrong("", str(error))]
            else:
                request.session["foi.done"] = said
                return redirect("portal:request_case")
        wrong += [Wrong(f"#{target}" if target else "", text) for target, text in form.wrong]
    context = {
        "page": page(str(wording.ACT_TITLES[name])),
        "name": name,
        "case": shown,
        "form": form,
        "wrong": wrong,
        "takes_files": bool(kind),
        "limit_mb": public_limit_mb(),
        "seen": len(shown.events),
        "meant": request.POST.get("case", intake.number),
    }
    return answer(request, f"act_{name}", context, status=200)


def _do(
    request: HttpRequest,
    intake: Intake,
    form: CitizenForm,
    kind: str,
    how: Callable[[Intake, CitizenForm, list[Incoming], int], str],
) -> str:
    files = []
    uploads = request.FILES.getlist("files") if kind else []
    if len(uploads) > MOST_FILES:
        raise ValidationError({"files": _("一次最多上传10个文件，请合并后再传。")})
    for upload in uploads:
        check_public_file(kind, upload.name or "", int(upload.size or 0))
    for upload in uploads:
        files.append(Incoming(kind, upload.name or "", upload.read()))
    seen = request.POST.get("seen", "")
    is_number = seen.isascii() and seen.isdigit() and len(seen) < 7
    return how(intake, form, files, int(seen) if is_number else 0)


def _wrong_of(error: ValidationError) -> list[Wrong]:
    if not hasattr(error, "error_dict"):
        return [Wrong("", message) for message in error.messages]
    return [
        Wrong(f"#id_{name}", message)
        for name, messages in error.message_dict.items()
        for message in messages
    ]


# -- papers ------------------------------------------------------------------------------------


@require_safe
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """The PDF of a notice that was sent."""
    intake = _opened(request)
    if intake is None:
        return redirect("portal:request_track")
    try:
        return download(*following.take_notice(Actor.applicant(), intake, number))
    except (ValidationError, PermissionDenied):
        raise Http404 from None


@require_POST
@csrf_protect
def received(request: HttpRequest, number: int) -> HttpResponse:
    """The applicant has the notice."""
    intake = _opened(request)
    if intake is None:
        return redirect("portal:request_track")
    try:
        following.confirm_receipt(Actor.applicant(), intake, number)
    except ValidationError:
        raise Http404 from None
    request.session["foi.done"] = _("已经记下您收到文书的日期。")
    return redirect("portal:request_case")


@require_safe
def file(request: HttpRequest, number: int) -> HttpResponse:
    """A file that was given out, or that the applicant handed in."""
    intake = _opened(request)
    if intake is None:
        return redirect("portal:request_track")
    try:
        return download(*following.take_file(Actor.applicant(), intake, number))
    except (ValidationError, PermissionDenied):
        raise Http404 from None
