"""What holds for the repository as a whole: who imports whom, what is pinned, what may not stand in a file, documents in step."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from landbridge.findings import CODES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/landbridge"

# The table of CONTRIBUTING.md; findings may be imported by all but heal, which runs on its own.
MAY_IMPORT = {
    "__init__": set[str](),
    "__main__": {"cli"},
    "findings": set[str](),
    "intent": {"findings"},
    "design": {"findings", "intent"},
    "vyos": {"findings", "design"},
    "importing": {"findings", "intent", "vyos"},
    "artifacts": {"findings", "intent", "design", "vyos"},
    "verify": {"findings", "artifacts", "vyos"},
    "lab": {"findings", "artifacts", "vyos"},
    "aws": {"findings", "design", "vyos", "artifacts", "heal"},
    "sandbox": {"findings", "lab", "artifacts", "vyos"},
    "heal": set[str](),
    "cli": {"findings", "intent", "design", "vyos", "importing", "artifacts", "verify", "lab", "aws", "sandbox"},
}
MOST_LINES = 400
# Put together here, so that this file may be looked through too.
HOSTS = [".".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("deb", "debian", "org"), ("security", "debian", "org"))]
HOSTS += ["-".join(("extra", "index", "url")), "-".join(("find", "links")), "file:" + "///"]
DESK = "/" + "work/"
SCRIPTS = ("demo", "test", "lint", "bench", "lock", "agreement")
READMES = ("README.md", "README.zh-CN.md")


def committed() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"not a git checkout: {problem}")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_committed_file_says_where_to_download_from_or_where_it_was_written() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {needle}"
        for path in committed()
        for needle in (*HOSTS, DESK)
        if needle in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The packages of landbridge that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module="landbridge", level=0):
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0) if module.startswith("landbridge."):
                yield module.split(".")[1]
            case ast.ImportFrom(level=level) if level:
                pytest.fail(f"{path}: a relative import")
            case ast.Import():
                yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("landbridge."))


def test_packages_import_only_what_the_table_allows() -> None:
    packages = {package_of(path) for path in modules()}
    assert packages <= set(MAY_IMPORT)
    wrong = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in modules()
        for name in imported(path)
        if name in packages and name != package_of(path) and name not in MAY_IMPORT[package_of(path)]
    ]
    assert not wrong


def test_the_map_in_contributing_names_every_package() -> None:
    table = re.findall(r"^\| `(\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(table) == {package_of(path) for path in modules() if path.parent != SOURCE}  # without "(next)" and "(later)"


def test_no_module_is_too_long() -> None:
    long = {str(path.relative_to(SOURCE)): count for path in modules() if (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long


def codes_used(path: Path) -> Iterator[str]:
    """The codes that a module gives to findings: first argument of a maker, or an argument called `code`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="error" | "warning" | "note" | "Finding"), args=[ast.Constant(value=str(code)), *_]):
                yield code
            case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                yield code


def test_every_code_that_is_used_has_a_meaning_and_is_documented() -> None:
    used = {code for path in modules() for code in codes_used(path)}
    assert len(used) > 10, "the search finds nothing any more"
    assert used <= set(CODES)
    table = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", (ROOT / "docs/findings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert table == [(code.name, code.meaning) for code in CODES.values()]


def test_help_imports_nothing_heavy() -> None:
    program = """
import sys
from landbridge.cli import main
main(["--help"])
print(sorted({"pydantic", "rich", "jinja2", "yaml"} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Usage: landbridge" in done.stdout
    assert done.stderr.strip() == "[]"


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    held = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in held), name
    return dict(line.split("==") for line in held)


def test_every_requirement_is_pinned_to_a_version_that_it_allows() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, build, dev = (pins(f"requirements{kind}.txt") for kind in ("", "-build", "-dev"))
    wanted = {
        "run": (project["project"]["dependencies"], run),
        "build": (project["build-system"]["requires"], build),
        "dev": (project["project"]["optional-dependencies"]["dev"], {**run, **dev}),
    }
    for kind, (requirements, held) in wanted.items():
        for requirement in map(Requirement, requirements):
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            assert name in held, f"{kind}: {name} isn't pinned; run script/lock"
            assert requirement.specifier.contains(held[name]), f"{kind}: {name} {held[name]} is not {requirement.specifier}"
    for one, other in ((run, build), (run, dev), (build, dev)):
        assert all(other.get(name, version) == version for name, version in one.items()), "two versions of one package"


def test_the_package_takes_every_example_along() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    examples = {path.name for path in (ROOT / "examples").glob("*.yaml") if not path.name.endswith(".lock.yaml")}
    assert taken == {f"examples/{name}": f"landbridge/intent/examples/{name}" for name in examples}


def headings(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]


def code_blocks(text: str) -> list[str]:
    return [block.rstrip() for block in re.findall(r"(?:^(?: {4}.*)?\n)*^ {4}.*\n(?:^(?: {4}.*)?\n)*", text, re.MULTILINE)]


def links(text: str) -> list[str]:
    return [target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in target]


def test_the_two_readmes_are_in_step() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    assert headings(english) == headings(chinese)
    assert code_blocks(english) == code_blocks(chinese)
    assert links(english)[1:] == links(chinese)[1:]  # the first leads to the other one
    assert english.count("\n| ") == chinese.count("\n| ")


def test_every_page_is_listed_and_every_link_leads_somewhere() -> None:
    pages = [*(ROOT / name for name in READMES), ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in links(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken
    listed = set(links((ROOT / "README.md").read_text(encoding="utf-8")))
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} <= listed


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_what_it_is_for(name: str) -> None:
    script = ROOT / "script" / name
    assert os.access(script, os.X_OK)
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    assert done.stdout.startswith(f"Usage: script/{name} ")
    assert len(done.stdout.splitlines()) == 1
