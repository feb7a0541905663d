"""What makes a profile's or a person's settings valid, whoever writes them.

The settings pages and the actions for ordinary users ask the same questions here
and store in the same place. An answer is a mapping from the field to a
translation key; empty means valid.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final
import unicodedata

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_ID, CONF_NAME
from homeassistant.util import slugify
import voluptuous as vol

from ..const import (
    CONF_ADJUSTABLE,
    CONF_DEFAULT_PROFILE,
    CONF_DEPUTIES,
    CONF_DEVICES,
    CONF_DO_NOT_DISTURB,
    CONF_DURATION,
    CONF_ENABLED,
    CONF_ENDING,
    CONF_EXTENSION,
    CONF_INFO_TEXT,
    CONF_KIND,
    CONF_MODE,
    CONF_NUMBER,
    CONF_OWNER,
    CONF_QUEUES,
    CONF_REDIRECT,
    CONF_RESTS_ON,
    CONF_REVOKED,
    CONF_RUN_OVER,
    CONF_UNCONDITIONAL,
    CONF_VALUE,
    CONF_VOICEMAIL,
    SUBENTRY_PERSON,
    SUBENTRY_PROFILE,
)
from ..presence.line import (
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from ..presence.model import EndingKind, RedirectMode, TargetKind
from ..presence.redirect.numbers import (
    PLAIN,
    BadNumber,
    NumberFormat,
    bare,
    dialled,
    parse,
)
from ..presence.redirect.parts import Part, RedirectCapabilities
from ..telephony.driver import PhoneSystem, Rejected
from .capabilities import office_capabilities
from .names import OFF, RESERVED, UNPRINTABLE, comparable, state_name_problem, tidy
from .office import number_format
from .person_fields import is_offered, stored_schema as person_schema
from .profile_fields import (
    ADJUSTMENTS,
    CONDITIONS,
    later_redirect_fields,
    stored_schema,
)
from .references import calendar_profiles, profiles_named

EXTENSION_LENGTH: Final = 20
"""Digits, of a mailbox as well."""
INFO_TEXT_LENGTH: Final = 255
QUEUE: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""A queue's name in the phone system."""
type Problems = dict[str, str]

DESTINATIONS: Final = {
    TargetKind.PRESET.value: DestinationKind.UNKNOWN,
    TargetKind.VOICEMAIL.value: DestinationKind.VOICEMAIL,
    TargetKind.STATUS.value: DestinationKind.STATUS,
}
"""Kinds of targets that do not lead to a number."""

# What comes by a flow has been through its selectors; what comes by an action has
# not. Both are checked here, so the shape is part of what is checked.
PROFILE: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): str,
        vol.Optional(CONF_OWNER): vol.Any(None, str),
        vol.Optional(CONF_ADJUSTABLE): [vol.In(ADJUSTMENTS)],
        # The permissions that this was saved under: see presence/permission/override.
        vol.Optional(CONF_RESTS_ON): {str: int},
        vol.Optional(CONF_REVOKED): bool,
        **stored_schema(),
    }
)
LONGEST_OVERRUN: Final = 240
"""Minutes that an appointment may go on after its end."""
PERSON: Final = vol.Schema(
    {
        **person_schema(),
        vol.Optional(CONF_RUN_OVER): vol.All(int, vol.Range(0, LONGEST_OVERRUN)),
    },
    # Calendars, activity and rules of the person stand beside it.
    extra=vol.ALLOW_EXTRA,
)


def profile_unique_id(name: str, owner: str | None) -> str:
    """Return the unique id of a profile's subentry, by its name; case is ignored."""
    key = tidy(name).casefold()
    return f"profile_{owner}_{key}" if owner else f"profile_{key}"


def person_unique_id(extension: str) -> str:
    """Return the unique id of a person's subentry, by the extension."""
    return f"person_{extension}"


OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Directional formatting characters, which change the order a text is read in.

