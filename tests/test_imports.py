"""What is loaded with the integration, and what only where it is used."""

import os
from pathlib import Path
import subprocess
import sys
import threading

from homeassistant.core import HomeAssistant
import pytest

from custom_components.xpresence.inputs.calendars import kinds

from .test_layout import PLATFORMS

PACKAGE = "custom_components.xpresence"
PROJECT = Path(__file__).parents[1]

LATER = {
    "exchangelib": "an Exchange Server is read",
    "msal": "somebody signs in at Microsoft",
    "requests": "an Exchange Server is read",
    "icalendar": "a calendar of an address is read",
    "recurring_ical_events": "a calendar of an address is read",
    "hassil": "a voice assistant is set up",
    f"{PACKAGE}.config_flow": "somebody opens the settings",
    f"{PACKAGE}.diagnostics": "somebody downloads diagnostics",
    f"{PACKAGE}.flows": "somebody opens the settings",
    f"{PACKAGE}.llm": "a language model asks for tools",
    f"{PACKAGE}.groupware.dav": "a person has a calendar of an address",
    f"{PACKAGE}.groupware.domino.source": "a person has a Notes calendar",
    f"{PACKAGE}.groupware.exchange.connection": "a person has an Exchange calendar",
    f"{PACKAGE}.groupware.exchange.source": "a person has an Exchange calendar",
    f"{PACKAGE}.groupware.ics": "a person has a calendar of an address",
    f"{PACKAGE}.inputs.calendars.kinds.caldav": "a person has a CalDAV calendar",
    f"{PACKAGE}.inputs.calendars.kinds.exchange": "a person has an Exchange calendar",
    f"{PACKAGE}.inputs.calendars.kinds.home_assistant": "a person has such a calendar",
    f"{PACKAGE}.inputs.calendars.kinds.ics": "a person has an ICS calendar",
    f"{PACKAGE}.inputs.calendars.kinds.notes": "a person has a Notes calendar",
    f"{PACKAGE}.inputs.calendars.kinds.outlook": "a person has an Outlook calendar",
    f"{PACKAGE}.telephony.asterisk.driver": "the phone system is an Asterisk",
    f"{PACKAGE}.telephony.fritzbox.driver": "the phone system is a FRITZ!Box",
    f"{PACKAGE}.telephony.home_assistant_actions.driver": "it is run by actions",
    f"{PACKAGE}.telephony.sip.agent": "the phone system is reached by SIP",
    f"{PACKAGE}.telephony.sip.driver": "the phone system is reached by SIP",
    f"{PACKAGE}.telephony.sipgate.driver": "the phone system is sipgate",
    f"{PACKAGE}.telephony.starface.driver": "the phone system is a STARFACE",
    f"{PACKAGE}.telephony.threecx.driver": "the phone system is a 3CX",
    f"{PACKAGE}.voice.handlers": "a voice assistant is set up",
    f"{PACKAGE}.voice.language": "a voice assistant is set up",
}
"""Module or package that set-up does not load → when it is loaded."""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return what is loaded with the integration and its platforms, and nothing else."""
    names = [PACKAGE, *(f"{PACKAGE}.{name.removesuffix('.py')}" for name in PLATFORMS)]
    # Some parts of Home Assistant load such libraries for themselves.
    code = (
        "import sys, homeassistant.bootstrap, homeassistant.components.calendar\n"
        "before = set(sys.modules)\n"
        f"import {', '.join(names)}\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment,
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize("name", sorted(LATER))
def test_what_few_offices_need_is_loaded_when_it_is_used(
    name: str, loaded: set[str]
) -> None:
    assert PACKAGE in loaded
    there = {one for one in loaded if one == name or one.startswith(f"{name}.")}
    assert not there, f"to be loaded when {LATER[name]}"


def test_the_names_that_are_loaded_later_are_there() -> None:
    for name in LATER:
        if name.startswith(PACKAGE):
            path = PROJECT.joinpath(*name.split("."))
            assert path.is_dir() or path.with_suffix(".py").is_file(), name


async def test_a_kind_of_calendar_is_imported_outside_the_event_loop(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[tuple[str, bool]] = []
    loop = threading.get_ident()
    monkeypatch.setattr(
        kinds,
        "import_module",
        lambda name: imported.append((name, threading.get_ident() == loop)),
    )
    caldav = f"{kinds.__name__}.caldav"
    monkeypatch.delitem(sys.modules, caldav, raising=False)
    monkeypatch.setitem(sys.modules, f"{kinds.__name__}.ics", kinds)
    await kinds.async_load_types(hass, ["caldav", "ics", "carrier pigeon"])
    assert imported == [(caldav, False)]
