"""The Asterisk driver on a real Asterisk."""

import asyncio
from base64 import b64decode
from dataclasses import replace
import logging
import re

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    AgentState,
    CallState,
    Destination,
    DestinationKind,
    ForwardingState,
    Status,
)
from custom_components.xpresence.telephony.asterisk.ami import (
    AmiClient,
    Message,
    Settings,
)
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    Capability,
    CertificateRejected,
    DriverEvent,
    LineChanged,
    NoTelephone,
    PermissionDenied,
    Rejected,
    Unavailable,
)
from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import dial, lands, phone

from ..conftest import QUICK, add_user, system_for

pytestmark = pytest.mark.asterisk

BOB = Destination(DestinationKind.NUMBER, "101")
CAROL = Destination(DestinationKind.NUMBER, "102")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
OFF = ForwardingState(None, None, None, None, None, do_not_disturb=False)


def heard(system: AsteriskPhoneSystem) -> list[DriverEvent]:
    events: list[DriverEvent] = []
    system.subscribe(events.append)
    return events


def last_line(events: list[DriverEvent]) -> ForwardingState | None:
    lines = [event.line for event in events if isinstance(event, LineChanged)]
    return lines[-1].forwarding if lines else None


def states(pbx: Asterisk) -> dict[str, str]:
    """Return every custom device state by its name."""
    return dict(
        re.findall(r"'(Custom:\S+)'\s+State: '(\w+)'", pbx.cli("devstate list"))
    )


# Reading and writing


async def test_an_extension_with_nothing_set_is_off_and_not_unknown(
    system: AsteriskPhoneSystem,
) -> None:
    assert (await system.read("100")).forwarding == OFF


@pytest.mark.parametrize(
    ("desired", "family", "value"),
    [
        (ForwardingState(unconditional=BOB), "CF", "101"),
        (ForwardingState(unconditional=VOICEMAIL), "CF", "*100"),
        (ForwardingState(busy=BOB), "CFB", "101"),
        (ForwardingState(no_reply=BOB), "CFU", "101"),
        (ForwardingState(do_not_disturb=True), "DND", "YES"),
    ],
    ids=["always", "voicemail", "busy", "no-reply-is-FreePBX-CFU", "dnd"],
)
async def test_what_is_set_stands_in_the_astdb_and_is_read_back(
    system: AsteriskPhoneSystem,
    pbx: Asterisk,
    desired: ForwardingState,
    family: str,
    value: str,
) -> None:
    line = await system.apply("100", desired)
    assert pbx.database(family, "100") == value
    for name in ForwardingState.__slots__:
        asked = getattr(desired, name)
        expected = getattr(OFF, name) if asked is UNKNOWN else asked
        assert getattr(line.forwarding, name) == expected
    await system.apply("100", OFF)
    assert pbx.database(family, "100") is None


