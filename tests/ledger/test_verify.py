"""`gongkai ledger verify`: real tampering, by raw SQL, with the triggers dropped."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from gongkai.ledger import queries, services, triggers
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import entry_hash
from gongkai.ledger.models import LedgerChain, LedgerEntry

pytestmark = pytest.mark.django_db
OPERATOR = Actor.command("gongkai test")


@pytest.fixture
def ledger() -> dict[str, list[LedgerEntry]]:
    """Two chains: 411281 with six entries, site with two."""
    return {
        chain: [
            services.record(OPERATOR, f"act.{n}", chain=chain, changes={"n": [n - 1, n]})
            for n in range(1, count + 1)
        ]
        for chain, count in (("411281", 6), ("site", 2))
    }


def verify(*arguments: str) -> tuple[int, dict]:
    """Exit code and JSON answer of the command."""
    out = StringIO()
    code = 0
    try:
        call_command("ledger", "verify", "--json", *arguments, stdout=out)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue())


def tamper(*statements: str) -> None:
    """Change the tables behind the platform's back."""
    with triggers.suspended(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def found(answer: dict) -> list[tuple[str, str, int]]:
    return [(f["kind"], f["chain"], f["seq"]) for f in answer["findings"]]


def test_a_sound_ledger_is_called_sound(ledger) -> None:
    code, answer = verify()
    assert (code, answer["ok"], answer["findings"]) == (0, True, [])
    assert (answer["chains"], answer["entries"]) == (2, 8)


@pytest.mark.parametrize(
    "assignment",
    [
        "actor_name = '别人'",
        "actor_id = 99",
        "address = '1.2.3.4'",
        "channel = 'web'",
        "action = 'act.9'",
        "object_type = 'a.b'",
        "object_id = '5'",
        "object_label = '别的'",
        "changes = '{\"n\": [2, 4]}'",
        "at = '2020-01-01 00:00:00+00:00'",
        "version = 2",
        "hash = 'f'",
    ],
)
def test_a_changed_entry_is_found_and_named(ledger, assignment) -> None:
    tamper(f"UPDATE ledger_ledgerentry SET {assignment} WHERE action = 'act.3'")

    code, answer = verify()

    assert code == 1
    assert found(answer)[0] == ("altered", "411281", 3)
    assert answer["findings"][0]["action"] in ("act.3", "act.9")
    assert answer["findings"][0]["at"]
    assert "第3条" in answer["findings"][0]["message"]


def test_an_entry_rewritten_with_its_own_hash_is_found_by_the_next(ledger) -> None:
    entry = LedgerEntry.objects.get(chain__name="411281", seq=3)
    entry.actor_name = "别人"
    tamper(
        "UPDATE ledger_ledgerentry SET actor_name = '别人', "
        f"hash = '{entry_hash('411281', entry)}' WHERE id = {entry.pk}"
    )
    code, answer = verify()
    assert code == 1
    assert found(answer) == [("altered", "411281", 3)]


def test_the_last_entry_rewritten_with_its_own_hash_is_found_by_the_head(ledger) -> None:
    entry = LedgerEntry.objects.get(chain__name="411281", seq=6)
    entry.actor_name = "别人"
    tamper(
        "UPDATE ledger_ledgerentry SET actor_name = '别人', "
        f"hash = '{entry_hash('411281', entry)}' WHERE id = {entry.pk}"
    )
    assert found(verify()[1]) == [("altered", "411281", 6)]


def test_removed_entries_are_named_one_by_one(ledger) -> None:
    tamper("DELETE FROM ledger_ledgerentry WHERE action IN ('act.3', 'act.4')")
    code, answer = verify()
    assert code == 1
    assert found(answer) == [("removed", "411281", 3), ("removed", "411281", 4)]
    assert "第2条" in answer["findings"][0]["message"]
    assert "第5条" in answer["findings"][0]["message"]


def test_a_removed_first_entry_is_found(ledger) -> None:
    tamper("DELETE FROM ledger_ledgerentry WHERE action = 'act.1'")
    assert found(verify()[1]) == [("removed", "411281", 1), ("removed", "site", 1)]


def test_a_cut_off_tail_is_found_by_the_head(ledger) -> None:
    tamper("DELETE FROM ledger_ledgerentry WHERE action IN ('act.5', 'act.6')")
    assert found(verify()[1]) == [("removed", "411281", 5), ("removed", "411281", 6)]


def test_a_large_gap_is_named_without_filling_the_memory(ledger) -> None:
    tamper("UPDATE ledger_ledgerchain SET last_seq = 5000000 WHERE name = 'site'")
    answer = verify()[1]
    assert len(answer["findings"]) == queries.NAMED_IN_A_GAP + 1
    assert "至5000000条" in answer["findings"][-1]["message"]


def test_swapped_entries_are_called_reordered(ledger) -> None:
    tamper(
        "UPDATE ledger_ledgerentry SET seq = 100 WHERE action = 'act.3'",
        "UPDATE ledger_ledgerentry SET seq = 3 WHERE action = 'act.4'",
        "UPDATE ledger_ledgerentry SET seq = 4 WHERE seq = 100",
    )
    code, answer = verify()
    assert code == 1
    assert found(answer) == [("reordered", "411281", 3), ("reordered", "411281", 4)]
    assert [f["action"] for f in answer["findings"]] == ["act.4", "act.3"]


def test_an_entry_added_behind_the_head_is_found(ledger) -> None:
    last = LedgerEntry.objects.get(chain__name="site", seq=2)
    forged = LedgerEntry.objects.get(pk=last.pk)
    forged.pk, forged.seq, forged.previous_hash = None, 3, last.hash
    forged.hash = entry_hash("site", forged)
    forged.save(force_insert=True)
    assert found(verify()[1]) == [("added", "site", 3)]


def test_an_entry_carried_to_another_chain_is_found(ledger) -> None:
    site = LedgerChain.objects.get(name="site").pk
    tamper(
        f"UPDATE ledger_ledgerentry SET chain_id = {site}, seq = 3 "
        "WHERE chain_id <> {site} AND action = 'act.6'".replace("{site}", str(site))
    )
    assert found(verify()[1]) == [
        ("removed", "411281", 6),
        ("altered", "site", 3),
        ("added", "site", 3),
    ]


def test_a_renamed_chain_is_found(ledger) -> None:
    tamper("UPDATE ledger_ledgerchain SET name = '411282' WHERE name = '411281'")
    assert ("altered", "411282", 1) in found(verify()[1])


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL refuses such values by type"
)
@pytest.mark.parametrize(
    "garbage", ["at = 'gestern'", "changes = '{broken'", "actor_name = x'00ff'"]
)
def test_garbage_in_a_column_is_named_and_does_not_stop_the_check(ledger, garbage) -> None:
    tamper(
        "PRAGMA ignore_check_constraints = ON",
        f"UPDATE ledger_ledgerentry SET {garbage} WHERE action = 'act.2' AND chain_id = "
        "(SELECT id FROM ledger_ledgerchain WHERE name = 'site')",
        "PRAGMA ignore_check_constraints = OFF",
    )
    assert found(verify()[1]) == [("altered", "site", 2)]


