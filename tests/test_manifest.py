"""What hassfest and HACS would refuse; neither can run offline."""

import json
from pathlib import Path
import struct
import tomllib
from typing import Any

from packaging.requirements import Requirement
import pytest

from custom_components.xpresence.engine.requirements import REQUIREMENTS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / "xpresence"
MANIFEST: dict[str, Any] = json.loads((PACKAGE / "manifest.json").read_text())
KNOWN = {
    "after_dependencies",
    "codeowners",
    "config_flow",
    "dependencies",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "loggers",
    "name",
    "requirements",
    "ssdp",
    "version",
}


def test_the_manifest_has_what_is_asked_for_in_the_order_asked_for() -> None:
    keys = list(MANIFEST)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    assert set(keys) <= KNOWN
    for key in ("codeowners", "documentation", "issue_tracker", "iot_class", "version"):
        assert MANIFEST[key]
    assert MANIFEST["domain"] == PACKAGE.name
    assert MANIFEST["documentation"].startswith("https://")
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])


def test_the_project_tries_what_it_asks_home_assistant_to_install() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    pins = [
        Requirement(one)
        for group in ("integration", "homeassistant")
        for one in groups[group]
    ]
    pinned = {one.name: one for one in pins}
    later = [one for feature in REQUIREMENTS.values() for one in feature]
    for requirement in map(Requirement, [*MANIFEST["requirements"], *later]):
        [version] = pinned[requirement.name].specifier
        assert version.operator == "=="
        assert requirement.specifier.contains(version.version)


def test_what_only_some_offices_use_is_in_nobody_elses_way() -> None:
    for feature in REQUIREMENTS.values():
        for requirement in map(Requirement, feature):
            operators = {one.operator for one in requirement.specifier}
            assert "==" not in operators
            assert requirement.name not in str(MANIFEST["requirements"])


def test_the_project_and_the_manifest_have_one_version() -> None:
    assert f'version = "{MANIFEST["version"]}"' in (ROOT / "pyproject.toml").read_text()


def test_hacs_finds_what_it_looks_for() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert set(hacs) <= {"name", "homeassistant", "render_readme"}
    assert hacs["homeassistant"] == "2026.10.0"
    assert (ROOT / "README.md").stat().st_size > 1000
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    folders = [p.name for p in (ROOT / "custom_components").iterdir() if p.is_dir()]
    assert [name for name in folders if name != "__pycache__"] == ["xpresence"]


@pytest.mark.parametrize(("name", "size"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_the_icon_is_a_png_of_the_right_size(name: str, size: int) -> None:
    data = (PACKAGE / "brand" / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (size, size)


def test_no_strings_file_and_no_lock_file_with_addresses() -> None:
    assert not (PACKAGE / "strings.json").exists()
    for path in ROOT.glob("*.lock"):
        assert "http" not in path.read_text(), path
