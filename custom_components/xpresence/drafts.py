"""What makes a profile's or a person's settings valid, whoever writes them.

The settings pages and the actions for ordinary users ask the same questions here
and store in the same place. An answer is a mapping from the field to a
translation key; empty means valid.
"""

from collections.abc import Mapping
import re
from typing import Any, Final
import unicodedata

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME

from .const import (
    CONF_BUSY,
    CONF_DEFAULT_PROFILE,
    CONF_DEPUTIES,
    CONF_DURATION,
    CONF_ENABLED,
    CONF_ENDING,
    CONF_EXTENSION,
    CONF_INFO_TEXT,
    CONF_KIND,
    CONF_MODE,
    CONF_NO_REPLY,
    CONF_OWNER,
    CONF_QUEUES,
    CONF_REDIRECT,
    CONF_UNCONDITIONAL,
    CONF_VALUE,
    CONF_VOICEMAIL,
    SUBENTRY_PERSON,
    SUBENTRY_PROFILE,
)
from .presence.model import EndingKind, RedirectMode, TargetKind
from .presence.numbers import BadNumber, parse

NAME_LENGTH: Final = 60
INFO_TEXT_LENGTH: Final = 255
QUEUE: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""A queue's name in the phone system."""
CONDITIONS: Final = (CONF_UNCONDITIONAL, CONF_BUSY, CONF_NO_REPLY)

type Problems = dict[str, str]


def tidy(name: str) -> str:
    """Return a name as it is stored: composed, and without blanks around it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def profile_unique_id(name: str, owner: str | None) -> str:
    """Return what makes a profile one of its kind; the case makes no difference."""
    key = tidy(name).casefold()
    return f"profile_{owner}_{key}" if owner else f"profile_{key}"


def person_unique_id(extension: str) -> str:
    """Return what makes a person one of their kind: the extension."""
    return f"person_{extension}"


def name_problem(name: str) -> str | None:
    """Say what is wrong with a name, or nothing."""
    if any(unicodedata.category(character) in UNPRINTABLE for character in name):
        return "name_control_character"
    if not tidy(name):
        return "name_empty"
    if len(tidy(name)) > NAME_LENGTH:
        return "name_too_long"
    return None


UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a name has no use for, and a forger has."""


def number_problem(number: str) -> str | None:
    """Say what is wrong with a phone number, or nothing."""
    try:
        parse(number)
    except BadNumber as error:
        return f"number_{error.problem.value}"
    return None


def profile_problems(
    entry: ConfigEntry[Any], data: Mapping[str, Any], *, known_as: str | None = None
) -> Problems:
    """Check a profile; ``known_as`` is its subentry id if it exists already."""
    problems: Problems = {}
    owner = data.get(CONF_OWNER)
    if problem := name_problem(data[CONF_NAME]):
        problems[CONF_NAME] = problem
    elif known_as is None and _name_taken(entry, data[CONF_NAME], owner):
        problems[CONF_NAME] = "name_taken"
    if len(data.get(CONF_INFO_TEXT, "")) > INFO_TEXT_LENGTH:
        problems[CONF_INFO_TEXT] = "info_text_too_long"
    if data.get(CONF_ENDING) == EndingKind.FIXED_TIME and not data.get(CONF_DURATION):
        problems[CONF_DURATION] = "duration_missing"
    if known_as and not data.get(CONF_ENABLED, True) and places(entry, known_as):
        problems[CONF_ENABLED] = "profile_in_use"
    return problems | redirect_problems(entry, data.get(CONF_REDIRECT, {}))


def redirect_problems(entry: ConfigEntry[Any], redirect: Mapping[str, Any]) -> Problems:
    """Check a redirect rule; the key is the condition."""
    if redirect.get(CONF_MODE) != RedirectMode.FORWARD:
        return {}
    said = {key: redirect[key] for key in CONDITIONS if redirect.get(key)}
    if not said:
        return {CONF_UNCONDITIONAL: "target_missing"}
    people = {s.subentry_id for s in entry.get_subentries_of_type(SUBENTRY_PERSON)}
    problems: Problems = {}
    for condition, target in said.items():
        match target[CONF_KIND]:
            case TargetKind.NUMBER:
                problem = number_problem(target.get(CONF_VALUE) or "")
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


def person_problems(
    entry: ConfigEntry[Any], data: Mapping[str, Any], *, known_as: str | None = None
) -> Problems:
    """Check a person; ``known_as`` is the subentry id of one that exists."""
    problems: Problems = {}
    if problem := name_problem(data[CONF_NAME]):
        problems[CONF_NAME] = problem
    extension = data[CONF_EXTENSION]
    if not (extension.isascii() and extension.isdecimal() and len(extension) <= 20):
        problems[CONF_EXTENSION] = "extension_invalid"
    elif any(
        other.data[CONF_EXTENSION] == extension and other.subentry_id != known_as
        for other in entry.get_subentries_of_type(SUBENTRY_PERSON)
    ):
        problems[CONF_EXTENSION] = "extension_taken"
    mailbox = data.get(CONF_VOICEMAIL)
    if mailbox and not (mailbox.isascii() and mailbox.isdecimal()):
        problems[CONF_VOICEMAIL] = "mailbox_invalid"
    if not all(QUEUE.fullmatch(queue) for queue in data.get(CONF_QUEUES, ())):
        problems[CONF_QUEUES] = "queue_invalid"
    if data.get(CONF_DEFAULT_PROFILE) not in {
        subentry.subentry_id
        for subentry in entry.get_subentries_of_type(SUBENTRY_PROFILE)
        if subentry.data.get(CONF_ENABLED, True)
    }:
        problems[CONF_DEFAULT_PROFILE] = "profile_missing"
    return problems


def places(entry: ConfigEntry[Any], profile_id: str) -> list[str]:
    """Return where a profile is used, as people's names."""
    return [
        person.data[CONF_NAME]
        for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if person.data.get(CONF_DEFAULT_PROFILE) == profile_id
    ]


def _name_taken(entry: ConfigEntry[Any], name: str, owner: str | None) -> bool:
    """Tell whether somebody who would see this profile sees another of that name."""
    wanted = tidy(name).casefold()
    return any(
        tidy(other.data[CONF_NAME]).casefold() == wanted
        and (owner is None or other.data.get(CONF_OWNER) in (None, owner))
        for other in entry.get_subentries_of_type(SUBENTRY_PROFILE)
    )
