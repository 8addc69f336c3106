"""The mutants of ``gongkai/statute``: which changes ``scripts/mutation.py`` tries."""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "gongkai" / "statute"

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One change. ``undo``-able on the module's tree: ``apply`` sets a field, gives the old value."""

    module: str
    function: str
    line: int
    column: int
    change: str
    node: Any
    field: str
    value: Any

    @property
    def key(self) -> str:
        return f"{self.module}:{self.line}:{self.column}: {self.change}"

    def code(self, tree: ast.Module) -> CodeType:
        """The module compiled with the change; the tree is as before afterwards."""
        holder, place = self.node, self.field
        if isinstance(holder, list):
            index = int(place)
            old, holder[index] = holder[index], self.value
        else:
            old = getattr(holder, place)
            setattr(holder, place, self.value)
        try:
            return compile(ast.fix_missing_locations(tree), str(path_of(self.module)), "exec")
        finally:
            if isinstance(holder, list):
                holder[int(place)] = old
            else:
                setattr(holder, place, old)


def modules() -> list[str]:
    """The modules of statute by their name below the package (``clock.rules``)."""
    names = []
    for path in sorted(FOLDER.rglob("*.py")):
        parts = path.relative_to(FOLDER).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in names if name]


def path_of(module: str) -> Path:
    base = FOLDER.joinpath(*module.split("."))
    single = base.with_suffix(".py")
    return single if single.exists() else base / "__init__.py"


@functools.cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(path_of(module).read_text("utf-8"))


@functools.cache
def mutants_of(module: str) -> tuple[Mutant, ...]:
    return tuple(_Finder(module).of(tree_of(module)))


class _Finder:
    """Walks a module and offers every change worth trying."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.function: list[str] = []

    def of(self, node: ast.AST) -> Iterator[Mutant]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.function.append(node.name)
            yield from self._body(node, "body")
            if isinstance(node, ast.FunctionDef):
                for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                    yield from self._expression(default)
            self.function.pop()
            return
        if isinstance(node, ast.Raise):
            return
        if isinstance(node, ast.expr):
            yield from self._expression(node)
            return
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield from self.of(node.value)
            return
        if isinstance(node, ast.Assign) and not self.function and _is_type(node.value):
            return
        if isinstance(node, ast.If | ast.While):
            yield from self._condition(node)
        if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield self._mutant(node, "value", ast.Constant(None), "return None")
        if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
            swapped = copy.copy(node)
            swapped.op = OPERATORS[type(node.op)]()
            yield self._mutant(node, "op", swapped.op, ast.unparse(swapped))
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield from self._body(node, name)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        yield from self.of(item)
            elif isinstance(value, ast.AST):
                yield from self.of(value)

    def _body(self, owner: ast.AST, name: str) -> Iterator[Mutant]:
        body: list[ast.stmt] = getattr(owner, name)
        for index, statement in enumerate(body):
            if _is_docstring(statement):
                continue
            if _removable(statement, bool(self.function)):
                gone = ast.copy_location(ast.Pass(), statement)
                yield self._in_list(body, index, gone, f"leave out: {_short(statement)}")
            if isinstance(statement, ast.Break | ast.Continue):
                other = ast.Continue() if isinstance(statement, ast.Break) else ast.Break()
                change = f"{_short(statement)} → {_short(other)}"
                yield self._in_list(body, index, ast.copy_location(other, statement), change)
            yield from self.of(statement)

    def _expression(self, node: ast.expr) -> Iterator[Mutant]:
        before = _short(node)
        if isinstance(node, ast.Compare):
            for index, operator in enumerate(node.ops):
                for kind in COMPARISONS.get(type(operator), ()):
                    operators = list(node.ops)
                    operators[index] = kind()
                    yield self._changed(node, "ops", operators, before)
        elif isinstance(node, ast.BoolOp):
            swapped = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
            yield self._changed(node, "op", swapped, before)
        elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS and not _is_text(node):
            yield self._changed(node, "op", OPERATORS[type(node.op)](), before)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            # not x → bool(x), -x → +x: the sign goes, the type stays.
            if isinstance(node.op, ast.USub):
                yield self._changed(node, "op", ast.UAdd(), before)
            else:
                twice = ast.UnaryOp(ast.Not(), node.operand)
                yield self._changed(node, "operand", twice, before)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, bool):
                yield self._changed(node, "value", not node.value, before)
            elif isinstance(node.value, int):
                yield self._changed(node, "value", node.value + 1, before)
                yield self._changed(node, "value", node.value - 1, before)
        elif isinstance(node, ast.IfExp):
            yield from self._condition(node)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMES:
            other = ast.Name(NAMES[ast.unparse(node.func)], ast.Load())
            yield self._changed(node, "func", ast.copy_location(other, node.func), before)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.comprehension):
                for index, test in enumerate(child.ifs):
                    if not isinstance(test, ast.Compare | ast.UnaryOp):
                        negated = ast.copy_location(ast.UnaryOp(ast.Not(), test), test)
                        yield self._in_list(
                            child.ifs, index, negated, f"if {_short(test)} → if not"
                        )
                    yield from self._expression(test)
                yield from self._expression(child.iter)
            elif isinstance(child, ast.keyword | ast.FormattedValue):
                yield from self._expression(child.value)
            elif isinstance(child, ast.expr):
                yield from self._expression(child)

    def _condition(self, node: ast.If | ast.While | ast.IfExp) -> Iterator[Mutant]:
        """A condition that is no comparison (these are negated already) is turned round."""
        if isinstance(node.test, ast.Compare | ast.UnaryOp):
            return
        negated = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        yield self._mutant(node, "test", negated, f"if {_short(node.test)} → if not")

    def _changed(self, node: ast.expr, field: str, value: Any, before: str) -> Mutant:
        after = copy.copy(node)
        setattr(after, field, value)
        return self._mutant(node, field, value, f"{before} → {_short(after)}")

    def _mutant(self, node: Any, field: str, value: Any, change: str) -> Mutant:
        if isinstance(value, ast.expr):
            ast.copy_location(value, node)
        at = (node.lineno, node.col_offset)
        return Mutant(self.module, ".".join(self.function), *at, change, node, field, value)

    def _in_list(self, items: list[Any], index: int, value: Any, change: str) -> Mutant:
        at = (items[index].lineno, items[index].col_offset)
        return Mutant(self.module, ".".join(self.function), *at, change, items, str(index), value)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_type(node: ast.expr) -> bool:
    """A type written as a value: ``A | B``, ``Literal[…]``."""
    return isinstance(node, ast.Subscript) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)
    )


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _removable(node: ast.stmt, in_function: bool) -> bool:
    if isinstance(node, ast.Assign):
        return in_function and any(
            isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets
        )
    if isinstance(node, ast.Raise | ast.Return):
        return isinstance(node, ast.Raise) or node.value is None
    return isinstance(node, ast.Expr | ast.AugAssign | ast.Break | ast.Continue)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else f"{text[:87]}…"
