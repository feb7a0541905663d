"""The person's base profile; it always claims.

A choice by hand may stand in for it.
"""

from datetime import datetime

from ...model import ChoiceRole, Claim, Facts, Office, Person, Source
from . import manual
from .slot import Slot


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the choice that replaces the default profile, if any, then the default."""
    chosen = manual.claims(office, person, facts, now, role=ChoiceRole.STANDS_IN)
    itself = Claim(
        Source.DEFAULT, person.default_profile, key="default", reason="default"
    )
    return Slot((*chosen.claims, itself), change=chosen.change)
