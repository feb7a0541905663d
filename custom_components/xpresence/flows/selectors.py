"""Selectors that several settings pages share."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ID, CONF_NAME
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import CONF_DEVICES, SUBENTRY_PERSON, SUBENTRY_PROFILE


def profiles(entry: ConfigEntry[Any]) -> SelectSelector:
    """Return a choice between all profiles, by name."""
    return _named(
        (subentry.subentry_id, subentry.data[CONF_NAME])
        for subentry in entry.get_subentries_of_type(SUBENTRY_PROFILE)
    )


def devices(entry: ConfigEntry[Any]) -> SelectSelector:
    """Return a choice between the names of people's devices; others may be typed."""
    known = {
        device[CONF_ID]: device[CONF_NAME]
        for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON)
        for device in subentry.data.get(CONF_DEVICES, ())
    }
    return _named(known.items(), custom_value=True)


def people(entry: ConfigEntry[Any], *, multiple: bool = False) -> SelectSelector:
    """Return a choice between the people, by name."""
    return _named(
        (
            (subentry.subentry_id, subentry.data[CONF_NAME])
            for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON)
        ),
        multiple=multiple,
    )


def _named(
    options: Iterable[tuple[str, str]],
    *,
    multiple: bool = False,
    custom_value: bool = False,
) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label) for value, label in options
            ],
            mode=SelectSelectorMode.DROPDOWN,
            multiple=multiple,
            custom_value=custom_value,
        )
    )
