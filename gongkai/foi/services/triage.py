"""The answers to the triage questions (研判), kept sealed with the case; they decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import FoiRequest, Proof
from gongkai.foi.services.requests import HANDLE, is_under_way
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.triage import QUESTIONS, Triage, triage
from gongkai.vault.sealing import open_json, seal_json

KEY: Final = "triage"
"""`Proof.key` of these records: no outcome asks for it, a case shows it."""

NOTE_LIMIT: Final = 2000


def record_triage(
    actor: Actor, request: FoiRequest, *, answers: Mapping[str, str], note: str = ""
) -> Proof:
    """The officer's answers with his reasons, as they stand today; earlier ones stay readable.

    Answers behind the one that settles the matter are left out. Raises ValidationError when the
    first question has no answer or the case has ended.
    """
    authorise(actor, HANDLE, request.organ)
    given = {name: key for name, key in answers.items() if key}
    note = note.strip()
    if len(note) > NOTE_LIMIT:
        raise ValidationError({"note": f"有{len(note)}个字，最多{NOTE_LIMIT}个字，请精简。"})
    try:
        reached = triage(given)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    needed = _needed(given)
    if not needed:
        raise ValidationError({QUESTIONS[0].key: f"请先回答“{QUESTIONS[0].label}”。"})
    settled = reached.settled_by
    with transaction.atomic():
        locked = FoiRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if not is_under_way(locked):
            raise ValidationError(f"{locked.number} 已经办结，不再研判。")
        proof = Proof(request=locked, key=KEY, at=timezone.now(), by=actor.name[:150])
        proof.sealed = seal_json(proof.belongs_to, {"answers": needed, "note": note})
        proof.save()
        record(
            actor,
            "foi.triage",
            chain=request.organ.code,
            obj=request,
            changes={"leads_to": settled[1].outcome or settled[1].step if settled else ""},
        )
    return proof


def triage_of(request: FoiRequest) -> tuple[Proof, dict[str, str], str, Triage] | None:
    """The newest record, its answers, its note and where they lead; None without one."""
    proof = request.proofs.filter(key=KEY).order_by("-at", "-pk").first()
    if proof is None:
        return None
    data: dict[str, Any] = open_json(proof.belongs_to, proof.sealed)
    answers = {str(k): str(v) for k, v in data.get("answers", {}).items()}
    return proof, answers, str(data.get("note", "")), triage(answers)


def _needed(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers up to the first gap or the one that settles the matter."""
    needed: dict[str, str] = {}
    for question in QUESTIONS:
        key = answers.get(question.key, "")
        if not key:
            break
        needed[question.key] = key
        chosen = question.answer(key)
        if chosen is not None and chosen.settles:
            break
    return needed
