"""The form: a question a page, what is typed is kept, and the receipt at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongkai.foi.models import CaseFile
from gongkai.foi.persons import check_person, check_wish
from gongkai.foi.services import account_requests, accounts, drafts
from gongkai.foi.services.drafts import DraftGone, Typed
from gongkai.foi.services.files import public_limit_mb
from gongkai.foi.services.intake import confirm_by, refuse_unfit, shown_code
from gongkai.ledger.actor import Actor
from gongkai.portal.reading import qr_path
from gongkai.portal.requesting import bodies, guarding, matches, visitor
from gongkai.portal.requesting.accounts import account_of
from gongkai.portal.requesting.answering import answer, busy, page, private
from gongkai.portal.requesting.forms import (
    FORM_LABELS,
    FORMS,
    IDENTITY_LABELS,
    KIND_LABELS,
    WAY_LABELS,
    StepForm,
    SubmitForm,
)
from gongkai.portal.requesting.steps import (
    BY_NAME,
    CHECK,
    FIRST,
    STEPS,
    TOTAL,
    Step,
    after,
    before,
    number_of,
    of_answer,
)

LONGEST_SAVED: Final = 5_000
"""Characters of an answer that are kept while it is being typed; what is filed is judged anew."""


@dataclass(frozen=True)
class Wrong:
    """A line of the summary on top: where to go, and what is wrong."""

    url: str
    text: str


# -- the entrance ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def start(request: HttpRequest) -> HttpResponse:
    """What is needed, and the button; what was begun before can be gone on with or thrown away."""
    typed = visitor.draft_of(request)
    if request.method == "POST":
        if "discard" in request.POST:
            drafts.discard(visitor.draft_key(request))
            visitor.forget_draft(request)
            return redirect("portal:request_start")
        if typed is None:
            if not guarding.within(request, guarding.DRAFTS):
                return busy(request)
            organ = bodies.by_code(request.POST.get("organ", ""))
            visitor.keep_draft(request, drafts.begin({"organ": organ.code} if organ else {}))
        return redirect(FIRST.url)
    organ = bodies.by_code(request.GET.get("organ", "")) if "organ" in request.GET else None
    context = {
        "page": page(
            _("网上申请公开政府信息"),
            public=True,
            description=_("填写政府信息公开申请，查询办理情况，下载申请表"),
        ),
        "typed": typed,
        "until": drafts.keep_until(typed) if typed else None,
        "gone": "gone" in request.GET,
        "organ": organ,
        "blank_for": organ or bodies.government(),
        "accounts": bool(accounts.ways()),
        "account": account_of(request) is not None,
    }
    return answer(request, "start", context)


# -- the questions -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One question."""
    this = BY_NAME.get(name)
    if this is None:
        raise Http404
    typed = visitor.draft_of(request)
    if typed is None:
        if this is CHECK and request.method == "POST" and visitor.receipt_of(request):
            return redirect("portal:request_receipt")  # the button was pressed twice
        return redirect(f"{reverse('portal:request_start')}?gone")
    try:
        return _SPECIAL.get(this.name, _plain)(request, this, typed)
    except DraftGone:
        visitor.forget_draft(request)
        return redirect(f"{reverse('portal:request_start')}?gone")


def _plain(request: HttpRequest, this: Step, typed: Typed) -> HttpResponse:
    """A question whose answers are fields."""
    if request.method != "POST":
        known = {}
        account = account_of(request) if this.name == "contact" else None
        if account is not None:
            known = accounts.contact_answers(account)
        form = FORMS[this.name](initial={**known, **typed.answers}, typed=typed)
        return _draw(request, this, typed, form)
    key = visitor.draft_key(request)
    if "save" in request.POST:
        drafts.write_answers(key, _raw(request, this))
        return private(HttpResponse(status=204))
    form = FORMS[this.name](request.POST, typed=typed)
    valid = form.is_valid()
    if valid:
        typed = drafts.write_answers(key, form.cleaned_data)
    refused: list[str] = []
    if this.files:
        if "remove" in request.POST:
            typed = drafts.detach(key, request.POST["remove"])
        typed, refused = _take_files(request, this, typed)
    stays = "remove" in request.POST or "upload" in request.POST
    if valid and not refused and not stays:
        return redirect(_onward(request, this))
    if stays:  # nobody has said yet that the page is finished
        form = FORMS[this.name](initial=request.POST.dict(), typed=typed)
    return _draw(request, this, typed, form, refused=refused)