async def test_ring_seconds_belong_to_no_reply(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    line = await system.apply("100", ForwardingState(no_reply=BOB, ring_seconds=7))
    assert line.forwarding.ring_seconds == 7
    assert pbx.database("AMPUSER", "100/ringtimer") == "7"


async def test_follow_me_goes_on_and_off_and_keeps_its_list(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    line = await system.apply("100", ForwardingState(follow_me="01715550100"))
    assert line.forwarding.follow_me == "01715550100"
    assert pbx.database("AMPUSER", "100/followme/ddial") == "DIRECT"
    assert pbx.database("AMPUSER", "100/followme/grplist") == "01715550100#"
    line = await system.apply("100", ForwardingState(follow_me=None))
    assert line.forwarding.follow_me is None
    assert pbx.database("AMPUSER", "100/followme/ddial") == "EXTENSION"


async def test_the_phones_lamps_are_lit_as_freepbx_lights_them(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", ForwardingState(unconditional=BOB, do_not_disturb=True))
    assert states(pbx)["Custom:CF100"] == "BUSY"
    assert states(pbx)["Custom:DND100"] == "BUSY"
    await system.apply("100", OFF)
    assert states(pbx)["Custom:CF100"] == "NOT_INUSE"
    assert states(pbx)["Custom:DND100"] == "UNAVAILABLE"


async def test_what_no_telephone_can_dial_is_on_with_an_unknown_target_and_kept(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("CF", "100", "SIP/trunk/0301234567")
    found = (await system.read("100")).forwarding
    assert isinstance(found.unconditional, Destination)
    assert found.unconditional.kind is DestinationKind.UNKNOWN
    await system.apply("100", ForwardingState(unconditional=BOB))
    assert pbx.database("CF", "100") == "101"
    await system.apply("100", ForwardingState(unconditional=found.unconditional))
    assert pbx.database("CF", "100") == "SIP/trunk/0301234567"
    await system.apply("100", ForwardingState(unconditional=None))
    assert pbx.database("CF", "100") is None


@pytest.mark.parametrize(
    "number",
    ["", "bob", "101 ", "101\r\nAction: DBPut", "10\x001", "${X}", "1" * 65, "٣"],
)
async def test_nothing_undiallable_reaches_the_pbx(
    system: AsteriskPhoneSystem, pbx: Asterisk, number: str
) -> None:
    wrong = Destination(DestinationKind.NUMBER, number)
    with pytest.raises(Rejected):
        await system.apply("100", ForwardingState(unconditional=wrong, busy=BOB))
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
    unwatch = system.watch("100")
    await system.apply("100", ForwardingState(busy=BOB))
    pbx.cli("database del CFB 100")
    line = await system.apply("100", ForwardingState(busy=None))
    assert line.forwarding.busy is None
    unwatch()


async def test_what_changed_behind_its_back_is_overwritten_all_the_same(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    unwatch = system.watch("100")
    assert (await system.read("100")).forwarding == OFF
    pbx.put("CF", "100", "102")
    line = await system.apply("100", ForwardingState(unconditional=None))
    assert line.forwarding.unconditional is None
    assert pbx.database("CF", "100") is None
    unwatch()


async def test_every_device_of_an_extension_has_its_lamp_lit(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("AMPUSER", "100/device", "100&9100")
    await system.apply("100", ForwardingState(unconditional=BOB, follow_me="102"))
    lamps = states(pbx)
    for lamp in ("CF100", "DEVCF100", "DEVCF9100", "FOLLOWME9100"):
        assert lamps[f"Custom:{lamp}"] == "BUSY"
    await system.apply("100", OFF)
    lamps = states(pbx)
    for lamp in ("CF100", "DEVCF100", "DEVCF9100", "FOLLOWME9100"):
        assert lamps[f"Custom:{lamp}"] == "NOT_INUSE"


async def test_a_follow_me_list_made_by_hand_survives_off_and_on(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("AMPUSER", "100/followme/grplist", "100-0171555#")
    pbx.put("AMPUSER", "100/followme/ddial", "DIRECT")
    assert (await system.read("100")).forwarding.follow_me == "0171555"
    await system.apply("100", ForwardingState(follow_me=None))
    await system.apply("100", ForwardingState(follow_me="0171555"))
    assert pbx.database("AMPUSER", "100/followme/grplist") == "100-0171555#"
    assert pbx.database("AMPUSER", "100/followme/ddial") == "DIRECT"


async def test_a_whole_office_is_read_together_and_nobody_is_mixed_up(
    pbx: Asterisk,
) -> None:
    people = [str(number) for number in range(200, 270)]
    pbx.put("CF", "201", "101")
    pbx.put("CFB", "202", "101")
    pbx.put("CF", "2010", "102")
    pbx.put("AMPUSER", "203/ringtimer", "7")
    pbx.put("AMPUSER", "2030/ringtimer", "8")
    system = system_for(pbx)
    for person in people:
        system.watch(person)
    events = heard(system)
    await system.start()
    try:
        await eventually(lambda: len(events) == 1 + len(people))
        lines = {e.line.extension: e.line for e in events if isinstance(e, LineChanged)}
        assert lines.pop("201").forwarding.unconditional == BOB
        assert lines.pop("202").forwarding.busy == BOB
        assert lines.pop("203").forwarding.ring_seconds == 7
        assert {line.forwarding for line in lines.values()} == {OFF}
    finally:
        await system.close()


async def test_reading_and_writing_the_same_extension_take_turns(
    system: AsteriskPhoneSystem,
) -> None:
    desired = [
        ForwardingState(unconditional=target) for target in (BOB, CAROL, None) * 5
    ]
    lines = await asyncio.gather(
        *(system.apply("100", forwarding) for forwarding in desired),
        *(system.read("100") for _ in desired),
    )
    told = [line.forwarding.unconditional for line in lines[: len(desired)]]
    assert told == [forwarding.unconditional for forwarding in desired]


# Real calls


async def test_a_call_goes_where_the_driver_sent_it(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "100"
        await system.apply("100", ForwardingState(unconditional=BOB))
        assert await lands(pbx, "102", "100") == "101"
        await system.apply("100", ForwardingState(unconditional=VOICEMAIL))
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await system.apply("100", OFF)
        assert await lands(pbx, "102", "100") == "100"


async def test_a_busy_telephone_forwards_to_the_colleague(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", ForwardingState(busy=BOB))
    async with phone(pbx, "100", "busy"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "101"


async def test_an_unanswered_call_goes_on_after_the_ring_time(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", ForwardingState(no_reply=BOB, ring_seconds=1))
    async with phone(pbx, "100", "rings"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "101"


async def test_follow_me_rings_the_mobile(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", ForwardingState(follow_me="01715550100"))
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
    await system.apply("100", ForwardingState(unconditional=BOB))
    unwatch = system.watch("100")
    events = heard(system)
    assert await dial(pbx, "100", "*72102", hold=3)
    await eventually(lambda: getattr(last_line(events), "unconditional", 0) == CAROL)
    unwatch()


async def test_a_lamp_of_one_of_its_devices_tells_of_an_extension(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("AMPUSER", "100/device", "9100")
    unwatch = system.watch("100")
    await asyncio.sleep(0.2)
    events = heard(system)
    pbx.put("CF", "100", "101")
    pbx.cli("devstate change Custom:DEVCF9100 BUSY")
    await eventually(lambda: getattr(last_line(events), "unconditional", 0) == BOB)
    pbx.cli("devstate change Custom:DEVCF9100 NOT_INUSE")
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
    await eventually(lambda: seen == [CallState.IDLE])
    for behaviour, state in (
        ("rings", CallState.RINGING),
        ("answers", CallState.IN_CALL),
    ):
        async with phone(pbx, "100", behaviour):
            call = asyncio.create_task(dial(pbx, "102", "100", hold=60))
            await eventually(lambda state=state: seen[-1] is state)
            pbx.cli("channel request hangup all")
            await call
        await eventually(lambda: seen[-1] is CallState.IDLE)


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
    assert states(pbx)["Custom:PRESENCE100"] == "BUSY"


async def test_no_text_forges_an_event_for_other_listeners(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    told: list[Message] = []
    settings = Settings("127.0.0.1", pbx.ami_port, pbx.username, pbx.secret)
    other = AmiClient(settings, told.append, lambda *_args: None)
    await other.start()
    text = "Back soon\r\n\r\nEvent: Forged\r\nExtension: 100"
    await system.publish("100", Status.AWAY, text)
    await eventually(lambda: "PresenceStateChange" in [e.get("Event") for e in told])
    assert "Forged" not in [event.get("Event") for event in told]
    await other.close()


@pytest.mark.parametrize("text", ["", "ü" * 5000, "☎" * 101, "\ud800", "a,b,e"])
async def test_any_text_is_published(
    system: AsteriskPhoneSystem, pbx: Asterisk, text: str
) -> None:
    await system.publish("100", Status.BUSY, text)
    said = (pbx.database("CustomPresence", "100") or "").split(",")[2]
    assert text.encode(errors="replace").startswith(b64decode(said))


@pytest.mark.parametrize("pause", [False, True])
async def test_an_agent_that_the_hotline_knows_by_another_name_stays_one(
    system: AsteriskPhoneSystem, pbx: Asterisk, pause: bool
) -> None:
    pbx.cli("queue add member PJSIP/101 to 400")
    desired = AgentState.FOLLOW_UP if pause else AgentState.READY
    await system.set_agent("101", "400", desired)
    shown = pbx.cli("queue show 400")
    assert shown.count("101") == shown.count("PJSIP/101")
    assert ("paused" in shown) is pause
    await system.set_agent("101", "400", AgentState.LOGGED_OFF)
    assert "101" not in pbx.cli("queue show 400")


async def test_the_lamp_of_a_queue_shows_who_is_logged_in(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.set_agent("100", "400", AgentState.READY)
    assert states(pbx)["Custom:QUEUE100*400"] == "INUSE"
    await system.set_agent("100", "400", AgentState.LOGGED_OFF)
    assert states(pbx)["Custom:QUEUE100*400"] == "NOT_INUSE"


async def test_a_pause_code_dialled_at_the_desk_is_noticed(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.set_agent("100", "400", AgentState.READY)
    system.watch("100")
    await system.read("100")
    events = heard(system)
    await dial(pbx, "100", "*46", hold=3)
    await eventually(
        lambda: (
            {"400": AgentState.FOLLOW_UP}
            in [event.line.agent for event in events if isinstance(event, LineChanged)]
        )
    )


async def test_a_queue_that_does_not_exist_is_refused(
    system: AsteriskPhoneSystem,
) -> None:
    with pytest.raises(Rejected):
        await system.set_agent("100", "no-such-queue", AgentState.READY)


# Trying a redirect


async def test_ringing_an_extension_follows_its_redirect(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    await system.apply("100", ForwardingState(unconditional=BOB))
    async with phone(pbx, "100"), phone(pbx, "101"):
        await system.ring("100")
        await eventually(
            lambda: any("PJSIP/101" in channel for channel, *_ in pbx.talking())
        )
        assert not any("PJSIP/100" in channel for channel, *_ in pbx.talking())
        pbx.cli("channel request hangup all")


# Connection, rights, trust


async def test_a_wrong_secret_is_one_try_and_says_so(pbx: Asterisk) -> None:
    before = pbx.log().count("failed to authenticate")
    system = system_for(pbx, password="wrong")
    with pytest.raises(AuthenticationFailed):
        await system.start()
    await eventually(lambda: pbx.log().count("failed to authenticate") > before)
    await asyncio.sleep(0.5)
    assert pbx.log().count("failed to authenticate") == before + 1


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


@pytest.mark.parametrize(
    ("write", "missing", "name"),
    [
        ("system,call,reporting,originate", Capability.AGENT, "agent"),
        ("system,call,reporting,agent", Capability.RING, "originate"),
    ],
)
async def test_what_a_right_is_missing_for_is_no_capability_and_denied_by_name(
    pbx: Asterisk, write: str, missing: Capability, name: str
) -> None:
    add_user(pbx, name, "system,call,agent,user", write)
    system = system_for(pbx, username=name)
    await system.start()
    assert missing not in system.capabilities
    assert Capability.UNCONDITIONAL in system.capabilities
    tried = (
        system.set_agent("100", "400", AgentState.READY)
        if missing is Capability.AGENT
        else system.ring("100")
    )
    with pytest.raises(PermissionDenied) as caught:
        await tried
    assert caught.value.permission == name
    await system.close()


async def test_without_the_right_to_hear_it_looks_for_changes(
    pbx: Asterisk, caplog: pytest.LogCaptureFixture
) -> None:
    add_user(pbx, "hears", "system", "system,call,agent,reporting")
    system = system_for(pbx, username="hears", poll_every=0.2)
    await system.start()
    try:
        assert Capability.PUSH not in system.capabilities
        assert "read=call" in caplog.text
        system.watch("100")
        events = heard(system)
        pbx.put("CF", "100", "101")
        await eventually(lambda: last_line(events) == replace(OFF, unconditional=BOB))
    finally:
        await system.close()


async def test_finding_out_what_it_may_do_leaves_no_trace(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    before = pbx.log()
    again = system_for(pbx)
    await again.start()
    await again.close()
    assert pbx.log() == before
    assert pbx.cli("database show xpresence").strip().startswith("0 results")


async def test_nobody_there_is_unavailable(pbx: Asterisk) -> None:
    with pytest.raises(Unavailable):
        await system_for(pbx, port=pbx.sip_port).start()


async def test_tls_with_the_offices_own_authority(pbx: Asterisk) -> None:
    system = system_for(pbx, host="localhost", port=pbx.tls_port, tls=True, ca=pbx.ca)
    await system.start()
    assert (await system.read("100")).forwarding == OFF
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


@pytest.mark.parametrize("ca", ["no PEM", "ümlaut", "-----BEGIN CERTIFICATE-----"])
async def test_an_authority_that_is_no_certificate_is_refused(
    pbx: Asterisk, ca: str
) -> None:
    with pytest.raises(CertificateRejected):
        await system_for(pbx, port=pbx.tls_port, tls=True, ca=ca).start()


@pytest.mark.parametrize("tls", [True, False])
async def test_tls_and_no_tls_do_not_meet(pbx: Asterisk, tls: bool) -> None:
    port = pbx.ami_port if tls else pbx.tls_port
    with pytest.raises(Unavailable):
        await system_for(
            pbx, host="localhost", port=port, tls=tls, ca=pbx.ca, deadlines=QUICK
        ).start()


async def test_a_name_that_no_login_can_have_is_a_refused_login(pbx: Asterisk) -> None:
    with pytest.raises(AuthenticationFailed):
        await system_for(pbx, username="a\r\nSecret: b").start()


async def test_closed_it_stays_closed(pbx: Asterisk) -> None:
    system = system_for(pbx)
    await system.start()
    await system.close()
    with pytest.raises(Unavailable):
        await system.read("100")
    assert not system.ready
    with pytest.raises(Unavailable):
        await system.start()


async def test_closing_leaves_no_task_behind(pbx: Asterisk) -> None:
    before = asyncio.all_tasks()
    system = system_for(pbx)
    system.watch("100")
    await system.start()
    await system.close()
    assert asyncio.all_tasks() == before


async def test_who_watches_no_more_is_told_no_more(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    first, second = system.watch("100"), system.watch("100")
    await system.read("100")
    events = heard(system)
    first()
    first()
    pbx.cli("devstate change Custom:DND100 UNAVAILABLE")
    await system.apply("100", ForwardingState(busy=BOB))
    assert last_line(events) == replace(OFF, busy=BOB)
    events.clear()
    second()
    await system.apply("100", ForwardingState(busy=None))
    await asyncio.sleep(0.2)
    assert events == []


async def test_do_not_disturb_is_no_call(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    system.watch("100")
    line = await system.apply("100", ForwardingState(do_not_disturb=True))
    await eventually(
        lambda: "State:Busy" in pbx.cli("core show hint 100").replace(" ", "")
    )
    assert line.call is CallState.IDLE
    assert (await system.read("100")).call is CallState.IDLE


async def test_no_number_and_no_secret_is_in_the_debug_log(
    pbx: Asterisk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    system = system_for(pbx)
    await system.start()
    number = Destination(DestinationKind.NUMBER, "0171555123")
    await system.apply("100", ForwardingState(number, number, number, 5, "0171555123"))
    pbx.put("CF", "100", "SIP/0171555123")
    await system.read("100")
    with pytest.raises(Rejected):
        await system.set_agent("0171555123", "0171555123", AgentState.READY)
    await system.close()
    with pytest.raises(AuthenticationFailed):
        await system_for(pbx, password="0171555123").start()
    assert "0171555123" not in caplog.text
    assert pbx.secret not in caplog.text


async def test_a_listener_that_raises_breaks_nothing(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    def fails(_event: DriverEvent) -> None:
        raise ValueError

    system.subscribe(fails)
    system.watch("100")
    events = heard(system)
    await system.apply("100", ForwardingState(busy=BOB))
    await eventually(lambda: getattr(last_line(events), "busy", None) == BOB)


async def test_two_home_assistants_at_one_phone_system_keep_numbers_of_their_own(
    pbx: Asterisk,
) -> None:
    one, two = system_for(pbx), system_for(pbx)
    for name, number, system in (("one", 7, one), ("two", 3, two)):
        system.keep_numbers_as(name)
        await system.start()
        assert await system.note("100", number) == number
    # What one of them sets is for the other as if it was dialled.
    await two.apply("100", ForwardingState(unconditional=BOB))
    line = await one.read("100")
    assert (line.number, line.forwarding.unconditional) == (7, BOB)
    await two.clear("100")
    assert (await one.read("100")).number == 7
    assert (await two.read("100")).number is None
    await one.clear("100")
    for system in (one, two):
        await system.close()


async def test_a_call_begins_at_the_own_telephone_whatever_redirects_it(
    pbx: Asterisk,
) -> None:
    system = system_for(pbx)
    await system.start()
    try:
        await system.apply("100", replace(OFF, unconditional=VOICEMAIL))
        async with phone(pbx, "100"), phone(pbx, "101"):
            await system.dial("100", "101")
            await eventually(lambda: {"100", "101"} <= talking(pbx))
    finally:
        await system.apply("100", OFF)
        await system.close()


@pytest.mark.parametrize("number", ["", "101,1", "101&102", "a", "1" * 65])
async def test_what_is_no_number_is_not_dialled(pbx: Asterisk, number: str) -> None:
    system = system_for(pbx)
    await system.start()
    before = pbx.calls()
    try:
        with pytest.raises(Rejected):
            await system.dial("100", number)
        with pytest.raises(NoTelephone):
            await system.dial("199", "101")
    finally:
        await system.close()
    assert pbx.calls() == before


def talking(pbx: Asterisk) -> set[str]:
    """Return whose telephones are in a call."""
    return {name.partition("/")[2].partition("-")[0] for name, _, _ in pbx.talking()}