The joiner of emojis and the plain direction marks have their uses in a text.
"""


def info_text_problem(text: str) -> str | None:
    """Say what is wrong with an info text, or nothing; it stands on one line."""
    if len(text) > INFO_TEXT_LENGTH:
        return "info_text_too_long"
    if any(
        character in OVERRIDES
        or unicodedata.category(character) in UNPRINTABLE - {"Cf", "Co", "Cn"}
        for character in text
    ):
        return "info_text_control_character"
    return None


type Accepts = Callable[[Destination], bool]
"""Returns whether the phone system accepts a destination."""


def number_problem(
    number: str, style: NumberFormat = PLAIN, accepts: Accepts = lambda one: True
) -> str | None:
    """Say what is wrong with a phone number, or nothing."""
    try:
        called = dialled(parse(number, style), style)
    except BadNumber as error:
        return f"number_{error.problem.value}"
    fine = accepts(Destination(DestinationKind.NUMBER, called))
    return None if fine else "number_rejected"


def accepted_by(entry: ConfigEntry[Any]) -> Accepts:
    """Return a predicate: whether an entry's phone system accepts a destination.

    One that is not set up is not asked: what it refuses shows when it is written.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return lambda destination: True
    system: PhoneSystem = entry.runtime_data.system

    def accepts(destination: Destination) -> bool:
        try:
            system.check(ForwardingState(unconditional=destination))
        except Rejected:
            return False
        return True

    return accepts


def device_id(name: str) -> str:
    """Return the id by which profiles and follow-me refer to a device.

    It comes from the name, for a profile of the office means everybody's device
    of that name, whatever its number.
    """
    slug = slugify(tidy(name))
    return tidy(name).casefold() if slug in ("", "unknown") else slug


def devices_problem(
    devices: Iterable[Mapping[str, str]],
    style: NumberFormat = PLAIN,
    accepts: Accepts = lambda one: True,
) -> str | None:
    """Return the translation key of the first invalid device's problem, or ``None``."""
    seen: set[str] = set()
    for device in devices:
        problem = state_name_problem(
            device[CONF_NAME], RESERVED | {OFF}
        ) or number_problem(device[CONF_NUMBER], style, accepts)
        if problem:
            return f"device_{problem}"
        if (known := device_id(device[CONF_NAME])) in seen:
            return "device_twice"
        seen.add(known)
    return None


