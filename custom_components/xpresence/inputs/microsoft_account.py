"""Whether a person's account at Microsoft works.

It sets no facts; it creates the issue that the person must sign in again.
"""

from homeassistant.core import CALLBACK_TYPE, callback

from ..engine.groupware_issues import set_sign_in_issue
from ..engine.input import InputContext
from ..microsoft import access_of, link_of
from ..microsoft.settings import outlook_calendars
from ..microsoft.sign_in import reason_in_words


class AccountInput:
    """Creates the repair issue when a person has to sign in again."""

    def __init__(self, input_context: InputContext) -> None:
        """Prepare; nothing is looked at yet."""
        self._input_context = input_context
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Look, and look again whenever the sign-in begins or ends to work."""
        input_context = self._input_context
        if link := link_of(
            input_context.hass, input_context.entry, input_context.person_id
        ):
            self._stop = link.listen(self.office_changed)
        self.office_changed()

    @callback
    def stop(self) -> None:
        """Stop listening to the account."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    async def async_sync(self) -> None:
        """Do nothing: this input reads nothing from outside."""

    @callback
    def office_changed(self) -> None:
        """Create or delete the repair issue."""
        input_context = self._input_context
        link = link_of(input_context.hass, input_context.entry, input_context.person_id)
        if link is None and access_of(
            input_context.hass, input_context.entry, input_context.person_id
        ):
            # By the office's application, which has issues of its own.
            problem, permissions, code = None, "", ""
        elif link is None:
            # Signed out on purpose, while a calendar still waits to be read.
            problem = (
                "not_signed_in" if outlook_calendars(input_context.settings) else None
            )
            permissions = code = ""
        else:
            problem, code = link.problem, link.code
            permissions = ", ".join(link.account.registration.permissions)
        reason = problem and reason_in_words(
            input_context.hass, problem, permissions, code
        )
        set_sign_in_issue(
            input_context.hass,
            input_context.person_id,
            input_context.person.name,
            reason,
        )
