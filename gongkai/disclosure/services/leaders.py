"""Who leads a body: drafted by one person, approved by another, taken off the page at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure import guarding
from gongkai.disclosure.content import fingerprint
from gongkai.disclosure.models import Leader, LeaderVersion, StoredFile
from gongkai.disclosure.services.common import EDIT, WITHDRAW, person, stated, user_of
from gongkai.disclosure.signals import leaders_changed
from gongkai.guard.engine import scan_text
from gongkai.guard.findings import Finding
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record, shorten
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise

APPROVE: Final = "disclosure.approve"
IMPORT: Final = "disclosure.import"
LABELS: Final = {
    "name": "姓名",
    "position": "职务",
    "duties": "工作分工",
    "biography": "简历",
    "office_phone": "办公电话",
}
TEXTS: Final = tuple(LABELS)
FIELDS: Final = (*TEXTS, "portrait", "in_office_from")
"""What a version says."""
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/webp"})
_LANDLINE: Final = re.compile(r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?")
_CHANGED: Final = "这份领导信息在您打开之后已被改写或者办理，请重新打开，看过最新内容再决定。"


def draft_leader(actor: Actor, organ: Organ, **values: Any) -> Leader:
    """A leader who is not public yet: the first version waits for approval."""
    authorise(actor, EDIT, organ)
    with transaction.atomic():
        leader = _new(organ)
        _write(actor, leader, values)
    return leader


def change_leader(
    actor: Actor, leader: Leader, *, seen: int | str | None = None, **values: Any
) -> LeaderVersion:
    """A new version waits for approval; until then the public reads what it read before.

    A version that waits already is replaced by it. `seen` is the number of the newest version when
    the form was drawn.
    """
    authorise(actor, EDIT, leader.organ)
    with transaction.atomic():
        current = _locked(leader)
        newest = current.versions.first()
        if seen not in (None, "") and newest is not None and str(seen) != str(newest.pk):
            raise ValidationError(_CHANGED, code="changed")
        return _write(actor, current, values)


def approve_leader(actor: Actor, version: LeaderVersion, seen: str) -> Leader:
    """Somebody who did not write the version makes it public, exactly as it was shown to him.

    `seen` is the hash of what stood on his screen.
    """
    authorise(actor, APPROVE, version.leader.organ)
    decider = person(actor)
    with transaction.atomic():
        leader, pending = _pending(version, seen)
        if pending.drafted_by_id == decider.pk:
            raise ValidationError("起草人不能审批自己起草的内容，请由其他人办理。")
        _refuse(findings(pending))
        pending.state = LeaderVersion.State.APPROVED
        pending.decided_by, pending.decided_at = decider, timezone.now()
        pending.save(update_fields=["state", "decided_by", "decided_at"])
        leader.current = pending
        leader.save(update_fields=["current"])
        _note(actor, leader, "approve", {"version": pending.pk, "name": pending.name})
        leaders_changed.send(Leader, organ=leader.organ)
    return leader


def return_leader(actor: Actor, version: LeaderVersion, seen: str, opinion: str) -> LeaderVersion:
    """The version goes back with what is to be mended."""
    authorise(actor, APPROVE, version.leader.organ)
    decider = person(actor)
    words = stated(opinion, "退回的，请写明要改什么、为什么。", field="opinion")
    with transaction.atomic():
        leader, pending = _pending(version, seen)
        if pending.drafted_by_id == decider.pk:
            raise ValidationError("起草人不能审批自己起草的内容，请由其他人办理。")
        pending.state, pending.opinion = LeaderVersion.State.RETURNED, words
        pending.decided_by, pending.decided_at = decider, timezone.now()
        pending.save(update_fields=["state", "opinion", "decided_by", "decided_at"])
        _note(actor, leader, "return", {"version": pending.pk, "opinion": words})
    return pending


def take_back_leader(actor: Actor, version: LeaderVersion, seen: str) -> LeaderVersion:
    """Who wrote a version takes it back before anybody decided on it; what is public stays.

    What it said remains in the record and is where the next draft begins.
    """
    authorise(actor, EDIT, version.leader.organ)
    writer = person(actor)
    with transaction.atomic():
        leader, pending = _pending(version, seen)
        if pending.drafted_by_id != writer.pk:
            raise ValidationError("只有起草人能撤回自己送审的内容；不同意的，请在审批时退回。")
        pending.state = LeaderVersion.State.TAKEN_BACK
        pending.save(update_fields=["state"])
        _note(actor, leader, "take_back", {"version": pending.pk, "name": pending.name})
    return pending


def move_leader(actor: Actor, leader: Leader, *, up: bool) -> None:
    """The leader changes places with the neighbour in office."""
    authorise(actor, EDIT, leader.organ)
    with transaction.atomic():
        those = list(
            Leader.objects.select_for_update(of=("self",))
            .filter(organ=leader.organ_id, left_on=None)
            .order_by("order", "pk")
        )
        place = next((i for i, one in enumerate(those) if one.pk == leader.pk), -1)
        other = place - 1 if up else place + 1
        if place < 0 or not 0 <= other < len(those):
            return
        those[place], those[other] = those[other], those[place]
        for number, one in enumerate(those, start=1):
            one.order = number * 10
        Leader.objects.bulk_update(those, ["order"])
        _note(actor, leader, "move", {"direction": "上移" if up else "下移"})
        leaders_changed.send(Leader, organ=leader.organ)


def end_office(actor: Actor, leader: Leader, *, on: date) -> Leader:
    """From `on` the person no longer holds the office; the page no longer shows him."""
    authorise(actor, WITHDRAW, leader.organ)
    with transaction.atomic():
        current = _locked(leader)
        if current.left_on is not None:
            raise ValidationError(f"已于{current.left_on}登记离任。")
        if on > timezone.localdate():
            raise ValidationError({"on": "离任日期不能晚于今天。到了那一天再登记。"})
        since = current.current.in_office_from if current.current else None
        if since is not None and on < since:
            raise ValidationError({"on": f"离任日期不能早于任职日期（{since}）。"})
        current.left_on = on
        current.save(update_fields=["left_on"])
        current.versions.filter(state=LeaderVersion.State.PENDING).update(
            state=LeaderVersion.State.REPLACED
        )
        _note(actor, current, "end", {"left_on": on})
        leaders_changed.send(Leader, organ=current.organ)
    return current


def bring_leader(actor: Actor, organ: Organ, **values: Any) -> Leader:
    """A leader whom another site has published already is public here as well (import)."""
    authorise(actor, IMPORT, organ)
    with transaction.atomic():
        leader = _new(organ)
        version = _version(leader, values)
        version.state = LeaderVersion.State.APPROVED
        version.drafted_by, version.decided_at = user_of(actor), timezone.now()
        version.save()
        leader.current = version
        leader.save(update_fields=["current"])
        _note(actor, leader, "import", {"name": version.name, "position": version.position})
        leaders_changed.send(Leader, organ=organ)
    return leader


def hash_of(version: LeaderVersion) -> str:
    """SM3 of what the public would read, the content of the picture included."""
    content = {name: getattr(version, name) for name in TEXTS}
    content["in_office_from"] = str(version.in_office_from or "")
    content["portrait"] = version.portrait.sha256 if version.portrait else ""
    return fingerprint(content)


def findings(version: LeaderVersion) -> list[Finding]:
    """What the guard finds in the texts, as of today."""
    lexicon = guarding.lexicon_for(version.leader.organ)
    found: list[Finding] = []
    for name in TEXTS:
        where = LABELS[name]
        found += scan_text(getattr(version, name), lexicon, where=where, on=timezone.localdate())
    return found


# -- how it is done --------------------------------------------------------------------------------
def _new(organ: Organ) -> Leader:
    if not organ.is_active():
        raise ValidationError({"organ": f"“{organ}”已撤销，不能登记领导信息。"})
    last = Leader.objects.filter(organ=organ).order_by("-order").first()
    return Leader.objects.create(organ=organ, order=last.order + 10 if last else 10)


def _write(actor: Actor, leader: Leader, values: Mapping[str, Any]) -> LeaderVersion:
    if leader.left_on is not None:
        raise ValidationError(f"已于{leader.left_on}登记离任，不能再修改。")
    version = _version(leader, values)
    leader.versions.filter(state=LeaderVersion.State.PENDING).update(
        state=LeaderVersion.State.REPLACED
    )
    version.drafted_by = user_of(actor)
    version.save()
    said = {name: shorten(getattr(version, name)) for name in ("name", "position", "duties")}
    _note(actor, leader, "draft", {"version": version.pk, **said})
    return version


def _version(leader: Leader, values: Mapping[str, Any]) -> LeaderVersion:
    """The version that these values make, checked by the guard."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"No such detail of a leader: {', '.join(sorted(unknown))}")
    version = LeaderVersion(leader=leader)
    for name, value in values.items():
        setattr(version, name, _plain(value) if name in TEXTS else value)
    phone = version.office_phone
    if phone and not _LANDLINE.fullmatch(phone):
        raise ValidationError(
            {"office_phone": "请填写办公室的固定电话，例如 0398-0000000；不公布个人手机号码。"}
        )
    _check_picture(version.portrait)
    _refuse(findings(version))
    version.content_hash = hash_of(version)
    version.full_clean(exclude=["leader", "drafted_by", "decided_by"])
    return version


