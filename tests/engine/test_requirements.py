"""What only some offices need is installed when they use it, and is missed by no other."""

from collections.abc import Iterator
from pathlib import Path
import subprocess
import sys
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.requirements import RequirementsNotFound
import pytest

from custom_components.xpresence.engine import requirements
from custom_components.xpresence.engine.network import executor
from custom_components.xpresence.engine.requirements import Feature
from custom_components.xpresence.groupware.source import SourceUnavailable
from tests.conftest import set_up
from tests.pages import EN


@pytest.fixture
def no_package_source() -> Iterator[list[str]]:
    """Let nothing be installed; return what was asked for."""
    asked: list[str] = []

    async def missing(
        _hass: HomeAssistant, name: str, needed: list[str], is_built_in: bool = True
    ) -> None:
        asked.extend(needed)
        raise RequirementsNotFound(name, needed)

    with patch.object(requirements, "async_process_requirements", missing):
        yield asked


async def test_an_office_of_telephones_needs_no_package_source(
    hass: HomeAssistant, own_folder: Path, no_package_source: list[str]
) -> None:
    entry = await set_up(hass)
    assert entry.state.value == "loaded"
    assert no_package_source == []


@pytest.mark.parametrize("feature", Feature)
async def test_a_library_that_cannot_be_installed_is_named_in_a_repair(
    hass: HomeAssistant, no_package_source: list[str], feature: Feature
) -> None:
    run = executor(hass, feature)
    with pytest.raises(SourceUnavailable, match="library_missing"):
        await run(lambda: 1)
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "library_missing"
    placeholders = issue.translation_placeholders or {}
    assert no_package_source[0] in placeholders["requirements"]
    words = EN["issues"]["library_missing"]["description"]
    assert words.format(**placeholders)


async def test_the_repair_is_gone_once_the_library_is_there(
    hass: HomeAssistant, no_package_source: list[str]
) -> None:
    run = executor(hass, Feature.ICALENDAR)
    with pytest.raises(SourceUnavailable):
        await run(lambda: 1)

    async def there(*_: object, **__: object) -> None: ...

    with patch.object(requirements, "async_process_requirements", there):
        assert await run(lambda: 1) == 1
    assert not ir.async_get(hass).issues


def test_starting_imports_no_library_that_only_some_offices_use() -> None:
    code = (
        "import sys, homeassistant.bootstrap;"
        "before = set(sys.modules);"
        "import custom_components.xpresence;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    heavy = {"exchangelib", "icalendar", "lxml", "msal", "requests_ntlm", "spnego"}
    assert not heavy & set(done.stdout.split())
