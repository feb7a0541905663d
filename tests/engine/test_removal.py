"""A phone system that is removed, where the real one of tests/e2e cannot be had."""

from dataclasses import replace
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.engine.removal import async_release_all
from custom_components.xpresence.engine.store import OfficeStore
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import Unavailable
from tests.office import ANNA

from .test_redirect_loop import HELD


@pytest.mark.usefixtures("own_folder")
@pytest.mark.parametrize(
    ("ledger", "told"),
    [
        pytest.param(HELD, True, id="held"),
        pytest.param(replace(HELD, held=None), True, id="still-being-put-back"),
        pytest.param(Ledger(), False, id="nothing-of-ours"),
    ],
)
async def test_what_is_left_behind_is_told(
    hass: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    ledger: Ledger,
    told: bool,
) -> None:
    login = {"username": "u", "password": "p", "tls": False}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Office",
        data={"driver": "asterisk", "host": "127.0.0.1", "port": 5038, **login},
    )
    store = OfficeStore(hass, entry.entry_id)
    await store.async_load()
    await store.async_put({ANNA: {"extension": "100", "ledger": ledger.to_json()}})
    with patch.object(AsteriskPhoneSystem, "start", side_effect=Unavailable("gone")):
        await async_release_all(hass, entry, store)
    found = issue_registry.async_get_issue(DOMAIN, f"release_failed_{ANNA}")
    assert (found is not None) is told
    await store.async_remove()
