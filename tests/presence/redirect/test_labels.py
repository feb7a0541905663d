"""Where calls go, in words: for who may see everything, and for everybody."""

from types import MappingProxyType

import pytest

from custom_components.xpresence.presence.line import Destination, DestinationKind
from custom_components.xpresence.presence.model import (
    Device,
    Office,
    Person,
    Target,
    TargetKind,
)
from custom_components.xpresence.presence.redirect.labels import (
    label,
    public_label,
    public_target_label,
    target_label,
)
from custom_components.xpresence.presence.redirect.numbers import NumberFormat

MOBILE = Device("mobile", "Mobile", "01715550100")
OFFICE = Office(
    {},
    MappingProxyType(
        {
            "anna": Person("anna", "Anna", "100", "available", devices=(MOBILE,)),
            "bob": Person("bob", "Bob", "101", "available"),
        }
    ),
)
BERLIN = NumberFormat(country_code="49", area_code="30", extension_digits=3)


@pytest.mark.parametrize(
    ("person", "kind", "number", "details", "everybody"),
    [
        ("anna", "voicemail", "100", "Voicemail", "Voicemail"),
        ("anna", "number", "101", "Bob", "Bob"),
        # One's own device is known by its name however its number is written …
        ("anna", "number", "01715550100", "Mobile", "Mobile"),
        ("anna", "number", "+491715550100", "Mobile", "Mobile"),
        # … and somebody else's device is a number like any other.
        ("bob", "number", "01715550100", "01715550100", "… 00"),
        ("anna", "number", "0301234567", "0301234567", "… 67"),
        ("anna", "number", "333", "333", "333"),
        # Nobody knows the devices of somebody who has left.
        ("carol", "number", "01715550100", "01715550100", "… 00"),
    ],
)
def test_a_destination_is_named_and_a_number_outside_only_to_who_may_see_it(
    person: str, kind: str, number: str, details: str, everybody: str
) -> None:
    destination = Destination(DestinationKind(kind), number)
    assert label(OFFICE, person, destination, BERLIN) == details
    assert public_label(OFFICE, person, destination, BERLIN) == everybody


@pytest.mark.parametrize(
    ("target", "details", "everybody"),
    [
        (Target(TargetKind.VOICEMAIL), "Voicemail", "Voicemail"),
        (Target(TargetKind.PERSON, "bob"), "Bob", "Bob"),
        (Target(TargetKind.PERSON, "carol"), "?", "?"),
        (Target(TargetKind.DEVICE, "mobile"), "Mobile", "Mobile"),
        (Target(TargetKind.DEVICE, "lost"), "?", "?"),
        (Target(TargetKind.NUMBER, "01715550199"), "01715550199", "… 99"),
        (Target(TargetKind.NUMBER, "101"), "101", "Bob"),
        (
            Target(TargetKind.FIRST_AVAILABLE, deputies=("bob", "carol")),
            "Bob / ?",
            "Bob / ?",
        ),
    ],
)
def test_a_rule_says_where_it_points_before_it_is_known_where_that_leads(
    target: Target, details: str, everybody: str
) -> None:
    assert target_label(OFFICE, "anna", target) == details
    assert public_target_label(OFFICE, "anna", target, BERLIN) == everybody
