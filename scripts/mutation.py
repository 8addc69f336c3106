"""Mutation testing of ``gongkai/statute``: change one thing in the law's code, expect a red test.

Usage: ``python scripts/mutation.py`` runs every mutant of every module;
``python scripts/mutation.py fees clock.rules`` those of some modules;
``--again RESULTS`` only those that survived the run that wrote RESULTS;
``--list`` prints the mutants without running them; ``-o FILE`` keeps the results as JSON lines.

Nothing is written into the source tree: a mutant lives in a forked process only, on a POSIX
system. Tests are collected once. A mutant inside a function swaps that function's code and runs
the tests that call it, the quickest first, then those that call its module, until one fails.
What runs while modules are imported or tests are collected (constants, data loaders) is instead
imported afresh with the tests, through an import hook. Hypothesis tries few examples, always the
same. A mutant that uses too much processor time or memory is stopped and counts as found.
``docs/developers/mutation.md`` has the figures of the last run and a reason for each survivor.

What is changed: comparisons (boundary and negation), ``and``/``or``/``not``, conditions, arithmetic,
set operations, whole numbers (one more, one less), truths, ``min``/``max``, ``any``/``all``,
returned values (``None``), and statements left out (calls, ``+=``, item assignments, ``raise``,
``yield``, ``continue``, ``break``). What is not: strings (wording has tests of its own),
annotations, decorators, docstrings, arguments of ``raise`` and the data files.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import gc
import importlib.abc
import importlib.util
import json
import os
import re
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "gongkai.statute"
FOLDER = ROOT / "gongkai" / "statute"
TESTS = ROOT / "tests" / "statute"
#: Tests that say this need Django; what they hold of statute is held by others as well.
NEEDS_DJANGO = re.compile(r"^from (django|tests\.[\w.]*_command|gongkai\.(?!statute))", re.M)
PYTEST = (
    *("-q", "-x", "-n0", "-p", "no:cacheprovider", "-p", "no:django", "-p", "no:randomly"),
    *("-W", "ignore", "--capture=no", "--no-header", "--no-summary", "--tb=no"),
    f"--rootdir={ROOT}",
    f"--confcutdir={TESTS}",
)
EXAMPLES = 8
#: A mutant may use this much processor time, and what its tests use under a profiler.
CPU_SECONDS = 3
CPU_SECONDS_AFRESH = 40
MEMORY_BYTES = 2 * 1024**3

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
            if isinstance(statement, ast.Break):
                other = ast.copy_location(ast.Continue(), statement)
                yield self._in_list(body, index, other, "break → continue")
            if isinstance(statement, ast.Continue):
                other = ast.copy_location(ast.Break(), statement)
                yield self._in_list(body, index, other, "continue → break")
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


# --- running ---------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutation testing of gongkai/statute.")
    parser.add_argument("modules", nargs="*", help="fees, clock.rules …; all when none is named")
    parser.add_argument("-o", "--output", type=Path, help="keep the results as JSON lines")
    parser.add_argument("--again", type=Path, metavar="RESULTS", help="only those that survived")
    parser.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    options = parser.parse_args()
    names = [
        name
        for name in modules()
        if not options.modules
        or any(name == one or name.startswith(f"{one}.") for one in options.modules)
    ]
    wanted = [mutant for name in names for mutant in mutants_of(name)]
    if options.again:
        rows = map(json.loads, options.again.read_text("utf-8").splitlines())
        last = {row["key"]: row["result"] for row in rows}
        wanted = [mutant for mutant in wanted if last.get(mutant.key) == "survived"]
    if options.list:
        for mutant in wanted:
            print(mutant.key)
        return 0
    sys.path.insert(0, str(ROOT))
    sys.dont_write_bytecode = False
    _prepare()
    results = Results(options.output)
    afresh = _run_by_code(wanted, results)
    if afresh and _in_child(lambda: _import_and_test(None), 600) != "survived":
        raise SystemExit("tests imported afresh fail without a mutant")
    for mutant in (mutant for mutant in wanted if mutant.key in afresh):
        work = functools.partial(_import_and_test, mutant)
        results.add(mutant, _in_child(work, CPU_SECONDS_AFRESH))
    results.show()
    return int(results.count("survived") > 0)


class Results:
    """What became of each mutant, on the screen and in the file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = []
        self.began = time.monotonic()

    def add(self, mutant: Mutant, result: str) -> None:
        row = {
            "key": mutant.key,
            "module": mutant.module,
            "function": mutant.function,
            "change": mutant.change,
            "result": result,
        }
        self.extend([row])

    def extend(self, rows: list[dict[str, Any]]) -> None:
        self.rows += rows
        for row in rows:
            row["seconds"] = round(time.monotonic() - self.began, 2)
            if row["result"] == "survived":
                print(f"survived  {row['key']}", flush=True)
        if self.path:
            with self.path.open("a", encoding="utf-8") as out:
                out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    def count(self, result: str) -> int:
        return sum(row["result"] == result for row in self.rows)

    def show(self) -> None:
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            table[row["module"]][row["result"]] += 1
        print(f"\n{'module':<20}{'mutants':>9}{'killed':>9}{'stopped':>9}{'survived':>9}")
        for module, counts in [*sorted(table.items()), ("all", sum(table.values(), Counter()))]:
            figures = (counts.total(), counts["killed"], counts["stopped"], counts["survived"])
            print(f"{module:<20}" + "".join(f"{figure:>9}" for figure in figures))
        print(f"{time.monotonic() - self.began:.0f} s")


