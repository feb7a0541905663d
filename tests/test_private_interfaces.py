"""What is used of Home Assistant beyond what it promises, and whether it is still there.

With every new release: ``script/test --home-assistant RELEASE`` runs this first, and it
names what has moved. It needs no plugin of pytest's.
"""

import ast
from collections.abc import Iterator
import importlib
import inspect
from pathlib import Path
import re
from typing import Any, Final

import hass_frontend
import pytest

PACKAGE: Final = Path(__file__).parents[1] / "custom_components" / "xpresence"
COMPONENTS: Final = "homeassistant.components"
INTERFACES: Final[dict[str, tuple[str, ...] | None]] = {
    # Which calendar entity a person follows; its list of events with their uid.
    "homeassistant.components.calendar.const:DATA_COMPONENT": None,
    # Sentences with words of our own, which a sentence trigger of an automation has.
    "homeassistant.components.conversation.agent_manager:get_agent_manager": ("hass",),
    "homeassistant.components.conversation.agent_manager:AgentManager.register_trigger": (
        "self",
        "sentences",
        "trigger_callback",
    ),
    # What was said last, which a language model may not contradict.
    "homeassistant.components.conversation.chat_log:current_chat_log": None,
    "homeassistant.components.conversation.trace:async_get_traces": (),
    # Commands and their errors, as the API's own package makes them.
    "homeassistant.components.websocket_api.const:ERR_HOME_ASSISTANT_ERROR": None,
    "homeassistant.components.websocket_api.const:WebSocketCommandHandler": None,
    # One message for many connections, made once.
    "homeassistant.components.websocket_api.messages:construct_event_message": (
        "iden",
        "event",
    ),
}
"""Module and name → parameters, or None for what is not called."""
NOT_IMPORTED: Final = {
    "homeassistant.components.conversation.agent_manager:AgentManager.register_trigger"
}
"""Methods of what others return."""
PARTS: Final = re.compile(
    r"(?:(?<![\w-])|(?<=(?<![\w-])--))ha-[a-z0-9]+(?:-[a-z0-9]+)*"
)
"""The frontend's own elements, and the sizes and colours of its design (`--ha-…`)."""


def imported() -> Iterator[tuple[str, str]]:
    """Yield what the package imports of Home Assistant: module and name."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                for name in node.names:
                    if node.module.startswith("homeassistant."):
                        yield node.module, name.name


def is_private(module: str, name: str) -> bool:
    """Return whether nothing promises that a name stays where it is."""
    if name.startswith("_"):
        return True
    if not module.startswith(f"{COMPONENTS}."):
        return False
    if module.count(".") > COMPONENTS.count(".") + 1:
        return True  # not what the component's own package exports
    exported = getattr(importlib.import_module(module), "__all__", None)
    return exported is not None and name not in exported


def find(interface: str) -> Any:
    """Return what an interface names, or say that it is gone."""
    module, _, name = interface.partition(":")
    try:
        found = importlib.import_module(module)
    except ImportError:
        pytest.fail(f"{module} is gone, where {name} was")
    for part in name.split("."):
        assert hasattr(found, part), f"{module} has no {name} any more"
        found = getattr(found, part)
    return found


def test_every_private_interface_in_use_is_listed() -> None:
    used = {f"{m}:{name}" for m, name in imported() if is_private(m, name)}
    assert used == set(INTERFACES) - NOT_IMPORTED


@pytest.mark.parametrize("interface", INTERFACES)
def test_a_private_interface_is_where_it_was(interface: str) -> None:
    found = find(interface)
    parameters = INTERFACES[interface]
    if parameters is not None:
        found = inspect.unwrap(found)
        code = found.__code__
        has = code.co_varnames[: code.co_argcount]
        assert has[: len(parameters)] == parameters, f"{interface} takes {has} now"
        optional = len(found.__defaults__ or ())
        assert code.co_argcount - optional <= len(parameters), (
            f"{interface} takes {has} now"
        )


def test_a_calendar_still_lists_its_events_by_itself() -> None:
    entity = find("homeassistant.components.calendar:CalendarEntity")
    assert entity.async_get_events.__code__.co_varnames[:4] == (
        "self",
        "hass",
        "start_date",
        "end_date",
    )


def test_every_element_and_size_of_the_frontend_that_is_used_is_there() -> None:
    used = {
        element
        for path in PACKAGE.glob("frontend/**/*.js")
        for element in PARTS.findall(path.read_text("utf-8"))
    }
    assert {"ha-card", "ha-icon", "ha-font-size-s"} <= used
    missing = set(used)
    for path in Path(hass_frontend.__file__).parent.glob("frontend_latest/*.js"):
        text = path.read_text("utf-8")
        missing -= {one for one in missing if re.search(rf"[\"-]{one}\b", text)}
        if not missing:
            break
    assert missing == set()