def _take_files(request: HttpRequest, this: Step, typed: Typed) -> tuple[Typed, list[str]]:
    """What was chosen is with the draft; why something was not."""
    refused = []
    key = visitor.draft_key(request)
    for upload in request.FILES.getlist("files"):
        name = upload.name or ""
        if not guarding.within(request, guarding.UPLOADS):
            refused.append(_("一小时内上传的文件太多，请稍后再传，也可以以后补交。"))
            break
        try:
            # The size first: what is too large is not read into memory.
            drafts.check_upload(this.files, name, int(upload.size or 0))
            typed = drafts.attach(key, kind=this.files, name=name, content=upload.read())
        except ValidationError as error:
            refused += [f"{name[:60]}：{message}" for message in error.messages]
    return typed, refused


def _found(request: HttpRequest, this: Step, typed: Typed) -> HttpResponse:
    """What is published already; passed over when nothing is like it."""
    if request.method == "POST":
        return redirect(_onward(request, this))
    wish = typed.wish
    hits = matches.published(wish.title, wish.description, wish.document_number)
    if not hits:
        return redirect(after(this).url)
    return _draw(request, this, typed, None, hits=hits)


def _body(request: HttpRequest, this: Step, typed: Typed) -> HttpResponse:
    """Which body: found by a word, chosen from a list."""
    chosen = request.POST.get("organ", typed.text("organ"))[:40]
    word = request.POST.get("word", "")[:60]
    problem = ""
    if request.method == "POST" and "find" not in request.POST:
        organ = bodies.by_code(chosen) if chosen else None
        if organ is None:
            problem = _("请选择一个机关；不知道是哪个的，选第一项。")
        else:
            try:
                refuse_unfit(organ)
            except ValidationError as error:
                problem = error.messages[0]
            else:
                drafts.write_answers(visitor.draft_key(request), {"organ": organ.code})
                return redirect(_onward(request, this))
    found, more = bodies.find(word)
    government = bodies.government()
    now = bodies.by_code(chosen) if chosen else None
    listed = [one for one in found if one != government]
    if now is not None and now != government and now not in listed and now.is_active():
        listed.insert(0, now)
    return _draw(
        request,
        this,
        typed,
        None,
        wrong=[Wrong("#id_organ_0", problem)] if problem else [],
        government=government,
        found=listed,
        more=more,
        word=word,
        searched="find" in request.POST,
        chosen=chosen,
    )


def _check(request: HttpRequest, this: Step, typed: Typed) -> HttpResponse:
    """Everything once more, with the way back to each question; then it is filed."""
    wrong = _wrong(typed)
    form = SubmitForm(request.POST if request.method == "POST" else None)
    asked = False
    if request.method == "POST" and not wrong:
        form.is_valid()
        if guarding.reached(request, guarding.FILINGS):
            return busy(request)
        trap, said = form.data.get("website", ""), form.data.get("answer", "")
        if guarding.is_suspicious(request, typed, trap) and not guarding.has_answered(
            request, said
        ):
            asked = True
            if said:
                form.add_error("answer", _("答案不对，请回答下面的新问题。"))
            else:
                form.add_error("answer", _("还差一步：请回答一个小问题，再提交。"))
        else:
            outcome = _file(request, typed)
            if isinstance(outcome, HttpResponse):
                return outcome
            wrong = outcome
    wrong = wrong + [Wrong(f"#{target}", text) for target, text in form.wrong if target]
    return _draw(
        request,
        this,
        typed,
        form,
        wrong=wrong,
        rows=_rows(typed),
        organ=bodies.by_code(typed.text("organ")) if typed.text("organ") else None,
        question=guarding.question(request) if asked else "",
    )


def _file(request: HttpRequest, typed: Typed) -> HttpResponse | list[Wrong]:
    """File the draft; the receipt, or what is wrong."""
    organ = bodies.by_code(typed.text("organ"))
    assert organ is not None  # `_wrong` has asked
    try:
        filed = account_requests.file_draft(
            Actor.applicant(), visitor.draft_key(request), organ, account_of(request)
        )
    except ValidationError as error:
        return _wrong_of(error)
    guarding.has_filed(request)
    visitor.forget_draft(request)
    visitor.keep_receipt(request, filed.intake, filed.code)
    return redirect("portal:request_receipt")


_SPECIAL: Final = {"found": _found, "body": _body, "check": _check}


def _draw(
    request: HttpRequest,
    this: Step,
    typed: Typed,
    form: Any,
    *,
    refused: list[str] | None = None,
    wrong: list[Wrong] | None = None,
    **more: Any,
) -> HttpResponse:
    told = list(wrong or [])
    if isinstance(form, StepForm) and form.is_bound:
        told += [Wrong(f"#{target}" if target else "", text) for target, text in form.wrong]
    told += [Wrong("#id_files", text) for text in refused or ()]
    context = {
        "page": page(str(this.title)),
        "step": this,
        "number": number_of(this),
        "total": TOTAL,
        "back": CHECK if _changes(request) else before(this),
        "changes": _changes(request),
        "form": form,
        "typed": typed,
        "wrong": told,
        "refused": refused or [],
        "files": [one for one in typed.files if one.kind == this.files],
        "limit_mb": public_limit_mb(),
        "until": drafts.keep_until(typed),
        **more,
    }
    return answer(request, f"step_{this.name}", context, status=200)


