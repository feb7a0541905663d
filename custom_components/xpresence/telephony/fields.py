"""The settings fields of a phone system, as data from which forms are made.

A field's words stand in the translations, in the step that is called like the phone
system's key: ``config.step.<key>.data.<field>`` and ``…data_description.<field>``. The
person's fields stand in ``config_subentries.person.step.phone_<key>``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class FieldKind(StrEnum):
    """What can be entered, and how that is checked before anything is tried."""

    TEXT = "text"
    """One line without control characters."""
    CODE = "code"
    """What is dialled before a number: digits, ``*`` and ``#``."""
    HOST = "host"
    """A host name or an address, without port or scheme."""
    PORT = "port"
    NUMBER = "number"
    """A whole number between ``lowest`` and ``highest``."""
    SECRET = "secret"  # noqa: S105
    """Never shown again; left out when something else is changed, it is kept."""
    SWITCH = "switch"
    """Yes or no."""
    CHOICE = "choice"
    """One of ``choices``; its words: ``selector.<choice_words>.options``."""
    CERTIFICATE = "certificate"
    """Certificates in PEM, which are trusted in place of the system's own."""
    ACTIONS = "actions"
    """A sequence of Home Assistant's actions."""
    ENTITY = "entity"
    """The id of an entity of one of ``domains``; it may hold ``placeholders``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a settings page.

    ``default`` stands in an empty form. ``placeholders`` are the names that may stand
    in braces in an entity's id. ``section``: the part of the page that can be folded
    away in which it stands. ``own``: a person may enter it themself, as a part of
    their own login, together with its secret.
    """

    key: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    default: Any = None
    lowest: int = 0
    highest: int = 65535
    unit: str | None = None
    choices: tuple[str, ...] = ()
    choice_words: str = ""
    domains: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    section: str | None = None
    own: bool = False


def secrets(fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the keys of the fields that are never shown."""
    return tuple(field.key for field in fields if field.kind is FieldKind.SECRET)


LONGEST_TEXT: Final = 500
"""Characters of a line that a person enters."""


def text_problem(value: str) -> str | None:
    """Return what is wrong with one line of text, or nothing."""
    return None if value.isprintable() else "control_character"


def with_kept_secrets(
    fields: Iterable[Field], said: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was entered, with the stored secrets where none was entered."""
    kept = {key: stored[key] for key in secrets(fields) if key in stored}
    return kept | dict(said)
