"""What is logged: which rule, and never whose number, subject, text or secret."""

import ast
from collections.abc import Iterator
import logging
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .office import ANNA
from .test_coordinator import act, choose

PACKAGE = Path(__file__).parents[1] / "custom_components" / "xpresence"
MAY_STAND_THERE = {
    "type(error).__name__",  # what kind of error, never what it says
    "_named(error)",  # an error's number by its name, such as ENOSPC
    "event.kind",
    "moved",  # seconds by which the clock was set
    "self._poll_every",
    "person_id",  # an id of a subentry
    "claim",
    "why",
    "self.settings.kind",
    "problem",
    "reason",
    "refused",  # how often
}
"""What is put into a message; a new one is to be looked at, and added here."""


def logging_calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value) in {"_LOGGER", "logging"}
                and node.func.attr != "getLogger"
            ):
                yield path, node


def test_a_message_holds_kinds_and_reasons_and_nothing_of_anybodys() -> None:
    found = list(logging_calls())
    assert found
    for path, call in found:
        message, *said = call.args
        assert isinstance(message, ast.Constant), f"{path.name}:{call.lineno}"
        for one in said:
            assert ast.unparse(one) in MAY_STAND_THERE, f"{path.name}:{call.lineno}"


async def test_at_debug_level_the_rule_that_decides_is_named(
    hass: HomeAssistant, office: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="custom_components.xpresence")
    caplog.clear()
    await choose(hass, "Meeting")
    await act(hass, "set_redirect", mode="forward", target="0171 5550189")
    await act(hass, "resume_automatic")
    ours = [r.getMessage() for r in caplog.records if "xpresence" in r.name]
    said = [one for one in ours if "decides" in one]
    assert said[0].startswith(f"For {ANNA} decides manual: chosen")
    assert said[-1] == f"For {ANNA} decides default: default"
    for personal in ("Anna", "100", "5550189", "Meeting"):
        assert not any(personal in one for one in ours), personal
