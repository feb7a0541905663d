"""Home Assistant's actions as a row of the registry: anything without a driver."""

from collections.abc import Mapping
from typing import Any, Final

from ...presence.redirect.parts import RedirectCapabilities
from ..description import PhoneSystemType
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind
from .memory import line_from_json

SET_ACTION: Final = "set_action"
END_ACTION: Final = "end_action"
STATE_ENTITY: Final = "state_entity"
BUSY_ENTITY: Final = "busy_entity"
NO_REPLY_ENTITY: Final = "no_reply_entity"
SWITCH: Final = "switch"
DO_NOT_DISTURB_ACTION: Final = "do_not_disturb_action"
DO_NOT_DISTURB_ENTITY: Final = "do_not_disturb_entity"
FOLLOW_ME_ACTION: Final = "follow_me_action"
FOLLOW_ME_ENTITY: Final = "follow_me_entity"
RING_ACTION: Final = "ring_action"
DIAL_ACTION: Final = "dial_action"

CONDITIONS: Final = "conditions"
MORE: Final = "more"
EXTENSION: Final = ("extension",)

CAPABILITIES: Final = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
    | Capability.DO_NOT_DISTURB
    | Capability.FOLLOW_ME
    | Capability.AGENT
    | Capability.READ_BACK
    | Capability.PUSH
    | Capability.RING
    | Capability.DIAL
)


def _actions(key: str, section: str | None = None) -> Field:
    return Field(key=key, kind=FieldKind.ACTIONS, required=False, section=section)


def _entity(
    key: str,
    section: str | None = None,
    *,
    domains: tuple[str, ...] = (),
    placeholders: tuple[str, ...] = EXTENSION,
) -> Field:
    return Field(
        key=key,
        kind=FieldKind.ENTITY,
        required=False,
        section=section,
        domains=domains,
        placeholders=placeholders,
    )


def _problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """Setting and ending belong together; a switch does both."""
    has_set, has_end = (bool(settings.get(key)) for key in (SET_ACTION, END_ACTION))
    if has_set == has_end:
        return {}
    return {END_ACTION if has_set else SET_ACTION: "action_pair"}


SWITCHES: Final = ("switch", "input_boolean")

HOME_ASSISTANT_ACTIONS: Final = PhoneSystemType(
    key="actions",
    name="Home Assistant actions",
    module=".home_assistant_actions.driver",
    fields=(
        _actions(SET_ACTION),
        _actions(END_ACTION),
        _entity(STATE_ENTITY, placeholders=("extension", "condition")),
        _entity(SWITCH, domains=SWITCHES),
        _entity(BUSY_ENTITY, CONDITIONS),
        _entity(NO_REPLY_ENTITY, CONDITIONS),
        _actions(DO_NOT_DISTURB_ACTION, MORE),
        _entity(DO_NOT_DISTURB_ENTITY, MORE),
        _actions(FOLLOW_ME_ACTION, MORE),
        _entity(FOLLOW_ME_ENTITY, MORE),
        _actions(RING_ACTION, MORE),
        _actions(DIAL_ACTION, MORE),
    ),
    person_fields=(
        _entity(SWITCH, domains=SWITCHES, placeholders=()),
        _entity(STATE_ENTITY, placeholders=("condition",)),
        _entity(BUSY_ENTITY, placeholders=()),
        _entity(NO_REPLY_ENTITY, placeholders=()),
        _entity(DO_NOT_DISTURB_ENTITY, placeholders=()),
        _entity(FOLLOW_ME_ENTITY, placeholders=()),
    ),
    docs="home-assistant-actions",
    redirect=RedirectCapabilities(),
    capabilities=CAPABILITIES,
    freshness=Freshness(),
    needs="actions or a switch that redirect calls; an entity to read back",
    problems=_problems,
    memory_fields=frozenset({"setting", "agent"}),
    read_memory=lambda record: line_from_json("", record),
    default_names={"en": "My telephones", "de": "Meine Telefone"},
    tries_redirect=lambda settings: bool(
        settings.get(SET_ACTION) or settings.get(SWITCH)
    ),
)
