"""What sipgate.io tells of calls, and what becomes of it."""

from collections.abc import Mapping
import xml.etree.ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.presence.line import CallState
from custom_components.xpresence.telephony.description import Receive, Webhook
from custom_components.xpresence.telephony.driver import (
    Capability,
    DriverEvent,
    LineChanged,
)
from custom_components.xpresence.telephony.sipgate.calls import (
    LASTS_FOR,
    MOST_CALLS,
    RINGS_FOR,
    Calls,
    answer,
)

from ..conformance import started
from .double import ACCOUNT
from .test_conformance import SipgateHarness, harness as harness_of_sipgate

harness = harness_of_sipgate
ANNA, BEN = (f"{ACCOUNT}w0", "w0"), (f"{ACCOUNT}w1", "w1")
RINGING, IN_CALL, IDLE = CallState.RINGING, CallState.IN_CALL, CallState.IDLE


def event(
    kind: str, *users: tuple[str, str], call: str = "1", direction: str = "in"
) -> dict[str, list[str]]:
    """Return an event as sipgate.io sends it."""
    many = "[]" if kind == "newCall" else ""
    return {
        "event": [kind],
        "callId": [call],
        "direction": [direction],
        "from": ["4917155501234"],
        "to": ["4930555100"],
        f"userId{many}": [short for _, short in users],
        f"fullUserId{many}": [full for full, _ in users],
    }


def after(*events: Mapping[str, list[str]]) -> dict[str, CallState]:
    calls = Calls()
    for one in events:
        calls.take(one, 0)
    return {user[1]: state for user, state in calls.states().items()}


def test_everybody_whom_a_group_call_rings_rings_and_one_answers() -> None:
    new = event("newCall", ANNA, BEN)
    assert after(new) == {"w0": RINGING, "w1": RINGING}
    assert after(new, event("answer", BEN)) == {"w1": IN_CALL}
    assert after(new, event("answer", BEN), event("hangup")) == {}
    assert after(new, event("answer")) == {}, "the voicemail has answered"
    assert after(new, event("hangup")) == {}


def test_whoever_calls_out_is_in_a_call_until_it_ends() -> None:
    out = event("newCall", ANNA, direction="out")
    assert after(out) == {"w0": IN_CALL}
    assert after(out, event("answer", direction="out")) == {"w0": IN_CALL}
    assert after(out, event("hangup", direction="out")) == {}


def test_events_in_another_order_or_twice_end_as_they_should() -> None:
    new = event("newCall", ANNA)
    assert after(event("answer", ANNA), event("hangup")) == {}
    assert after(new, new, event("hangup"), event("hangup")) == {}
    assert after(event("hangup")) == {}
    assert after(new, event("newCall", ANNA, call="2"), event("hangup")) == {
        "w0": RINGING
    }


def test_a_call_whose_end_was_lost_ends_in_time() -> None:
    calls = Calls()
    calls.take(event("newCall", ANNA), 0)
    assert not calls.end_old(RINGS_FOR - 1)
    assert calls.end_old(RINGS_FOR) == {ANNA}
    calls.take(event("newCall", ANNA), 0)
    calls.take(event("answer", ANNA), 5)
    assert not calls.end_old(RINGS_FOR)
    assert calls.end_old(LASTS_FOR + 5) == {ANNA}
    assert not calls.states()


def test_no_flood_of_calls_grows_without_end() -> None:
    calls = Calls()
    for number in range(3 * MOST_CALLS):
        calls.take(event("newCall", ANNA, call=str(number)), 0)
    assert len(calls._calls) == MOST_CALLS


@given(
    st.dictionaries(
        st.sampled_from(
            ["event", "callId", "direction", "userId[]", "fullUserId[]", "userId", "x"]
        ),
        st.lists(st.text(max_size=30) | st.sampled_from(["newCall", "answer"])),
    )
)
def test_whatever_is_sent_is_taken_or_passed_over(
    form: dict[str, list[str]],
) -> None:
    calls = Calls()
    calls.take(form, 0)
    calls.states()


def test_the_answer_asks_for_the_other_events_and_changes_nothing_of_the_call() -> None:
    url = 'https://home.example.com/api/webhook/x?a=1&b="2"'
    root = ET.fromstring(answer(url))
    assert root.tag == "Response"
    assert root.attrib == {"onAnswer": url, "onHangup": url}
    assert len(root) == 0


class Hook:
    """An address at which a driver can be reached, in place of Home Assistant's."""

    def __init__(self) -> None:
        self.receive: Receive | None = None

    async def open(self, receive: Receive) -> Webhook | None:
        self.receive = receive
        return Webhook("https://home.example.com/api/webhook/s", self.close)

    def close(self) -> None:
        self.receive = None


def told_of(told: list[DriverEvent], extension: str) -> CallState | None:
    lines = [one.line for one in told if isinstance(one, LineChanged)]
    found = [line.call for line in lines if line.extension == extension]
    return found[-1] if found else None


@pytest.mark.parametrize("tells_account", [True, False])
async def test_calls_are_told_of_those_whom_they_concern(
    harness: SipgateHarness, tells_account: bool
) -> None:
    harness.double.tells_account = tells_account
    hook = Hook()
    harness.open_webhook, harness.office = hook.open, {"calls": True}
    told: list[DriverEvent] = []
    async with started(harness) as system:
        assert Capability.CALL_STATE in system.capabilities
        assert system.webhook_url == "https://home.example.com/api/webhook/s"
        system.subscribe(told.append)
        for extension in ("100", "101"):
            system.watch(extension)
            await system.read(extension)
        await system.poll()  # type: ignore[attr-defined]
        assert hook.receive is not None
        said = hook.receive(event("newCall", ANNA))
        assert 'onHangup="https://home.example.com' in said
        assert (told_of(told, "100"), told_of(told, "101")) == (RINGING, IDLE)
        assert (await system.read("100")).call is RINGING
        hook.receive(event("answer", ANNA))
        assert told_of(told, "100") is IN_CALL
        hook.receive(event("hangup"))
        assert told_of(told, "100") is IDLE
    assert hook.receive is None


async def test_another_account_s_user_of_the_same_short_id_is_nobody_here(
    harness: SipgateHarness,
) -> None:
    hook = Hook()
    harness.open_webhook, harness.office = hook.open, {"calls": True}
    async with started(harness) as system:
        await system.read("100")
        assert hook.receive is not None
        hook.receive(event("newCall", ("7654321w0", "w0")))
        assert (await system.read("100")).call is IDLE


async def test_without_a_public_address_no_calls_are_claimed(
    harness: SipgateHarness,
) -> None:
    harness.office = {"calls": True}
    async with started(harness) as system:
        assert Capability.CALL_STATE not in system.capabilities
        assert system.webhook_url is None
        assert (await system.read("100")).call is None
