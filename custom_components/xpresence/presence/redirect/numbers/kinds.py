"""How far a call leads, judged by what the phone system finally dials.

A limit that cannot be judged is not passed: a number that its country's plan does
not know may be a service at a rate of its own, and a code may do anything.
"""

from dataclasses import replace
from typing import Final

from ...line import Destination, DestinationKind
from . import LONGEST_E164, NumberFormat, NumberKind
from .codes import called, has_code
from .countries import (
    has_ordinary_rate,
    is_charged_service,
    is_valid,
    split_calling_code,
)

LONGEST_LOCAL: Final = 8
"""Digits of a number without its area; longer ones have some prefix before them."""
UNJUDGED: Final = frozenset(
    {NumberKind.EXTERNAL, NumberKind.ABROAD, NumberKind.PREMIUM}
)


def kinds(dialled: str, style: NumberFormat) -> frozenset[NumberKind]:
    """Return the number kinds that must all be allowed to redirect to this.

    ``dialled`` is what the phone system gets, with its prefix for an outside line.
    """
    if style.knows(dialled):
        return frozenset({NumberKind.INTERNAL})
    if not has_code(dialled):
        return _kinds(dialled, style)
    found = {NumberKind.EXTERNAL}
    for number in called(dialled):
        # A code may want the prefix for an outside line before the number, or not.
        found |= _kinds(number, style)
        found |= _kinds(number, replace(style, outside_prefix=""))
    return frozenset(found - {NumberKind.INTERNAL})


def destination_kinds(
    destination: Destination, style: NumberFormat
) -> frozenset[NumberKind]:
    """Return the number kinds that must all be allowed for this destination.

    Where a status of the phone system leads is set there, within its own limits.
    """
    if destination.kind in (DestinationKind.VOICEMAIL, DestinationKind.STATUS):
        return frozenset({NumberKind.INTERNAL})
    if destination.kind is DestinationKind.NUMBER:
        return kinds(destination.number, style)
    return UNJUDGED


def _kinds(number: str, style: NumberFormat) -> frozenset[NumberKind]:
    if style.knows(number):
        return frozenset({NumberKind.INTERNAL})
    if number.startswith("+"):
        return _worldwide(number[1:], style)
    short = len(number) <= style.extension_digits
    outside = style.outside_prefix
    if outside and not short:
        number = number.removeprefix(outside)
    if style.abroad and number.startswith(style.abroad) and not short:
        return _worldwide(number.removeprefix(style.abroad), style)
    if short or len(number) <= style.extension_digits:
        charged = is_charged_service(number.removeprefix(outside), style.country)
        return _external(charged=charged)
    if not style.country:
        return UNJUDGED if len(number) > LONGEST_E164 else _external(charged=False)
    if style.trunk and number.startswith(style.trunk):
        return _worldwide(style.country + number.removeprefix(style.trunk), style)
    if style.has_area_codes and len(number) != style.whole_length:
        return _external(charged=False) if len(number) <= LONGEST_LOCAL else UNJUDGED
    return _worldwide(style.country + number, style)


def _worldwide(digits: str, style: NumberFormat) -> frozenset[NumberKind]:
    found = split_calling_code(digits)
    if found is None:
        return UNJUDGED
    code, national = found
    ordinary = has_ordinary_rate(code, national)
    if code == style.country:
        if not ordinary and not is_valid(code, national):
            return UNJUDGED
        return _external(charged=not ordinary)
    abroad = {NumberKind.ABROAD}
    return frozenset(abroad if ordinary else abroad | {NumberKind.PREMIUM})


def _external(*, charged: bool) -> frozenset[NumberKind]:
    external = {NumberKind.EXTERNAL}
    return frozenset(external | {NumberKind.PREMIUM} if charged else external)
