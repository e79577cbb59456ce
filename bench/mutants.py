"""Measures how many mutants the tests kill: `python -m bench.mutants` runs mutmut on the core.

    modules without I/O | group by test folder | sample mutants | run mutmut in a copy | score

A mutant is a copy of a function with one change, for example of a comparison, a number or an
argument. mutmut makes the mutants and runs the tests that call the function. If a test fails, the
mutant is killed; otherwise it survives. The tests of a module are those in the folder that mirrors
its package (`tests/rates` for `bot/rates`) or in the nearest parent folder with tests.

The core is every module that imports none of the I/O libraries in the import contract. Mutants of
strings and of log calls are left out, because tests check facts and not sentences. mutmut cannot
change module-level constants and tables, or functions with a decorator.

The result is Markdown; progress goes to stderr. It needs `pip install "mutmut>=3.8,<3.9"`.
"""

import argparse
import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import chdir, suppress
from difflib import ndiff
from pathlib import Path
from random import Random
from time import monotonic
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = ("rates", "news", "alerts", "feeds")
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "*.db"
)
_SURVIVED, _UNTESTED = 0, 33
"""mutmut's exit codes for a mutant with which all tests passed, and for one that no test calls."""
_LOG = re.compile(r"\blog\.\w+\(")


class Mutant(NamedTuple):
    """One mutant: mutmut's name for it, its file and line, and the line before and after."""

    name: str
    file: str
    line: int
    before: str
    after: str


class Result(NamedTuple):
    """The outcome for one group of modules: mutmut's exit code for each mutant that ran."""

    package: str
    modules: int
    codes: dict[Mutant, int]


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--package", action="append", help=f"package below bot/ (default:  {' '.join(PACKAGES)})"
    )
    parser.add_argument(
        "--per-module", type=int, default=25, help="mutants per module (default: 25)"
    )
    parser.add_argument("--seed", type=int, default=2026, help="seed of the sample (default: 2026)")
    parser.add_argument(
        "--seconds", type=float, default=1800, help="time limit for all mutants (default: 1800)"
    )
    options = parser.parse_args()
    results = []
    groups = [
        (package, tests, modules)
        for package in options.package or PACKAGES
        for tests, modules in _group_by_tests(package).items()
    ]
    end = monotonic() + options.seconds
    for place, (package, tests, modules) in enumerate(groups):
        share = (end - monotonic()) / (len(groups) - place)
        print(f"{package}: {len(modules)} modules by {tests}, {share:.0f} s", file=sys.stderr)
        codes = _measure(tests, modules, options.per_module, options.seed, share)
        results.append(Result(package, len(modules), codes))
    _print(results)


def _group_by_tests(package: str) -> dict[str, list[str]]:
    """Maps each test folder to the package's core modules that it tests, as paths from the root."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    banned = {one for each in contracts["contracts"] for one in each.get("forbidden_modules", ())}
    folder = ROOT / "bot" / package.replace(".", "/")
    if not folder.is_dir():
        raise SystemExit(f"bot has no package {package}")
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        if not banned & set(_imports(path)):
            mirrored = (ROOT / "tests" / path.relative_to(ROOT / "bot")).parent
            tests = next(one for one in (mirrored, *mirrored.parents) if any(one.glob("test_*.py")))
            key = str(tests.relative_to(ROOT))
            found.setdefault(key, []).append(str(path.relative_to(ROOT)))
    return found


def _imports(path: Path) -> Iterator[str]:
    """The top-level packages that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _measure(
    tests: str, modules: Sequence[str], per_module: int, seed: int, seconds: float
) -> dict[Mutant, int]:
    """Tests a sample of the modules' mutants in a copy of the repository; returns exit codes."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        _configure(copy, tests, modules)
        with chdir(copy):
            mutants = [one for module in modules for one in _sample(module, per_module, seed)]
        _run(copy, [mutant.name for mutant in mutants], seconds)
        codes: dict[str, int | None] = {}
        for module in modules:
            meta = copy / "mutants" / f"{module}.meta"
            codes |= json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {}
    given = ((mutant, codes.get(mutant.name)) for mutant in mutants)
    ran = {mutant: code for mutant, code in given if code is not None}
    print(f"  {len(ran)} of {len(mutants)} mutants ran", file=sys.stderr)
    return ran


def _configure(copy: Path, tests: str, modules: Sequence[str]) -> None:
    others = [path.name for path in copy.iterdir() if path.name not in ("bot", "pyproject.toml")]
    settings = {
        "source_paths": ["bot/"],
        "only_mutate": list(modules),
        "also_copy": others,
        "pytest_add_cli_args_test_selection": [f"{tests}/"],
    }
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    with (copy / "pyproject.toml").open("a") as file:
        file.writelines(("\n[tool.mutmut]\n", *lines))


def _sample(module: str, most: int, seed: int) -> list[Mutant]:
    """A random sample of a module's mutants; the same `seed` gives the same sample."""
    try:
        from mutmut.mutation.file_mutation import mutate_file_contents
        from mutmut.utils.format_utils import get_mutant_name
    except ImportError:
        raise SystemExit('mutmut is missing: pip install "mutmut>=3.8,<3.9"') from None
    source = Path(module).read_text()
    made = mutate_file_contents(module, source)
    lines, spans = made.code.splitlines(), made.line_span_by_function_name
    starts = _first_lines(source)
    found = []
    for name in made.mutant_names:
        function = name.partition("__mutmut_")[0]
        old, new = (
            lines[spans[one].start - 1 : spans[one].end]
            for one in (f"{function}__mutmut_orig", name)
        )
        change = _change(old, new)
        if change is not None:
            at, before, after = change
            line = starts.get(function, 0) + at
            found.append(Mutant(get_mutant_name(Path(module), name), module, line, before, after))
    return Random(f"{seed} {module}").sample(found, min(most, len(found)))