def stored_person(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person's settings, found valid, as they are stored."""
    return {
        **data,
        CONF_NAME: tidy(data[CONF_NAME]),
        CONF_DEVICES: [
            {
                CONF_ID: device_id(device[CONF_NAME]),
                CONF_NAME: tidy(device[CONF_NAME]),
                CONF_NUMBER: bare(device[CONF_NUMBER]),
            }
            for device in data.get(CONF_DEVICES, ())
        ],
    }


def profile_problems(
    entry: ConfigEntry[Any], data: Mapping[str, Any], *, known_as: str | None = None
) -> Problems:
    """Check a profile; ``known_as`` is its subentry id if it exists already."""
    subentry = entry.subentries.get(known_as or "")
    stored = subentry.data if subentry is not None else {}
    if problems := malformed(PROFILE, _without_later_fields(data, stored)):
        return problems
    owner = data.get(CONF_OWNER)
    # A profile's name was fixed when it was made, by the rules of that time.
    if known_as is None or data[CONF_NAME] != stored.get(CONF_NAME):
        if problem := state_name_problem(data[CONF_NAME]):
            problems[CONF_NAME] = problem
        elif _name_taken(entry, data[CONF_NAME], owner):
            problems[CONF_NAME] = "name_taken"
    if problem := info_text_problem(data.get(CONF_INFO_TEXT, "")):
        problems[CONF_INFO_TEXT] = problem
    if data.get(CONF_ENDING) == EndingKind.FIXED_TIME and not data.get(CONF_DURATION):
        problems[CONF_DURATION] = "duration_missing"
    if known_as and not data.get(CONF_ENABLED, True):
        if places(entry, known_as):
            problems[CONF_ENABLED] = "profile_in_use"
        elif active_for(entry, known_as):
            problems[CONF_ENABLED] = "profile_active"
    return problems | redirect_problems(entry, data[CONF_REDIRECT])


def _without_later_fields(
    data: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a profile without what a later version stored and nobody changed."""
    known = {str(field) for field in PROFILE.schema}
    kept = {k: v for k, v in data.items() if k in known or (k, v) not in stored.items()}
    redirect, before = kept.get(CONF_REDIRECT), stored.get(CONF_REDIRECT)
    if isinstance(redirect, Mapping) and isinstance(before, Mapping):
        later = later_redirect_fields(before).items()
        kept[CONF_REDIRECT] = {k: v for k, v in redirect.items() if (k, v) not in later}
    return kept


def redirect_problems(entry: ConfigEntry[Any], redirect: Mapping[str, Any]) -> Problems:
    """Check a well-formed redirect rule; the key is the condition."""
    if redirect.get(CONF_MODE) != RedirectMode.FORWARD:
        return {}
    said = {key: redirect[key] for key in CONDITIONS if redirect.get(key)}
    if not said and not redirect.get(CONF_DO_NOT_DISTURB):
        return {CONF_UNCONDITIONAL: "target_missing"}
    people = {s.subentry_id for s in entry.get_subentries_of_type(SUBENTRY_PERSON)}
    style, accepts = number_format_of(entry), accepted_by(entry)
    capabilities = office_capabilities(entry)
    problems: Problems = {}
    for condition, target in said.items():
        if problem := capability_problem(capabilities, condition, target):
            problems[condition] = problem
            continue
        match target[CONF_KIND]:
            case TargetKind.NUMBER:
                problem = number_problem(target.get(CONF_VALUE) or "", style, accepts)
            case TargetKind.PERSON:
                known = target.get(CONF_VALUE) in people
                problem = None if known else "target_person_missing"
            case TargetKind.DEVICE:
                problem = None if target.get(CONF_VALUE) else "target_device_missing"
            case TargetKind.FIRST_AVAILABLE:
                deputies = target.get(CONF_DEPUTIES) or []
                known = bool(deputies) and set(deputies) <= people
                problem = None if known else "target_deputies_missing"
            case _:
                problem = None
        if problem:
            problems[condition] = problem
    return problems


def capability_problem(
    capabilities: RedirectCapabilities, condition: str, target: Mapping[str, Any]
) -> str | None:
    """Return the translation key of what the phone system cannot do, or ``None``."""
    if Part(condition) not in capabilities.writable:
        return "condition_not_available"
    kind = DESTINATIONS.get(target[CONF_KIND], DestinationKind.NUMBER)
    targets = capabilities.targets_of(Condition(condition))
    if not targets.takes_kind(kind):
        return "target_not_available"
    if kind is not DestinationKind.STATUS:
        return None
    status = Destination(kind, target.get(CONF_VALUE) or "")
    return None if targets.takes(status) else "target_status_missing"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The part of an office that people are validated against, read once for many."""

    extensions: Mapping[str, frozenset[str]]
    """Extension → the subentry ids of those who have it."""
    names: Mapping[str, frozenset[str]]
    """Comparable name → the subentry ids of those who are called so."""
    stored_names: Mapping[str, str]
    profiles: Mapping[str, Mapping[str, Any]]
    style: NumberFormat
    accepts: Accepts

    @classmethod
    def of(cls, entry: ConfigEntry[Any]) -> Surroundings:
        """Read an office."""
        extensions: dict[str, frozenset[str]] = {}
        names: dict[str, frozenset[str]] = {}
        people = entry.get_subentries_of_type(SUBENTRY_PERSON)
        for one in people:
            for index, key in (
                (extensions, one.data[CONF_EXTENSION]),
                (names, comparable(one.data[CONF_NAME])),
            ):
                index[key] = index.get(key, frozenset()) | {one.subentry_id}
        stored_names = {one.subentry_id: one.data[CONF_NAME] for one in people}
        profiles = {
            profile.subentry_id: profile.data
            for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE)
        }
        style, accepts = number_format_of(entry), accepted_by(entry)
        return cls(extensions, names, stored_names, profiles, style, accepts)


def person_problems(
    entry: ConfigEntry[Any],
    data: Mapping[str, Any],
    *,
    known_as: str | None = None,
    office: Surroundings | None = None,
) -> Problems:
    """Check a person; ``known_as`` is the subentry id of one that exists.

    ``office``: what was read of the entry already.
    """
    office = office or Surroundings.of(entry)
    if problems := malformed(PERSON, data):
        return problems
    if problem := _person_name_problem(office, data[CONF_NAME], known_as):
        problems[CONF_NAME] = problem
    extension = data[CONF_EXTENSION]
    if not _is_internal(extension):
        problems[CONF_EXTENSION] = "extension_invalid"
    elif office.extensions.get(extension, frozenset()) - {known_as}:
        problems[CONF_EXTENSION] = "extension_taken"
    if (mailbox := data.get(CONF_VOICEMAIL)) and not _is_internal(mailbox):
        problems[CONF_VOICEMAIL] = "mailbox_invalid"
    devices = data.get(CONF_DEVICES, ())
    if problem := devices_problem(devices, office.style, office.accepts):
        problems[CONF_DEVICES] = problem
    if not all(QUEUE.fullmatch(queue) for queue in data.get(CONF_QUEUES, ())):
        problems[CONF_QUEUES] = "queue_invalid"
    profile = office.profiles.get(data[CONF_DEFAULT_PROFILE])
    if profile is None or not is_offered(profile, known_as):
        problems[CONF_DEFAULT_PROFILE] = "profile_missing"
    return problems


def _person_name_problem(
    office: Surroundings, name: str, known_as: str | None
) -> str | None:
    """Say what is wrong with a person's name; one that is kept was found valid."""
    if office.stored_names.get(known_as or "") == tidy(name):
        return None
    if problem := state_name_problem(name):
        return problem
    taken = office.names.get(comparable(name), frozenset()) - {known_as}
    return "name_of_somebody" if taken else None


def places(entry: ConfigEntry[Any], profile_id: str) -> list[str]:
    """Return the names of the people whose settings refer to a profile."""
    return [
        person.data[CONF_NAME]
        for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if profile_id in {one.profile for one in profiles_named(person.data)}
        or profile_id in calendar_profiles(person.data)
    ]


def active_for(entry: ConfigEntry[Any], profile_id: str) -> list[str]:
    """Return the names of the people whose active profile this is."""
    if entry.state is not ConfigEntryState.LOADED:
        return []
    return [
        state.person.name
        for state in entry.runtime_data.people.values()
        if state.decision.profile.id == profile_id
    ]


def malformed(schema: vol.Schema, data: Mapping[str, Any]) -> Problems:
    """Name the fields that are missing, unknown or of the wrong type."""
    try:
        schema(dict(data))
    except vol.MultipleInvalid as invalid:
        return {str(error.path[0]): "malformed" for error in invalid.errors}
    return {}


def _is_internal(number: str) -> bool:
    return number.isascii() and number.isdecimal() and len(number) <= EXTENSION_LENGTH


def number_format_of(entry: ConfigEntry[Any]) -> NumberFormat:
    """Return how an entry's phone system writes numbers, as far as that is known."""
    if entry.state is ConfigEntryState.LOADED:
        style: NumberFormat = entry.runtime_data.number_format
        return style
    return number_format(entry)


def _name_taken(entry: ConfigEntry[Any], name: str, owner: str | None) -> bool:
    """Return whether a viewer of this profile sees another of the same name."""
    desired = comparable(name)
    return any(
        comparable(other.data[CONF_NAME]) == desired
        and (owner is None or other.data.get(CONF_OWNER) in (None, owner))
        for other in entry.get_subentries_of_type(SUBENTRY_PROFILE)
    )
