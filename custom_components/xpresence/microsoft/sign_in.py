"""One attempt to sign somebody in, wherever it was begun: a page, a notice, a card.

Nothing of the person's changes before Microsoft has said yes, and whose account it is
was confirmed.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import (
    CONF_ACCOUNT_ID,
    CONF_ACCOUNT_NAME,
    CONF_CONNECTED,
    CONF_EXPECTED_ACCOUNT,
    CONF_MICROSOFT,
    CONF_REMEMBER,
    CONF_SHARED_CALENDARS,
    CONF_USE_CALENDAR,
    DOMAIN,
)
from ..engine.network import executor
from ..engine.person import CleansUp
from ..engine.requirements import Feature
from ..groupware.microsoft.account import (
    DeviceCode,
    MemoryStore,
    MicrosoftAccount,
    Redirect,
)
from ..groupware.microsoft.failures import SignInRefused
from ..groupware.microsoft.refusals import EVERY_REASON
from ..groupware.source import CertificateRejected, SourceError, SourceUnavailable
from .connection import async_signed_in, link_of
from .ownership import UNEXPECTED, Ownership, ownership_of
from .settings import REGISTRATION, settings_from

NO_REGISTRATION: Final = "no_registration"
UNREACHABLE: Final = "unreachable"
CERTIFICATE: Final = "certificate"
ASKED: Final = (
    *REGISTRATION,
    CONF_EXPECTED_ACCOUNT,
    CONF_REMEMBER,
    CONF_SHARED_CALENDARS,
    CONF_USE_CALENDAR,
)
"""What is asked before a sign-in; the rest of a person's account stays beside it."""


class SignIn:
    """One attempt; ``said`` is what was asked for (:data:`ASKED`), found valid.

    ``for_office``: the app registration becomes the office's, for it has none.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        person_id: str,
        said: Mapping[str, Any],
        *,
        for_office: bool = False,
    ) -> None:
        """Ask nothing yet.

        Raises:
            SignInRefused: there is no app registration to sign in with.
        """
        self._hass = hass
        self._entry = entry
        self._person_id = person_id
        self._said = said
        self._for_office = for_office
        person = entry.subentries[person_id].data
        stored: Mapping[str, Any] = person.get(CONF_MICROSOFT, {})
        kept = {key: value for key, value in stored.items() if key not in ASKED}
        settings = settings_from(entry, {**person, CONF_MICROSOFT: {**kept, **said}})
        registration = settings.registration if settings else None
        if settings is None or registration is None:
            raise SignInRefused(NO_REGISTRATION)
        self._store = MemoryStore()
        self._account = MicrosoftAccount(
            registration, self._store, executor(hass, Feature.MICROSOFT)
        )
        self.permissions: Final = registration.permissions
        self.code: DeviceCode
        self._redirect: Redirect

    async def begin_code(self) -> DeviceCode:
        """Ask for a code that the person is to enter on a page of Microsoft's.

        Raises:
            SourceError: refused, or not reachable.
        """
        self.code = await self._account.begin_device_code()
        return self.code

    async def finish_code(self) -> None:
        """Return when somebody has entered the code and is signed in.

        Nothing is stored: see :attr:`ownership` and :meth:`keep`.

        Raises:
            SourceError: refused, or not done in time.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + self.code.expires_in
        self._waits(True)
        try:
            while loop.time() < ends:
                await asyncio.sleep(self.code.interval)
                try:
                    if await self._account.poll_device_code(self.code):
                        return
                except SourceUnavailable:
                    # The code stays good while the network is away.
                    continue
            raise SignInRefused("code_expired")
        finally:
            self._waits(False)

    async def begin_browser(self, back_to: str, state: str) -> str:
        """Return the page that the person's browser is to open.

        Raises:
            SourceError: refused, or not reachable.
        """
        self._redirect = await self._account.begin_redirect(back_to, state)
        return self._redirect.page

    async def finish_browser(self, answer: Mapping[str, str]) -> None:
        """Sign in with what the browser came back with, and store nothing yet.

        Raises:
            SourceError: refused, or not reachable.
        """
        await self._account.finish_redirect(self._redirect, answer)

    @property
    def ownership(self) -> Ownership | None:
        """Return whose account was signed in; ``None``: the person is gone."""
        identity = self._account.identity
        if identity is None or self._person_id not in self._entry.subentries:
            return None
        entered = str(self._said.get(CONF_EXPECTED_ACCOUNT) or "")
        return ownership_of(self._hass, self._entry, self._person_id, identity, entered)

    async def keep(self, *, by_administrator: bool) -> None:
        """Make it the person's account: whose it is was confirmed.

        Raises:
            SignInRefused: only an administrator may connect this account.
        """
        entry = self._entry
        cache = await self._store.load()
        ownership, identity = self.ownership, self._account.identity
        if cache is None or ownership is None or identity is None:
            # Whoever has left meanwhile has no account.
            return
        if ownership.doubt is not None and not by_administrator:
            raise SignInRefused(ownership.doubt)
        said = dict(self._said)
        if ownership.doubt == UNEXPECTED:
            said[CONF_EXPECTED_ACCOUNT] = identity.name
        if self._for_office:
            registration = {key: said.pop(key) for key in REGISTRATION if key in said}
            self._hass.config_entries.async_update_entry(
                entry, options={**entry.options, CONF_MICROSOFT: registration}
            )
        stored = entry.subentries[self._person_id].data.get(CONF_MICROSOFT, {})
        kept = {key: value for key, value in stored.items() if key not in ASKED}
        account = {
            **kept,
            **said,
            CONF_CONNECTED: True,
            CONF_ACCOUNT_ID: identity.account_id,
            CONF_ACCOUNT_NAME: identity.name,
        }
        await async_signed_in(self._hass, entry, self._person_id, account, cache)

    @callback
    def _waits(self, waiting: bool) -> None:
        if link := link_of(self._hass, self._entry, self._person_id):
            link.wait(self if waiting else None, self)


