"""Logging in on a box, what it refuses, and what is wrong with the network."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    ConnectionChanged,
    DriverEvent,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RetryLater,
    SecondFactorRequired,
    Unavailable,
)
from custom_components.xpresence.telephony.fritzbox.client import (
    LONGEST_ANSWER,
    fingerprint,
)
from custom_components.xpresence.telephony.fritzbox.driver import (
    FritzBoxPhoneSystem,
    Timing,
)
from custom_components.xpresence.telephony.fritzbox.errors import (
    ApplicationsDisabled,
    CertificateChanged,
    MeshSlave,
    NoTelephony,
    PhoneRightMissing,
    SecondFactorBlocked,
    SecondFactorBusy,
)
from tests.groupware.certificates import Authority

from .box import ONTEL, FritzBox, Rule
from .conftest import system_for

MOBILE = Destination(DestinationKind.NUMBER, "0171555")
IMPATIENT = Timing(poll=0.05, oldest=1, answer=0.2, retry=0.02)


@pytest.fixture
async def safe_box(tmp_path: Path) -> AsyncIterator[FritzBox]:
    """Return a box that also speaks TLS, with a certificate of its own."""
    found = await FritzBox().start(Authority().serving(tmp_path))
    yield found
    await found.stop()


async def started(box: FritzBox, **more: object) -> FritzBoxPhoneSystem:
    system = system_for(box, **more)  # type: ignore[arg-type]
    await system.start()
    return system


async def until(events: list[DriverEvent], *, ready: bool) -> ConnectionChanged:
    """Wait until the connection is told to be there, or to be lost."""
    async with asyncio.timeout(5):
        while True:
            for event in events:
                if isinstance(event, ConnectionChanged) and event.ready is ready:
                    return event
            await asyncio.sleep(0.01)


async def test_it_says_what_it_is(box: FritzBox) -> None:
    system = await started(box)
    assert system.version == "FRITZ!Box 7590 7.29"
    assert system.description is not None
    assert system.description.serial == "989BCB2B93B0"
    await system.close()


async def test_the_certificate_of_the_first_use_is_pinned(safe_box: FritzBox) -> None:
    pinned = await fingerprint("127.0.0.1", safe_box.tls_port)
    safe_box.rules = [Rule("0171555")]
    system = await started(safe_box, fingerprint=pinned)
    line = await system.apply("111222", ForwardingState(unconditional=MOBILE))
    assert line.forwarding.unconditional == MOBILE
    await system.close()


async def test_at_the_first_use_the_certificate_is_noted(safe_box: FritzBox) -> None:
    system = await started(safe_box, tls=True)
    seen = await fingerprint("127.0.0.1", safe_box.tls_port)
    assert system.identity.settings == {"fingerprint": seen}
    assert system.identity.unique_id == "989BCB2B93B0"
    assert system.identity.title == "FRITZ!Box 7590"
    await system.close()


async def test_another_certificate_gets_no_login(safe_box: FritzBox) -> None:
    with pytest.raises(CertificateChanged):
        await started(safe_box, fingerprint="00" * 32)
    assert not safe_box.asked
    assert not safe_box.logins_refused


async def test_a_wrong_password_is_tried_once(box: FritzBox) -> None:
    system = system_for(box, password="wrong")
    for _ in range(3):
        with pytest.raises(AuthenticationFailed):
            await system.start()
    await asyncio.sleep(0.2)
    assert box.logins_refused == 1
    await system.close()


async def test_a_password_that_is_changed_is_tried_no_more(box: FritzBox) -> None:
    events: list[DriverEvent] = []
    system = await started(box)
    system.subscribe(events.append)
    box.users = {"homeassistant": ("new", "CP")}
    lost = await until(events, ready=False)
    assert isinstance(lost.error, AuthenticationFailed)
    tried = box.logins_refused
    await asyncio.sleep(0.2)
    assert box.logins_refused == tried <= 2
    await system.close()


async def test_a_login_that_expired_is_renewed(box: FritzBox) -> None:
    system = await started(box)
    box.forget_logins()
    await system.read("111222")
    assert not box.logins_refused
    await system.close()


@pytest.mark.parametrize(
    ("code", "expected", "said"),
    [
        (606, PhoneRightMissing, "phone"),
        (866, SecondFactorRequired, "required"),
        (867, SecondFactorBlocked, "blocked"),
        (868, SecondFactorBusy, "busy"),
        (820, OutcomeUnknown, "code 820"),
        (501, OutcomeUnknown, "code 501"),
        (402, Rejected, "code 402"),
        (713, Rejected, "code 713"),
        (401, NotSupported, "action"),
        (899, Unavailable, "code 899"),
    ],
)
async def test_each_refusal_of_a_write_is_told_apart(
    box: FritzBox, code: int, expected: type[PhoneSystemError], said: str
) -> None:
    box.rules = [Rule("0171555")]
    system = await started(box)
    box.refuse["SetDeflectionEnable"] = code
    with pytest.raises(expected) as told:
        await system.apply("111222", ForwardingState(unconditional=MOBILE))
    assert type(told.value) is expected
    assert str(told.value) == said
    assert not box.on()
    await system.close()


async def test_a_user_without_the_phone_right_is_told_which_one(box: FritzBox) -> None:
    box.users = {"homeassistant": ("Grün€ 7", "C")}
    with pytest.raises(PermissionDenied) as told:
        await started(box)
    assert told.value.permission == "phone"


async def test_the_phone_right_alone_is_enough(box: FritzBox) -> None:
    box.users = {"homeassistant": ("Grün€ 7", "P")}
    box.rules = [Rule("0171555")]
    system = await started(box)
    await system.apply("111222", ForwardingState(unconditional=MOBILE))
    assert box.on()
    await system.close()


async def test_a_mesh_slave_is_refused(box: FritzBox) -> None:
    box.mesh_role = "slave"
    with pytest.raises(MeshSlave):
        await started(box)


async def test_a_repeater_is_refused(box: FritzBox) -> None:
    box.without = frozenset({ONTEL})
    with pytest.raises(NoTelephony):
        await started(box)


async def test_a_box_that_allows_no_applications_is_told_apart(box: FritzBox) -> None:
    box.applications = False
    with pytest.raises(ApplicationsDisabled):
        await started(box)


async def test_a_box_that_has_no_mesh_yet_is_taken(box: FritzBox) -> None:
    box.refuse["X_AVM-DE_GetMeshListPath"] = 401
    system = await started(box)
    await system.close()


async def test_nobody_at_the_address_is_told_as_unreachable(box: FritzBox) -> None:
    await box.stop()
    with pytest.raises(Unavailable):
        await started(box)


async def test_a_box_in_trouble_is_lost_and_found_again(box: FritzBox) -> None:
    events: list[DriverEvent] = []
    system = await started(box)
    system.subscribe(events.append)
    box.status = 502
    await until(events, ready=False)
    with pytest.raises(Unavailable):
        await system.read("111222")
    events.clear()
    box.status = 0
    await until(events, ready=True)
    await system.close()


async def test_a_box_that_was_asked_too_often_is_left_alone_for_a_while(
    box: FritzBox,
) -> None:
    system = await started(box)
    box.status = 503
    with pytest.raises(RetryLater) as told:
        await system.read("111222")
    assert told.value.retry_after >= 30
    await system.close()


def answered(content: str) -> bytes:
    """Return an answer about the deflections with something in it."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s='
        '"http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<u:GetDeflectionsResponse xmlns:u="x">{content}'
        "</u:GetDeflectionsResponse></s:Body></s:Envelope>"
    ).encode()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<html>Please sign in</html>",
        b"x" * (LONGEST_ANSWER + 1),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        answered("<NewDeflectionListe/>"),
        answered("<NewDeflectionList>no list</NewDeflectionList>"),
        answered("").replace(b"utf-8", b"x-none"),
    ],
)
async def test_an_answer_that_makes_no_sense_changes_nothing(
    box: FritzBox, sent: bytes
) -> None:
    box.rules = [Rule("0171555", on=True)]
    system = await started(box)
    box.raw = lambda action, text: sent if action == "GetDeflections" else text
    with pytest.raises(Unavailable):
        await system.apply("111222", ForwardingState(unconditional=None))
    assert box.on()
    await system.close()


