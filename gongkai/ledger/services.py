"""Writing the ledger.

Assumption: whoever acts calls `record` inside the transaction that performs the act, so an
act and its entry are kept or lost together.

Why one chain a body. A single chain would make every writer of the site wait for one row;
no chain lock at all would let two writers follow the same entry and fork. So each body has
its own chain (named by its code; `site` for what belongs to no body) and a writer locks that
chain's head row alone: on PostgreSQL with `SELECT … FOR UPDATE`, on SQLite by the immediate
transaction that lets one writer in at a time anyway. The unique constraints (chain, seq) and
(chain, previous hash) refuse a fork should the lock ever be forgotten. Transactions that
write several chains lock them in the order of their names (`record_many` does), so that two
of them cannot wait for each other.

Remaining risk: whoever can change the tables *and* recompute every later hash and the head
rewrites history unseen, unless heads are kept elsewhere: `gongkai ledger checkpoint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import CURRENT_VERSION, entry_hash, genesis, sm3
from gongkai.ledger.models import LedgerChain, LedgerEntry
from gongkai.statute.identity import is_identity_number

MAX_VALUE_LENGTH = 500
DEPUTY = "代理"
"""The key under which an entry names the person for whom a deputy acted."""
DENIED_KEYS = frozenset(
    {
        "password", "secret", "token", "id_number", "id_card", "identity_number", "passport",
        "applicant", "applicant_name", "applicant_phone", "applicant_email",
        "applicant_address", "contact", "contact_name", "contact_phone", "mobile",
        "bank_account", "birth_date",
    }
)  # fmt: skip
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{9}[0-9Xx](?![0-9A-Za-z])")


class LedgerRefusal(ValueError):
    """The caller tried to put into the ledger what must not be there (a programming error)."""


@dataclass(frozen=True)
class Act:
    """One act to be recorded by `record_many`."""

    action: str
    chain: str
    obj: models.Model | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


def record(
    actor: Actor,
    action: str,
    *,
    chain: str,
    obj: models.Model | None = None,
    changes: Mapping[str, Any] | None = None,
) -> LedgerEntry:
    """The act is in the ledger, at the end of `chain` (an organ's code, or "site").

    `changes` is `{"field": [old, new]}` (see `diff`) or further facts of the act. Raises
    LedgerRefusal for personal data or over-long values, and TransactionManagementError
    outside a transaction.
    """
    return record_many(actor, [Act(action, chain, obj, changes or {})])[0]


def record_many(actor: Actor, acts: Iterable[Act]) -> list[LedgerEntry]:
    """All acts are in the ledger, in their order, with a constant number of statements."""
    listed = list(acts)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("台账必须与所记操作在同一事务中写入。")
    if not listed:
        return []
    cleaned = [_clean(act) for act in listed]
    heads = _locked_heads(sorted({act.chain for act in listed}))
    # Taken under the lock, so that times follow the order of the sequence numbers.
    at = timezone.now()
    user_pk = getattr(actor.user, "pk", None)
    entries = []
    for act, changes in zip(listed, cleaned, strict=True):
        head = heads[act.chain]
        principals = actor.principals_in(act.chain)
        if principals:
            changes[DEPUTY] = shorten("、".join(principals))
        entry = LedgerEntry(
            chain=head,
            seq=head.last_seq + 1,
            version=CURRENT_VERSION,
            at=at,
            actor_id=user_pk,
            actor_name=_plain(actor.name)[:150],
            channel=actor.channel,
            address=_plain(actor.address)[:45],
            action=act.action,
            object_type=act.obj._meta.label_lower if act.obj is not None else "",
            object_id=str(act.obj.pk) if act.obj is not None and act.obj.pk is not None else "",
            object_label=_label(act.obj),
            changes=changes,
            previous_hash=head.last_hash,
        )
        entry.hash = entry_hash(head.name, entry)
        head.last_seq, head.last_hash = entry.seq, entry.hash
        entries.append(entry)
    LedgerEntry.objects.bulk_create(entries, batch_size=500)
    _advance(list(heads.values()))
    return entries


def diff(
    before: Mapping[str, Any], after: Mapping[str, Any], *, keys: Iterable[str] | None = None
) -> dict[str, list[Any]]:
    """`{"field": [old, new]}` of what differs; long texts shortened with their SM3."""
    names = keys if keys is not None else [*before, *(k for k in after if k not in before)]
    return {
        name: [shorten(before.get(name)), shorten(after.get(name))]
        for name in names
        if before.get(name) != after.get(name)
    }


def shorten(value: Any) -> Any:
    """`value` as it may stand in the ledger: long texts become beginning, length and SM3."""
    plain = _json(value)
    if isinstance(plain, str) and len(plain) > MAX_VALUE_LENGTH:
        return f"{plain[:60]}…（共{len(plain)}字，SM3 {sm3(plain.encode())}）"
    return plain


def _locked_heads(names: list[str]) -> dict[str, LedgerChain]:
    known = LedgerChain.objects.select_for_update().filter(name__in=names).order_by("name")
    heads = {head.name: head for head in known}
    missing = [name for name in names if name not in heads]
    if missing:
        # Two writers may open the same chain at once: one insert wins, both then lock it.
        LedgerChain.objects.bulk_create(
            [LedgerChain(name=name, last_hash=genesis(name)) for name in missing],
            ignore_conflicts=True,
        )
        heads = {head.name: head for head in known.all()}
    return heads


def _advance(heads: list[LedgerChain]) -> None:
    if len(heads) == 1:  # nearly always, and then far cheaper to say
        (head,) = heads
        LedgerChain.objects.filter(pk=head.pk).update(
            last_seq=head.last_seq, last_hash=head.last_hash
        )
        return
    LedgerChain.objects.bulk_update(heads, ["last_seq", "last_hash"], batch_size=300)


def _label(obj: models.Model | None) -> str:
    if obj is None:
        return ""
    label = _plain(str(getattr(obj, "ledger_label", None) or obj))
    _refuse_identity("object_label", label)
    return label[:255]


def _clean(act: Act) -> dict[str, Any]:
    if not act.chain:
        raise LedgerRefusal("台账链名不能为空。")
    changes = {str(key): _json(value) for key, value in act.changes.items()}
    for key, value in changes.items():
        if key.lower() in DENIED_KEYS:
            raise LedgerRefusal(f"“{key}”属于个人信息或密钥，不得写入台账。")
        for text in _texts(value):
            if len(text) > MAX_VALUE_LENGTH:
                raise LedgerRefusal(
                    f"“{key}”的内容有{len(text)}字，台账每项不超过{MAX_VALUE_LENGTH}字，请先缩短。"
                )
            _refuse_identity(key, text)
    return changes


def _refuse_identity(key: str, text: str) -> None:
    for found in _IDENTITY.findall(text):
        if is_identity_number(found):
            raise LedgerRefusal(f"“{key}”中含有身份证号码，不得写入台账。")


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key.lower() in DENIED_KEYS:
                raise LedgerRefusal(f"“{key}”属于个人信息或密钥，不得写入台账。")
            yield from _texts(item)


def _json(value: Any) -> Any:
    """`value` in the types whose JSON spelling is unique and equal on both databases."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, models.Model):
        return _plain(str(value))
    if isinstance(value, Mapping):
        return {_plain(str(k)): _json(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_json(item) for item in items]
    raise LedgerRefusal(f"台账不能记录类型 {type(value).__name__}，请改为文字。")


def _plain(text: str) -> str:
    """`text` without what one of the databases cannot store (NUL, lone surrogates)."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
