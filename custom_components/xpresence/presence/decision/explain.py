"""A decision's trace in words a person can read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
import unicodedata

from ..datetimes import zone_named
from ..line import Condition
from ..model import (
    Claim,
    Decision,
    Office,
    Person,
    RedirectMode,
    RedirectRule,
    Source,
    TargetKind,
    TraceEntry,
    Verdict,
)
from ..redirect.labels import target_label
from ..redirect.targets import Resolution, has_deputies
from ..texts import Texts
from ..texts.clock import ClockWords
from ..texts.redirect import redirect_words

WORTH_SAYING: Final = frozenset(Source) - {Source.DEFAULT}
"""Sources worth mentioning below the top; the default profile always waits there."""
KEEPS: Final = {"decides_both": "keeps_both", "decides_redirect": "keeps"}
"""Why a claim below counts for calls: the profile above it leaves them as they are."""
LONGEST_SUBJECT: Final = 80
"""Characters of a subject that fit in a sentence."""


def explain(
    office: Office,
    decision: Decision,
    now: datetime,
    *,
    texts: Texts,
    to_self: bool = True,
    subjects: bool = False,
    by: str = "",
    resolution: Resolution | None = None,
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
                texts=texts,
                to_self=to_self,
                subjects=subjects,
                by=by,
                resolution=resolution,
            )
        )
        + "."
    )


def reasons(
    office: Office,
    decision: Decision,
    now: datetime,
    *,
    texts: Texts,
    to_self: bool = True,
    subjects: bool = False,
    by: str = "",
    resolution: Resolution | None = None,
) -> tuple[str, ...]:
    """Say one after another why a profile holds, what waits, and when it ends.

    Args:
        office: for the person's name, time zone and profiles.
        decision: what was decided.
        now: to leave out the date of what is today.
        texts: the phrases of the reader's language.
        to_self: whether the reader is the person.
        subjects: whether the reader may see what appointments are about.
        by: the name of who chose, if it was not the person.
        resolution: what the decision's redirect rule leads to now.
    """
    person = office.people.get(decision.person, Person(decision.person, "", "", ""))
    words = _Words(
        person,
        texts,
        now,
        to_self=to_self,
        subjects=subjects,
        by=by,
        resolution=resolution or Resolution(),
    )
    trace = decision.trace
    waiting = [entry for entry in trace if entry.verdict is Verdict.WAITS]
    refused = [entry for entry in trace if entry.verdict is Verdict.REFUSED]
    parts = [words.because(decision)]
    parts += [
        words.waits(entry, office, decision)
        for entry in waiting
        if entry.claim.source in WORTH_SAYING or entry.why != "below"
    ]
    parts.append(words.deputies(office, decision))
    parts.append(words.answers(office, trace))
    parts += [words.flaw(flaw) for entry in trace for flaw in entry.flaws]
    parts += [words.refused(entry) for entry in refused if entry.why != "automatic_off"]
    parts.append(words.without_automation(refused))
    parts.append(words.ending(decision.claim))
    parts.append(words.zone())
    return tuple(part for part in parts if part)


class _Words:
    """The phrases of one language, for one reader."""

    def __init__(
        self,
        person: Person,
        texts: Texts,
        now: datetime,
        *,
        to_self: bool,
        subjects: bool,
        by: str,
        resolution: Resolution,
    ) -> None:
        self._resolution = resolution
        self._person = person
        self._zone = zone_named(person.time_zone)
        self._clock = ClockWords(texts, self._zone or UTC, now)
        self._texts = texts
        self._to_self = to_self
        self._subjects = subjects
        self._by = by

    def because(self, decision: Decision) -> str:
        claim = decision.claim
        phrases = self._texts["because"]
        reason = claim.reason
        if reason.startswith("chosen"):
            reason = self._for_reader("chosen_by" if self._by else "chosen")
        elif reason not in phrases:
            reason = "call"
        return phrases[reason].format(
            profile=decision.profile.name
            if decision.profile.id
            else self._texts["decision"]["neutral_profile"],
            name=self._person.name,
            by=self._by,
            at=self._clock.at(claim.since),
            since=self._clock.since(claim.since),
            span=self._span(claim),
            what=self._appointment(claim, self._texts["genitive"]),
        )

    def waits(self, entry: TraceEntry, office: Office, decision: Decision) -> str:
        what = self._what(entry.claim)
        rule = decision.redirect
        if entry.why not in KEEPS or rule.mode is not RedirectMode.FORWARD:
            return self._texts["waits"][entry.why].format(what=what)
        calls = self._calls(office, rule, keeps=True)
        office = office.of(self._person.id)
        profile = office.profiles[entry.claim.profile].name
        return self._texts["waits"][KEEPS[entry.why]].format(
            calls=calls, profile=profile, what=what
        )

    def deputies(self, office: Office, decision: Decision) -> str:
        """Return to which of the deputies calls go, and why to that one."""
        found, rule = self._resolution, decision.redirect
        lists = [c for c in Condition if has_deputies(rule.target(c))]
        if not lists or not found.shown.keys() & set(lists):
            return ""
        names = {one.id: one.name for one in office.people.values()}
        words = self._texts["not_taking"]
        passed = ", ".join(
            f"{names[one.person]} ({words[one.why.value]})" for one in found.passed_over
        )
        somebody = any(
            found.shown[c].kind is TargetKind.PERSON for c in lists if c in found.shown
        )
        key = "none" if not somebody else "later" if passed else "first"
        calls = self._calls(office, rule, keeps=False)
        return self._texts["deputies"][key].format(calls=calls, passed=passed)

    def _calls(self, office: Office, rule: RedirectRule, *, keeps: bool) -> str:
        office = office.of(self._person.id)
        return redirect_words(
            self._resolution.narrowed(rule),
            self._texts,
            lambda target: target_label(office, self._person.id, target),
            keeps=keeps,
            ring_about=office.ring_about,
        )

    def answers(self, office: Office, trace: tuple[TraceEntry, ...]) -> str:
        """Return a sentence that calls ring although a claim below would redirect them."""
        profiles = office.of(self._person.id).profiles
        answering = False
        for entry in trace:
            if entry.verdict is Verdict.REFUSED:
                break
            profile = profiles.get(entry.claim.profile)
            forwards = profile and profile.redirect.mode is RedirectMode.FORWARD
            if answering and forwards:
                phrase = self._texts["answers"][self._for_reader("yours")]
                return phrase.format(name=self._person.name)
            answering = answering or entry.answers
        return ""

    def refused(self, entry: TraceEntry) -> str:
        claim, dismissal = entry.claim, entry.dismissal
        at = end = ""
        if dismissal is not None:
            at = self._clock.at(dismissal.at)
            kind, over = dismissal.occasion.kind.value, dismissal.occasion.end
            latest = min(over or dismissal.until, dismissal.until)
            end = self._texts["until"].get(kind) or self._clock.until(latest)
        return self._texts["refused"][entry.why].format(
            what=self._what(claim), at=at, end=end
        )

    def flaw(self, flaw: str) -> str:
        return self._texts["flaws"][flaw]

    def without_automation(self, refused: list[TraceEntry]) -> str:
        """Return one sentence for all claims that do not count as automation is off."""
        left = [entry.claim for entry in refused if entry.why == "automatic_off"]
        whats = ", ".join(self._what(claim) for claim in left)
        return self._texts["refused"]["automatic_off"].format(what=whats) * bool(left)

    def ending(self, claim: Claim) -> str:
        phrases = self._texts["ends"]
        if claim.overrun is not None:
            return phrases["overrun"].format(end=self._clock.until(claim.until))
        if claim.source is not Source.MANUAL:
            return ""
        at = self._clock.at(claim.until)
        if claim.reason not in phrases:
            return phrases["at"].format(at=at) if at else ""
        ending = phrases[self._for_reader(claim.reason)].format(name=self._person.name)
        return phrases["latest"].format(ending=ending, at=at) if at else ending

    def zone(self) -> str:
        if self._zone is not None:
            return ""
        zone = _plain(self._person.time_zone)
        return self._texts["decision"]["unknown_zone"].format(zone=zone)

    def _for_reader(self, key: str) -> str:
        return key if self._to_self else f"{key}_other"

    def _what(self, claim: Claim) -> str:
        phrases = self._texts["what"]
        if claim.reason == "planned":
            return phrases["planned"].format(span=self._span(claim))
        if claim.source is Source.CALENDAR:
            return self._appointment(claim, phrases)
        key = claim.source.value
        if claim.source is Source.MANUAL:
            key = "manual_by" if self._by else self._for_reader(key)
        return phrases[key].format(name=self._person.name, by=self._by)

    def _appointment(self, claim: Claim, phrases: Mapping[str, str]) -> str:
        subject = _plain(claim.subject) if self._subjects else ""
        return phrases["appointment" if subject else "appointment_private"].format(
            subject=self._texts["decision"]["quotes"].format(subject),
            span=self._span(claim),
        )

    def _span(self, claim: Claim) -> str:
        return self._clock.span(claim.since, claim.overrun or claim.until)


def _plain(text: str) -> str:
    """Return a text on one line, without control characters, shortened to fit."""
    text = " ".join(text[: 4 * LONGEST_SUBJECT].split())
    text = "".join(c for c in text if not unicodedata.category(c).startswith("C"))
    if len(text) <= LONGEST_SUBJECT:
        return text
    return text[: LONGEST_SUBJECT - 1].rstrip() + "…"