async def test_a_box_that_stops_answering_is_lost_and_found_again(
    box: FritzBox,
) -> None:
    events: list[DriverEvent] = []
    system = await started(box, timing=IMPATIENT)
    system.subscribe(events.append)
    box.swallow.add("GetDeflections")
    await until(events, ready=False)
    assert not system.ready
    events.clear()
    box.swallow.clear()
    box.rules = [Rule("0171555", on=True)]
    await until(events, ready=True)
    assert (await system.read("111222")).forwarding.unconditional == MOBILE
    await system.close()


async def test_a_write_without_an_answer_is_read_before_anything_else(
    box: FritzBox,
) -> None:
    box.rules = [Rule("0171555")]
    system = await started(box, timing=IMPATIENT)
    box.swallow.add("SetDeflectionEnable")
    line = await system.apply("111222", ForwardingState(unconditional=MOBILE))
    assert line.forwarding.unconditional == MOBILE
    assert box.asked.count("SetDeflectionEnable") == 1
    await system.close()


async def test_after_closing_nothing_is_sent_any_more(box: FritzBox) -> None:
    system = await started(box)
    await system.close()
    asked = len(box.asked)
    await asyncio.sleep(0.15)
    assert len(box.asked) == asked
    with pytest.raises(Unavailable):
        await system.start()
    with pytest.raises(Unavailable):
        await system.read("111222")


async def test_nothing_that_belongs_to_a_person_is_logged(
    box: FritzBox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    box.rules = [Rule("0171555"), Rule("111333", on=True)]
    system = await started(box)
    await system.apply("111222", ForwardingState(unconditional=MOBILE))
    box.refuse["SetDeflectionEnable"] = 606
    with pytest.raises(PermissionDenied):
        await system.apply("111222", ForwardingState(unconditional=None))
    box.status = 502
    await asyncio.sleep(0.2)
    await system.close()
    for secret in ("0171555", "111222", "111333", "Grün€"):
        assert secret not in caplog.text
