"""SM4-GCM and HMAC-SM3 (GB/T 32907, GB/T 32905, GB/T 17964), from `cryptography`.

A sealed value is `version (1) | key number (4) | nonce (12) | ciphertext | tag (16)`. What it
belongs to goes in as associated data, so that a value copied to another row does not open.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES: Final = 16
VERSION: Final = 1
_NONCE: Final = 12
_TAG: Final = 16
HEAD_BYTES: Final = 5


class CannotOpen(ValueError):
    """The sealed value is damaged, was moved here from another record, or its key is gone."""


def new_key() -> bytes:
    """A fresh key from the system's generator."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, key_number: int, belongs_to: str, data: bytes) -> bytes:
    """`data`, sealed with SM4-GCM under a nonce of its own."""
    nonce = os.urandom(_NONCE)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(belongs_to.encode())
    sealed = cipher.update(data) + cipher.finalize()
    return b"".join((head(key_number), nonce, sealed, cipher.tag))


def head(key_number: int) -> bytes:
    """How every value begins that is sealed with this key: what a query can look for."""
    return bytes([VERSION]) + key_number.to_bytes(HEAD_BYTES - 1, "big")


def number_in(beginning: bytes) -> int | None:
    """The key's number in the beginning of a value; None when it is no beginning of ours."""
    if len(beginning) < HEAD_BYTES or beginning[0] != VERSION:
        return None
    return int.from_bytes(beginning[1:HEAD_BYTES], "big")


def key_number_of(sealed: bytes) -> int:
    """The number of the key that opens it. Raises `CannotOpen`."""
    number = number_in(sealed[:HEAD_BYTES])
    if number is None or len(sealed) < HEAD_BYTES + _NONCE + _TAG:
        raise CannotOpen("密文不完整或者格式不认识。")
    return number


def unseal(key: bytes, belongs_to: str, sealed: bytes) -> bytes:
    """What was sealed. Raises `CannotOpen`."""
    key_number_of(sealed)
    nonce, tag = sealed[HEAD_BYTES : HEAD_BYTES + _NONCE], sealed[-_TAG:]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(belongs_to.encode())
    try:
        return cipher.update(sealed[HEAD_BYTES + _NONCE : -_TAG]) + cipher.finalize()
    except InvalidTag:
        raise CannotOpen("密文损坏，或者不属于这条记录。") from None


def keyed_hash(key: bytes, text: str) -> str:
    """HMAC-SM3 of `text`, in hexadecimal (64 characters)."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(text.encode())
    return mac.finalize().hex()
