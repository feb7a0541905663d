"""Destinations as a person reads them."""

from .presence.line import Destination, DestinationKind
from .presence.model import Office


def label(office: Office, person_id: str, destination: Destination) -> str:
    """Return "Voicemail", a colleague, one of the person's devices, or a number."""
    if destination.kind is DestinationKind.VOICEMAIL:
        return "Voicemail"
    for person in office.people.values():
        if person.extension == destination.number:
            return person.name
    if person_id in office.people:
        for device in office.people[person_id].devices:
            if device.number == destination.number:
                return device.name
    return destination.number
