"""Selectors that several settings pages share."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import CONF_ENABLED, SUBENTRY_PERSON, SUBENTRY_PROFILE


def words(options: Iterable[str], translation_key: str) -> SelectSelector:
    """Return a choice between fixed words, translated under ``selector``."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            translation_key=translation_key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def profiles(entry: ConfigEntry[Any], *, enabled_only: bool = True) -> SelectSelector:
    """Return a choice between the office's profiles, by name."""
    return _named(
        (subentry.subentry_id, subentry.data[CONF_NAME])
        for subentry in entry.get_subentries_of_type(SUBENTRY_PROFILE)
        if subentry.data.get(CONF_ENABLED, True) or not enabled_only
    )


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
    options: Iterable[tuple[str, str]], *, multiple: bool = False
) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label) for value, label in options
            ],
            mode=SelectSelectorMode.DROPDOWN,
            multiple=multiple,
        )
    )
