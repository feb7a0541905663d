"""A phone system that Home Assistant's actions drive, with real calls on an Asterisk.

The actions are console commands, and what is read back is a sensor that says *that*
calls are redirected and not whereto, as a switch or a lamp does.
"""

import asyncio
from collections.abc import AsyncIterator
import json
import shlex

import pytest
import pytest_asyncio

from tests.pbx.asterisk import Asterisk
from tests.pbx.sip import dial, lands, phone

from .conftest import settled
from .home import CONFIGURATION, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
LOOK = "look_at_the_forward"
LAMP = "binary_sensor.forward_100"


def configuration(pbx: Asterisk) -> str:
    """Return a Home Assistant that switches and reads the AstDB by the console."""
    console = [*pbx.inside(), pbx.binary, "-C", f"{pbx.inner}/asterisk.conf", "-rx"]

    def command(asked: str) -> str:
        # Written as JSON, which is YAML too.
        return json.dumps(f"{shlex.join(console)} '{asked}'")

    return f"""{CONFIGURATION}
template:
  - triggers:
      - trigger: time_pattern
        seconds: "/1"
      - trigger: event
        event_type: {LOOK}
    actions:
      - action: shell_command.look
        response_variable: found
    binary_sensor:
      - name: Forward 100
        state: "{{{{ 'Value:' in found.stdout }}}}"
shell_command:
  look: {command("database get CF 100")}
  forward: {command("database put CF {{ extension }} {{ to }}")}
  end: {command("database del CF {{ extension }}")}
"""


def action(name: str, **data: str) -> list[dict[str, object]]:
    """Return a console command, and a look at what came of it."""
    return [
        {
            "action": f"shell_command.{name}",
            "data": {"extension": "{{ extension }}", **data},
        },
        {"event": LOOK},
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant with Anna on 100 and Bob on 101."""
    folder = tmp_path_factory.mktemp("home") / "config"
    async with Home(folder, configuration=configuration(pbx)) as home:
        to = "{{ '*' ~ target if target_kind == 'voicemail' else target }}"
        home.entry = await home.add_actions(
            set_action=action("forward", to=to),
            end_action=action("end"),
            state_entity=LAMP,
        )
        await home.add_person(home.entry, "Anna", "100")
        await home.until(REDIRECT, "off")
        yield home
    assert home.complaints() == []


async def test_a_redirect_of_which_only_a_lamp_tells_is_replaced_and_said_to_be_lost(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "103"):
        assert await dial(pbx, "100", "*72103")
        await home.until(REDIRECT, "active")
        shown = await home.attributes(REDIRECT)
        assert shown["target_known"] is False
        assert await lands(pbx, "102", "100") == "103"

        await home.choose(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        await home.until(REDIRECT, "active")
        assert await lands(pbx, "102", "100") == "voicemail 100"

        await home.choose(PROFILE, "Available")
        await settled(pbx, "CF", "100", None)
        await home.until(REDIRECT, "off")
        assert await lands(pbx, "102", "100") == "100"
    assert await home.notice("redirect_not_restored") == {"person": "Anna"}


async def test_off_ends_a_redirect_of_which_only_a_lamp_tells(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "103"):
        assert await dial(pbx, "100", "*72103")
        await home.until(REDIRECT, "active")
        await home.act("xpresence", "set_redirect", entity_id=PROFILE, mode="off")
        await settled(pbx, "CF", "100", None)
        await home.until(REDIRECT, "off")
        assert await lands(pbx, "102", "100") == "100"


async def test_a_redirect_that_is_ended_at_the_desk_rings_there_whatever_the_profile(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"):
        await home.choose(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        await home.until(REDIRECT, "active")
        assert await dial(pbx, "100", "*73")
        await home.until(REDIRECT, "off")
        assert await lands(pbx, "102", "100") == "100"
        await home.choose(PROFILE, "Available")
        await home.until(PROFILE, "Available")
        await asyncio.to_thread(pbx.forget)
        await home.until(REDIRECT, "off")
