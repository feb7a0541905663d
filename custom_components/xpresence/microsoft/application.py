"""The office's application at Microsoft while the office is set up.

It reads and writes for everybody who is known there by their id and has no sign-in of
their own. What it lacks is one repair issue of the office, not one of each person.
"""

from datetime import datetime, timedelta
from typing import Any, Final, override

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..engine.groupware_issues import (
    delete_application_issues,
    set_application_issue,
    set_application_right_issue,
    set_certificate_issue,
)
from ..engine.network import executor
from ..engine.requirements import Feature
from ..groupware.microsoft.application import (
    Application,
    ApplicationTokens,
    Certificate,
)
from ..groupware.microsoft.failures import (
    NotThere,
    PermissionMissing,
    RequestRefused,
    SignInRefused,
)
from ..groupware.microsoft.graph import GraphClient
from ..groupware.source import SignInNeeded, SourceError
from .application_settings import application_from, stored_application, user_of
from .sign_in import reason_in_words

RENEW_BEFORE: Final = timedelta(days=30)
"""How long before a certificate ends a repair issue asks for another."""
LOOK_EVERY: Final = timedelta(days=1)
TRY_EVERY: Final = timedelta(minutes=5)
"""How often one that does not get in tries again: it may be repaired at Microsoft."""


class OfficeApplication:
    """One office's application; it stays the same object when its proof changes."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], application: Application
    ) -> None:
        """Ask nothing yet."""
        self._hass = hass
        self._entry = entry
        self._listeners: list[CALLBACK_TYPE] = []
        self._people: dict[str, OfficeAccess] = {}
        self._granted: set[str] = set()
        self._stop_looking = async_track_time_interval(
            hass, self._on_look, LOOK_EVERY, name="xpresence certificate"
        )
        self._stop_waiting: CALLBACK_TYPE | None = None
        self.signed_in: bool | None = None
        """Whether it gets in; ``None``: nothing was asked with it yet."""
        self.problem: str | None = None
        """Why it does not get in, as a translation key."""
        self.code = ""
        """Microsoft's number for the problem."""
        self.application: Application
        self.tokens: ApplicationTokens
        self.graph: GraphClient
        """For what concerns several people."""
        self._connect(application)

    def _connect(self, application: Application) -> None:
        self.application = application
        self.tokens = ApplicationTokens(
            application, executor(self._hass, Feature.MICROSOFT)
        )
        self.graph = self.graph_client()
        for access in self._people.values():
            access.graph = self.graph_client()
        self._stop_trying()
        self.signed_in = self.problem = None
        self.code = ""
        self._granted.clear()
        delete_application_issues(self._hass, self._entry.entry_id)
        self._look_at_certificate(dt_util.utcnow())

    def graph_client(self) -> GraphClient:
        """Return a client of its own: Graph counts requests for each mailbox."""
        session = async_get_clientsession(self._hass)
        return _Graph(self, session, self.application.cloud.graph)

    @callback
    def follow(self, application: Application) -> None:
        """Take another secret, certificate or registration."""
        if application != self.application:
            self._connect(application)
            self._notify_listeners()

    @callback
    def renew(self) -> None:
        """Forget tokens and what is known of rights: they may have been changed."""
        self._connect(self.application)
        self._notify_listeners()

    @callback
    def close(self) -> None:
        """End looking at the certificate, and delete the repair issues."""
        self._stop_looking()
        self._stop_trying()
        delete_application_issues(self._hass, self._entry.entry_id)
        self._notify_listeners()

    def access(self, person_id: str, user_id: str) -> OfficeAccess:
        """Return what a person is read and written with."""
        known = self._people.get(person_id)
        if known is None or known.user_id != user_id:
            known = self._people[person_id] = OfficeAccess(self, user_id)
        return known

    @callback
    def listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Register a listener for changes of whether it gets in."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def _notify_listeners(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    # What it lacks

    @callback
    def report(self, problem: str | None, code: str = "") -> None:
        """Say why it does not get in; ``None``: it has just worked."""
        signed_in = problem is None
        if (self.signed_in, self.problem) == (signed_in, problem):
            return
        self.signed_in, self.problem, self.code = signed_in, problem, code
        self._stop_trying()
        if problem is not None:
            self._stop_waiting = async_track_time_interval(
                self._hass, self._async_try, TRY_EVERY, name="xpresence application"
            )
        set_application_issue(
            self._hass,
            self._entry,
            problem and reason_in_words(self._hass, problem, code=code),
        )
        self._notify_listeners()

    @callback
    def _stop_trying(self) -> None:
        if self._stop_waiting is not None:
            self._stop_waiting()
            self._stop_waiting = None

    async def _async_try(self, _now: datetime) -> None:
        tokens = self.tokens
        try:
            await tokens.token(fresh=True)
        except SourceError:
            return
        if tokens is self.tokens:
            self.report(None)

    @callback
    def report_right(self, permission: str, *, granted: bool) -> None:
        """Say that a right holds, or is missing for who has just been asked for."""
        if granted:
            if permission in self._granted:
                return
            self._granted.add(permission)
        elif permission in self._granted:
            # Others have it: it is limited to a group, which the person is not in.
            return
        set_application_right_issue(
            self._hass, self._entry, permission, there=not granted
        )

    def has_right(self, permission: str) -> bool:
        """Return whether a right has held for somebody since Home Assistant started."""
        return permission in self._granted

    @callback
    def _on_look(self, now: datetime) -> None:
        self._look_at_certificate(now)

    @callback
    def _look_at_certificate(self, now: datetime) -> None:
        proof = self.application.proof
        ends = proof.expires if isinstance(proof, Certificate) else None
        soon = ends is not None and ends - now < RENEW_BEFORE
        set_certificate_issue(self._hass, self._entry, ends if soon else None)