def _plain(text: str) -> str:
    """A text without blanks around its lines and without empty lines."""
    return "\n".join(line for line in (one.strip() for one in text.splitlines()) if line)


def _check_picture(portrait: StoredFile | None) -> None:
    if portrait is not None and portrait.media_type not in PICTURES:
        raise ValidationError({"portrait": "照片请用 JPG、PNG 或者 WebP 格式。"})


def _refuse(found: list[Finding]) -> None:
    """Numbers of persons, marks of secrecy, and whoever is listed as removed do not go public."""
    problems = [
        f"{one.where}含有{one.label}“{one.masked}”。{one.message}"
        for one in found
        if one.blocks or one.is_personal
    ]
    if problems:
        raise ValidationError(problems)


def _locked(leader: Leader) -> Leader:
    return (
        Leader.objects.select_for_update(of=("self",))
        .select_related("organ", "current")
        .get(pk=leader.pk)
    )


def _pending(version: LeaderVersion, seen: str) -> tuple[Leader, LeaderVersion]:
    """The leader and the version under their lock, if it still waits and says what was seen."""
    leader = _locked(version.leader)
    pending = (
        leader.versions.select_related("portrait")
        .filter(pk=version.pk, state=LeaderVersion.State.PENDING)
        .first()
    )
    if pending is None:
        raise ValidationError(_CHANGED, code="changed")
    pending.leader = leader
    if pending.content_hash != seen or hash_of(pending) != seen:
        raise ValidationError(_CHANGED, code="changed")
    return leader, pending


def _note(actor: Actor, leader: Leader, verb: str, changes: Mapping[str, Any]) -> None:
    record(
        actor,
        f"disclosure.leader.{verb}",
        chain=leader.organ.code,
        obj=leader,
        changes=dict(changes),
    )
