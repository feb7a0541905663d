"""Converts a person's settings between the form of pages and tables and that of storage.

The settings page, the panel and an imported table say it in the same words: devices as
lines "name: number", queues by their names, empty for nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import CONF_ID, CONF_NAME

from ..const import CONF_DEVICES, CONF_NUMBER
from .person_fields import PERSON_FIELDS
from .validation import device_id

DEVICE_SEPARATOR: Final = ":"


def devices_from(lines: Iterable[str]) -> list[dict[str, str]] | None:
    """Read "name: number" lines as they were typed; nothing if a number lacks."""
    devices: list[dict[str, str]] = []
    for line in lines:
        if not line.strip():
            continue
        name, separator, number = line.rpartition(DEVICE_SEPARATOR)
        if not separator:
            return None
        devices.append({CONF_ID: device_id(name), CONF_NAME: name, CONF_NUMBER: number})
    return devices


def device_lines(devices: Iterable[Mapping[str, str]]) -> list[str]:
    """Return stored devices as they are typed."""
    return [
        f"{device[CONF_NAME]}{DEVICE_SEPARATOR} {device[CONF_NUMBER]}"
        for device in devices
    ]


def with_answers(
    stored: Mapping[str, Any], answers: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a person's settings once these answers follow those stored.

    Fields that ``answers`` does not name keep their value. What is wrong with the form
    of an answer comes as the second value; the rest is for
    :func:`~.validation.person_problems`.
    """
    data, problems = dict(stored), {}
    for field in PERSON_FIELDS:
        if field.key not in answers:
            continue
        answer = answers[field.key]
        if field.key == CONF_DEVICES:
            devices = devices_from(answer or ())
            if devices is None:
                problems[CONF_DEVICES] = "device_without_number"
            data[CONF_DEVICES] = devices or []
        elif field.clean is not None:
            data[field.key] = field.clean(answer)
        else:
            data[field.key] = answer or ""
    return data, problems


def as_answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person's settings as a form asks for them."""
    return {
        field.key: device_lines(data.get(CONF_DEVICES, ()))
        if field.key == CONF_DEVICES
        else data.get(field.key)
        for field in PERSON_FIELDS
    }
