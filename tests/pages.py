"""Whether a settings page says everything it has to say."""

import json
from pathlib import Path
from string import Formatter
from typing import Any

from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers.selector import SelectSelector

PACKAGE = Path(__file__).parents[1] / "custom_components" / "xpresence"
EN: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text())


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text."""
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def assert_worded(page: Any, texts: dict[str, Any]) -> None:
    """Check that all that a page shows has words, and its blanks are filled."""
    match page["type"]:
        case FlowResultType.MENU:
            step = texts["step"][page["step_id"]]
            assert set(page["menu_options"]) <= step["menu_options"].keys()
            assert set(page["menu_options"]) <= step["menu_option_descriptions"].keys()
            filled = set(page["description_placeholders"] or {})
            assert placeholders(step.get("description", "")) <= filled
        case FlowResultType.FORM:
            step = texts["step"][page["step_id"]]
            fields = _assert_fields_worded(page["data_schema"].schema, step)
            errors = page["errors"] or {}
            assert errors.keys() <= fields | {"base"}
            said = [step["title"], step.get("description", "")]
            said += [texts["error"][error] for error in errors.values()]
            filled = set(page["description_placeholders"] or {})
            assert placeholders(" ".join(said)) <= filled
        case FlowResultType.ABORT:
            if page.get("translation_domain") != "homeassistant":
                filled = set(page["description_placeholders"] or {})
                assert placeholders(texts["abort"][page["reason"]]) <= filled
        case FlowResultType.CREATE_ENTRY:
            said = texts.get("create_entry", {}).get("default", "")
            assert placeholders(said) <= set(page["description_placeholders"] or {})


def _assert_fields_worded(schema: dict[Any, Any], texts: dict[str, Any]) -> set[str]:
    for key, field in schema.items():
        if isinstance(field, section):
            part = texts["sections"][str(key)]
            assert part["name"]
            _assert_fields_worded(field.schema.schema, part)
        else:
            assert texts["data"][str(key)]
            assert texts["data_description"][str(key)]
        if isinstance(field, SelectSelector) and (
            words := field.config.get("translation_key")
        ):
            options = {
                option if isinstance(option, str) else option["value"]
                for option in field.config["options"]
                # What has a label of its own, as a profile has its name, needs none.
                if isinstance(option, str) or option["label"] == option["value"]
            }
            assert options <= EN["selector"][words]["options"].keys()
    return {str(key) for key in schema}
