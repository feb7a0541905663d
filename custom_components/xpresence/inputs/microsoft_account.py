"""Whether a person's account at Microsoft works.

It learns nothing; it raises the notice that only the person can renew the sign-in.
"""

from homeassistant.core import CALLBACK_TYPE, callback

from ..engine.input import Inlet
from ..engine.issues import of_sign_in
from ..microsoft import link_of
from ..microsoft.settings import outlook_calendars
from ..microsoft.sign_in import reason_in_words


class AccountInput:
    """Watches over one person's account."""

    def __init__(self, inlet: Inlet) -> None:
        """Prepare; nothing is looked at yet."""
        self._inlet = inlet
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Look, and look again whenever the sign-in begins or ends to work."""
        inlet = self._inlet
        if link := link_of(inlet.hass, inlet.entry, inlet.person_id):
            self._stop = link.listen(self.office_changed)
        self.office_changed()

    @callback
    def stop(self) -> None:
        """Watch nothing any more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    async def async_sync(self) -> None:
        """Nothing is to be fetched."""

    @callback
    def office_changed(self) -> None:
        """Raise and drop the notice."""
        inlet = self._inlet
        link = link_of(inlet.hass, inlet.entry, inlet.person_id)
        if link is None:
            # Signed out on purpose, while a calendar still waits to be read.
            problem = "not_signed_in" if outlook_calendars(inlet.settings) else None
            permissions = code = ""
        else:
            problem, code = link.problem, link.code
            permissions = ", ".join(link.account.registration.permissions)
        reason = problem and reason_in_words(inlet.hass, problem, permissions, code)
        of_sign_in(inlet.hass, inlet.person_id, inlet.person.name, reason)
