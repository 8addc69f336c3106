"""No personal data in the registers: identity and mobile telephone numbers are refused.

A register says which act there was, not to whom; what is counted may be opened to many. An
identity number (居民身份证号码, GB 11643) is recognised by its form, a real date of birth and
its check digit, so that an 18-digit document number is not taken for one; a mobile number by
its form, unless a whole field of numbers is nothing but these eleven digits (a receipt
number). Names cannot be recognised; the forms say that they do not belong here.
"""

from __future__ import annotations

import re
import unicodedata

from gongkai.statute.identity import is_well_formed

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{5})[ -]?((?:19|20)\d{2})(\d{2})(\d{2})[ -]?(\d{3}[0-9Xx])(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")
_DIGIT = re.compile(r"\d{3}")

IDENTITY_MESSAGE = "含有身份证号码。台账不得记录个人信息，请删去后重新填写。"
MOBILE_MESSAGE = "含有手机号码。台账不得记录个人信息，请删去后重新填写。"


def personal_data_in(text: str, *, is_number: bool = False) -> str:
    """Why `text` must not be kept, in Chinese; "" when nothing was found.

    `is_number`: the text is itself a number of a document, receipt or project.
    """
    if not _DIGIT.search(text):
        return ""
    plain = unicodedata.normalize("NFKC", text)
    if any(is_well_formed("".join(parts)) for parts in _IDENTITY.findall(plain)):
        return IDENTITY_MESSAGE
    if is_number and plain.strip().isdigit():
        return ""
    return MOBILE_MESSAGE if _MOBILE.search(plain) else ""
