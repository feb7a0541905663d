"""The way back from Microsoft's page: how a browser's answer reaches a sign-in.

Home Assistant's own view takes the answer and hands it to a config flow. One without a
page waits for it (``flows/person/microsoft.py``, ``flows/phone_answer.py``) and hands it
on to whoever began.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    LocalOAuth2Implementation,
    async_get_redirect_uri,
)
from homeassistant.helpers.http import current_request
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from ..const import DOMAIN

ANSWER_TO: Final = "answer_to"
"""What tells a config flow that it is to receive a browser's answer, and for whom."""
type Answer = Callable[[Mapping[str, str]], Awaitable[None]]
DESCRIPTION: Final = "error_description"
LONGEST: Final = 2000
"""Letters of a description that are looked at."""
ANSWERS: HassKey[dict[str, Answer]] = HassKey("xpresence_browser_answers")


@callback
def way_back(hass: HomeAssistant) -> str | None:
    """Return the address that Microsoft may lead a browser back to; ``None``: none.

    Microsoft takes https, and http for this very machine only.
    """
    try:
        address = async_get_redirect_uri(hass)
    except RuntimeError:
        # Nobody's page asked: the address that Home Assistant is reached by.
        address = None
    if address is not None and _is_taken(address):
        return address
    try:
        own = get_url(hass, prefer_external=True, require_ssl=True, allow_ip=True)
    except NoURLAvailableError:
        return None
    return f"{own}{AUTH_CALLBACK_PATH}"


def _is_taken(address: str) -> bool:
    url = URL(address)
    return url.scheme == "https" or url.host == "localhost"


class _Implementation(LocalOAuth2Implementation):
    """Home Assistant's maker of the state that its own view believes."""

    def __init__(self, hass: HomeAssistant, address: str) -> None:
        super().__init__(hass, DOMAIN, DOMAIN, "", address, "")
        self._address = address

    @property
    @override
    def redirect_uri(self) -> str:
        return self._address


@dataclass(slots=True)
class Receiver:
    """Waits for one browser's answer, which has this state."""

    hass: HomeAssistant
    back_to: str
    state: str
    _key: str
    _flow_id: str

    @callback
    def close(self) -> None:
        """Receive nothing any more; who comes back is refused."""
        if self.hass.data.get(ANSWERS, {}).pop(self._key, None) is not None:
            self.hass.config_entries.flow.async_abort(self._flow_id)


async def async_receive(
    hass: HomeAssistant, back_to: str, key: str, answer: Answer
) -> Receiver:
    """Wait for a browser that is to come back; one for each ``key``."""
    hass.data.setdefault(ANSWERS, {})[key] = answer
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}, data={ANSWER_TO: key}
    )
    page = await _Implementation(hass, back_to).async_generate_authorize_url(
        flow["flow_id"]
    )
    return Receiver(hass, back_to, URL(page).query["state"], key, flow["flow_id"])


async def async_answered(
    hass: HomeAssistant, key: str, said: Mapping[str, Any]
) -> None:
    """Hand on what a browser brought; nobody waits for it twice.

    Home Assistant's view keeps what was refused, and drops why: Microsoft's number
    stands in the description.
    """
    answer = hass.data.get(ANSWERS, {}).pop(key, None)
    if answer is None:
        return
    brought = {one: str(said[one]) for one in ("code", "error") if one in said}
    request = current_request.get()
    if request is not None and (why := request.query.get(DESCRIPTION)):
        brought[DESCRIPTION] = why[:LONGEST]
    await answer(brought)
