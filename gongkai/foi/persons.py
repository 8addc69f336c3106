"""Who asks and for what: typed, checked, sealed, opened against a ledger entry, shown as a mask.

Article 29: a request has the name, the identity document and the contact details of the applicant,
the name or number of the information or another description by which it can be found, and the form
in which it is wanted. Nothing else is asked; never a purpose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import Applicant, ApplicantKind, IdentityKind
from gongkai.guard.engine import mask_text, scan_text
from gongkai.guard.lexicon import Lexicon
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.credit_code import validate_credit_code
from gongkai.organs.policy import authorise
from gongkai.statute.identity import is_identity_number
from gongkai.vault.sealing import blind_index, open_json, seal_json

REVEAL: Final = "foi.reveal"

SUPPLY_FORMS: Final[Mapping[str, str]] = {
    "paper": "纸质",
    "electronic": "电子数据",
    "disc": "光盘、U 盘",
    "any": "不限",
}
"""形式要求 (Article 29: 申请公开的政府信息的形式要求)."""

SUPPLY_WAYS: Final[Mapping[str, str]] = {
    "online": "网上获取",
    "email": "电子邮件",
    "post": "邮寄",
    "pickup": "当面领取",
    "read": "当场阅读、抄录",
    "fax": "传真",
}
"""获取信息的途径 (Article 29: 包括获取信息的方式、途径)."""


@dataclass
class Person:
    """An applicant: a natural person, or a body with the one who acts for it; and an agent.

    `kind` is a column of table three (`ApplicantKind`), `identity_kind` an `IdentityKind`.
    """

    name: str = ""
    kind: str = ApplicantKind.NATURAL
    identity_kind: str = ""
    identity_number: str = ""
    contact_name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    representative: str = ""
    agent_name: str = ""
    agent_identity_number: str = ""
    agent_phone: str = ""


@dataclass
class Wish:
    """What is asked for: title or description, where known the document number, how to supply."""

    title: str = ""
    description: str = ""
    document_number: str = ""
    search_hint: str = ""
    supply_form: str = ""
    supply_way: str = ""


LIMITS: Final[Mapping[str, int]] = {
    "name": 120,
    "identity_number": 40,
    "contact_name": 60,
    "phone": 40,
    "email": 120,
    "address": 200,
    "postcode": 10,
    "representative": 60,
    "agent_name": 60,
    "agent_identity_number": 40,
    "agent_phone": 40,
    "title": 200,
    "description": 5000,
    "document_number": 100,
    "search_hint": 1000,
}
"""The longest text of each field, in characters."""

LABELS: Final[Mapping[str, str]] = {
    "name": "姓名或者名称",
    "kind": "申请人类别",
    "identity_kind": "证件类型",
    "identity_number": "证件号码",
    "contact_name": "联系人",
    "phone": "联系电话",
    "email": "电子邮箱",
    "address": "通信地址",
    "postcode": "邮政编码",
    "representative": "法定代表人",
    "agent_name": "代理人姓名",
    "agent_identity_number": "代理人证件号码",
    "agent_phone": "代理人电话",
    "title": "所需信息的名称",
    "description": "内容描述",
    "document_number": "文号",
    "search_hint": "便于查找的其他线索",
    "supply_form": "提供形式",
    "supply_way": "获取方式",
}

_PHONE: Final = re.compile(r"\+?[0-9][0-9()（）\- 转#*]{5,}")
_POSTCODE: Final = re.compile(r"[0-9]{6}")
_NO_LEXICON: Final = Lexicon()


def clean_person(person: Person) -> Person:
    """The same person with tidy texts: no stray spaces, full-width digits made plain."""
    texts = {name: _one_line(value) for name, value in asdict(person).items()}
    for name in ("identity_number", "agent_identity_number"):
        texts[name] = _document(texts[name])
    for name in ("phone", "agent_phone", "postcode"):
        texts[name] = _one_line(unicodedata.normalize("NFKC", texts[name]))
    texts["email"] = _compact(texts["email"])
    return Person(**texts)


def clean_wish(wish: Wish) -> Wish:
    """The same wish with tidy texts; the description keeps its lines."""
    texts = {name: _one_line(value) for name, value in asdict(wish).items()}
    texts["description"] = _lines(wish.description)
    texts["search_hint"] = _lines(wish.search_hint)
    return Wish(**texts)


def check_person(person: Person) -> dict[str, str]:
    """What is missing or looks wrong (Article 29), by field, in Chinese; {} when nothing is.

    For somebody who files it himself these are errors; an officer who enters a letter is warned and
    may go on, since what a letter lacks is for a correction notice (Article 30), not for losing it.
    """
    person = clean_person(person)
    wrong = _too_long(asdict(person))
    today = timezone.localdate()
    if person.kind not in ApplicantKind.values:
        wrong["kind"] = "请选择申请人类别。"
    natural = person.kind == ApplicantKind.NATURAL
    if not person.name:
        wrong["name"] = "请填写姓名。" if natural else "请填写单位名称。"
    if person.identity_kind and person.identity_kind not in IdentityKind.values:
        wrong["identity_kind"] = "请从列表中选择证件类型。"
    elif not person.identity_kind:
        wrong["identity_kind"] = "请选择证件类型（条例第二十九条要求提供身份证明）。"
    if not person.identity_number:
        wrong["identity_number"] = "请填写证件号码。"
    elif "identity_number" not in wrong:
        problem = identity_problem(person.identity_kind, person.identity_number)
        if problem:
            wrong["identity_number"] = problem
    if natural and person.identity_kind == IdentityKind.CREDIT_CODE:
        wrong["identity_kind"] = (
            "自然人请用身份证等个人证件；以字号名义申请的，申请人类别请选“商业企业”。"
        )
    if not (person.phone or person.email or person.address):
        wrong["phone"] = "请至少填写一种联系方式：电话、电子邮箱或者通信地址。"
    for name in ("phone", "agent_phone"):
        value = getattr(person, name)
        if value and name not in wrong and not _PHONE.fullmatch(value):
            wrong[name] = "电话号码只能有数字、空格、括号和横线，至少7位，请核对。"
    if person.email and "email" not in wrong:
        try:
            EmailValidator()(person.email)
        except ValidationError:
            wrong["email"] = "电子邮箱格式不对，应像 name@example.cn，请核对。"
    if person.postcode and not _POSTCODE.fullmatch(person.postcode):
        wrong["postcode"] = "邮政编码应为6位数字。"
    number = person.agent_identity_number
    if person.agent_name and not number:
        wrong.setdefault("agent_identity_number", "委托代理人的，请填写代理人的证件号码。")
    elif number and not person.agent_name:
        wrong.setdefault("agent_name", "填写了代理人的证件号码，请一并填写代理人姓名。")
    if len(number) == 18 and not is_identity_number(number, today=today):
        wrong.setdefault("agent_identity_number", "身份证号码校验不符，请逐位核对。")
    return wrong


def identity_problem(kind: str, number: str) -> str:
    """What is wrong with an identity document's number; "" when nothing can be said against it."""
    if kind == IdentityKind.ID_CARD:
        if len(number) != 18:
            return f"身份证号码应为18位，现为{len(number)}位，请核对。"
        if not is_identity_number(number, today=timezone.localdate()):
            return "身份证号码校验不符（出生日期或者末位校验码不对），请逐位核对。"
    elif kind == IdentityKind.CREDIT_CODE:
        try:
            validate_credit_code(number)
        except ValidationError as error:
            return str(error.messages[0])
    elif kind in (IdentityKind.PASSPORT, IdentityKind.HK_MACAO_TAIWAN) and not re.fullmatch(
        r"[A-Z0-9()]{5,20}", number
    ):
        return "证件号码应为5至20位字母和数字，请核对。"
    return ""


