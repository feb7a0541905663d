"""Options are read into the office when they change, and not at each choice."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.xpresence.settings import office
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT


class Counted(Mapping[str, Any]):
    """Options that count who reads them."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self.read: Counter[str] = Counter()

    @override
    def __getitem__(self, key: str) -> Any:
        self.read[key] += 1
        return self._options[key]

    @override
    def get(self, key: str, default: Any = None) -> Any:
        self.read[key] += 1
        return self._options.get(key, default)

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    @override
    def __len__(self) -> int:
        return len(self._options)


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up Anna's office, with a queue and every limit."""
    return await set_up_team(
        hass,
        options={"hotline": "pause", "longest_hours": 8, "wrap_up_minutes": 5},
        anna={"queues": ["400"]},
    )


async def choose(hass: HomeAssistant, team: Team, profile: str, by: str) -> None:
    await hass.services.async_call(
        "xpresence",
        "set_profile",
        {"entity_id": SELECT, "profile": profile},
        blocking=True,
        context=team.context(by),
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_choice_reads_no_option(hass: HomeAssistant, team: Team) -> None:
    counted = Counted(team.entry.options)
    object.__setattr__(team.entry, "options", counted)
    await choose(hass, team, "Meeting", "anna")
    await choose(hass, team, "Available", "dora")
    assert counted.read == Counter()
    object.__setattr__(team.entry, "options", MappingProxyType(dict(counted)))


async def test_a_change_of_options_reads_them_once(
    hass: HomeAssistant, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counted(entry: ConfigEntry[Any], *args: Any) -> Any:
        read.append(dict(entry.options))
        return office.office_from(entry, *args)

    monkeypatch.setattr(
        "custom_components.xpresence.engine.people.office_from", counted
    )
    hass.config_entries.async_update_entry(team.entry, options={"longest_hours": 9})
    await hass.async_block_till_done(wait_background_tasks=True)
    await choose(hass, team, "Meeting", "anna")
    assert read == [{"longest_hours": 9}]