def _onward(request: HttpRequest, this: Step) -> str:
    return CHECK.url if _changes(request) else after(this).url


def _changes(request: HttpRequest) -> bool:
    """Whether the reader came from the review to change one answer."""
    return "change" in request.GET or request.POST.get("then") == "check"


def _raw(request: HttpRequest, this: Step) -> dict[str, str]:
    return {
        name: request.POST[name].replace("\x00", "")[:LONGEST_SAVED]
        for name in this.answers
        if name in request.POST and name != "organ"
    }


def _wrong(typed: Typed) -> list[Wrong]:
    """What is missing or wrong in the whole form, each with the question where it is asked."""
    found = {**check_wish(typed.wish), **check_person(typed.person)}
    code = typed.text("organ")
    organ = bodies.by_code(code) if code else None
    if organ is None:
        found["organ"] = _("请选择向哪个机关申请。")
    else:
        try:
            refuse_unfit(organ)
        except ValidationError as error:
            found["organ"] = error.messages[0]
    chosen = {"kind": _("申请人"), "supply_form": _("提供形式"), "supply_way": _("获取方式")}
    for name, label in chosen.items():
        if not typed.text(name):
            found.setdefault(name, _("请选择%(what)s。") % {"what": label})
    order = [name for step in STEPS for name in step.answers]
    return [
        Wrong(f"{of_answer(name).url}?change", found[name])
        for name in sorted(found, key=lambda one: order.index(one) if one in order else 99)
    ]


def _wrong_of(error: ValidationError) -> list[Wrong]:
    if not hasattr(error, "error_dict"):
        return [Wrong("", message) for message in error.messages]
    return [
        Wrong(f"{of_answer(name).url}?change", message)
        for name, messages in error.message_dict.items()
        for message in messages
    ]


def _rows(typed: Typed) -> list[tuple[Step, list[tuple[str, str]]]]:
    """Each question with its answers as (label, text), for the review."""
    labels: dict[str, dict[str, Any]] = {
        "supply_form": FORM_LABELS,
        "supply_way": WAY_LABELS,
        "kind": KIND_LABELS,
        "identity_kind": IDENTITY_LABELS,
    }
    rows = []
    for one in STEPS:
        form_class = FORMS.get(one.name)
        if form_class is None:
            continue
        form = form_class(initial=typed.answers, typed=typed)
        shown = []
        for name, field in form.fields.items():
            text = typed.text(name)
            if name == "needs_help":
                text = _("是") if typed.answers.get(name) else ""
            text = str(labels.get(name, {}).get(text, text))
            if text:
                shown.append((str(field.label), text))
        files = [one_file for one_file in typed.files if one_file.kind == one.files]
        # Papers of two questions are of one kind; they are told once, where they belong first.
        if one.name != "agent":
            shown += [
                (_("文件"), one_file.name)
                for one_file in files
                if one_file.kind in (CaseFile.Kind.IDENTITY, CaseFile.Kind.APPLICATION)
            ]
        rows.append((one, shown))
    return rows


# -- beside the form ---------------------------------------------------------------------------


@require_POST
@csrf_protect
def found(request: HttpRequest) -> HttpResponse:
    """What is published already, as a fragment for the page while somebody types."""
    if not guarding.within(request, guarding.MATCHES):
        return private(HttpResponse(status=429))
    hits = matches.published(
        request.POST.get("title", ""),
        request.POST.get("description", ""),
        request.POST.get("document_number", ""),
    )
    return private(
        render(request, "gongkai/portal/requesting/_hits.html", {"hits": hits, "live": True})
    )


@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Number, code and QR code, for a day and for this visitor alone."""
    kept = visitor.receipt_of(request)
    if kept is None:
        return redirect("portal:request_track")
    intake = kept.intake
    address = request.build_absolute_uri(
        reverse("portal:request_track_number", args=[intake.number])
    )
    # What follows # never reaches a server. The drawing is not remembered, as others are.
    path, width = qr_path.__wrapped__(f"{address}#{kept.code}")
    context = {
        "page": page(_("申请已提交")),
        "intake": intake,
        "organ": intake.organ,
        "code": shown_code(kept.code),
        "confirm_by": confirm_by(intake) if intake.request_id is None else None,
        "qr": path,
        "qr_width": width,
        "address": address,
        "account": account_of(request) is not None,
    }
    return answer(request, "receipt", context)
