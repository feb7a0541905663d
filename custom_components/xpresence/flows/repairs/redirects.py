"""The fix flows of repair issues about a person's redirect and hotline."""

from abc import abstractmethod
from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError

from ...coordinator import OfficeCoordinator
from ...engine.redirect_loop import RedirectLoop
from ...engine.side_effects import END_EVERY_FORWARD
from ...operations.redirect import async_set_agent
from ...presence.line import AgentState
from ...services.service import PersonTarget
from ...telephony.driver import PhoneSystemError
from . import ConfirmFixFlow


class EndRedirectFlow(ConfirmFixFlow):
    """Ends a redirect that xpresence did not set, or whose record was lost."""

    step = "end_redirect"

    async def async_step_end_redirect(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask whether it is to end."""
        return await self._async_show(user_input)

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """End every forward; follow-me stays."""
        coordinator, person_id = target_person
        try:
            await coordinator.people[person_id].loop.async_own_change(END_EVERY_FORWARD)
        except PhoneSystemError, OSError:
            return "not_ended"
        return None


class HotlineConflictFlow(EndRedirectFlow):
    """Asks what is to end: hotline readiness or the redirect."""

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask: the redirect, or the hotline."""
        if self.target_person is None:
            return self.async_abort(reason="gone")
        return self.async_show_menu(
            step_id="init",
            menu_options=["end_redirect", "log_off"],
            description_placeholders=self.placeholders,
        )

    async def async_step_log_off(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Log the agent off from the hotline."""
        if (target_person := self.target_person) is None:
            return self.async_abort(reason="gone")
        try:
            await async_set_agent(*target_person, AgentState.LOGGED_OFF, None)
        except HomeAssistantError:
            return self.async_abort(reason="not_logged_off")
        return self.async_create_entry(data={})


class ChooseFixFlow(ConfirmFixFlow):
    """Asks which of several things is true, and says what follows before it is done.

    ``choices``: the steps, in the order of the menu; ``step`` is the chosen one. Each
    needs its own ``async_step_…``, which calls :meth:`async_chosen`.
    """

    choices: tuple[str, ...]

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which."""
        if self.target_person is None:
            return self.async_abort(reason="gone")
        return self.async_show_menu(
            step_id="init",
            menu_options=list(self.choices),
            description_placeholders=self.placeholders,
        )

    async def async_chosen(
        self, step: str, user_input: dict[str, Any] | None
    ) -> RepairsFlowResult:
        """Show what one choice does, and apply it once confirmed."""
        self.step = step
        return await self._async_show(user_input)

    @abstractmethod
    async def async_decide(
        self, coordinator: OfficeCoordinator, person_id: str
    ) -> None:
        """Apply the choice.

        Raises:
            OSError, PhoneSystemError: not stored, or not followed yet.
        """

    @abstractmethod
    def is_undecided(self, loop: RedirectLoop) -> bool:
        """Return whether the question is still open."""

    @override
    async def async_fix(
        self, target_person: PersonTarget, answers: dict[str, Any]
    ) -> str | None:
        """Let the redirect follow the rules again, from there on."""
        coordinator, person_id = target_person
        try:
            await self.async_decide(coordinator, person_id)
        except PhoneSystemError, OSError:
            if self.is_undecided(coordinator.people[person_id].loop):
                return "not_decided"
            # It is decided; the phone system follows when it can.
        return None


class WhoseRedirectFlow(ChooseFixFlow):
    """Asks whose redirect stands, where what was known of it was damaged."""

    choices = ("of_phone", "of_profile")

    async def async_step_of_phone(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Take it as the phone's own setting."""
        return await self.async_chosen("of_phone", user_input)

    async def async_step_of_profile(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Take it as that of a profile."""
        return await self.async_chosen("of_profile", user_input)

    @override
    async def async_decide(
        self, coordinator: OfficeCoordinator, person_id: str
    ) -> None:
        """Take the redirect that stands as the phone's own, or as a profile's."""
        await coordinator.people.async_decide_redirect(
            person_id, of_profile=self.step == "of_profile"
        )

    @override
    def is_undecided(self, loop: RedirectLoop) -> bool:
        """Return whether the ledger is still damaged."""
        return loop.undecided


class WhoseMemoryFlow(ChooseFixFlow):
    """Asks who is right where the phone system knows of later writes than we do."""

    choices = ("of_phone_system", "of_home_assistant")

    async def async_step_of_phone_system(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Take what stands there as the phone's own setting."""
        return await self.async_chosen("of_phone_system", user_input)

    async def async_step_of_home_assistant(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Set again what is remembered here."""
        return await self.async_chosen("of_home_assistant", user_input)

    @override
    async def async_decide(
        self, coordinator: OfficeCoordinator, person_id: str
    ) -> None:
        """Take one of the two records as the right one."""
        loop = coordinator.people[person_id].loop
        await loop.async_decide_memory(ours=self.step == "of_home_assistant")

    @override
    def is_undecided(self, loop: RedirectLoop) -> bool:
        """Return whether the phone system still knows of later writes."""
        return loop.memory_old
