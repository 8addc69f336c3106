"""Adding, changing, ending and restoring single terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from gongkai.guard import queries
from gongkai.guard.findings import CHECKS
from gongkai.guard.lexicon import Lexicon
from gongkai.guard.models import LexiconTerm, LexiconVersion, TermKind
from gongkai.guard.services import rules
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs import policy
from gongkai.organs.models import Organ

DETAILS: Final = (
    "suggestion", "post", "alone", "severity", "valid_from", "valid_until", "note", "source",
)  # fmt: skip
"""What can be changed. Kind, word and body stay: another word is another term."""

CHANGED_MESSAGE: Final = (
    "这个词条在您打开之后已被他人修改，您的修改没有保存。请另开一页查看最新内容，再决定是否改写。"
)


def add_term(
    actor: Actor, *, kind: str, word: str, organ: Organ | None = None, **details: Any
) -> LexiconTerm:
    """The term is looked for from the next check on; for `organ` only in that body's texts.

    With kind and word of a packaged term it stands in that one's place. Raises ValidationError
    when there is such a term already, ended or not.
    """
    authorise(actor, organ)
    term = LexiconTerm(kind=kind, word=word, organ=organ, **_known(details))
    with transaction.atomic():
        take_turn()
        check(term)
        _save(term)
        _note(actor, term, "add", {"kind": term.kind, "word": term.shown_word, **_stated(term)})
    return term


def change_term(
    actor: Actor, term: LexiconTerm, *, seen: datetime | None = None, **changes: Any
) -> LexiconTerm:
    """The term reads as `changes` say."""
    authorise(actor, term.organ)
    with transaction.atomic():
        take_turn()
        current = _locked(term)
        if seen is not None and current.updated_at != seen:
            raise ValidationError(CHANGED_MESSAGE)
        if current.is_ended:
            raise ValidationError("这个词条已停用。请先恢复，再修改。")
        before = _values(current)
        for name, value in _known(changes).items():
            setattr(current, name, value)
        check(current)
        differences = diff(before, _values(current))
        if differences:
            _save(current)
            _note(actor, current, "change", differences)
    return current


def end_term(actor: Actor, term: LexiconTerm, *, reason: str) -> LexiconTerm:
    """The term is no longer looked for; it stays in the list, with the reason."""
    authorise(actor, term.organ)
    stated = _reason(reason)
    with transaction.atomic():
        take_turn()
        current = _locked(term)
        if current.is_ended:
            raise ValidationError("这个词条已经停用。")
        _end(current, stated)
        _save(current)
        _note(actor, current, "end", {"reason": stated})
    return current


def restore_term(actor: Actor, term: LexiconTerm) -> LexiconTerm:
    """An ended term is looked for again, as it was."""
    authorise(actor, term.organ)
    with transaction.atomic():
        take_turn()
        current = _locked(term)
        if not current.is_ended:
            raise ValidationError("这个词条正在使用，不需要恢复。")
        ended_for = current.end_reason
        current.ended_at, current.end_reason = None, ""
        check(current)
        _save(current)
        _note(actor, current, "restore", {"end_reason": ended_for})
    return current


def switch_off_packaged(actor: Actor, kind: str, word: str, *, reason: str) -> LexiconTerm:
    """A packaged term is no longer looked for on this site, whatever later releases bring.

    Raises ValidationError when there is no such packaged term or the city has it in its own list.
    """
    authorise(actor, None)
    packaged = queries.packaged_term(kind, word)
    if packaged is None:
        raise ValidationError(f"随附词库中没有词条“{word}”，请核对。")
    stated = _reason(reason)
    with transaction.atomic():
        take_turn()
        term = LexiconTerm(
            kind=packaged.kind,
            word=packaged.word,
            key=rules.key_of(packaged.kind, packaged.word),
            source="随附词库",
            **{name: getattr(packaged, name) for name in DETAILS if name != "source"},
        )
        _end(term, stated)
        _unique(term)
        _save(term)
        _note(actor, term, "end", {"kind": term.kind, "word": term.shown_word, "reason": stated})
    return term


# -- parts that the import shares --------------------------------------------------------------


def authorise(actor: Actor, organ: Organ | None) -> None:
    """The actor keeps the terms of this body, or of the site; see the package's docstring."""
    whole_site = organ is None or actor.user is None or policy.allows(actor.user, queries.MANAGE)
    if whole_site:
        policy.authorise(actor, queries.MANAGE)
    else:
        policy.authorise(actor, queries.OWN, organ)


