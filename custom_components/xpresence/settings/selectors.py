"""Selectors that do not depend on what an office has stored."""

from collections.abc import Iterable
from math import isfinite
from typing import Any, override

from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol


class FiniteNumberSelector(NumberSelector):
    """A number box that takes no *nan*, which is within all limits, and no infinity."""

    @override
    def __call__(self, data: Any) -> float:
        """Return the number.

        Raises:
            vol.Invalid: it is none within the limits.
        """
        number = super().__call__(data)
        if not isfinite(number):
            raise vol.Invalid("expected a number")
        return number


def words(options: Iterable[str], translation_key: str) -> SelectSelector:
    """Return a choice between fixed words, translated under ``selector``."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            translation_key=translation_key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def several(options: Iterable[str], translation_key: str) -> SelectSelector:
    """Return a list of fixed words to tick, translated under ``selector``."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            translation_key=translation_key,
            mode=SelectSelectorMode.LIST,
            multiple=True,
        )
    )


def whole_number(
    least: int, most: int, unit: str | None = None, *, step: int = 1
) -> NumberSelector:
    """Return a box for a whole number within these limits."""
    config = NumberSelectorConfig(
        min=least, max=most, step=step, mode=NumberSelectorMode.BOX
    )
    if unit is not None:
        config["unit_of_measurement"] = unit
    return FiniteNumberSelector(config)
