"""Writes requirements*.txt: what pip would install today for the project, for building it, and for working on it. Run by script/lock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# {what}. Exact versions of all that is needed, written by script/lock; they come from whatever package index pip is set to.\n"


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]
    extras = wanted["optional-dependencies"]
    run = resolve([*wanted["dependencies"], *extras["aws"], *extras["sandbox"]])  # all that `landbridge demo` does
    # `editables` is what hatchling asks for when it installs a project in place.
    build = resolve([*project["build-system"]["requires"], "editables"], run)
    dev = resolve([*wanted["dependencies"], *extras["dev"]], {**build, **run})
    save("requirements.txt", "What landbridge runs with", run)
    save("requirements-build.txt", "What builds and installs the project", build)
    save("requirements-dev.txt", "What its tests and checks need beside requirements.txt", without(dev, run))


def resolve(requirements: list[str], held: dict[str, str] | None = None) -> dict[str, str]:
    """Package → version, with everything that they need in turn. What is `held` keeps its version."""
    constraints = "".join(f"{name}=={version}\n" for name, version in (held or {}).items())
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    done = subprocess.run(
        [*command, "--constraint", "/dev/stdin", *requirements], input=constraints, stdout=subprocess.PIPE, text=True, check=True
    )
    found = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    return {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in found}


def without(pins: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    return {name: version for name, version in pins.items() if name not in others}


def save(name: str, what: str, pins: dict[str, str]) -> None:
    lines = [f"{package}=={version}\n" for package, version in sorted(pins.items())]
    (ROOT / name).write_text(HEAD.format(what=what) + "".join(lines))


if __name__ == "__main__":
    main()
