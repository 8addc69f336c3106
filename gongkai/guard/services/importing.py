"""Importing terms from a table: all or nothing, idempotent by kind and word.

A word that the list has in this kind is compared, an unknown one is new; a column that the file
lacks is left as it is. Terms that the file does not name stay untouched; none is ended by an
import. Importing the same file twice changes nothing, and what the list exports can be imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, Final

from django.db import transaction
from django.utils import timezone

from gongkai.guard import queries
from gongkai.guard.findings import SEVERITIES
from gongkai.guard.lexicon import Lexicon
from gongkai.guard.models import LexiconTerm, TermKind
from gongkai.guard.services import rules
from gongkai.guard.services.terms import DETAILS, authorise, raise_version, take_turn
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs import imports
from gongkai.organs.models import Organ

MAX_TERMS: Final = 50_000
BATCH: Final = 1_000

_KINDS = imports.choice(
    TermKind.choices,
    错别字="wrong_word",
    错误表述="wrong_word",
    旧称="outdated_title",
    离任人员="removed_official",
    密级标志="secrecy_mark",
    白名单="allowed",
    办公电话="office_phone",
)
_LEVELS = imports.choice([*SEVERITIES.items()], 默认="")

TERM_COLUMNS: Final = (
    imports.Column(
        "kind",
        "类别",
        required=True,
        parse=_KINDS,
        help="、".join(str(label) for label in TermKind.labels),
        example="错别字、错误表述",
    ),
    imports.Column(
        "word",
        "词条",
        ("错误写法", "词语", "姓名", "电话"),
        required=True,
        parse=imports.text(100),
        help="要检查的词；离任人员填姓名；白名单填完整语句；办公电话填号码",
        example="按装",
    ),
    imports.Column(
        "suggestion",
        "建议写法",
        ("正确写法", "改为"),
        parse=imports.text(200),
        default="",
        help="错别字必填",
        example="安装",
    ),
    imports.Column(
        "valid_from",
        "起始日期",
        ("离任日期", "更名日期"),
        parse=imports.day,
        help="从这一天起才提示，此前的文件不提示；离任人员必填",
    ),
    imports.Column("valid_until", "截止日期", parse=imports.day, help="过了这一天不再提示"),
    imports.Column(
        "post",
        "职务",
        ("原任职务",),
        parse=imports.text(200),
        default="",
        help="离任人员的职务，几个职务用“、”隔开",
    ),
    imports.Column(
        "alone",
        "只凭姓名提示",
        parse=imports.boolean,
        default=False,
        help="是或否；姓名极少重名时填“是”",
    ),
    imports.Column(
        "severity",
        "级别",
        parse=_LEVELS,
        default="",
        help="严重、警告、提示；留空按类别的默认级别",
    ),
    imports.Column("note", "说明", ("备注",), parse=imports.text(200), default=""),
    imports.Column("source", "来源", ("依据",), parse=imports.text(200), default=""),
)


def import_terms(
    actor: Actor,
    source: str | Path | IO[bytes],
    name: str = "",
    *,
    organ: Organ | None = None,
    dry_run: bool = False,
    progress: imports.Progress | None = None,
) -> imports.ImportReport:
    """The list of the site (or the own list of `organ`) holds what the file says.

    Raises UnreadableTable or ImportFailed; nothing is kept then, nor with `dry_run`.
    """
    authorise(actor, organ)
    with transaction.atomic():
        take_turn()
        work = _Import(organ)
        with imports.open_table(source, TERM_COLUMNS, name=name, max_rows=MAX_TERMS) as table:
            for batch in table.batches(BATCH, progress=progress):
                for row in batch:
                    work.take(table, row)
            table.finish()
            report = work.write(table)
        raise_version()
        record(
            actor,
            "guard.term.import",
            chain=organ.code if organ is not None else SITE_CHAIN,
            changes={
                "file": name[:200],
                "created": report.created,
                "updated": report.updated,
                "unchanged": report.unchanged,
            },
        )
        if dry_run:
            transaction.set_rollback(True)
    return report


class _Import:
    """One run: the rows laid over the terms that there are."""

    def __init__(self, organ: Organ | None) -> None:
        self.organ = organ
        self.known = {
            (term.kind, term.key): term
            for term in LexiconTerm.objects.filter(organ=organ).select_related("organ")
        }
        lexicon = queries.current_lexicon()
        self.lexicon = Lexicon(t for t in lexicon.terms if t.kind != TermKind.ALLOWED)
        self.rows: dict[tuple[str, str], int] = {}
        self.new: list[LexiconTerm] = []
        self.changed: list[LexiconTerm] = []
        self.unchanged = 0

    def take(self, table: imports.Table, row: imports.Row) -> None:
        """Judge one row, or note what is wrong with it."""
        key = (row["kind"], rules.key_of(row["kind"], row["word"]))
        earlier = self.rows.setdefault(key, row.number)
        if earlier != row.number:
            table.problem(row, "word", f"与第{earlier}行重复，请只保留一行。")
            return
        term = self.known.get(key)
        if term is None:
            term = LexiconTerm(kind=row["kind"], word=row["word"], organ=self.organ)
        elif term.is_ended:
            table.problem(
                row, "word", f"“{term.word}”因“{term.end_reason}”已停用。请先恢复，或删去这一行。"
            )
            return
        before = self._values(term)
        for name in DETAILS:
            if name in table.present:
                setattr(term, name, row[name])
        rules.tidy(term)
        for column, message in rules.complaints(term, self.lexicon).items():
            table.problem(row, column, message)
        if term._state.adding:
            self.new.append(term)
        elif self._values(term) != before:
            self.changed.append(term)
        else:
            self.unchanged += 1

    @staticmethod
    def _values(term: LexiconTerm) -> dict[str, Any]:
        return {name: getattr(term, name) for name in DETAILS}

    def write(self, table: imports.Table) -> imports.ImportReport:
        """Keep what was judged: two statements a thousand rows."""
        now = timezone.now()
        for term in self.changed:
            term.updated_at = now
        LexiconTerm.objects.bulk_create(self.new, batch_size=BATCH)
        LexiconTerm.objects.bulk_update(self.changed, [*DETAILS, "updated_at"], batch_size=BATCH)
        return imports.ImportReport(
            created=len(self.new),
            updated=len(self.changed),
            unchanged=self.unchanged,
            ignored=table.ignored,
            sample=tuple(table.sample),
        )
