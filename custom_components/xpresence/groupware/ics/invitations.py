"""Who invited to an event, and what the person answered."""

from typing import Final
from urllib.parse import unquote

from ...presence.calendar.appointments import Response
from . import values
from .components import Component

RESPONSES: Final = {
    "ACCEPTED": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
    "DECLINED": Response.DECLINED,
    "DELEGATED": Response.DECLINED,
}
"""``PARTSTAT``; a participant who delegated does not attend."""


def invitation(component: Component, mine: frozenset[str]) -> tuple[bool, Response]:
    """Return whether somebody else invited, and what the person answered.

    Whose answers they are is not known without an own address; where everybody
    declined, so did the person.
    """
    answers = {
        _address(one): RESPONSES.get(one.parameter("PARTSTAT"), Response.NONE)
        for one in values.properties(component, "ATTENDEE")
    }
    organizer = values.first(component, "ORGANIZER")
    inviting = _address(organizer) if organizer else ""
    if not mine:
        others = {who: what for who, what in answers.items() if who != inviting}
        declined = bool(others) and set(others.values()) == {Response.DECLINED}
        return False, Response.DECLINED if declined else Response.NONE
    own = [what for who, what in answers.items() if who in mine]
    invited = bool(inviting) and inviting not in mine
    return invited, own[0] if own else Response.NONE


def _address(one: values.Property) -> str:
    """Return the mail address of who is invited or invites.

    Apple's and Google's servers name people by something else (RFC 7986, 6.2).
    """
    return _mail(one.parameter("EMAIL") or one.value)


def _mail(value: str) -> str:
    """Return the address of a ``mailto:`` link (RFC 6068), however it is written."""
    address = value.strip().casefold().removeprefix("mailto:").partition("?")[0]
    return unquote(address).strip(" <>")
