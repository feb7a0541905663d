"""Signing in at a phone system's maker in a browser, begun by a page or a card.

The address, the proof that the answer is to this very question, and the exchange of the
answer for tokens are those of Home Assistant's helper for application credentials. Home
Assistant takes what a browser brings back for config flows only: one without a page
receives it.
"""

import asyncio
from collections.abc import Mapping
import logging
from typing import Any, Final, override

from aiohttp import ClientError
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.config_entry_oauth2_flow import (
    LocalOAuth2ImplementationWithPkce,
)
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..telephony.description import OAuth
from ..telephony.oauth import REFRESH_TOKEN
from .phone_login import (
    PhoneLoginRefused,
    async_signed_in,
    refused,
    row_of,
    signs_in,
)

_LOGGER = logging.getLogger(__name__)
ATTEMPTS: HassKey[dict[str, PhoneSignIn]] = HassKey("xpresence_phone_sign_ins")
"""Attempt's id → the attempt that waits for a browser."""
PHONE_ANSWER: Final = "phone_answer"
"""What tells a config flow that it is to receive an answer, and for which attempt."""
WAITS_FOR: Final = 600.0
"""Seconds for the person to sign in."""
EXCHANGED_WITHIN: Final = 30.0
LONGEST_CODE: Final = 4096


class _Implementation(LocalOAuth2ImplementationWithPkce):
    """The office's client at the maker, with the scopes that the driver takes."""

    def __init__(
        self, hass: HomeAssistant, oauth: OAuth, settings: Mapping[str, Any]
    ) -> None:
        super().__init__(
            hass,
            DOMAIN,
            str(settings[oauth.client_id]),
            oauth.authorize_url(),
            oauth.token_url(),
            str(settings[oauth.client_secret]),
        )
        self._scopes = oauth.scopes

    @property
    @override
    def extra_authorize_data(self) -> dict[str, Any]:
        return {"scope": " ".join(self._scopes), **super().extra_authorize_data}


class PhoneSignIn:
    """One attempt; ``page`` is to be opened in the person's browser.

    ``task`` ends with ``None`` once they are signed in, or with why they are not, in
    words.
    """

    def __init__(
        self, coordinator: OfficeCoordinator, person_id: str, language: str
    ) -> None:
        """Ask nothing yet."""
        self._coordinator = coordinator
        self._person_id = person_id
        self._language = language
        self._id = ulid_now()
        self._answer: asyncio.Future[Mapping[str, Any]] = (
            coordinator.hass.loop.create_future()
        )
        self._receiver: str | None = None
        self._implementation: _Implementation
        self.page: str
        self.task: asyncio.Task[str | None]

    async def async_begin(self) -> None:
        """Prepare the page, and wait for the browser from now on.

        Raises:
            PhoneLoginRefused: nobody can sign in here.
        """
        coordinator, hass = self._coordinator, self._coordinator.hass
        oauth = row_of(coordinator).oauth
        if oauth is None or not signs_in(coordinator):
            raise await self._refused("not_supported")
        self._implementation = _Implementation(hass, oauth, coordinator.entry.data)
        hass.data.setdefault(ATTEMPTS, {})[self._id] = self
        receiver = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}, data={PHONE_ANSWER: self._id}
        )
        self._receiver = receiver["flow_id"]
        try:
            self.page = await self._implementation.async_generate_authorize_url(
                self._receiver
            )
        except (RuntimeError, NoURLAvailableError) as error:
            # Signing in is only possible from a page of this Home Assistant.
            self._end()
            raise await self._refused("sign_in_no_way_back") from error
        self.task = coordinator.entry.async_create_background_task(
            hass, self._async_finish(), f"{DOMAIN} phone sign-in"
        )

    def is_of(self, coordinator: OfficeCoordinator, person_id: str) -> bool:
        """Tell whether it is a person's attempt."""
        return self._coordinator is coordinator and self._person_id == person_id

    @callback
    def answer(self, said: Mapping[str, Any]) -> None:
        """Take what the browser brought back."""
        self._receiver = None
        if not self._answer.done():
            self._answer.set_result(said)

    async def _async_finish(self) -> str | None:
        try:
            async with asyncio.timeout(WAITS_FOR):
                said = await self._answer
            async with asyncio.timeout(EXCHANGED_WITHIN):
                login = await self._async_exchanged(said)
            await async_signed_in(
                self._coordinator, self._person_id, login, self._language
            )
        except PhoneLoginRefused as error:
            return str(error)
        except TimeoutError:
            return str(await self._refused("sign_in_too_late"))
        finally:
            self._end()
        return None

    async def _async_exchanged(self, said: Mapping[str, Any]) -> dict[str, Any]:
        code = said.get("code")
        if not isinstance(code, str) or len(code) > LONGEST_CODE:
            raise await self._refused("sign_in_refused")
        try:
            token = await self._implementation.async_resolve_external_data(said)
        except (HomeAssistantError, ClientError, ValueError) as error:
            _LOGGER.debug("No token was given: %s", type(error).__name__)
            raise await self._refused("sign_in_refused") from None
        refresh = token.get(REFRESH_TOKEN) if isinstance(token, dict) else None
        if not isinstance(refresh, str) or not refresh:
            raise await self._refused("sign_in_refused")
        return {REFRESH_TOKEN: refresh}

    async def _refused(self, key: str) -> PhoneLoginRefused:
        return await refused(self._coordinator, {"base": key}, self._language)

    @callback
    def _end(self) -> None:
        hass = self._coordinator.hass
        hass.data[ATTEMPTS].pop(self._id, None)
        if self._receiver is not None:
            hass.config_entries.flow.async_abort(self._receiver)
            self._receiver = None


async def async_begin_sign_in(
    coordinator: OfficeCoordinator, person_id: str, language: str
) -> PhoneSignIn:
    """Begin to sign a person in; an attempt that waits already is ended.

    Raises:
        PhoneLoginRefused: nobody can sign in here.
    """
    for other in tuple(coordinator.hass.data.get(ATTEMPTS, {}).values()):
        if other.is_of(coordinator, person_id):
            other.task.cancel()
    attempt = PhoneSignIn(coordinator, person_id, language)
    await attempt.async_begin()
    return attempt
