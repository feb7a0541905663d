"""Destinations as a person reads them."""

from typing import Final

from ..line import Destination, DestinationKind
from ..model import Office, Target, TargetKind
from .numbers import NumberFormat, masked, understood

PRESET: Final = "PBX"
"""Stands for the target that the phone system itself knows."""
TARGET_NOT_KNOWN: Final = "?"
"""Stands for a target that is unknown."""


def label(
    office: Office, person_id: str, destination: Destination, style: NumberFormat
) -> str:
    """Return "Voicemail", a colleague, one of the person's devices, or a number.

    Only for readers with permission to see the person's details.
    """
    return _called(office, person_id, destination, style) or destination.number


def public_label(
    office: Office, person_id: str, destination: Destination, style: NumberFormat
) -> str:
    """Return the label for any reader: an outside number is masked."""
    called = _called(office, person_id, destination, style)
    return called or masked(destination.number, style)


def _called(
    office: Office, person_id: str, destination: Destination, style: NumberFormat
) -> str | None:
    if destination.kind is DestinationKind.VOICEMAIL:
        return "Voicemail"
    if destination.kind is DestinationKind.UNKNOWN:
        return TARGET_NOT_KNOWN
    if destination.kind is DestinationKind.STATUS:
        return destination.number
    number = understood(destination.number, style)
    for person in office.people.values():
        if person.extension == number:
            return person.name
    if person_id in office.people:
        for device in office.people[person_id].devices:
            if understood(device.number, style) == number:
                return device.name
    return None


def target_label(office: Office, person_id: str, target: Target) -> str:
    """Return where a rule points, before it is known where that leads."""
    match target.kind:
        case TargetKind.VOICEMAIL:
            return "Voicemail"
        case TargetKind.PRESET:
            return PRESET
        case TargetKind.NUMBER | TargetKind.STATUS:
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


def public_target_label(
    office: Office, person_id: str, target: Target, style: NumberFormat
) -> str:
    """Return where a rule points as everybody may read it: no number leads outside."""
    if target.kind is TargetKind.NUMBER:
        number = Destination(DestinationKind.NUMBER, target.value)
        return public_label(office, person_id, number, style)
    return target_label(office, person_id, target)
