"""Importing bodies from a table: all or nothing, idempotent by code, parents in any order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import Act, diff, record, record_many
from gongkai.organs import imports, policy
from gongkai.organs.changes import organs_changed
from gongkai.organs.credit_code import validate_credit_code
from gongkai.organs.models import Organ, OrganKind, OrganLevel, validate_organ_code
from gongkai.organs.services.tree import DETAILS, PATH_LENGTH, level_above, lock_trees, snapshot

MAX_ORGANS: Final = 50_000

ORGAN_COLUMNS: Final = (
    imports.Column(
        "code", "机构代码", ("代码", "机构编码"), required=True, parse=imports.text(32),
        help="数字、大写字母和连字符", example="411281-003",
    ),
    imports.Column(
        "name", "机构名称", ("名称", "单位名称", "单位"), required=True, parse=imports.text(120),
        example="义马市公安局",
    ),
    imports.Column("short_name", "简称", parse=imports.text(40), default="", example="市公安局"),
    imports.Column(
        "kind", "机构类型", ("类型",), required=True, parse=imports.choice(OrganKind.choices),
        help="、".join(OrganKind.labels), example="政府部门",
    ),
    imports.Column(
        "level", "层级", ("级别", "行政层级"), required=True,
        parse=imports.choice(OrganLevel.choices), help="、".join(OrganLevel.labels),
        example="县级",
    ),
    imports.Column(
        "parent", "上级机构代码", ("上级代码", "上级机构", "上级"), parse=imports.text(32),
        help="留空为最高一级；上级可以写在文件后面", example="411281",
    ),
    imports.Column(
        "credit_code", "统一社会信用代码", ("信用代码", "社会信用代码"), parse=imports.text(18),
        default="", help="18位",
    ),
    imports.Column(
        "vertical", "垂直管理", ("是否垂直管理",), parse=imports.boolean, default=False,
        help="是或否", example="否",
    ),
    imports.Column("established_on", "成立日期", ("设立日期",), parse=imports.day),
    imports.Column("office_name", "工作机构名称", ("工作机构",), parse=imports.text(120), default=""),
    imports.Column(
        "responsible_person", "工作机构负责人", ("负责人",), parse=imports.text(40), default="",
    ),
    imports.Column("address", "办公地址", ("地址",), parse=imports.text(200), default=""),
    imports.Column("phone", "联系电话", ("电话",), parse=imports.text(60), default=""),
    imports.Column("email", "电子邮箱", ("邮箱",), parse=imports.text(254), default=""),
    imports.Column("office_hours", "办公时间", parse=imports.text(120), default=""),
)  # fmt: skip
"""Heading by heading what a file of bodies may hold."""


def import_organs(
    actor: Actor,
    source: str | Path | IO[bytes],
    name: str = "",
    *,
    dry_run: bool = False,
    progress: imports.Progress | None = None,
) -> imports.ImportReport:
    """The bodies of the file exist as the file says. Raises UnreadableTable or ImportFailed.

    A known code is updated, an unknown one created; a column that the file lacks is left as
    it is, a blank cell of a column that it has empties the detail (for the parent: makes a
    root). Bodies that the file does not name stay untouched. With `dry_run` nothing is kept.
    """
    with transaction.atomic():
        lock_trees()
        with imports.open_table(source, ORGAN_COLUMNS, name=name, max_rows=MAX_ORGANS) as table:
            plan = _Plan(actor, table)
            for batch in table.batches(1000, progress=progress):
                for row in batch:
                    plan.take(row)
            if not table.stopped:
                plan.settle()
            table.finish()
            report = plan.write()
        record(
            actor,
            "organs.import",
            chain=SITE_CHAIN,
            changes={"file": name[:200], "created": report.created, "updated": report.updated},
        )
        if report.created or report.updated:
            organs_changed.send(Organ)
        if dry_run:
            transaction.set_rollback(True)
    return report


class _Plan:
    """The tree as it will be: what exists, overlaid with the file."""

    def __init__(self, actor: Actor, table: imports.Table) -> None:
        self.actor = actor
        self.table = table
        self.organs: dict[str, Organ] = {o.code: o for o in Organ.objects.all()}
        self.codes = {o.pk: o.code for o in self.organs.values()}
        self.parents: dict[str, str | None] = {
            o.code: self.codes[o.parent_id] if o.parent_id else None for o in self.organs.values()
        }
        self.before = {code: self._state(code) for code in self.organs}
        self.rows: dict[str, imports.Row] = {}

    def take(self, row: imports.Row) -> None:
        """Overlay one row; what can be judged by the row alone is judged here."""
        code = row["code"]
        if code in self.rows:
            self.table.problem(row, "code", f"“{code}”与第{self.rows[code].number}行重复。")
            return
        self.rows[code] = row
        self._validate(row)
        organ = self.organs.get(code)
        if organ is None:
            organ = self.organs[code] = Organ(code=code)
            self.parents[code] = None
        for name in DETAILS:
            if name in self.table.present:
                setattr(organ, name, row[name])
        if "parent" in self.table.present:
            self.parents[code] = row["parent"] or None

    def _validate(self, row: imports.Row) -> None:
        for name, validate in (
            ("code", validate_organ_code),
            ("credit_code", validate_credit_code),
            ("email", validate_email),
        ):
            if row[name]:
                try:
                    validate(row[name])
                except ValidationError as error:
                    self.table.problem(row, name, " ".join(error.messages))

    def settle(self) -> None:
        """Judge the tree as a whole and give every body its path."""
        self._check_parents()
        self._check_credit_codes()
        if self.table.problems:
            return
        for code in self.rows:
            self._place(code)
        moved = {c for c in self.rows if c in self.before and self._moved(c)}
        if moved:
            # Everything below a moved body moves along, named in the file or not.
            for code in self.organs:
                self._place(code)
        for code, row in self.rows.items():
            organ = self.organs[code]
            if len(organ.path) > PATH_LENGTH:
                self.table.problem(row, "parent", "层级过深，请选择更高一级的上级机构。")
            self._check_permission(row, organ)

    def _moved(self, code: str) -> bool:
        return bool(self.before[code]["parent"] != self.parents[code])

    def _check_parents(self) -> None:
        for code, row in self.rows.items():
            parent = self.parents[code]
            if parent is None:
                continue
            above = self.organs.get(parent)
            if above is None:
                self.table.problem(
                    row, "parent", f"没有代码为“{parent}”的机构，文件中也没有，请核对。"
                )
            elif above.abolished_on is not None:
                self.table.problem(row, "parent", f"“{above.name}”已撤销，请改为仍存在的机构。")
            elif level_above(self.organs[code].level, above.level):
                self.table.problem(
                    row,
                    "level",
                    f"层级不能高于上级机构“{above.name}”（{above.get_level_display()}）。",
                )
        self._check_cycles()

    def _check_cycles(self) -> None:
        sound: set[str] = set()
        for start in self.rows:
            trail: list[str] = []
            code: str | None = start
            while code is not None and code not in sound and code not in trail:
                trail.append(code)
                code = self.parents.get(code)
            if code is not None and code in trail:
                ring = trail[trail.index(code) :]
                for member in ring:
                    if member in self.rows:
                        self.table.problem(
                            self.rows[member],
                            "parent",
                            f"上下级形成循环：{' → '.join([*ring, ring[0]])}，请核对。",
                        )
            sound.update(trail)

    def _check_credit_codes(self) -> None:
        owners: dict[str, str] = {}
        for code, organ in self.organs.items():
            if organ.credit_code and code not in self.rows:
                owners[organ.credit_code] = code
        for code, row in self.rows.items():
            credit = self.organs[code].credit_code
            if not credit:
                continue
            if credit in owners:
                self.table.problem(
                    row, "credit_code", f"“{credit}”已属于机构 {owners[credit]}，请核对。"
                )
            owners.setdefault(credit, code)

    def _place(self, code: str) -> None:
        """Path and depth from the chain of parents (which has no ring by now)."""
        trail = [code]
        while (above := self.parents[trail[-1]]) is not None:
            trail.append(above)
        organ = self.organs[code]
        organ.depth = len(trail) - 1
        organ.path = "/" + "/".join(reversed(trail)) + "/"

    def _check_permission(self, row: imports.Row, organ: Organ) -> None:
        user = self.actor.user
        if user is None:
            policy.authorise(self.actor, "organs.manage")
            return
        before = self.before.get(organ.code)
        places = [p for p in (before["path"] if before else None, organ.path) if p is not None]
        for path in places:
            # The right over a body's future superior is what counts for a new one.
            above = path if before and path == before["path"] else path.rsplit("/", 2)[0] + "/"
            if not _reaches(user, above):
                self.table.problem(
                    row, "code", "不在您管理的机构范围内，请由其上级的系统管理员导入。"
                )
                return

    def _state(self, code: str) -> Mapping[str, Any]:
        organ = self.organs[code]
        return {
            **snapshot(organ),
            "parent": self.parents[code],
            "path": organ.path,
            "depth": organ.depth,
        }

    def write(self) -> imports.ImportReport:
        """Create level by level, update in one go, record every body in its own chain."""
        new = sorted((c for c in self.rows if c not in self.before), key=self._depth)
        changed = [c for c in self.before if self._state(c) != self.before[c]]
        for depth in sorted({self._depth(code) for code in new}):
            level = [self.organs[code] for code in new if self._depth(code) == depth]
            for organ in level:
                organ.parent = self._parent_of(organ.code)
            Organ.objects.bulk_create(level, batch_size=500)
        for code in changed:
            self.organs[code].parent = self._parent_of(code)
        Organ.objects.bulk_update(
            [self.organs[code] for code in changed],
            [*DETAILS, "parent", "path", "depth"],
            batch_size=100,
        )
        acts = [
            Act("organs.create", code, self.organs[code], diff({}, _public(self._state(code))))
            for code in new
        ]
        acts += [
            Act(
                "organs.update",
                code,
                self.organs[code],
                diff(_public(self.before[code]), _public(self._state(code))),
            )
            for code in changed
        ]
        record_many(self.actor, acts)
        named = sum(1 for code in changed if code in self.rows)
        return imports.ImportReport(
            created=len(new),
            updated=named,
            unchanged=len(self.rows) - len(new) - named,
            ignored=self.table.ignored,
            sample=tuple(self.table.sample),
        )

    def _depth(self, code: str) -> int:
        return self.organs[code].depth

    def _parent_of(self, code: str) -> Organ | None:
        above = self.parents[code]
        return self.organs[above] if above is not None else None


def _public(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state without what follows from the rest."""
    return {name: value for name, value in state.items() if name not in ("path", "depth")}


def _reaches(user: Any, path: str) -> bool:
    """Whether the policy gives `user` the management of bodies at `path` (of any tree)."""
    if getattr(user, "is_superuser", False) and user.is_active:
        return True
    return path != "/" and policy.allows(user, "organs.manage", Organ(pk=0, path=path))