def test_a_history_rewritten_with_tail_and_head_is_found_by_a_checkpoint(
    ledger, tmp_path: Path
) -> None:
    mark = tmp_path / "heads.txt"
    call_command("ledger", "checkpoint", str(mark), stdout=StringIO())
    services.record(OPERATOR, "act.7", chain="411281")
    assert verify("--checkpoint", str(mark))[0] == 0

    rewrite_everything_from(3)

    assert verify()[0] == 0, "the forger was careful: the chain alone does not show it"
    code, answer = verify("--checkpoint", str(mark))
    assert code == 1
    assert found(answer) == [("altered", "411281", 6)]
    assert "检查点" in answer["findings"][0]["message"]


def test_a_tail_and_head_cut_together_are_found_by_a_checkpoint(ledger, tmp_path: Path) -> None:
    mark = tmp_path / "heads.txt"
    call_command("ledger", "checkpoint", str(mark), stdout=StringIO())
    fourth = LedgerEntry.objects.get(chain__name="411281", seq=4)
    tamper(
        "DELETE FROM ledger_ledgerentry WHERE action IN ('act.5', 'act.6')",
        f"UPDATE ledger_ledgerchain SET last_seq = 4, last_hash = '{fourth.hash}' "
        "WHERE name = '411281'",
        "DELETE FROM ledger_ledgerentry WHERE chain_id = "
        "(SELECT id FROM ledger_ledgerchain WHERE name = 'site')",
        "DELETE FROM ledger_ledgerchain WHERE name = 'site'",
    )
    assert verify()[0] == 0
    assert found(verify("--checkpoint", str(mark))[1]) == [
        ("removed", "411281", 5),
        ("removed", "411281", 6),
        ("removed", "site", 2),
    ]