def _first_lines(source: str) -> dict[str, int]:
    """The first line number of each function, by mutmut's name for the function."""
    tree = ast.parse(source)
    named = [("x_", node) for node in tree.body]
    named += [
        (f"xǁ{each.name}ǁ", node)
        for each in tree.body
        if isinstance(each, ast.ClassDef)
        for node in each.body
    ]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        prefix + node.name: node.lineno for prefix, node in named if isinstance(node, functions)
    }


def _change(old: Sequence[str], new: Sequence[str]) -> tuple[int, str, str] | None:
    """The line offset, old line and new line; None if only strings or log calls differ."""
    old, new = ([re.sub(r"__mutmut_\w+", "", line) for line in each] for each in (old, new))
    while not old[0].strip():
        old, new = old[1:], new[1:]
    if _without_strings(old) == _without_strings(new):
        return None
    marked = [line for line in ndiff(old, new) if not line.startswith("?")]
    at = next((number for number, line in enumerate(marked) if line[0] != " "), 0)
    before = " ".join(line[2:].strip() for line in marked if line[0] == "-")
    after = " ".join(line[2:].strip() for line in marked if line[0] == "+")
    return None if _LOG.search(before) else (at, before, after)


def _without_strings(function: Sequence[str]) -> str:
    indent = len(function[0]) - len(function[0].lstrip())
    tree = ast.parse("\n".join(line[indent:] for line in function))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            node.value = ""
    return ast.dump(tree)


def _run(copy: Path, names: Sequence[str], seconds: float) -> None:
    """Runs mutmut in `copy` until it finishes or times out; its results remain there."""
    command = [sys.executable, "-m", "mutmut", "run", *names]
    log = copy / "mutmut.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=copy, stdout=out, stderr=out, start_new_session=True
        )
        try:
            code = process.wait(max(seconds, 1.0))
        except subprocess.TimeoutExpired:
            code = 0
        finally:
            for sign in (signal.SIGINT, signal.SIGKILL):
                if process.poll() is None:
                    os.killpg(process.pid, sign)
                    _wait(process, 10.0)
    if code:
        raise SystemExit(f"mutmut failed:\n{log.read_text()[-2000:]}")


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _print(results: Sequence[Result]) -> None:
    print("| package | modules | mutants | killed | survived | in no test | score |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for package in dict.fromkeys(result.package for result in results):
        own = [result for result in results if result.package == package]
        codes = [code for result in own for code in result.codes.values()]
        survived, untested = codes.count(_SURVIVED), codes.count(_UNTESTED)
        killed = len(codes) - survived - untested
        score = f"{killed / len(codes):.0%}" if codes else "-"
        modules = sum(result.modules for result in own)
        row = (package, modules, len(codes), killed, survived, untested, score)
        print(f"| {' | '.join(map(str, row))} |")
    for result in results:
        for mutant, code in sorted(result.codes.items(), key=lambda each: each[0][1:]):
            if code in (_SURVIVED, _UNTESTED):
                why = "" if code == _SURVIVED else " (in no test)"
                print(f"\n{mutant.file}:{mutant.line}{why}")
                print(f"    - {mutant.before}\n    + {mutant.after}")


if __name__ == "__main__":
    main()
