"""The algorithms against their published examples, and what a sealed value promises.

Examples: GB/T 32907-2016 appendix A (SM4), GB/T 32905-2016 appendix A (SM3), RFC 8998 A.1 (SM4-GCM).
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from gongkai.vault import crypto
from gongkai.vault.crypto import CannotOpen

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def test_gbt_32907_the_example_of_one_block():
    block = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()
    assert block.update(KEY).hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_gbt_32905_the_examples_of_sm3(data, expected):
    assert sm3(data).hex() == expected


def test_rfc_8998_the_example_of_sm4_gcm():
    plain = b"".join(bytes([byte]) * 8 for byte in bytes.fromhex("aabbccddeeffeeaa"))
    sealed = (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    nonce = bytes.fromhex("00001234567800000000abcd")
    cipher = Cipher(algorithms.SM4(KEY), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    assert (cipher.update(plain) + cipher.finalize()).hex() == sealed
    assert cipher.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_a_sealed_value_is_head_nonce_ciphertext_and_tag(monkeypatch):
    monkeypatch.setattr(crypto.os, "urandom", lambda size: bytes(range(size)))
    sealed = crypto.seal(KEY, 7, "某处", b"abc")
    cipher = Cipher(algorithms.SM4(KEY), modes.GCM(bytes(range(12)))).encryptor()
    cipher.authenticate_additional_data("某处".encode())
    body = cipher.update(b"abc") + cipher.finalize()
    assert sealed == b"\x01\x00\x00\x00\x07" + bytes(range(12)) + body + cipher.tag


def test_hmac_is_the_construction_of_the_standard_over_sm3():
    block = KEY.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in block) + "甲".encode())
    assert crypto.keyed_hash(KEY, "甲") == sm3(bytes(b ^ 0x5C for b in block) + inner).hex()


@given(st.binary(max_size=300), st.text(max_size=30), st.integers(0, 2**32 - 1))
def test_what_was_sealed_comes_back(data, belongs_to, number):
    belongs_to = belongs_to.encode("utf-8", "replace").decode()
    sealed = crypto.seal(KEY, number, belongs_to, data)
    assert crypto.key_number_of(sealed) == number
    assert crypto.unseal(KEY, belongs_to, sealed) == data


def test_the_same_text_is_never_sealed_the_same_way_twice():
    sealed = {crypto.seal(KEY, 1, "某处", b"same") for _ in range(500)}
    assert len({one[5:17] for one in sealed}) == 500


def test_no_bit_of_a_value_can_be_changed():
    sealed = crypto.seal(KEY, 1, "某处", b"some text")
    for position in range(len(sealed)):
        for bit in (1, 128):
            changed = bytearray(sealed)
            changed[position] ^= bit
            if 1 <= position < 5:  # names another key, which the lookup refuses or which is wrong
                assert crypto.key_number_of(bytes(changed)) != 1
                continue
            with pytest.raises(CannotOpen):
                crypto.unseal(KEY, "某处", bytes(changed))


def test_a_value_that_was_cut_off_does_not_open():
    sealed = crypto.seal(KEY, 1, "某处", b"some text")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            crypto.unseal(KEY, "某处", sealed[:length])


def test_a_value_copied_to_another_record_or_under_another_key_does_not_open():
    sealed = crypto.seal(KEY, 1, "foi.applicant:1", b"text")
    with pytest.raises(CannotOpen, match="不属于这条记录"):
        crypto.unseal(KEY, "foi.applicant:2", sealed)
    with pytest.raises(CannotOpen):
        crypto.unseal(crypto.new_key(), "foi.applicant:1", sealed)