def check_wish(wish: Wish) -> dict[str, str]:
    """What is missing or too long of what is asked for (Article 29), by field, in Chinese."""
    wish = clean_wish(wish)
    wrong = _too_long(asdict(wish))
    if not (wish.title or wish.description or wish.document_number):
        wrong["title"] = (
            "请写明所需信息的名称、文号，或者描述它的特征，以便查找（条例第二十九条）。"
        )
    if wish.supply_form and wish.supply_form not in SUPPLY_FORMS:
        wrong["supply_form"] = "请从列表中选择提供形式。"
    if wish.supply_way and wish.supply_way not in SUPPLY_WAYS:
        wrong["supply_way"] = "请从列表中选择获取方式。"
    return wrong


def refuse_unstorable(person: Person, wish: Wish) -> None:
    """Raise ValidationError for what cannot be kept at all, whoever entered it."""
    person, wish = clean_person(person), clean_wish(wish)
    wrong = _too_long({**asdict(person), **asdict(wish)})
    if person.kind not in ApplicantKind.values:
        wrong["kind"] = "请选择申请人类别。"
    if person.identity_kind and person.identity_kind not in IdentityKind.values:
        wrong["identity_kind"] = "请从列表中选择证件类型。"
    for name, known in (("supply_form", SUPPLY_FORMS), ("supply_way", SUPPLY_WAYS)):
        if getattr(wish, name) and getattr(wish, name) not in known:
            wrong[name] = f"请从列表中选择{LABELS[name]}。"
    if wrong:
        raise ValidationError(wrong)


def seal_person(applicant: Applicant, person: Person, wish: Wish) -> None:
    """Set `kind`, `identity_kind`, `identity_index` and `sealed` of a row; the caller saves it."""
    person, wish = clean_person(person), clean_wish(wish)
    texts = {**asdict(person), **asdict(wish)}
    applicant.kind = person.kind
    applicant.identity_kind = person.identity_kind
    applicant.identity_index = identity_index(person)
    kept = {k: v for k, v in texts.items() if v and k not in ("kind", "identity_kind")}
    applicant.sealed = seal_json(applicant.belongs_to, kept)


