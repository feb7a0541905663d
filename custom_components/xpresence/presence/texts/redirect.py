"""A redirect rule in words: "calls go to voicemail"."""

from collections.abc import Callable

from ..line import Condition
from ..model import RedirectMode, RedirectRule, Target, TargetKind
from . import Texts

type Named = Callable[[Target], str]
"""Says where a target points; the voicemail has words of its own."""


def redirect_words(
    rule: RedirectRule,
    texts: Texts,
    named: Named,
    *,
    keeps: bool = False,
    ring_about: int | None = None,
) -> str:
    """Say what a rule does to calls, as a part of a sentence.

    Args:
        rule: with every target that it names.
        texts: the phrases of the reader's language.
        named: how targets other than the voicemail are called.
        ring_about: the seconds that it rings before *no reply*, where the phone system
            fixes them, whatever the rule says.
        keeps: whether calls went there before, and go on to.
    """
    words = texts["redirect"]
    if rule.mode is not RedirectMode.FORWARD:
        return words[rule.mode.value]
    aims = []
    for condition in Condition:
        if (target := rule.target(condition)) is None:
            continue
        of_system = target.kind in (TargetKind.VOICEMAIL, TargetKind.PRESET)
        key = condition.value
        seconds = ring_about or rule.ring_seconds
        if target.kind is TargetKind.STATUS:
            key = "by_status"
        elif condition is Condition.NO_REPLY and seconds:
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
