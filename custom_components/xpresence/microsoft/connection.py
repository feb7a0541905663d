"""One person's account, shared by whatever reads or writes with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_MICROSOFT, SUBENTRY_PERSON
from ..engine.network import executor
from ..engine.requirements import Feature
from ..groupware.microsoft.account import MicrosoftAccount, Registration
from ..groupware.microsoft.failures import NotThere, PermissionMissing, RequestRefused
from ..groupware.microsoft.graph import GraphClient
from ..groupware.source import SignInNeeded
from .settings import MicrosoftSettings, settings_of
from .tokens import SignInStore, async_remove_others


class MicrosoftLink:
    """A person's account as long as they have one; it outlives other settings.

    ``account`` and ``graph`` are others after the app registration changed: ask for
    them whenever they are needed.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        person_id: str,
        settings: MicrosoftSettings,
        registration: Registration,
    ) -> None:
        """Ask nothing yet, and read nothing."""
        self._hass = hass
        self.entry_id: Final = entry_id
        self.person_id: Final = person_id
        self.settings = settings
        self.store: Final = SignInStore(
            hass, entry_id, person_id, remember=settings.remember
        )
        self.signed_in: bool | None = None
        """Whether the sign-in works; ``None``: nothing was asked with it yet."""
        self.problem: str | None = None
        """Why only the person can renew the sign-in; ``None``: they need not."""
        self.code = ""
        """Microsoft's number for the problem, to look it up."""
        self._attempt: object = None
        self._listeners: list[CALLBACK_TYPE] = []
        self.account: MicrosoftAccount
        self.graph: GraphClient
        self._connect(registration)

    def _connect(self, registration: Registration) -> None:
        self.account = MicrosoftAccount(
            registration, self.store, executor(self._hass, Feature.MICROSOFT)
        )
        session = async_get_clientsession(self._hass)
        self.graph = _Graph(self, session, registration.cloud.graph)
        self.signed_in = self.problem = None

    @callback
    def follow(self, settings: MicrosoftSettings, registration: Registration) -> None:
        """Take changed settings; another app registration needs a new sign-in."""
        before, self.settings = self.settings, settings
        known = self.account.registration
        if replace(known, permissions=registration.permissions) != registration:
            self._connect(registration)
            self._notify_listeners()
        elif known != registration:
            # What is asked for has changed, the sign-in has not.
            self.account.registration = registration
        if before.remember != settings.remember:
            self._hass.async_create_task(
                self.store.remember(settings.remember), "xpresence remember sign-in"
            )

    @callback
    def report(self, problem: str | None, code: str = "") -> None:
        """Say why the sign-in does not work; ``None``: it has just worked.

        Whoever uses ``graph`` need not: it reports by itself.
        """
        signed_in = problem is None
        if (self.signed_in, self.problem) != (signed_in, problem):
            self.signed_in, self.problem, self.code = signed_in, problem, code
            self._notify_listeners()

    @property
    def user_id(self) -> None:
        """Return whose it is: of who is signed in."""

    @property
    def client_id(self) -> str:
        """Return the app registration's id."""
        return self.account.registration.client_id

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return what the sign-in asks for."""
        return self.account.registration.permissions

    @property
    def waiting(self) -> bool:
        """Whether a new sign-in is under way."""
        return self._attempt is not None

    @callback
    def wait(self, attempt: object, by: object) -> None:
        """Store the running sign-in attempt; ``None`` clears it if it is still ``by``."""
        if attempt is not None or self._attempt is by:
            self._attempt = attempt
            self._notify_listeners()

    @callback
    def listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Register a listener for changes of whether the sign-in works."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def _notify_listeners(self) -> None:
        for listener in tuple(self._listeners):
            listener()


class _Graph(GraphClient):
    """Graph that tells the link what became of each request."""

    def __init__(self, link: MicrosoftLink, session: ClientSession, base: str) -> None:
        super().__init__(session, link.account, base)
        self._link = link

    @override
    async def _request(self, *args: Any, **options: Any) -> dict[str, Any]:
        try:
            answer = await super()._request(*args, **options)
        except SignInNeeded as error:
            self._report(error.reason, getattr(error, "code", ""))
            raise
        except NotThere, PermissionMissing, RequestRefused:
            # Graph knew who asked.
            self._report(None)
            raise
        self._report(None)
        return answer

    def _report(self, problem: str | None, code: str = "") -> None:
        # An answer to what was there before says nothing about what is there now.
        if self._link.graph is self:
            self._link.report(problem, code)


LINKS: HassKey[dict[str, MicrosoftLink]] = HassKey("xpresence_microsoft")
"""Everybody's account, by the person's id; reloads of an office leave them alone."""


@callback
def link_of(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str
) -> MicrosoftLink | None:
    """Return a person's account; ``None``: they have none, or signed out."""
    person = entry.subentries.get(person_id)
    settings = settings_of(entry, person.data) if person else None
    registration = settings.registration if settings else None
    if settings is None or registration is None:
        return None
    links = hass.data.setdefault(LINKS, {})
    if (link := links.get(person_id)) is not None:
        link.follow(settings, registration)
        return link
    links[person_id] = MicrosoftLink(
        hass, entry.entry_id, person_id, settings, registration
    )
    return links[person_id]


async def async_signed_in(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    person_id: str,
    account: Mapping[str, Any],
    cache: str,
) -> None:
    """Store a person's account and the sign-in that was just made for it."""
    person = entry.subentries[person_id]
    data = {**person.data, CONF_MICROSOFT: account}
    settings = settings_of(entry, data)
    registration = settings.registration if settings else None
    if settings is None or registration is None:
        # The app registration is gone since the sign-in began.
        return
    links = hass.data.setdefault(LINKS, {})
    if (link := links.get(person_id)) is None:
        link = links[person_id] = MicrosoftLink(
            hass, entry.entry_id, person_id, settings, registration
        )
        # At once: whoever reads because of the change below is signed in.
        link.store.hold(cache)
    hass.config_entries.async_update_subentry(entry, person, data=data)
    link.follow(settings, registration)
    await link.account.take_over(cache)
    link.report(None)


async def async_follow_settings(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take an office's changed settings: accounts change, and go with their people."""
    signed_in = {
        person.subentry_id
        for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if link_of(hass, entry, person.subentry_id) is not None
    }
    await _async_keep(hass, entry.entry_id, signed_in)


async def async_forget_all(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Forget every sign-in of an office that is removed."""
    await _async_keep(hass, entry.entry_id, set())


async def _async_keep(hass: HomeAssistant, entry_id: str, person_ids: set[str]) -> None:
    links = hass.data.setdefault(LINKS, {})
    for person_id, link in tuple(links.items()):
        if link.entry_id == entry_id and person_id not in person_ids:
            del links[person_id]
            # Under its lock, for a token may be on its way into the store.
            await link.account.forget()
    # Asked at the last moment: somebody may have signed in meanwhile.
    await async_remove_others(
        hass, entry_id, lambda person_id: person_id in person_ids or person_id in links
    )
