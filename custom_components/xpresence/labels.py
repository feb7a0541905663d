"""Destinations as a person reads them."""

from .presence.line import Destination, DestinationKind
from .presence.model import Office, Target, TargetKind


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


def aim(office: Office, person_id: str, target: Target) -> str:
    """Return where a rule points, before it is known where that leads."""
    match target.kind:
        case TargetKind.VOICEMAIL:
            return "Voicemail"
        case TargetKind.NUMBER:
            return target.value
        case TargetKind.PERSON:
            return _name(office, target.value)
        case TargetKind.DEVICE:
            devices = office.people[person_id].devices
            return next((d.name for d in devices if d.id == target.value), "?")
        case TargetKind.FIRST_AVAILABLE:
            return " / ".join(_name(office, deputy) for deputy in target.deputies)


def _name(office: Office, person_id: str) -> str:
    person = office.people.get(person_id)
    return person.name if person else "?"