class OfficeAccess:
    """One person's Teams and calendar by the office's application."""

    def __init__(self, office: OfficeApplication, user_id: str) -> None:
        """Ask nothing yet."""
        self.office: Final = office
        self.user_id: Final[str | None] = user_id
        self.graph = office.graph_client()

    @property
    def client_id(self) -> str:
        """Return the app registration's id."""
        return self.office.application.client_id

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return what was asked for: nothing, an application has what it was given."""
        return ()

    @property
    def signed_in(self) -> bool | None:
        """Return whether the application gets in; ``None``: not known yet."""
        return self.office.signed_in

    @property
    def problem(self) -> str | None:
        """Return why the application does not get in."""
        return self.office.problem

    @property
    def code(self) -> str:
        """Return Microsoft's number for the problem."""
        return self.office.code

    @callback
    def listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Register a listener for changes of whether it gets in."""
        return self.office.listen(listener)


class _Graph(GraphClient):
    """Graph that tells the application what became of each request."""

    def __init__(
        self, office: OfficeApplication, session: ClientSession, base: str
    ) -> None:
        super().__init__(session, office.tokens, base)
        self._office = office
        self._with = office.tokens

    @override
    async def _request(self, *args: Any, **options: Any) -> dict[str, Any]:
        office = self._office
        if office.problem is not None and office.tokens is self._with:
            # It tries again by itself, once for everybody.
            raise SignInRefused(office.problem, office.code)
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
        # An answer to an earlier proof says nothing about the one that counts now.
        if self._office.tokens is self._with:
            self._office.report(problem, code)


APPLICATIONS: HassKey[dict[str, OfficeApplication]] = HassKey("xpresence_applications")


@callback
def application_of(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> OfficeApplication | None:
    """Return an office's application; ``None``: it has none."""
    applications = hass.data.setdefault(APPLICATIONS, {})
    known = applications.get(entry.entry_id)
    stored = stored_application(entry)
    application = application_from(stored) if stored else None
    if application is None:
        if known is not None:
            del applications[entry.entry_id]
            known.close()
        return None
    if known is None:
        known = applications[entry.entry_id] = OfficeApplication(
            hass, entry, application
        )
        entry.async_on_unload(lambda: forget_application(hass, entry))
    known.follow(application)
    return known


@callback
def forget_application(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Let go of the application of an office that is unloaded or removed."""
    if known := hass.data.get(APPLICATIONS, {}).pop(entry.entry_id, None):
        known.close()


@callback
def office_access(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str
) -> OfficeAccess | None:
    """Return what a person is read with by the office's application, if they are."""
    person = entry.subentries.get(person_id)
    user_id = user_of(person.data) if person else None
    if user_id is None:
        return None
    application = application_of(hass, entry)
    return None if application is None else application.access(person_id, user_id)
