"""The Asterisk driver on a real Asterisk."""

import asyncio
from base64 import b64decode

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    AgentState,
    CallState,
    Destination,
    DestinationKind,
    Setting,
    Status,
)
from custom_components.xpresence.telephony.asterisk import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    Capability,
    CertificateRejected,
    DriverEvent,
    LineChanged,
    PermissionDenied,
    Rejected,
    Unavailable,
)
from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import dial, lands, phone

from .conftest import system_for

pytestmark = pytest.mark.asterisk

BOB = Destination(DestinationKind.NUMBER, "101")
CAROL = Destination(DestinationKind.NUMBER, "102")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
OFF = Setting(None, None, None, None, None, do_not_disturb=False)


def heard(system: AsteriskPhoneSystem) -> list[DriverEvent]:
    events: list[DriverEvent] = []
    system.subscribe(events.append)
    return events


def last_line(events: list[DriverEvent]) -> Setting | None:
    lines = [event.line for event in events if isinstance(event, LineChanged)]
    return lines[-1].setting if lines else None


# Reading and writing


async def test_an_extension_with_nothing_set_is_off_and_not_unknown(
    system: AsteriskPhoneSystem,
) -> None:
    assert (await system.read("100")).setting == OFF


@pytest.mark.parametrize(
    ("wanted", "family", "value"),
    [
        (Setting(unconditional=BOB), "CF", "101"),
        (Setting(unconditional=VOICEMAIL), "CF", "*100"),
        (Setting(busy=BOB), "CFB", "101"),
        (Setting(no_reply=BOB), "CFU", "101"),
        (Setting(do_not_disturb=True), "DND", "YES"),
    ],
    ids=["always", "voicemail", "busy", "no-reply-is-FreePBX-CFU", "dnd"],
)
async def test_what_is_set_stands_in_the_astdb_and_is_read_back(
    system: AsteriskPhoneSystem,
    pbx: Asterisk,
    wanted: Setting,
    family: str,
    value: str,
) -> None:
    line = await system.apply("100", wanted)
    assert pbx.database(family, "100") == value
    for name in Setting.__slots__:
        asked = getattr(wanted, name)
        expected = getattr(OFF, name) if asked is UNKNOWN else asked
        assert getattr(line.setting, name) == expected
    await system.apply("100", OFF)
    assert pbx.database(family, "100") is None


