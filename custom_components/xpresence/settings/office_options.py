"""The office's options on the page *rules*: one row each.

How an option is asked for, what holds as long as nothing was said, what makes it
valid, how it is stored, where the rules read it, and what diagnostics contain of it. Its texts stand in
``translations/`` under ``options.step.rules``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final, TypedDict, Unpack

from homeassistant.helpers.selector import (
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from ..const import (
    CONF_AREA_CODE,
    CONF_CALENDAR_DAYS,
    CONF_COUNTRY_CODE,
    CONF_DESK_CHANGE,
    CONF_GRACE,
    CONF_HISTORY_DAYS,
    CONF_HOLD,
    CONF_HOTLINE,
    CONF_INTERNAL_NUMBERS,
    CONF_LONGEST_HOURS,
    CONF_LONGEST_THEN,
    CONF_ORDER,
    CONF_OUTSIDE_PREFIX,
    CONF_RESTART,
    CONF_WRAP_UP_MINUTES,
    DESK_CHANGE_ENFORCE,
    DESK_CHANGE_RESPECT,
)
from ..presence.history import LEAST_DAYS, MOST_DAYS
from ..presence.model import DEFAULT_ORDER, Health, Office, Source
from ..presence.redirect.guards import (
    DeskChange,
    HotlinePolicy,
    LongPolicy,
    OfficeGuards,
)
from ..presence.redirect.numbers import NumberFormat
from ..presence.redirect.numbers.internal import internal_numbers, internal_problem
from .selectors import whole_number, words

type Problem = Callable[[Any], str | None]


class InDiagnostics(Enum):
    """What diagnostics contain of an option."""

    VALUE = auto()
    """One of our own words, or an amount."""
    WHETHER_SET = auto()
    """It may be somebody's."""
    NOWHERE = auto()
    """Contained elsewhere, in the form that the rules read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeOption:
    """One option of the office.

    ``default`` holds as long as nothing was said; ``None``: the option may be left
    out, and is not stored then. ``problem`` returns a translation key, or nothing.
    ``store`` makes of an answer what is stored. ``model`` is the class of the model
    that holds it as ``attribute``, read by ``read``; without, the rules do not know it.
    """

    key: str
    selector: Selector[Any]
    default: Any = None
    problem: Problem = lambda answer: None
    store: Callable[[Any], Any] = lambda answer: answer
    model: type | None = None
    attribute: str = ""
    read: Callable[[Any], Any] = lambda value: value
    in_diagnostics: InDiagnostics = InDiagnostics.VALUE


def _order_problem(order: list[str]) -> str | None:
    if sorted(order) != sorted(source.value for source in Source):
        return "order_incomplete"
    return None if order[-1] == Source.DEFAULT else "order_default_last"


def _digits_problem(said: str) -> str | None:
    valid = said.isascii() and said.isdecimal() and len(said) < 8
    return None if valid or not said else "digits_only"


def _history_problem(days: float) -> str | None:
    return "history_days_range" if 0 < days < LEAST_DAYS else None


def _amount(
    key: str,
    default: float,
    least: int,
    most: int,
    unit: str | None = None,
    problem: Problem = lambda answer: None,
    **read: Unpack[_Read],
) -> OfficeOption:
    return OfficeOption(
        key=key,
        selector=whole_number(least, most, unit),
        default=int(default),
        problem=problem,
        store=int,
        **read,
    )


class _Read(TypedDict, total=False):
    """Where the rules read an option, as in :class:`OfficeOption`."""

    model: type
    attribute: str
    read: Callable[[Any], Any]


def _limit(unit: str) -> Callable[[float], timedelta | None]:
    """Return how a limit in this unit is read; 0 is none."""
    return lambda amount: timedelta(**{unit: amount}) if amount else None


def _digits(key: str) -> OfficeOption:
    return OfficeOption(
        key=key,
        model=NumberFormat,
        attribute=key,
        read=lambda said: said or "",
        selector=TextSelector(),
        problem=_digits_problem,
        in_diagnostics=InDiagnostics.WHETHER_SET,
    )


USUAL: Final = Health()
OFFICE_OPTIONS: Final = (
    OfficeOption(
        key=CONF_ORDER,
        selector=SelectSelector(
            SelectSelectorConfig(
                options=[source.value for source in DEFAULT_ORDER],
                translation_key="source",
                multiple=True,
            )
        ),
        default=[source.value for source in DEFAULT_ORDER],
        problem=_order_problem,
        model=Office,
        attribute="order",
        read=lambda order: tuple(map(Source, order)) or DEFAULT_ORDER,
        in_diagnostics=InDiagnostics.NOWHERE,
    ),
    OfficeOption(
        key=CONF_DESK_CHANGE,
        selector=words([DESK_CHANGE_RESPECT, DESK_CHANGE_ENFORCE], "desk_change"),
        default=DESK_CHANGE_RESPECT,
        model=OfficeGuards,
        attribute="desk_change",
        read=DeskChange,
    ),
    _amount(
        CONF_CALENDAR_DAYS,
        30,
        1,
        365,
        model=Office,
        attribute="calendar_days",
        read=int,
    ),
    OfficeOption(
        key=CONF_HOTLINE,
        selector=words(HotlinePolicy, "hotline"),
        default=HotlinePolicy.WARN.value,
        model=OfficeGuards,
        attribute="hotline",
        read=HotlinePolicy,
    ),
    _amount(
        CONF_WRAP_UP_MINUTES,
        0,
        0,
        240,
        "min",
        model=OfficeGuards,
        attribute="wrap_up",
        read=_limit("minutes"),
    ),
    _amount(
        CONF_LONGEST_HOURS,
        0,
        0,
        8760,
        "h",
        model=OfficeGuards,
        attribute="longest",
        read=_limit("hours"),
    ),
    OfficeOption(
        key=CONF_LONGEST_THEN,
        selector=words(LongPolicy, "longest_then"),
        default=LongPolicy.ALERT.value,
        model=OfficeGuards,
        attribute="longest_then",
        read=LongPolicy,
    ),
    _amount(
        CONF_GRACE,
        USUAL.grace.total_seconds() / 60,
        0,
        120,
        "min",
        model=Health,
        attribute="grace",
        read=lambda minutes: timedelta(minutes=minutes),
    ),
    _amount(
        CONF_HOLD,
        USUAL.hold.total_seconds(),
        0,
        600,
        "s",
        model=Health,
        attribute="hold",
        read=lambda seconds: timedelta(seconds=seconds),
    ),
    _amount(
        CONF_RESTART,
        USUAL.restart.total_seconds(),
        0,
        3600,
        "s",
        model=Health,
        attribute="restart",
        read=lambda seconds: timedelta(seconds=seconds),
    ),
    _digits(CONF_OUTSIDE_PREFIX),
    _digits(CONF_COUNTRY_CODE),
    _digits(CONF_AREA_CODE),
    _amount(CONF_HISTORY_DAYS, 0, 0, MOST_DAYS, "d", _history_problem),
    OfficeOption(
        key=CONF_INTERNAL_NUMBERS,
        selector=TextSelector(),
        problem=internal_problem,
        model=NumberFormat,
        attribute="internal",
        read=lambda said: internal_numbers(said or ""),
        in_diagnostics=InDiagnostics.WHETHER_SET,
    ),
)
"""Every option, in the order of the page."""

DEFAULTS: Final[Mapping[str, Any]] = {
    option.key: option.default
    for option in OFFICE_OPTIONS
    if option.default is not None
}


def values_from(options: Mapping[str, Any], model: type) -> dict[str, Any]:
    """Return the attributes of one class of the model, read from stored options."""
    found = {}
    for option in OFFICE_OPTIONS:
        if option.model is model:
            stored = options.get(option.key)
            value = option.default if stored is None else stored
            found[option.attribute] = option.read(value)
    return found


def options_schema() -> vol.Schema:
    """Return the page's fields."""
    return vol.Schema(
        {
            vol.Required(option.key, default=option.default)
            if option.default is not None
            else vol.Optional(option.key): option.selector
            for option in OFFICE_OPTIONS
        }
    )


def options_problems(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with answers: translation keys by field; empty if nothing."""
    found = {
        option.key: option.problem(answers[option.key])
        for option in OFFICE_OPTIONS
        if answers.get(option.key) is not None
    }
    return {key: problem for key, problem in found.items() if problem is not None}


def options_after(
    before: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the stored options once these answers, found valid, follow ``before``."""
    ours = {option.key for option in OFFICE_OPTIONS}
    kept = {key: value for key, value in before.items() if key not in ours}
    return kept | {
        option.key: option.store(answers[option.key])
        for option in OFFICE_OPTIONS
        if answers.get(option.key) is not None
    }


def options_diagnostics(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options, as far as they are nobody's."""
    found: dict[str, Any] = {}
    for option in OFFICE_OPTIONS:
        if option.in_diagnostics is InDiagnostics.VALUE and option.key in options:
            value = options[option.key]
            ours = option.selector.config.get("options", ())
            is_number = isinstance(value, int | float)
            found[option.key] = value if is_number or value in ours else None
        elif option.in_diagnostics is InDiagnostics.WHETHER_SET:
            found[f"has_{option.key}"] = bool(options.get(option.key))
    return found
