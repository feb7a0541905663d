"""Tools for language models: presence of the people who are exposed to them.

A tool may do no more than whoever speaks, and the model is told in words when it may
not. Names are checked against what is known; nothing is guessed from them.
"""

from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.homeassistant import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .const import CONF_INFO_TEXT, DOMAIN
from .languages import texts_in
from .operations.authorization import (
    async_actor,
    async_authorize,
    chooser_name,
    reason_against,
)
from .operations.available_profiles import offered, profile_named
from .operations.choice import async_choose, async_resume_automatic
from .operations.outcome import calls_remain
from .presence.decision.calls import kept_redirect
from .presence.decision.explain import reasons
from .presence.permission.policy import Permission
from .services.end_fields import end_from, whole_minutes
from .services.planning import async_plan
from .services.service import PersonTarget, coordinators
from .settings.validation import INFO_TEXT_LENGTH, info_text_problem

LONGEST: Final = timedelta(days=366)
PROMPT: Final = (
    "Presence: every person below has a presence profile that colleagues see and that "
    "may redirect their telephone calls. Use the xpresence tools for it. Never guess a "
    "profile or a person: ask if it is unclear."
)


class PresenceTool(Tool):
    """A tool on one of the exposed people."""

    integration = DOMAIN
    permission: Permission
    annotations = ToolAnnotations(open_world=False)

    def __init__(self, people: dict[str, PersonTarget]) -> None:
        """Take the people by the names they are exposed under."""
        self.people = people
        self.parameters = vol.Schema(
            {vol.Required("person"): vol.In(list(people)), **self.fields()}
        )

    @property
    def profile_names(self) -> list[str]:
        """Return the profiles that are offered to any of the people."""
        names = {
            profile.name
            for coordinator, person_id in self.people.values()
            for profile in offered(coordinator.office, person_id)
        }
        return sorted(names)

    def fields(self) -> dict[Any, Any]:
        """Return the tool's parameters beside the person."""
        return {}

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Run the tool if the speaker is permitted; otherwise return why not, in words."""
        arguments = self.parameters(tool_input.tool_args)
        person = self.people[arguments["person"]]
        try:
            await async_authorize(
                *person,
                self.permission,
                llm_context.context,
                satellite=llm_context.device_id,
            )
            return ToolResult(data=await self.run(hass, person, arguments, llm_context))
        except HomeAssistantError as error:
            return ToolResult(data={"error": str(error)}, error=True)

    async def run(
        self,
        hass: HomeAssistant,
        person: PersonTarget,
        arguments: dict[str, Any],
        llm_context: LLMContext,
    ) -> JsonObjectType:
        """Run the tool; the speaker has been authorised."""
        raise NotImplementedError


class GetPresenceTool(PresenceTool):
    """What colleagues see of a person, and where calls go for who may know it."""

    name = "xpresence__get_presence"
    title = "Get presence"
    description = (
        "Get a person's presence profile, status and info text, until when it holds, "
        "where their telephone calls go, and why. Use it for questions like 'What is "
        "Anna's status?', 'Am I forwarded?' or 'Who takes Anna's calls?'"
    )
    permission = Permission.SEE_PRESENCE
    annotations = ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )

    @override
    async def run(
        self,
        hass: HomeAssistant,
        person: PersonTarget,
        arguments: dict[str, Any],
        llm_context: LLMContext,
    ) -> JsonObjectType:
        coordinator, person_id = person
        state = coordinator.people[person_id]
        decision = state.decision
        result: JsonObjectType = {
            "profile": decision.profile.name,
            "status": decision.profile.status.value,
            "until": decision.until.isoformat() if decision.until else None,
        }
        actor = await async_actor(
            coordinator,
            person_id,
            llm_context.context,
            satellite=llm_context.device_id,
        )
        if (
            reason_against(coordinator, person_id, Permission.SEE_INFO_TEXT, actor)
            is None
        ):
            result["info_text"] = decision.info_text
        if (
            reason_against(coordinator, person_id, Permission.SEE_DETAILS, actor)
            is None
        ):
            subjects = reason_against(
                coordinator, person_id, Permission.SEE_SUBJECTS, actor
            )
            result["redirect"] = state.redirect.status.value
            result["calls_go_to"] = state.redirect.details.get("target")
            if state.redirect.details.get("target_known") is False:
                result["calls_go_to"] = "not known"
            if kept := kept_redirect(coordinator.office, person_id, decision):
                result["redirect_from_profile"] = kept.profile.name
            texts = texts_in(llm_context.language)
            result["why"] = list(
                reasons(
                    coordinator.office,
                    decision,
                    dt_util.utcnow(),
                    texts=texts,
                    to_self=False,
                    subjects=subjects is None,
                    by=chooser_name(coordinator, person_id, texts),
                    resolution=state.resolution,
                )
            )
        return result


class SetProfileTool(PresenceTool):
    """Chooses a profile by hand."""

    name = "xpresence__set_profile"
    title = "Set presence profile"
    description = (
        "Choose a person's presence profile from now on; it may redirect their telephone "
        "calls. Not for what begins later: plan that. "
        "'until' is a local date and time, 'minutes' a duration; leave both out if no "
        "end was said. The profile 'automatic' goes back to automatic."
    )
    permission = Permission.CHOOSE_PROFILE
    # Not destructive: the previous profile returns at the end or by "automatic".
    annotations = ToolAnnotations(destructive=False, idempotent=True, open_world=False)
    automatic: Final = "automatic"

    @override
    def fields(self) -> dict[Any, Any]:
        return {
            vol.Required("profile"): vol.In([self.automatic, *self.profile_names]),
            vol.Exclusive("until", "end"): cv.datetime,
            vol.Exclusive("minutes", "end"): whole_minutes(LONGEST),
            vol.Optional(CONF_INFO_TEXT): INFO_TEXT,
        }

    @override
    async def run(
        self,
        hass: HomeAssistant,
        person: PersonTarget,
        arguments: dict[str, Any],
        llm_context: LLMContext,
    ) -> JsonObjectType:
        coordinator, person_id = person
        state = coordinator.people[person_id]
        if arguments["profile"] == self.automatic:
            await async_resume_automatic(
                coordinator, person_id, llm_context.context, llm_context.device_id
            )
        else:
            _raise_unless_now(hass, state.person.name, llm_context)
            await async_choose(
                coordinator,
                person_id,
                profile_named(coordinator.office, state, arguments["profile"]),
                until=_end(arguments),
                info_text=arguments.get(CONF_INFO_TEXT),
                context=llm_context.context,
                satellite=llm_context.device_id,
            )
        done: JsonObjectType = {
            "profile": state.decision.profile.name,
            "until": state.decision.until.isoformat() if state.decision.until else None,
            "redirect": state.redirect.status.value,
        }
        if kept := kept_redirect(coordinator.office, person_id, state.decision):
            done["redirect_from_profile"] = kept.profile.name
        texts = texts_in(llm_context.language)
        if remains := calls_remain(coordinator, person_id, texts, details=False):
            done["calls_remain"] = remains
        return done


class PlanPresenceTool(PresenceTool):
    """Plans presence ahead."""

    name = "xpresence__plan_presence"
    title = "Plan presence"
    description = (
        "Plan a person's presence profile from one local date and time to another, "
        "like an appointment."
    )
    permission = Permission.PLAN_PRESENCE
    # It only adds, and each call adds one more.
    annotations = ToolAnnotations(destructive=False, open_world=False)

    @override
    def fields(self) -> dict[Any, Any]:
        return {
            vol.Required("profile"): vol.In(self.profile_names),
            vol.Required("start"): cv.datetime,
            vol.Required("end"): cv.datetime,
            vol.Optional(CONF_INFO_TEXT): INFO_TEXT,
        }

    @override
    async def run(
        self,
        hass: HomeAssistant,
        person: PersonTarget,
        arguments: dict[str, Any],
        llm_context: LLMContext,
    ) -> JsonObjectType:
        coordinator, person_id = person
        # Not by the action, which would not know which satellite heard it.
        await async_plan(
            coordinator,
            person_id,
            arguments["profile"],
            arguments["start"],
            arguments["end"],
            arguments.get(CONF_INFO_TEXT),
            llm_context.context,
        )
        return {"planned": arguments["profile"]}


def _raise_unless_now(
    hass: HomeAssistant, person: str, llm_context: LLMContext
) -> None:
    """Return if what the person said speaks of now and of whom the tool is called for.

    Raises:
        ServiceValidationError: it does not; nothing was changed.
    """
    if "conversation" not in hass.config.components:
        return
    # Home Assistant may run without its voice components.
    from .voice.guard import is_about_now, words_of_user
    from .voice.handlers import known

    text = words_of_user(hass)
    if text is None:
        return
    if not is_about_now(text, person, known(hass), dt_util.now(), llm_context.language):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="not_about_now"
        )


def _info_text(text: Any) -> str:
    arguments = cv.string(text)
    if info_text_problem(arguments):
        raise vol.Invalid(f"one line of at most {INFO_TEXT_LENGTH} characters")
    return arguments


INFO_TEXT: Final = _info_text


def _end(arguments: dict[str, Any]) -> datetime | None:
    minutes = arguments.get("minutes")
    span = None if minutes is None else timedelta(minutes=minutes)
    return end_from(arguments.get("until"), span)


TOOLS: Final = (GetPresenceTool, SetProfileTool, PlanPresenceTool)


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tools when at least one person's profile is exposed."""
    if api_id != LLM_API_ASSIST:
        return None
    people: dict[str, PersonTarget] = {}
    for coordinator in coordinators(hass):
        for person_id, state in coordinator.people.items():
            entity_id = coordinator.entity_of(person_id)
            if entity_id and async_should_expose(
                hass, llm_context.assistant, entity_id
            ):
                people.setdefault(state.person.name, (coordinator, person_id))
    if not people:
        return None
    return LLMTools(tools=[tool(people) for tool in TOOLS], prompt=PROMPT)
