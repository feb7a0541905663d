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


def split(requirement: str) -> tuple[str, str, str]:
    """Return what a package is known by, its name with extras, and its version."""
    name, _, version = requirement.partition("==")
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower(), name, version


def of_home_assistant() -> dict[str, str]:
    """Return the version of each package that a component asks for."""
    components = Path(homeassistant.__file__).parent / "components"
    found = {}
    for manifest in components.glob("*/manifest.json"):
        for requirement in json.loads(manifest.read_text()).get("requirements", ()):
            key, _, version = split(requirement)
            found[key] = version
    return found


def of_plugin(python: str) -> dict[str, str]:
    """Return the versions that the test plugin has brought to another Python."""
    told = subprocess.run(
        [python, "-c", VERSIONS, *FROM_PLUGIN],
        capture_output=True,
        check=True,
        text=True,
    )
    return dict(zip(FROM_PLUGIN, told.stdout.split(), strict=True))


def main() -> None:
    """Print one requirement a line."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = of_home_assistant()
    for requirement in (*groups["homeassistant"], *groups["test"]):
        key, name, version = split(requirement)
        if key not in {"homeassistant", PLUGIN}:
            print(f"{name}=={asked.get(key) or version}")
    for name, version in of_plugin(sys.argv[1]).items():
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