async def async_sign_out(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str
) -> None:
    """Forget a person's sign-in; what it is used for stays chosen, and waits.

    What was set in Teams with it is taken back first, as far as that can be done.
    """
    person = entry.subentries[person_id]
    stored: Mapping[str, Any] = person.data.get(CONF_MICROSOFT, {})
    if stored.get(CONF_CONNECTED) and entry.state is ConfigEntryState.LOADED:
        for one in entry.runtime_data.people[person_id].inputs:
            if isinstance(one, CleansUp):
                await one.async_clean_up()
    ends = (CONF_CONNECTED, CONF_ACCOUNT_ID, CONF_ACCOUNT_NAME)
    account = {key: value for key, value in stored.items() if key not in ends}
    link = link_of(hass, entry, person_id)
    hass.config_entries.async_update_subentry(
        entry, person, data={**person.data, CONF_MICROSOFT: account}
    )
    if link is not None:
        # An office that is not set up has no listener for this.
        await link.account.forget()


def account_asked(person: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked for when somebody signed in, to ask for it again."""
    stored: Mapping[str, Any] = person.get(CONF_MICROSOFT, {})
    return {key: stored[key] for key in ASKED if key in stored}


def reason_of(error: SourceError) -> str:
    """Return why a sign-in failed, as a translation key."""
    match error:
        case SignInRefused():
            return error.reason
        case CertificateRejected():
            return CERTIFICATE
        case _:
            reason = str(getattr(error, "reason", UNREACHABLE))
            return reason if reason in EVERY_REASON else UNREACHABLE


def code_of(error: SourceError) -> str:
    """Return Microsoft's number or word for it, to look it up."""
    return str(getattr(error, "code", "")) or "–"


@callback
def reason_in_words(
    hass: HomeAssistant, reason: str, permissions: str = "", code: str = ""
) -> str:
    """Return why a sign-in failed as a sentence, in Home Assistant's language."""
    key = f"component.{DOMAIN}.exceptions.microsoft_{reason}.message"
    for language in (hass.config.language, "en"):
        texts = async_get_cached_translations(hass, language, "exceptions", DOMAIN)
        if words := texts.get(key):
            return words.format(permissions=permissions, code=code or "–")
    return reason