async def test_ring_seconds_belong_to_no_reply(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    line = await system.apply("100", Setting(no_reply=BOB, ring_seconds=7))
    assert line.setting.ring_seconds == 7
    assert pbx.database("AMPUSER", "100/ringtimer") == "7"


async def test_follow_me_goes_on_and_off_and_keeps_its_list(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    line = await system.apply("100", Setting(follow_me="01715550100"))
    assert line.setting.follow_me == "01715550100"
    assert pbx.database("AMPUSER", "100/followme/ddial") == "DIRECT"
    assert pbx.database("AMPUSER", "100/followme/grplist") == "01715550100#"
    line = await system.apply("100", Setting(follow_me=None))
    assert line.setting.follow_me is None
    assert pbx.database("AMPUSER", "100/followme/ddial") == "EXTENSION"


async def test_the_phones_lamps_are_lit_as_freepbx_lights_them(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", Setting(unconditional=BOB, do_not_disturb=True))
    states = pbx.cli("devstate list")
    assert "Custom:CF100" in states
    assert "'Custom:CF100'  State: 'BUSY'" in states.replace("Name: ", "")
    await system.apply("100", OFF)
    states = pbx.cli("devstate list").replace("Name: ", "")
    assert "'Custom:CF100'  State: 'NOT_INUSE'" in states
    assert "'Custom:DND100'  State: 'UNAVAILABLE'" in states


async def test_what_no_telephone_can_dial_is_shown_as_unknown_never_as_off(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("CF", "100", "SIP/evil")
    assert (await system.read("100")).setting.unconditional is UNKNOWN


@pytest.mark.parametrize(
    "number",
    ["", "bob", "101 ", "101\r\nAction: DBPut", "10\x001", "${X}", "1" * 65, "٣"],
)
async def test_nothing_undiallable_reaches_the_pbx(
    system: AsteriskPhoneSystem, pbx: Asterisk, number: str
) -> None:
    wrong = Destination(DestinationKind.NUMBER, number)
    with pytest.raises(Rejected):
        await system.apply("100", Setting(unconditional=wrong, busy=BOB))
    assert pbx.database("CF", "100") is None
    assert pbx.database("CFB", "100") is None


@pytest.mark.parametrize("extension", ["", "../100", "100\r\n", "100 ", "abc"])
async def test_no_other_key_is_reached_through_an_extension(
    system: AsteriskPhoneSystem, extension: str
) -> None:
    with pytest.raises(Rejected):
        await system.read(extension)
    with pytest.raises(Rejected):
        await system.apply(extension, OFF)


async def test_what_went_meanwhile_is_no_error(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", Setting(busy=BOB))
    pbx.cli("database del CFB 100")
    line = await system.apply("100", Setting(busy=None))
    assert line.setting.busy is None


# Real calls


async def test_a_call_goes_where_the_driver_sent_it(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "100"
        await system.apply("100", Setting(unconditional=BOB))
        assert await lands(pbx, "102", "100") == "101"
        await system.apply("100", Setting(unconditional=VOICEMAIL))
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await system.apply("100", OFF)
        assert await lands(pbx, "102", "100") == "100"


async def test_a_busy_telephone_forwards_to_the_colleague(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", Setting(busy=BOB))
    async with phone(pbx, "100", "busy"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "101"


async def test_an_unanswered_call_goes_on_after_the_ring_time(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", Setting(no_reply=BOB, ring_seconds=1))
    async with phone(pbx, "100", "rings"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "101"


async def test_follow_me_rings_the_mobile(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", Setting(follow_me="01715550100"))
    async with phone(pbx, "100"), phone(pbx, "109"):
        assert await lands(pbx, "102", "100") == "109"


# Changes at the desk


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("*72101", "unconditional", BOB),
        ("*90101", "busy", BOB),
        ("*52101", "no_reply", BOB),
        ("*78", "do_not_disturb", True),
    ],
)
async def test_a_code_dialled_at_the_desk_is_noticed(
    system: AsteriskPhoneSystem, pbx: Asterisk, code: str, name: str, value: object
) -> None:
    unwatch = system.watch("100")
    events = heard(system)
    assert await dial(pbx, "100", code, hold=3)
    await eventually(lambda: getattr(last_line(events), name, None) == value)
    unwatch()


async def test_a_second_code_to_another_target_is_noticed_though_no_lamp_changes(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", Setting(unconditional=BOB))
    unwatch = system.watch("100")
    events = heard(system)
    assert await dial(pbx, "100", "*72102", hold=3)
    await eventually(lambda: getattr(last_line(events), "unconditional", 0) == CAROL)
    unwatch()


async def test_a_change_that_nothing_tells_of_is_found_by_the_poll(
    pbx: Asterisk,
) -> None:
    system = system_for(pbx, poll_every=0.2)
    await system.start()
    try:
        system.watch("100")
        events = heard(system)
        await asyncio.sleep(0.3)
        pbx.put("CFB", "100", "101")
        await eventually(lambda: getattr(last_line(events), "busy", None) == BOB)
    finally:
        await system.close()


async def test_a_dialplan_reload_makes_it_read_again(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    system.watch("100")
    await asyncio.sleep(0.2)
    events = heard(system)
    pbx.put("CFB", "100", "101")
    pbx.cli("module reload pbx_config")
    await eventually(lambda: getattr(last_line(events), "busy", None) == BOB)


async def test_the_telephone_rings_talks_and_is_idle_again(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    system.watch("100")
    seen: list[CallState | None] = []
    system.subscribe(
        lambda event: (
            seen.append(event.line.call) if isinstance(event, LineChanged) else None
        )
    )
    async with phone(pbx, "100"):
        assert await dial(pbx, "102", "100", hold=0.3)
    await eventually(lambda: bool(seen) and seen[-1] is CallState.IDLE)
    order = [call for n, call in enumerate(seen) if n == 0 or seen[n - 1] is not call]
    talking = order.index(CallState.IN_CALL)
    assert CallState.RINGING in order[:talking]


# Agents and presence


async def test_an_agent_is_ready_wraps_up_and_logs_off_and_repeats_are_no_error(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    system.watch("100")
    for state in (AgentState.READY, AgentState.FOLLOW_UP):
        for _ in range(2):
            await system.set_agent("100", "400", state)
        assert (await system.read("100")).agent == {"400": state}
    for _ in range(2):
        await system.set_agent("100", "400", AgentState.LOGGED_OFF)
    assert (await system.read("100")).agent == {}


async def test_an_agent_code_dialled_at_the_desk_is_noticed(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    system.watch("100")
    await asyncio.sleep(0.2)
    events = heard(system)
    await dial(pbx, "100", "*45", hold=3)
    await eventually(
        lambda: any(
            isinstance(event, LineChanged)
            and event.line.agent == {"400": AgentState.READY}
            for event in events
        )
    )


async def test_a_ready_agent_gets_the_hotline_call(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.set_agent("101", "400", AgentState.READY)
    async with phone(pbx, "101"):
        assert await lands(pbx, "102", "400") == "101"


async def test_status_and_text_are_published_commas_and_umlauts_included(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.publish("100", Status.DO_NOT_DISTURB, "Bis 15:00, Grüße ☎")
    said = pbx.database("CustomPresence", "100") or ""
    state, subtype, text, options = said.split(",")
    assert (state, options) == ("dnd", "e")
    assert b64decode(subtype).decode() == "do_not_disturb"
    assert b64decode(text).decode() == "Bis 15:00, Grüße ☎"
    assert "'Custom:PRESENCE100'  State: 'BUSY'" in pbx.cli("devstate list").replace(
        "Name: ", ""
    )


# Connection, rights, trust


async def test_a_wrong_secret_is_one_try_and_says_so(pbx: Asterisk) -> None:
    system = system_for(pbx, password="wrong")
    with pytest.raises(AuthenticationFailed):
        await system.start()
    tries = pbx.log().count("failed to authenticate")
    await asyncio.sleep(0.5)
    assert pbx.log().count("failed to authenticate") == tries == 1


@pytest.mark.parametrize(
    ("username", "permission"),
    [("nowrite", "system"), ("nocall", "call"), ("deaf", "read=system")],
)
async def test_a_missing_right_is_named(
    pbx: Asterisk, username: str, permission: str
) -> None:
    system = system_for(pbx, username=username)
    with pytest.raises(PermissionDenied) as caught:
        await system.start()
    assert caught.value.permission == permission


async def test_nobody_there_is_unavailable(pbx: Asterisk) -> None:
    with pytest.raises(Unavailable):
        await system_for(pbx, port=pbx.sip_port).start()


async def test_tls_with_the_offices_own_authority(pbx: Asterisk) -> None:
    system = system_for(pbx, host="localhost", port=pbx.tls_port, tls=True, ca=pbx.ca)
    await system.start()
    assert (await system.read("100")).setting == OFF
    await system.close()


@pytest.mark.parametrize(
    ("host", "with_ca"),
    [("localhost", False), ("127.0.0.1", True)],
    ids=["unknown-authority", "wrong-name"],
)
async def test_a_certificate_that_cannot_be_trusted_is_refused(
    pbx: Asterisk, host: str, with_ca: bool
) -> None:
    system = system_for(
        pbx, host=host, port=pbx.tls_port, tls=True, ca=pbx.ca if with_ca else None
    )
    with pytest.raises(CertificateRejected):
        await system.start()


async def test_what_it_is_and_can_do_is_known(system: AsteriskPhoneSystem) -> None:
    assert system.version is not None
    assert system.version.startswith("22")
    assert Capability.AGENT in system.capabilities
    assert system.ready


async def test_closed_it_stays_closed(pbx: Asterisk) -> None:
    system = system_for(pbx)
    await system.start()
    await system.close()
    with pytest.raises(Unavailable):
        await system.read("100")
    assert not system.ready


async def test_a_listener_that_raises_breaks_nothing(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    def fails(_event: DriverEvent) -> None:
        raise ValueError

    system.subscribe(fails)
    system.watch("100")
    events = heard(system)
    await system.apply("100", Setting(busy=BOB))
    await eventually(lambda: getattr(last_line(events), "busy", None) == BOB)
