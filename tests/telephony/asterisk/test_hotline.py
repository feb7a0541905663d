"""Members of a queue on a real Asterisk: they are rung, and keep their penalties."""

import re

import pytest

from custom_components.xpresence.presence.line import AgentState
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import LineChanged, Rejected
from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import lands, phone

from ..conftest import system_for
from .test_voicemail_code import connected

pytestmark = pytest.mark.asterisk

READY, LOGGED_OFF = AgentState.READY, AgentState.LOGGED_OFF
WITHOUT_HINT = "104"
HINTS = (
    "[from-internal]\n",
    "[our-hints]\nexten => 104,hint,PJSIP/104\n[from-internal]\n",
)


def members(pbx: Asterisk) -> str:
    return pbx.cli("queue show 400")


def penalty(pbx: Asterisk, extension: str) -> int:
    line = next(one for one in members(pbx).splitlines() if extension in one)
    found = re.search("penalty ([0-9]+)", line)
    return int(found[1]) if found else 0


async def test_the_hotline_rings_an_extension_without_a_hint(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.set_agent(WITHOUT_HINT, "400", READY)
    assert "Invalid" not in members(pbx)
    line = await system.read(WITHOUT_HINT)
    assert (line.agent, line.not_rung) == ({"400": READY}, frozenset())
    async with phone(pbx, WITHOUT_HINT):
        assert await lands(pbx, "102", "400") == WITHOUT_HINT
    await system.set_agent(WITHOUT_HINT, "400", LOGGED_OFF)


async def test_a_hint_in_another_context_is_found(frail_pbx: Asterisk) -> None:
    async with connected(frail_pbx, HINTS) as system:
        await system.set_agent(WITHOUT_HINT, "400", READY)
        await eventually(lambda: "Invalid" not in members(frail_pbx))
        state = frail_pbx.database("Queue/PersistentMembers", "400") or ""
        assert "hint:104@our-hints" in state
        async with phone(frail_pbx, WITHOUT_HINT):
            assert await lands(frail_pbx, "102", "400") == WITHOUT_HINT
        await system.set_agent(WITHOUT_HINT, "400", LOGGED_OFF)


async def test_without_freepbxs_context_for_queues_the_hotline_rings_all_the_same(
    frail_pbx: Asterisk,
) -> None:
    without = ("[from-queue]\n", "[from-elsewhere]\n")
    async with connected(frail_pbx, without) as system:
        await system.set_agent("101", "400", READY)
        async with phone(frail_pbx, "101"):
            assert await lands(frail_pbx, "102", "400") == "101"
        await system.set_agent("101", "400", LOGGED_OFF)
    assert "101" not in members(frail_pbx)


async def test_a_member_that_is_never_rung_is_told_and_made_anew_at_the_next_login(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    events: list[object] = []
    system.subscribe(events.append)
    system.watch(WITHOUT_HINT)
    await system.read(WITHOUT_HINT)
    # As releases before this one added it, and FreePBX's own code without a hint.
    member = "Local/104@from-queue/n"
    pbx.cli(
        f"queue add member {member} to 400 penalty 0 as 104"
        " state_interface hint:104@ext-local"
    )
    assert "Invalid" in members(pbx)
    told = frozenset({"400"})
    await eventually(
        lambda: any(
            isinstance(one, LineChanged) and one.line.not_rung == told for one in events
        )
    )
    assert (await system.read(WITHOUT_HINT)).agent == {"400": READY}
    await system.set_agent(WITHOUT_HINT, "400", READY)
    assert "Invalid" not in members(pbx)
    assert (await system.read(WITHOUT_HINT)).not_rung == frozenset()
    await system.set_agent(WITHOUT_HINT, "400", LOGGED_OFF)


async def test_a_member_of_the_configuration_without_a_telephone_is_told(
    frail_pbx: Asterisk,
) -> None:
    file = frail_pbx.folder / "queues.conf"
    file.write_text(file.read_text() + "\nmember => PJSIP/199\n")
    frail_pbx.cli("queue reload all")
    system = system_for(frail_pbx)
    await system.start()
    line = await system.read("199")
    assert (line.agent, line.not_rung) == ({"400": READY}, {"400"})
    await system.close()


@pytest.mark.parametrize(("kept", "expected"), [("5", 5), ("", 0), ("x", 0)])
async def test_freepbxs_penalty_is_that_of_the_login(
    system: AsteriskPhoneSystem, pbx: Asterisk, kept: str, expected: int
) -> None:
    if kept:
        pbx.put("QPENALTY", "400/agents/103", kept)
    await system.set_agent("103", "400", READY)
    assert penalty(pbx, "103") == expected
    await system.set_agent("103", "400", AgentState.FOLLOW_UP)
    assert penalty(pbx, "103") == expected
    await system.set_agent("103", "400", LOGGED_OFF)
    pbx.cli("database deltree QPENALTY")


async def test_a_penalty_that_another_tool_gave_survives_logging_off_and_on(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.set_agent("102", "400", READY)
    pbx.cli("queue set penalty 7 on Local/102@from-queue/n in 400")
    assert penalty(pbx, "102") == 7
    await system.set_agent("102", "400", LOGGED_OFF)
    await system.set_agent("102", "400", READY)
    assert penalty(pbx, "102") == 7
    await system.set_agent("102", "400", LOGGED_OFF)


async def test_a_queue_that_admits_only_listed_agents_is_not_entered_by_others(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("QPENALTY", "400/dynmemberonly", "yes")
    pbx.put("QPENALTY", "400/agents/103", "2")
    try:
        with pytest.raises(Rejected, match="only the agents that it lists"):
            await system.set_agent("101", "400", READY)
        assert "Local/101@" not in members(pbx)
        await system.set_agent("101", "400", LOGGED_OFF)
        await system.set_agent("103", "400", READY)
        assert penalty(pbx, "103") == 2
        await system.set_agent("103", "400", LOGGED_OFF)
        # FreePBX writes "no" where the queue is not restricted.
        pbx.put("QPENALTY", "400/dynmemberonly", "no")
        await system.set_agent("101", "400", READY)
        await system.set_agent("101", "400", LOGGED_OFF)
    finally:
        pbx.cli("database deltree QPENALTY")
