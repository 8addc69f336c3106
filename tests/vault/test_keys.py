"""Keys: made once, wrapped by the master key, and clear words when the master key is not there."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.vault import files, keys, sealing
from gongkai.vault.crypto import key_number_of
from gongkai.vault.middleware import KeyUnavailableMiddleware
from gongkai.vault.models import DataKey
from gongkai.vault.sealing import CannotOpen

pytestmark = pytest.mark.django_db
OTHER = "ff" * 16


def test_without_a_setting_a_master_key_is_made_that_only_the_service_can_read():
    sealing.seal_bytes("某处", b"text")
    path = keys.master_key_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]
    assert len(bytes.fromhex(path.read_text())) == 16


def test_the_data_key_lies_in_the_database_sealed_and_bound_to_its_row():
    number, key = keys.active(DataKey.Purpose.DATA)
    row = DataKey.objects.get(pk=number)
    assert key not in bytes(row.wrapped)
    other = keys.add(DataKey.Purpose.INDEX)
    other.wrapped = row.wrapped
    with pytest.raises(keys.KeyUnavailable, match="记录已损坏"):
        keys.key_of(other)


def test_a_lost_master_key_is_not_replaced_by_a_new_one():
    sealed = sealing.seal_bytes("某处", b"text")
    path = keys.master_key_path()
    kept = path.read_text()
    path.unlink()
    keys.forget()
    with pytest.raises(keys.KeyUnavailable, match=r"不见了.*请从备份恢复"):
        sealing.open_bytes("某处", sealed)
    assert not path.exists()
    path.write_text(kept)
    assert sealing.open_bytes("某处", sealed) == b"text"


def test_another_master_key_is_told_from_a_damaged_value(settings):
    sealed = sealing.seal_bytes("某处", b"text")
    keys.forget()
    settings.VAULT_MASTER_KEY = OTHER
    with pytest.raises(keys.KeyUnavailable, match="不是加密数据时所用的那一个") as problem:
        sealing.open_bytes("某处", sealed)
    assert OTHER not in str(problem.value)
    assert not isinstance(problem.value, CannotOpen)
    assert isinstance(problem.value, ImproperlyConfigured)


@pytest.mark.parametrize("wrong", ["甲", "12", "ab" * 15, "zz" * 16, "ab" * 16 + ",12"])
def test_what_is_no_key_is_refused_without_repeating_it(settings, wrong):
    settings.VAULT_MASTER_KEY = wrong
    with pytest.raises(keys.KeyUnavailable, match="32位十六进制") as problem:
        sealing.seal_bytes("某处", b"text")
    assert wrong not in str(problem.value)
    assert [one.id for one in run_checks() if one.id == "vault.E001"] == ["vault.E001"]


def test_an_unreadable_folder_is_said_in_words(settings, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(keys.KeyUnavailable, match="请检查"):
        sealing.seal_bytes("某处", b"text")


def test_the_deployment_check_warns_of_a_master_key_in_the_data_folder(settings):
    settings.DEMO = settings.DEBUG = False
    sealing.seal_bytes("某处", b"text")

    def ids():
        found = run_checks(include_deployment_checks=True)
        return sorted(one.id for one in found if one.id.startswith("vault."))

    assert ids() == ["vault.W001"]
    os.chmod(keys.master_key_path(), 0o644)
    assert ids() == ["vault.W001", "vault.W002"]
    settings.VAULT_MASTER_KEY = OTHER
    assert ids() == []


def test_a_page_that_needs_no_key_works_and_one_that_does_says_so_in_chinese(settings, caplog):
    def view(_request):
        sealing.seal_bytes("某处", b"text")
        return HttpResponse("done")

    settings.VAULT_MASTER_KEY = "no key"
    assert Client().get("/").status_code in (200, 404)
    middleware = KeyUnavailableMiddleware(view)
    request = RequestFactory().post("/somewhere")
    with pytest.raises(keys.KeyUnavailable) as problem:
        view(request)
    answer = middleware.process_exception(request, problem.value)
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "暂时不能办理" in page
    assert "没有丢失" in page
    assert "没有保存" in page
    assert "主密钥" not in page
    assert "32位十六进制" in caplog.text
    assert middleware.process_exception(request, ValueError()) is None
    assert "gongkai.vault.middleware.KeyUnavailableMiddleware" in settings.MIDDLEWARE


def test_nothing_is_sealed_with_a_key_that_was_destroyed():
    sealed = sealing.seal_bytes("某处", b"text")
    row = DataKey.objects.get()
    row.state, row.wrapped, row.ended_at = DataKey.State.DESTROYED, b"", row.created_at
    row.save()
    with pytest.raises(CannotOpen, match="已经销毁"):
        sealing.open_bytes("某处", sealed)
    assert keys.active(DataKey.Purpose.DATA)[0] != row.pk


def test_inside_one_act_the_key_in_use_is_asked_for_once_and_the_next_act_sees_a_new_one():
    sealing.seal_bytes("a", b"x")
    old = DataKey.objects.get(purpose="data")
    with CaptureQueriesContext(connection) as done, keys.looked_up_once():
        sealed = [sealing.seal_bytes("a", b"x") for _ in range(3)]
        assert sealing.open_bytes("a", sealed[0]) == b"x"
    assert len(done) == 1
    DataKey.objects.filter(pk=old.pk).update(state=DataKey.State.RETIRED, ended_at=timezone.now())
    new = keys.add("data")
    with keys.looked_up_once():
        assert key_number_of(sealing.seal_bytes("a", b"x")) == new.pk


def test_a_key_that_is_taken_back_with_its_transaction_is_not_remembered():
    with keys.looked_up_once():
        with transaction.atomic():
            sealing.seal_bytes("a", b"x")
            transaction.set_rollback(True)
        sealed = sealing.seal_bytes("a", b"x")
    assert sealing.open_bytes("a", sealed) == b"x"
    assert DataKey.objects.filter(pk=key_number_of(sealed)).exists()


def test_the_blind_index_tells_kinds_apart_and_nothing_of_the_text():
    one = sealing.blind_index("foi.identity.id_card", "测试")
    assert one == sealing.blind_index("foi.identity.id_card", "测试")
    assert one != sealing.blind_index("foi.identity.passport", "测试")
    assert sealing.blind_index("foi.identity.id_card", "") == ""
    assert len(one) == 64


def test_a_sealed_file_lies_without_its_clear_text_and_only_for_the_service(place):
    content = b"clear text of a paper " * 1000
    path = files.write("foi.file:1", content)
    written = [one for one in place.rglob("*") if one.is_file()]
    assert sorted(one.name for one in written) == sorted(["master.key", path.split("/")[-1]])
    assert not any(b"clear text" in one.read_bytes() for one in written)
    on_disk = place / "media" / path
    assert stat.S_IMODE(on_disk.stat().st_mode) == 0o600
    assert files.read("foi.file:1", path) == content
    with pytest.raises(CannotOpen, match="不属于这条记录"):
        files.read("foi.file:2", path)
    on_disk.write_bytes(on_disk.read_bytes()[:-1])
    with pytest.raises(CannotOpen):
        files.read("foi.file:1", path)
    files.remove(path)
    files.remove(path)
    with pytest.raises(CannotOpen, match="从备份恢复"):
        files.read("foi.file:1", path)


def test_a_sealed_file_has_no_address(client):
    path = files.write("foi.file:1", b"content")
    for address in (f"/media/{path}", f"/static/{path}", f"/{path}"):
        assert client.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_who_seal_first_one_makes_the_key():
    start = Barrier(5)

    def one(_number):
        start.wait(timeout=30)
        try:
            return sealing.seal_bytes("某处", b"text"), sealing.blind_index("k", "text")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(one, range(5)))
    assert DataKey.objects.count() == 2
    assert {sealing.open_bytes("某处", sealed) for sealed, _ in found} == {b"text"}
    assert len({index for _, index in found}) == 1
