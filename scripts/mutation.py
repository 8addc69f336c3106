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
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from mutation_operators import Mutant, modules, mutants_of, path_of, tree_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "gongkai.statute"
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
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutation",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],  # a failure need not be made small
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
