"""The person's base profile; it always claims."""

from datetime import datetime

from ...model import Claim, Facts, Office, Person, Source
from .slot import Slot


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the default profile."""
    return Slot(
        (
            Claim(
                Source.DEFAULT, person.default_profile, key="default", reason="default"
            ),
        )
    )
