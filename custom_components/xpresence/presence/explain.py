"""A decision's trace in words a person can read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from .model import Claim, Decision, Office, Person, Source, Verdict
from .phrases import (
    BECAUSE,
    CLOCK,
    DATE,
    DATIVE,
    ENDS,
    QUOTES,
    REFUSED,
    WAITS,
    WHAT,
)

WORTH_SAYING: Final = frozenset(Source) - {Source.DEFAULT}
"""That the default profile waits below goes without saying."""


def explain(
    office: Office,
    decision: Decision,
    now: datetime,
    *,
    language: str = "en",
    to_self: bool = True,
    subjects: bool = False,
) -> str:
    """Say in one sentence why a profile holds, what waits, and when it ends.

    The arguments are those of :func:`reasons`.
    """
    return (
        "; ".join(
            reasons(
                office,
                decision,
                now,
                language=language,
                to_self=to_self,
                subjects=subjects,
            )
        )
        + "."
    )


def reasons(
    office: Office,
    decision: Decision,
    now: datetime,
    *,
    language: str = "en",
    to_self: bool = True,
    subjects: bool = False,
) -> tuple[str, ...]:
    """Say one after another why a profile holds, what waits, and when it ends.

    Args:
        office: for the person's name, time zone and profiles.
        decision: what was decided.
        now: to leave out the date of what is today.
        language: ``de``; anything else is English.
        to_self: whether the reader is the person.
        subjects: whether the reader may see what appointments are about.
    """
    words = _Words(
        office.people[decision.person],
        "de" if language.startswith("de") else "en",
        now,
        to_self=to_self,
        subjects=subjects,
    )
    parts = [words.because(decision)]
    parts += [
        words.waits(entry.claim, entry.why)
        for entry in decision.trace
        if entry.verdict is Verdict.WAITS
        and (entry.claim.source in WORTH_SAYING or entry.why != "below")
    ]
    parts += [
        words.refused(entry.claim, entry.why)
        for entry in decision.trace
        if entry.verdict is Verdict.REFUSED
    ]
    if ending := words.ending(decision.claim):
        parts.append(ending)
    return tuple(parts)


class _Words:
    """The phrases of one language, for one reader."""

    def __init__(
        self,
        person: Person,
        language: str,
        now: datetime,
        *,
        to_self: bool,
        subjects: bool,
    ) -> None:
        self._person = person
        self._zone = ZoneInfo(person.time_zone)
        self._language = language
        self._today = now.astimezone(self._zone).date()
        self._to_self = to_self
        self._subjects = subjects

    def because(self, decision: Decision) -> str:
        claim = decision.claim
        reason = claim.reason
        if reason.startswith("chosen"):
            reason = "chosen" if self._to_self else "chosen_other"
        return BECAUSE[self._language][reason].format(
            profile=decision.profile.name,
            name=self._person.name,
            start=self._clock(claim.since),
            end=self._clock(claim.until),
            what=self._appointment(claim, DATIVE[self._language]),
        )

    def waits(self, claim: Claim, why: str) -> str:
        return WAITS[self._language][why].format(what=self._what(claim))

    def refused(self, claim: Claim, why: str) -> str:
        return REFUSED[self._language][why].format(what=self._what(claim))

    def ending(self, claim: Claim) -> str:
        if claim.source is not Source.MANUAL:
            return ""
        words = ENDS[self._language]
        end = self._clock(claim.until)
        if claim.reason in words:
            latest = words["latest"].format(end=end) if end else ""
            rule = words[claim.reason + ("" if self._to_self else "_other")]
            return rule.format(name=self._person.name) + latest
        return words["at"].format(end=end) if end else ""

    def _what(self, claim: Claim) -> str:
        words = WHAT[self._language]
        if claim.source is Source.MANUAL and not self._to_self:
            return words["manual_other"].format(name=self._person.name)
        if claim.source is not Source.CALENDAR:
            return words[claim.source.value]
        span = f" ({self._clock(claim.since)}–{self._clock(claim.until)})"
        return self._appointment(claim, words) + span

    def _appointment(self, claim: Claim, words: Mapping[str, str]) -> str:
        if claim.subject and self._subjects:
            quoted = QUOTES[self._language].format(claim.subject)
            return words["appointment"].format(subject=quoted)
        return words["appointment_private"]

    def _clock(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        local = moment.astimezone(self._zone)
        time = local.strftime("%H:%M")
        if local.date() != self._today:
            time = f"{local.strftime(DATE[self._language])} {time}"
        return CLOCK[self._language].format(time=time)