def identity_index(person: Person) -> str:
    """The blind index by which the same applicant is found again; "" without a number."""
    number = _document(person.identity_number)
    return blind_index(f"foi.identity.{person.identity_kind}", number) if number else ""


def reveal(actor: Actor, applicant: Applicant) -> tuple[Person, Wish]:
    """Who asks and for what, in clear, for somebody who may see it; the ledger says who looked.

    Raises PermissionDenied. An erased applicant comes back empty.
    """
    intake = applicant.intake
    organ = intake.request.organ if intake.request is not None else intake.organ
    authorise(actor, REVEAL, organ)
    with transaction.atomic():
        record(actor, "foi.reveal", chain=organ.code, obj=intake)
    return opened(applicant)


def opened(applicant: Applicant) -> tuple[Person, Wish]:
    """The sealed texts, for services of this room that show them to nobody (or to their owner)."""
    texts = open_json(applicant.belongs_to, applicant.sealed)
    own = {field.name for field in fields(Person)}
    wished = {field.name for field in fields(Wish)}
    person = Person(**{k: v for k, v in texts.items() if k in own})
    person.kind, person.identity_kind = applicant.kind, applicant.identity_kind
    return person, Wish(**{k: v for k, v in texts.items() if k in wished})


# -- masks -----------------------------------------------------------------------------------


def masked_name(name: str) -> str:
    """张某 rather than the name: the first character of a person's name."""
    return f"{name[0]}{'某' * min(max(len(name) - 1, 1), 2)}" if name else ""


def masked_organisation(name: str) -> str:
    """The beginning and the end of a body's name."""
    return f"{name[:2]}***{name[-2:]}" if len(name) > 5 else f"{name[:1]}***" if name else ""


def masked_phone(phone: str) -> str:
    """The first three and the last two digits."""
    return f"{phone[:3]}******{phone[-2:]}" if len(phone) >= 7 else "***" if phone else ""


def masked_number(number: str) -> str:
    """The last four characters of an identity document's number."""
    return f"{'*' * (len(number) - 4)}{number[-4:]}" if len(number) >= 8 else "*" * len(number)


def masked_email(email: str) -> str:
    """The first character and the domain."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}" if email else ""


def masked(person: Person) -> Person:
    """The person with everything hidden that identifies or reaches him."""
    natural = person.kind == ApplicantKind.NATURAL
    return Person(
        name=masked_name(person.name) if natural else masked_organisation(person.name),
        kind=person.kind,
        identity_kind=person.identity_kind,
        identity_number=masked_number(person.identity_number),
        contact_name=masked_name(person.contact_name),
        phone=masked_phone(person.phone),
        email=masked_email(person.email),
        address=f"{person.address[:3]}***" if person.address else "",
        postcode="",
        representative=masked_name(person.representative),
        agent_name=masked_name(person.agent_name),
        agent_identity_number=masked_number(person.agent_identity_number),
        agent_phone=masked_phone(person.agent_phone),
    )


# -- texts that stay in clear ------------------------------------------------------------------


def without_numbers(text: str) -> str:
    """`text` with identity, phone and card numbers masked."""
    return mask_text(text, scan_text(text, _NO_LEXICON))


def refuse_personal(**texts: str) -> None:
    """Raise ValidationError where a text that is kept in clear holds a person's numbers."""
    wrong = {}
    for name, text in texts.items():
        found = next((f for f in scan_text(text, _NO_LEXICON) if f.is_personal), None)
        if found is not None:
            wrong[name] = f"这里不能写个人信息（{found.label} {found.masked}），请删去后再保存。"
    if wrong:
        raise ValidationError(wrong)


def subject_of(wish: Wish) -> str:
    """A short heading of what is asked for, without numbers of persons; for lists."""
    wish = clean_wish(wish)
    text = wish.title or wish.document_number or _one_line(wish.description)
    text = without_numbers(text)
    return f"{text[:77]}…" if len(text) > 78 else text or "（内容见申请材料）"


def _too_long(texts: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"{LABELS[name]}有{len(texts[name])}个字，最多{limit}个字，请精简或者另附文件。"
        for name, limit in LIMITS.items()
        if len(texts.get(name, "")) > limit
    }


def _one_line(text: str) -> str:
    return " ".join(_printable(str(text)).split())


def _lines(text: str) -> str:
    lines = [line.rstrip() for line in _printable(str(text)).splitlines()]
    return "\n".join(lines).strip()


def _compact(text: str) -> str:
    """Without any space and difference of width. Marks that meet by it are joined as well."""
    tight = "".join(unicodedata.normalize("NFKC", text).split())
    return unicodedata.normalize("NFKC", tight)


def _document(number: str) -> str:
    """A document's number as it is compared: compact, in capitals."""
    return _compact(_compact(number).upper())


def _printable(text: str) -> str:
    """Without control characters and lone surrogates, which no database keeps; scripts and emoji stay."""
    return "".join(c for c in text if c in "\n\t\r" or unicodedata.category(c) not in ("Cc", "Cs"))