def rewrite_everything_from(seq: int) -> None:
    """What a careful forger does: change one entry, recompute all that follows and the head."""
    entries = list(LedgerEntry.objects.filter(chain__name="411281").order_by("seq"))
    previous = entries[seq - 2].hash
    statements = []
    for entry in entries[seq - 1 :]:
        entry.previous_hash = previous
        if entry.seq == seq:
            entry.actor_name = "别人"
        entry.hash = previous = entry_hash("411281", entry)
        statements.append(
            f"UPDATE ledger_ledgerentry SET actor_name = '{entry.actor_name}', "
            f"previous_hash = '{entry.previous_hash}', hash = '{entry.hash}' "
            f"WHERE id = {entry.pk}"
        )
    statements.append(
        f"UPDATE ledger_ledgerchain SET last_hash = '{previous}' WHERE name = '411281'"
    )
    tamper(*statements)


def test_missing_triggers_are_reported(ledger) -> None:
    with triggers.suspended():
        code, answer = verify()
    assert code == 1
    assert ("unprotected", "", 0) in found(answer)


def test_one_chain_can_be_checked_alone(ledger) -> None:
    tamper("UPDATE ledger_ledgerentry SET actor_name = 'x' WHERE action = 'act.3'")
    assert verify("--chain", "site")[0] == 0
    assert verify("--chain", "411281")[0] == 1
    with pytest.raises(CommandError, match="没有名为"):
        call_command("ledger", "verify", "--chain", "411299", stdout=StringIO())


def test_the_text_output_names_the_entry_in_chinese(ledger) -> None:
    tamper("UPDATE ledger_ledgerentry SET actor_name = 'x' WHERE action = 'act.3'")
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("ledger", "verify", stdout=out)
    assert stop.value.code == 1
    assert "✕ 内容被改动：链“411281”第3条（" in out.getvalue()
    assert "发现1处问题" in out.getvalue()


def test_a_checkpoint_goes_to_standard_output_too(ledger) -> None:
    out = StringIO()
    call_command("ledger", "checkpoint", "-", stdout=out)
    ends = dict(queries.heads())
    assert queries.read_checkpoint(out.getvalue().splitlines()) == ends
    assert ends["411281"].seq == 6


@pytest.mark.parametrize("content", ["nonsense", "a\tb\tc", "a\t1\tshort"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: str) -> None:
    bad = tmp_path / "x"
    bad.write_text(content)
    with pytest.raises(CommandError, match="第1行"):
        call_command("ledger", "verify", "--checkpoint", str(bad))


def test_a_checkpoint_that_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="无法读取"):
        call_command("ledger", "verify", "--checkpoint", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="无法写入"):
        call_command("ledger", "checkpoint", str(tmp_path / "none" / "x"))
