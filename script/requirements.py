"""Prints what tests need beside the Home Assistant that this Python has.

The packages are those of pyproject.toml's groups `homeassistant` and `test`. Each has
the version that this release of Home Assistant asks for, and else the group's own. The
test plugin is left out, for it wants one certain release; what it brings is taken from
the environment whose Python is named: script/requirements.py .venv/bin/python
"""

import json
from pathlib import Path
import re
import subprocess
import sys
import tomllib

import homeassistant

PROJECT = Path(__file__).parents[1]
PLUGIN = "pytest-homeassistant-custom-component"
FROM_PLUGIN = ("pytest", "pytest-asyncio", "pytest-timeout", "pytest-xdist")
VERSIONS = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"


def split(requirement: str) -> tuple[str, str]:
    """Return the name that a requirement is known by, and its version."""
    name, _, version = requirement.partition("==")
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower(), version


def of_home_assistant() -> dict[str, str]:
    """Return the version of each package that a component asks for."""
    components = Path(homeassistant.__file__).parent / "components"
    found = {}
    for manifest in components.glob("*/manifest.json"):
        for requirement in json.loads(manifest.read_text()).get("requirements", ()):
            name, version = split(requirement)
            found[name] = version
    return found


def main() -> None:
    """Print one requirement a line."""
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())[
        "dependency-groups"
    ]
    wanted = dict(map(split, [*groups["homeassistant"], *groups["test"]]))
    del wanted["homeassistant"], wanted[PLUGIN]
    asked = of_home_assistant()
    wanted = {name: asked.get(name) or version for name, version in wanted.items()}
    versions = subprocess.run(
        [sys.argv[1], "-c", VERSIONS, *FROM_PLUGIN],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    wanted |= zip(FROM_PLUGIN, versions, strict=True)
    for name, version in sorted(wanted.items()):
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
