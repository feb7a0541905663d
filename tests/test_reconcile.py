"""The redirect loop where the coordinator's tests do not reach."""

from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
import pytest

from custom_components.xpresence.presence.ledger import Ledger
from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    Setting,
)
from custom_components.xpresence.presence.model import RedirectMode
from custom_components.xpresence.presence.wanted import Wanted
from custom_components.xpresence.reconcile import RedirectLoop
from custom_components.xpresence.telephony.asterisk import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import Unavailable

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
HELD = Ledger(
    base=Setting(unconditional=None),
    held="meeting",
    claim="manual:meeting:1",
    wrote=Setting(unconditional=VOICEMAIL),
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

    async def save(ledger: Ledger) -> None:
        saved.append(ledger)

    loop = RedirectLoop(hass, system, "100", HELD, save=save)
    forward = Setting(unconditional=VOICEMAIL)
    loop.wanted = Wanted(RedirectMode.FORWARD, forward, "meeting", claim)
    with pytest.raises(Unavailable):
        await loop.async_turn()
    assert saved == [HELD]
    assert loop.ledger == HELD
    loop.stop()
