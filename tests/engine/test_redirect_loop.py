"""The redirect loop where the coordinator's tests do not reach."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.xpresence.engine.redirect_loop import RedirectLoop
from custom_components.xpresence.engine.redirect_reconciler import RedirectOwner
from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
    Line,
)
from custom_components.xpresence.presence.model import RedirectMode
from custom_components.xpresence.presence.redirect.desired import DesiredRedirect
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.presence.redirect.parts import (
    Part,
    RedirectCapabilities,
)
from custom_components.xpresence.presence.redirect.status import RedirectStatus
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import (
    Capability,
    OutcomeUnknown,
    Unavailable,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
HELD = Ledger(
    base=ForwardingState(unconditional=None),
    held="meeting",
    claim="manual:meeting:1",
    wrote=ForwardingState(unconditional=VOICEMAIL),
    asked=NOW,
    seen=NOW,
)

OWN = Ledger(
    base=ForwardingState(unconditional=VOICEMAIL),
    wrote=ForwardingState(unconditional=VOICEMAIL),
    asked=NOW,
    seen=NOW,
)


@pytest.mark.parametrize("claim", ["manual:meeting:1", "manual:meeting:2"])
async def test_before_the_first_connection_a_ledger_is_kept_as_it_is(
    hass: HomeAssistant, claim: str
) -> None:
    # Never started: what it can do, and so what it holds, is not known yet.
    system = AsteriskPhoneSystem("127.0.0.1", 5038, "u", "p")
    saved: list[Ledger] = []

    class Owner(RedirectOwner):
        async def save(self, ledger: Ledger) -> None:
            saved.append(ledger)

    loop = RedirectLoop(hass, system, "100", HELD, owner=Owner())
    forward = ForwardingState(unconditional=VOICEMAIL)
    loop.desired = DesiredRedirect(RedirectMode.FORWARD, forward, "meeting", claim)
    with pytest.raises(Unavailable):
        await loop.async_turn()
    assert saved == [HELD]
    assert loop.ledger == HELD
    loop.stop()


@pytest.mark.parametrize(
    ("ledger", "claim", "shown"),
    [
        pytest.param(HELD, HELD.claim, RedirectStatus.UNKNOWN, id="it-was-followed"),
        pytest.param(HELD, "manual:lunch:2", RedirectStatus.PENDING, id="a-choice"),
        pytest.param(HELD, None, RedirectStatus.PENDING, id="its-profile-ended"),
        pytest.param(OWN, None, RedirectStatus.UNKNOWN, id="own-one-was-followed"),
        pytest.param(
            replace(OWN, seen=None), None, RedirectStatus.PENDING, id="own-one-was-not"
        ),
        pytest.param(Ledger(), None, RedirectStatus.UNKNOWN, id="nobody-ever-wished"),
    ],
)
async def test_while_the_phone_system_is_away_only_an_open_wish_is_pending(
    hass: HomeAssistant, ledger: Ledger, claim: str | None, shown: RedirectStatus
) -> None:
    system = AsteriskPhoneSystem("127.0.0.1", 5038, "u", "p")
    loop = RedirectLoop(hass, system, "100", ledger)
    if claim is not None:
        forward = ForwardingState(unconditional=VOICEMAIL)
        loop.desired = DesiredRedirect(RedirectMode.FORWARD, forward, "meeting", claim)
    loop.lost()
    assert loop.view.status is shown
    loop.stop()


class Silent(AsteriskPhoneSystem):
    """A phone system that is there and answers nothing."""

    ready = True  # type: ignore[assignment]
    capabilities = Capability.PUSH  # type: ignore[assignment]

    async def read(self, extension: str) -> Line:
        raise Unavailable("silent")


async def test_a_turn_that_ends_after_its_loop_leaves_no_timer(
    hass: HomeAssistant,
) -> None:
    loop = RedirectLoop(hass, Silent("127.0.0.1", 5038, "u", "p"), "100", HELD)
    with pytest.raises(Unavailable):
        await loop.async_turn()
    assert loop._wake is not None
    loop.stop()
    with pytest.raises(Unavailable):
        await loop.async_turn()
    assert loop._wake is None


class NeverAnswers(Silent):
    """A phone system that fails once, and then lets everybody wait."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 5038, "u", "p")
        self.reads = 0

    async def read(self, extension: str) -> Line:
        self.reads += 1
        if self.reads == 1:
            raise Unavailable("silent")
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


async def test_a_silent_phone_system_keeps_home_assistant_from_nothing(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    system = NeverAnswers()
    loop = RedirectLoop(hass, system, "100", HELD)
    with pytest.raises(Unavailable):
        await loop.async_turn()
    freezer.tick(timedelta(seconds=3))
    async_fire_time_changed(hass)
    async with asyncio.timeout(20):
        await hass.async_block_till_done()
    assert system.reads == 2
    loop.stop()


@pytest.mark.parametrize("silent", [False, True], ids=["answers", "is silent"])
async def test_a_choice_that_cannot_be_stored_is_told_as_that(
    hass: HomeAssistant, *, silent: bool
) -> None:
    class Answers(Silent):
        async def read(self, extension: str) -> Line:
            if silent:
                raise Unavailable("silent")
            return Line(extension, ForwardingState(unconditional=VOICEMAIL))

    class FullDisk(RedirectOwner):
        async def save(self, ledger: Ledger) -> None:
            raise OSError("no space left")

    system = Answers("127.0.0.1", 5038, "u", "p")
    loop = RedirectLoop(hass, system, "100", HELD, owner=FullDisk())
    loop.line = Line("100", ForwardingState(unconditional=VOICEMAIL))
    with pytest.raises(OSError, match="no space left"):
        await loop.async_turn()
    assert loop.ledger == HELD
    loop.stop()


class AnswerLost(AsteriskPhoneSystem):
    """A phone system that does what it is asked, and whose first answer is lost."""

    ready = True  # type: ignore[assignment]
    capabilities = Capability.PUSH | Capability.READ_BACK | Capability.UNCONDITIONAL  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 5038, "u", "p")
        self.stands = ForwardingState(unconditional=None)
        self.reads_after_write = 0
        self.writes = 0

    async def read(self, extension: str) -> Line:
        self.reads_after_write += bool(self.writes)
        return Line(extension, self.stands)

    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        parts = frozenset({Part.UNCONDITIONAL})
        return RedirectCapabilities(writable=parts, readable=parts, voicemail=True)

    async def apply(self, extension: str, change: ForwardingState) -> Line:
        self.writes += 1
        self.stands = ForwardingState(unconditional=change.unconditional)
        if self.writes == 1:
            raise OutcomeUnknown("no answer")
        return Line(extension, self.stands)


async def test_after_a_lost_answer_the_extension_is_read_and_not_written_again(
    hass: HomeAssistant,
) -> None:
    system = AnswerLost()
    loop = RedirectLoop(hass, system, "100", Ledger())
    forward = ForwardingState(unconditional=VOICEMAIL)
    loop.desired = DesiredRedirect(
        RedirectMode.FORWARD, forward, "meeting", "manual:meeting:1"
    )
    await loop.async_turn()
    assert (system.writes, system.reads_after_write) == (1, 1)
    assert loop.line is not None
    assert loop.line.forwarding == forward
    loop.stop()
