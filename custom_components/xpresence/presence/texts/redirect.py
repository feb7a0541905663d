"""A redirect rule in words: "calls go to voicemail"."""

from collections.abc import Callable, Mapping
from typing import Final

from ..line import Condition
from ..model import RedirectMode, RedirectRule, Target, TargetKind

type Named = Callable[[Target], str]
"""Says where a target points; the voicemail has words of its own."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "busy": "bei besetzt an {target}",
        "calls_go": "Anrufe gehen {targets}",
        "calls_keep_going": "Anrufe gehen weiter {targets}",
        "do_not_disturb": "das Telefon klingelt nicht",
        "no_reply": "ohne Antwort an {target}",
        "no_reply_about": "nach etwa {seconds} Sekunden an {target}",
        "no_reply_after": "nach {seconds} Sekunden an {target}",
        "off": "Anrufe werden nicht umgeleitet",
        "preset": "das in der Telefonanlage eingestellte Ziel",
        "unchanged": "die Umleitung bleibt, wie sie ist",
        "unconditional": "an {target}",
        "voicemail": "die Voicemail",
    },
    "en": {
        "busy": "to {target} when busy",
        "calls_go": "calls go {targets}",
        "calls_keep_going": "calls keep going {targets}",
        "do_not_disturb": "the telephone does not ring",
        "no_reply": "to {target} when unanswered",
        "no_reply_about": "to {target} after about {seconds} seconds",
        "no_reply_after": "to {target} after {seconds} seconds",
        "off": "calls are not redirected",
        "preset": "where the phone system sends them",
        "unchanged": "the redirect stays as it is",
        "unconditional": "to {target}",
        "voicemail": "voicemail",
    },
}


def redirect_words(
    rule: RedirectRule,
    language: str,
    named: Named,
    *,
    keeps: bool = False,
    ring_about: int | None = None,
) -> str:
    """Say what a rule does to calls, as a part of a sentence.

    Args:
        rule: with every target that it names.
        language: ``de``; anything else is English.
        named: how targets other than the voicemail are called.
        ring_about: the seconds that it rings before *no reply*, where the phone system
            fixes them, whatever the rule says.
        keeps: whether calls went there before, and go on to.
    """
    words = WORDS["de" if language.startswith("de") else "en"]
    if rule.mode is not RedirectMode.FORWARD:
        return words[rule.mode.value]
    aims = []
    for condition in Condition:
        if (target := rule.target(condition)) is None:
            continue
        of_system = target.kind in (TargetKind.VOICEMAIL, TargetKind.PRESET)
        key = condition.value
        seconds = ring_about or rule.ring_seconds
        if condition is Condition.NO_REPLY and seconds:
            key = "no_reply_about" if ring_about else "no_reply_after"
        aims.append(
            words[key].format(
                target=words[target.kind.value] if of_system else named(target),
                seconds=seconds,
            )
        )
    said = (
        [
            words["calls_keep_going" if keeps else "calls_go"].format(
                targets=", ".join(aims)
            )
        ]
        if aims
        else []
    )
    if rule.do_not_disturb:
        said.append(words["do_not_disturb"])
    return ", ".join(said) or words["unchanged"]
