"""Calls without a user that reach an entity through Assist: a satellite made them.

A sentence at a voice satellite has a context without a user, and so has an automation.
What Assist does for the sentence (switch an entity, activate a scene, run a script)
keeps that context. So the contexts of sentences are remembered, with the device that
heard them. Two things tell of a sentence: the conversation agent's entity, which writes
its state in the sentence's context, and, where a pipeline tries sentences itself before
it asks its agent, the chat log in whose task everything happens.

What is not told apart is in docs/permissions.md: an automation that a sentence triggers, and
what it calls, is an automation.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trace import trace_id_get
from homeassistant.util.hass_dict import HassKey

CONVERSATION: Final = "conversation"
REMEMBERED: Final = 1000
"""Sentences of which the context is remembered: a script may wait for hours."""
UNKNOWN: Final = ""
"""Stands for the device of a sentence whose satellite is not known."""

HEARD: Final[HassKey[OrderedDict[str, str]]] = HassKey("xpresence_heard")
"""The device that heard a sentence, by the sentence's context."""


@callback
def async_follow_assist(hass: HomeAssistant) -> None:
    """Remember from now on which contexts are sentences at satellites."""
    hass.data[HEARD] = OrderedDict()

    @callback
    def is_agent(data: EventStateChangedData) -> bool:
        return data["entity_id"].startswith(f"{CONVERSATION}.")

    @callback
    def remember(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is None or state.context.user_id is not None:
            return
        if (device := _device_of(hass, state.context)) is not None:
            heard = hass.data[HEARD]
            heard[state.context.id] = device
            while len(heard) > REMEMBERED:
                heard.popitem(last=False)

    hass.bus.async_listen(EVENT_STATE_CHANGED, remember, event_filter=is_agent)


@callback
def satellite_that_called(hass: HomeAssistant, context: Context | None) -> str | None:
    """Return the device whose sentence led to a call; ``None``: no sentence did.

    ``UNKNOWN`` where the satellite of the sentence is not known.
    """
    if context is None:
        return None
    heard = hass.data.get(HEARD)
    if heard is not None and (device := heard.get(context.id)) is not None:
        return device
    if CONVERSATION not in hass.config.components:
        return None
    from homeassistant.components.conversation.chat_log import (
        current_chat_log,
    )

    if current_chat_log.get() is None or trace_id_get() is not None:
        return None
    # In a conversation, and in no automation or script that it started.
    return None if _is_automation(context) else UNKNOWN


def _is_automation(context: Context) -> bool:
    """Return whether a conversation was begun by an action, in the action's context."""
    from homeassistant.components.conversation.trace import (
        async_get_traces,
    )

    return any(
        sentence["context"].id == context.id
        for trace in async_get_traces()
        for sentence in _sentences(trace.as_dict())
    )


def _sentences(trace: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a trace of a conversation says of how it began."""
    for event in trace["events"]:
        if "satellite_id" in (event["data"] or {}):
            yield event["data"]


def _device_of(hass: HomeAssistant, context: Context) -> str | None:
    """Return the device that heard the sentence of a context, if one did."""
    from homeassistant.components.conversation.trace import (
        async_get_traces,
    )

    for trace in reversed(async_get_traces()):
        for sentence in _sentences(trace.as_dict()):
            if sentence["context"].id != context.id:
                continue
            satellite, device = sentence["satellite_id"], sentence["device_id"]
            entry = er.async_get(hass).async_get(satellite) if satellite else None
            if entry is not None and entry.device_id is not None:
                return entry.device_id
            if device:
                return str(device)
            return UNKNOWN if satellite else None
    return None