def take_turn() -> None:
    """Writers of terms follow one another: each begins with this, inside its transaction."""
    LexiconVersion.objects.get_or_create(pk=1)
    LexiconVersion.objects.select_for_update().get(pk=1)


def raise_version() -> None:
    """Everybody reads the words anew.

    Comes after the last change: words read under the new version are then those of the change.
    """
    LexiconVersion.objects.filter(pk=1).update(number=F("number") + 1, changed_at=timezone.now())


def check(term: LexiconTerm, lexicon: Lexicon | None = None) -> None:
    """Tidy the term; ValidationError with each complaint at its field."""
    rules.tidy(term)
    found = rules.complaints(term, lexicon or lexicon_without(term))
    if found:
        raise ValidationError({name: [message] for name, message in found.items()})
    term.full_clean(exclude=["key"], validate_unique=False, validate_constraints=False)
    _unique(term)
    term.validate_constraints(exclude=["organ"] if term.organ_id is None else None)


def lexicon_without(term: LexiconTerm) -> Lexicon:
    """The words in force, as a phrase of the white list is judged by: without white lists."""
    if term.kind != TermKind.ALLOWED:
        return Lexicon()
    lexicon = queries.current_lexicon()
    return Lexicon(each for each in lexicon.terms if each.kind != TermKind.ALLOWED)


def _unique(term: LexiconTerm) -> None:
    same = LexiconTerm.objects.filter(kind=term.kind, key=term.key, organ=term.organ)
    other = same.exclude(pk=term.pk).first()
    if other is None:
        return
    if other.is_ended:
        raise ValidationError(
            {"word": f"“{other.word}”曾经登记，因“{other.end_reason}”已停用。请恢复该词条。"}
        )
    raise ValidationError({"word": f"这一类别中已有“{other.word}”，请修改已有词条。"})


def _locked(term: LexiconTerm) -> LexiconTerm:
    return (
        LexiconTerm.objects.select_for_update(of=("self",)).select_related("organ").get(pk=term.pk)
    )


def _known(details: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(details) - set(DETAILS))
    if unknown:
        raise TypeError(f"Not a detail of a term: {', '.join(unknown)}")
    return dict(details)


def _end(term: LexiconTerm, reason: str) -> None:
    term.ended_at, term.end_reason = timezone.now(), reason


def _save(term: LexiconTerm) -> None:
    """Save; a term that somebody else added this instant is named."""
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError as error:
        raise ValidationError({"word": "这个词条刚刚已由他人添加，请刷新列表后核对。"}) from error


def _reason(reason: str) -> str:
    stated = " ".join(reason.split())
    if not stated:
        raise ValidationError({"reason": "请填写停用的原因。"})
    if len(stated) > 200:
        raise ValidationError({"reason": f"原因有{len(stated)}个字，最多200个字，请缩短。"})
    personal = rules.personal_in(stated)
    if personal:
        raise ValidationError({"reason": f"原因中含有{CHECKS[personal]}，不得写入台账，请删去。"})
    return stated


def _values(term: LexiconTerm) -> dict[str, Any]:
    return {name: shorten(getattr(term, name)) for name in DETAILS}


def _stated(term: LexiconTerm) -> dict[str, Any]:
    """The details that are filled in."""
    return {name: value for name, value in _values(term).items() if value not in (None, "", False)}


def _note(actor: Actor, term: LexiconTerm, verb: str, facts: Mapping[str, Any]) -> None:
    raise_version()
    chain = term.organ.code if term.organ is not None else SITE_CHAIN
    record(actor, f"guard.term.{verb}", chain=chain, obj=term, changes=facts)
