"""The library of reasoned answers (说理参考): a body's decided cases and its model paragraphs.

Of cases only what is no secret is searched: subject, outcome, grounds struck out under. What was
reasoned in a notice stays sealed with its case; what is worth using again the office writes down as a
model paragraph, without names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.foi.models import AnswerTemplate, FoiRequest, Redaction
from gongkai.foi.persons import refuse_personal
from gongkai.foi.services.requests import HANDLE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise
from gongkai.statute.exemptions import LIMBS
from gongkai.statute.outcomes import OUTCOMES

FIELDS: Final = ("title", "outcome", "ground", "article", "keywords", "body")
LIMITS: Final = {"title": 100, "article": 200, "keywords": 200, "body": 4000}
_NAMES: Final = {"title": "标题", "article": "法律依据", "keywords": "关键词", "body": "说理段落"}
MAX_WORDS: Final = 8


def add_answer(actor: Actor, organ: Organ, values: Mapping[str, str]) -> AnswerTemplate:
    """A model paragraph of the body. It must name nobody: numbers of persons are refused."""
    authorise(actor, HANDLE, organ)
    answer = AnswerTemplate(organ=organ, **_checked(values))
    with transaction.atomic():
        _save(actor, answer)
        record(actor, "foi.answer.add", chain=organ.code, obj=answer, changes=_facts({}, answer))
    return answer


def change_answer(
    actor: Actor, answer: AnswerTemplate, values: Mapping[str, str], *, seen: int
) -> AnswerTemplate:
    """The paragraph reads as `values` say. `seen`: the version that the form showed."""
    authorise(actor, HANDLE, answer.organ)
    checked = _checked(values)
    with transaction.atomic():
        current = _locked(answer)
        if current.version != seen:
            raise ValidationError(
                f"这一范例已由{current.changed_by}修改，您填写的没有保存，仍在下面。"
                "请另开窗口查看最新内容后再决定。",
                code="changed",
            )
        before = {name: getattr(current, name) for name in FIELDS}
        for name, value in checked.items():
            setattr(current, name, value)
        if before == {name: getattr(current, name) for name in FIELDS}:
            return current
        current.version += 1
        _save(actor, current)
        record(
            actor,
            "foi.answer.change",
            chain=current.organ.code,
            obj=current,
            changes=_facts(before, current),
        )
    return current


def retire_answer(actor: Actor, answer: AnswerTemplate) -> AnswerTemplate:
    """The paragraph is offered no more; it stays for the record."""
    return _set_retired(actor, answer, retired=True)


def bring_back_answer(actor: Actor, answer: AnswerTemplate) -> AnswerTemplate:
    """A retired paragraph is offered again."""
    return _set_retired(actor, answer, retired=False)


def find_answers(
    organ: Organ, *, words: str = "", outcome: str = "", ground: str = ""
) -> QuerySet[AnswerTemplate]:
    """The body's paragraphs in use that fit: each word stands in title, keywords, article or body.

    One that names no outcome or ground fits every.
    """
    found = AnswerTemplate.objects.filter(organ=organ, retired_at=None)
    if outcome:
        found = found.filter(Q(outcome=outcome) | Q(outcome=""))
    if ground:
        found = found.filter(Q(ground=ground) | Q(ground=""))
    for word in words.split()[:MAX_WORDS]:
        found = found.filter(
            Q(title__icontains=word)
            | Q(keywords__icontains=word)
            | Q(article__icontains=word)
            | Q(body__icontains=word)
        )
    # Those written for this outcome and ground first.
    return found.order_by(
        "-outcome" if outcome else "title", "-ground" if ground else "pk", "title"
    )


def find_cases(
    organ: Organ, *, words: str = "", outcome: str = "", ground: str = ""
) -> QuerySet[FoiRequest]:
    """The body's decided cases like this one, newest first."""
    own = FoiRequest.objects.filter(organ=organ)
    return narrowed(own, words=words, outcome=outcome, ground=ground)


def narrowed(
    cases: QuerySet[FoiRequest], *, words: str = "", outcome: str = "", ground: str = ""
) -> QuerySet[FoiRequest]:
    """Of `cases` the decided ones whose subject holds each word, newest first; nothing sealed is read.

    `ground`: a limb of `statute.exemptions`: refused on it, or struck out on it in part.
    """
    found = cases.filter(decided_on__isnull=False)
    if outcome:
        found = found.filter(outcome=outcome)
    if ground:
        limb = LIMBS.get(ground)
        struck = Redaction.objects.filter(ground=ground)
        matching = Q(pk__in=struck.filter(file__request__isnull=False).values("file__request"))
        if limb is not None and limb.outcome:
            matching |= Q(outcome=limb.outcome)
        found = found.filter(matching)
    for word in words.split()[:MAX_WORDS]:
        found = found.filter(subject__icontains=word)
    return found.order_by("-decided_on", "-pk")


def _checked(values: Mapping[str, str]) -> dict[str, str]:
    given = {name: str(values.get(name, "") or "").strip() for name in FIELDS}
    given["title"] = " ".join(given["title"].split())
    wrong: dict[str, str] = {}
    for name, limit in LIMITS.items():
        if len(given[name]) > limit:
            wrong[name] = f"{_NAMES[name]}有{len(given[name])}个字，最多{limit}个字。"
    if not given["title"]:
        wrong["title"] = "请填写标题，例如“个人隐私——第三方不同意”。"
    if not given["body"]:
        wrong["body"] = "请填写说理段落。"
    if given["outcome"] and given["outcome"] not in OUTCOMES:
        wrong["outcome"] = "没有这种处理结果，请从列表中选择。"
    if given["ground"] and given["ground"] not in LIMBS:
        wrong["ground"] = "没有这种不予公开情形，请从列表中选择。"
    if wrong:
        raise ValidationError(wrong)
    refuse_personal(**{name: given[name] for name in LIMITS})
    return given


def _set_retired(actor: Actor, answer: AnswerTemplate, *, retired: bool) -> AnswerTemplate:
    authorise(actor, HANDLE, answer.organ)
    with transaction.atomic():
        current = _locked(answer)
        if (current.retired_at is not None) == retired:
            return current
        current.retired_at = timezone.now() if retired else None
        _save(actor, current)
        record(
            actor,
            "foi.answer.retire",
            chain=current.organ.code,
            obj=current,
            changes={"retired": [not retired, retired]},
        )
    return current


def _save(actor: Actor, answer: AnswerTemplate) -> None:
    answer.changed_at, answer.changed_by = timezone.now(), actor.name[:150]
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError as error:
        raise ValidationError({"title": "本机关已有同名的范例，请换一个标题。"}) from error


def _locked(answer: AnswerTemplate) -> AnswerTemplate:
    return (
        AnswerTemplate.objects.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=answer.pk)
    )


def _facts(before: Mapping[str, Any], answer: AnswerTemplate) -> dict[str, Any]:
    after = {name: getattr(answer, name) for name in FIELDS}
    return {name: shorten(value) for name, value in diff(before, after, keys=FIELDS).items()}