def _prepare() -> None:
    """Import what no mutant touches, so that every child has it already."""
    import chinese_calendar  # noqa: F401
    import hypothesis.strategies  # noqa: F401
    import pytest  # noqa: F401
    import yaml  # noqa: F401
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "mutation",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=settings().phases[:3],  # explicit, reuse, generate: no shrinking
    )
    settings.load_profile("mutation")


def _in_child(work: Callable[[], int], cpu_seconds: int) -> str:
    """``killed`` when the work gives anything but 0, ``stopped`` when it used too much."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            code = work()
        except BaseException:
            code = 1
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        return "stopped"
    return "killed" if os.WEXITSTATUS(status) else "survived"


def _test_files(first: str) -> tuple[list[str], list[str]]:
    """The test files whose name speaks of the module, and the others."""
    files = [
        str(path)
        for path in sorted(TESTS.glob("test_*.py"))
        if not NEEDS_DJANGO.search(path.read_text("utf-8"))
    ]
    stem = f"test_{first.split('.')[0]}"
    near = [name for name in files if Path(name).name.startswith(stem)]
    return near, [name for name in files if name not in near]


def _import_and_test(mutant: Mutant | None) -> int:
    """Import everything with the mutant in place and run all tests, the nearest first."""
    import pytest

    if mutant:
        sys.meta_path.insert(0, _Loader(mutant))
    for files in _test_files(mutant.module if mutant else "none"):
        if files and (code := pytest.main([*PYTEST, *files])):
            return int(code)
    return 0


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the one module its mutated code."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != f"{PACKAGE}.{self.mutant.module}":
            return None
        file = path_of(self.mutant.module)
        folder = [str(file.parent)] if file.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            name, file, loader=self, submodule_search_locations=folder
        )

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(self.mutant.code(tree_of(self.mutant.module)), module.__dict__)


def _run_by_code(wanted: list[Mutant], results: Results) -> set[str]:
    """Run what a swap of code can do, in a process of its own; name the mutants it cannot do."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            import pytest

            with os.fdopen(writer, "w", encoding="utf-8") as out:
                plugin = _Session(wanted, out)
                code = int(pytest.main([*PYTEST, *_test_files("none")[1]], [plugin]))
        finally:
            os._exit(code)
    os.close(writer)
    afresh: set[str] = set()
    with os.fdopen(reader, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["result"] == "afresh":
                afresh.add(row["key"])
            else:
                results.extend([row])
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the tests could not be collected or do not pass without a mutant")
    return afresh


class _Session:
    """A pytest plugin: collects once, learns which test calls what, then forks for each mutant."""

    def __init__(self, wanted: list[Mutant], out: Any) -> None:
        self.wanted = wanted
        self.out = out
        self.at_import: set[tuple[str, str]] = set()
        self.files = {str(path_of(name)): name for name in modules()}
        self.calls: set[tuple[str, str]] = set()
        sys.setprofile(self._note)

    def _note(self, frame: Any, event: str, _: Any) -> None:
        if event == "call" and (name := self.files.get(frame.f_code.co_filename)):
            self.calls.add((name, frame.f_code.co_qualname))

    def pytest_runtestloop(self, session: Any) -> bool:
        import pytest

        sys.setprofile(None)
        self.at_import, self.calls = self.calls, set()
        if session.testsfailed:
            return False
        covering, seconds = self._learn(session)
        gc.freeze()
        # The control: with nothing changed, a forked process must find nothing.
        if _in_child(lambda: int(not all(map(_passes, session.items))), 600) != "survived":
            pytest.exit("a forked process fails without a mutant", returncode=1)
        for mutant in self.wanted:
            key = (mutant.module, mutant.function)
            row = {name: getattr(mutant, name) for name in ("key", "module", "function", "change")}
            target = self._function(mutant)
            if target is None or any(
                at == key or (at[0] == key[0] and at[1].startswith(f"{key[1]}.<locals>"))
                for at in self.at_import
            ):
                self._send(row, "afresh")
                continue
            # A cache may hide the call from all tests but the first, so the tests that call
            # anything in the module follow those that were seen to call the function.
            direct = covering.get(self._top(mutant), set())
            module = covering.get((mutant.module, ""), set())
            items = sorted(direct, key=seconds.__getitem__)
            items += sorted(module - direct, key=seconds.__getitem__)
            work = functools.partial(self._run, target, mutant, items)
            limit = CPU_SECONDS + int(sum(seconds[item] for item in items))
            self._send(row, _in_child(work, limit))
        return True

    def _send(self, row: dict[str, Any], result: str) -> None:
        self.out.write(json.dumps({**row, "result": result}, ensure_ascii=False) + "\n")
        self.out.flush()

    def _learn(self, session: Any) -> tuple[dict[tuple[str, str], set[Any]], dict[Any, float]]:
        """Run all tests once in a child: who calls which function, and for how long it runs."""
        import pytest

        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                learnt = []
                for index, item in enumerate(session.items):
                    self.calls = set()
                    began = time.process_time()
                    sys.setprofile(self._note)
                    passed = _passes(item)
                    sys.setprofile(None)
                    if not passed:
                        print(f"fails without a mutant: {item.nodeid}", flush=True)
                        os._exit(1)
                    spent = time.process_time() - began
                    learnt.append((index, spent, sorted(self.calls)))
                with os.fdopen(writer, "w") as out:
                    json.dump(learnt, out)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(writer)
        with os.fdopen(reader) as lines:
            text = lines.read()
        if os.waitpid(child, 0)[1]:
            pytest.exit("mend the tests first", returncode=1)
        covering: dict[tuple[str, str], set[Any]] = defaultdict(set)
        seconds = {}
        for index, spent, calls in json.loads(text):
            item = session.items[index]
            seconds[item] = spent
            for name, qualname in calls:
                covering[name, qualname.split(".<locals>")[0]].add(item)
                covering[name, ""].add(item)
        return covering, seconds

    def _top(self, mutant: Mutant) -> tuple[str, str]:
        """The function whose code is swapped: a function inside another goes with the outer."""
        return mutant.module, self._outer(mutant)[0]

    def _outer(self, mutant: Mutant) -> tuple[str, Any]:
        module = sys.modules.get(f"{PACKAGE}.{mutant.module}")
        at: Any = module
        names = []
        for name in mutant.function.split(".") if mutant.function else ():
            at = vars(at).get(name) if at is not None and hasattr(at, "__dict__") else None
            names.append(name)
            found = _plain_function(at)
            if found is not None:
                return ".".join(names), found
        return mutant.function, None

    def _function(self, mutant: Mutant) -> FunctionType | None:
        """The function to swap; None where the change is outside every function's body."""
        found: FunctionType | None = self._outer(mutant)[1]
        if found is None:
            return None
        names = _codes(found.__code__)
        mutated = mutant.code(tree_of(mutant.module))
        swapped = _find_code(mutated, found.__code__.co_qualname)
        same = swapped is None or _codes(swapped) == names
        return None if same else found

    def _run(self, target: FunctionType, mutant: Mutant, items: list[Any]) -> int:
        code = _find_code(mutant.code(tree_of(mutant.module)), target.__code__.co_qualname)
        assert code is not None
        target.__code__ = code
        return 0 if all(_passes(item) for item in items) else 1


def _passes(item: Any) -> bool:
    from _pytest.runner import runtestprotocol

    reports = runtestprotocol(item, nextitem=None, log=False)
    return not any(report.failed for report in reports)


def _plain_function(found: Any) -> FunctionType | None:
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, staticmethod | classmethod):
        found = found.__func__
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found if isinstance(found, FunctionType) else None


def _find_code(code: CodeType, qualname: str) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == qualname:
                return constant
            if (found := _find_code(constant, qualname)) is not None:
                return found
    return None


def _codes(code: CodeType) -> tuple[Any, ...]:
    """What a code object does, without where it stands."""
    constants = tuple(
        _codes(one) if isinstance(one, CodeType) else (type(one), repr(one))
        for one in code.co_consts
    )
    return code.co_code, constants, code.co_names, code.co_varnames


if __name__ == "__main__":
    sys.exit(main())
