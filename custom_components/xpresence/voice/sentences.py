"""What people say, by language: the sentences that are listened to.

A sentence that is caught here is lost to everybody else, so each names presence in a
word of its own, or a profile or a person by name. ``<profile>`` and ``<person>`` stand
for every known name. ``{rest}`` is a whole wish, profile and end; ``{head}`` and
``{tail}`` are what stands before and after a profile; ``{who}`` is a person.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
import re
from typing import Final


class Ask(StrEnum):
    """What a sentence asks for."""

    SET = "set"
    STATE = "state"
    """A profile told as what one does: "I'm at lunch until two"."""
    BACK = "back"
    """The first profile that says available: "I'm back"."""
    RING = "ring"
    """The end of a redirect of one's own: "end my redirect"."""
    AUTOMATIC = "automatic"
    STATUS = "status"
    REDIRECT = "redirect"
    WHY = "why"
    PLAN = "plan"


_EN_MINE: Final = "(status|presence|profile|presence profile|presence status)"
_EN_PRESENCE: Final = "(presence|profile|presence profile|presence status)"
_DE_MINE: Final = "(Status|Präsenz|Profil|Präsenzprofil|Präsenzstatus)"
_DE_PRESENCE: Final = "(Präsenz|Profil|Präsenzprofil|Präsenzstatus)"
_DE_SET: Final = (
    "(setze|setz|stelle|stell|ändere|änder|schalte|schalt|wechsle|wechsel) [bitte]"
)
_DE_FORWARDED: Final = "(umgeleitet|weitergeleitet|umgestellt)"
_EN_FORWARDED: Final = "(forwarded|redirected|diverted)"

ENGLISH: Final[Mapping[Ask, tuple[str, ...]]] = {
    Ask.SET: (
        f"[please] (set|change|switch|put) my {_EN_MINE} (to|on) {{rest}}",
        f"[please] (set|change|switch|put) <person> {_EN_MINE} (to|on) {{rest}}",
        f"[please] (set|change|switch|put) {{who}} {_EN_PRESENCE} (to|on) {{rest}}",
        f"[please] (set|change|switch) [the] {_EN_PRESENCE} (of|for) {{who}} to {{rest}}",
        f"[please] (set|change|switch) [the] {_EN_MINE} (of|for) <person> to {{rest}}",
        f"[please] (activate|choose|select|use) [the|my] {_EN_PRESENCE} {{rest}}",
        "[please] (activate|choose|select|use) [the|my] <profile> profile[ {tail}]",
        "put me (on|in) <profile>[ {tail}]",
        "put <person> (on|in) <profile>[ {tail}]",
    ),
    Ask.STATE: (
        (
            "(I'm|I am|I'll be|I'll) [now|going] [in|at|on|to|out for] [a|an|the|my] "
            "<profile>[ {tail}]"
        ),
        "(I'm|I am|I'll be) {head} [in|at|on] [a|an|the|my] <profile>",
        "[please] <profile> (for|until|till) {time}",
    ),
    Ask.BACK: (
        "(I'm|I am) [now] back [again] [at] [my|the] [desk|work|office]",
        "(I'm|I am) here again",
        "<person> is back [again]",
    ),
    Ask.RING: (
        "[please] (end|stop|cancel|clear) my [call] (redirect|forwarding|diversion)",
        "[please] let my (phone|calls) ring [here] [again]",
    ),
    Ask.AUTOMATIC: (
        f"[set|put|switch|change] my {_EN_MINE} [back] to automatic",
        f"[please] (resume|restore) [my] automatic {_EN_PRESENCE}",
        f"[set|put|switch|change] <person> {_EN_MINE} [back] to automatic",
        "[please] (go|switch|put me) back to automatic [presence|profile]",
        f"(end|clear|reset) my {_EN_PRESENCE}",
    ),
    Ask.STATUS: (
        f"(what's|what is) my [current] {_EN_MINE}",
        f"(what's|what is) <person> [current] {_EN_MINE}",
        f"(what's|what is) {{who}} [current] {_EN_PRESENCE}",
        f"(what's|what is) the {_EN_PRESENCE} of {{who}}",
        f"(what's|what is) the {_EN_MINE} of <person>",
        f"(which|what) {_EN_PRESENCE} (do I have|am I in|is active)",
        f"(which|what) {_EN_PRESENCE} (does|is) {{who}} (have|in)",
        "is <person> (available|reachable|free|busy)",
        "can I (call|reach|disturb) <person> [now]",
    ),
    Ask.REDIRECT: (
        f"am I [currently|still] {_EN_FORWARDED}",
        f"are my (calls|phone) [currently|still] {_EN_FORWARDED}",
        f"is my (phone|number|extension) [currently|still] {_EN_FORWARDED}",
        "where (do|are) my [phone] calls (go|going) [to] [now]",
        "(who|what) (takes|gets|answers|is taking) my [phone] calls",
        "(who|what) (takes|gets|answers|is taking) <person> [phone] calls",
        "(who|what) (takes|gets|answers|is taking) [the] [phone] calls (of|for) {who}",
        "where (do|are) <person> [phone] calls (go|going) [to] [now]",
        f"is <person> [currently|still] {_EN_FORWARDED}",
        f"are <person> calls [currently|still] {_EN_FORWARDED}",
    ),
    Ask.WHY: (
        f"why is my {_EN_MINE} [{{rest}}]",
        f"why is <person> {_EN_MINE} [{{rest}}]",
        "why am I [set to|shown as] [in|at|on] [a|an|the|my] <profile>",
        f"why (are my calls|am I) {_EN_FORWARDED}",
        f"why do I have this {_EN_PRESENCE}",
        f"explain my {_EN_MINE}",
    ),
    Ask.PLAN: (
        "[please] (plan|schedule) [a|an|the|my] <profile> {tail}",
        "[please] (plan|schedule) {head} [a|an|the|my] <profile>",
        f"[please] (plan|schedule) [my] {_EN_PRESENCE} {{rest}}",
        "[please] (plan|schedule) <profile> for <person> {tail}",
    ),
}
GERMAN: Final[Mapping[Ask, tuple[str, ...]]] = {
    Ask.SET: (
        f"{_DE_SET} mein[e|en] {_DE_MINE} auf {{rest}}",
        f"{_DE_SET} <person> {_DE_MINE} auf {{rest}}",
        f"{_DE_SET} [die|das] {_DE_PRESENCE} (von|für) {{who}} auf {{rest}}",
        f"{_DE_SET} [den|die|das] {_DE_MINE} (von|für) <person> auf {{rest}}",
        (
            f"(wähle|wähl|aktiviere|aktivier|nimm) [bitte] [das|die|mein] "
            f"{_DE_PRESENCE} {{rest}}"
        ),
        (
            f"(mein|das|meine|die) {_DE_PRESENCE} auf {{rest}} "
            "[setzen|stellen|ändern|schalten|wechseln]"
        ),
        f"{_DE_PRESENCE} [auf] {{rest}}",
        f"{_DE_SET} mich auf <profile>[ {{tail}}]",
        f"{_DE_SET} <person> auf <profile>[ {{tail}}]",
    ),
    Ask.STATE: (
        (
            "ich bin [jetzt|gerade|nun] [in|im|in der|in einer|beim|bei|zu|zum|zur|auf|"
            "auf der|in die] [meiner] <profile>[ {tail}]"
        ),
        (
            "ich bin {head} [in|im|in der|in einer|beim|bei|zu|zum|zur|auf|auf der] "
            "<profile>"
        ),
        (
            "ich (mache|mach|habe|hab|gehe|geh|fahre) [jetzt|gerade|nun] [in|in den|in die|"
            "zum|zur|zu|einen|eine] [meine] <profile>[ {tail}]"
        ),
        "ich (mache|mach|habe|hab) {head} <profile>",
        "[bitte] <profile> (für|bis) {time}",
        "[bitte] (bis|für) {time} <profile>",
    ),
    Ask.BACK: (
        "[ich] bin [jetzt] wieder (da|hier|zurück|am Platz|im Büro)",
        "[ich] bin [jetzt] (zurück|wieder zurück)",
        "<person> ist [jetzt] wieder (da|hier|zurück)",
    ),
    Ask.RING: (
        "(beende|lösche) [bitte] meine (Umleitung|Rufumleitung|Anrufumleitung)",
        "[bitte] meine (Umleitung|Rufumleitung) beenden",
        "lass mein Telefon [wieder] klingeln",
    ),
    Ask.AUTOMATIC: (
        f"{_DE_SET} mein[e|en] {_DE_MINE} [wieder|zurück] auf (automatisch|Automatik)",
        f"mein[e] {_DE_MINE} [bitte] [wieder] (automatisch|auf Automatik)",
        f"{_DE_SET} <person> {_DE_MINE} [wieder|zurück] auf (automatisch|Automatik)",
        f"{_DE_PRESENCE} [wieder|zurück] [auf] (automatisch|Automatik)",
        "[bitte] (zurück|wieder) auf (automatisch|Automatik)",
        f"(beende|lösche) mein[e] {_DE_PRESENCE}",
    ),
    Ask.STATUS: (
        f"(was|wie) ist [gerade] mein[e] [aktuelle|aktueller|aktuelles] {_DE_MINE}",
        f"welche[n|s] {_DE_MINE} habe ich [gerade|jetzt]",
        f"welche[n|s] {_DE_PRESENCE} hat {{who}} [gerade|jetzt]",
        f"welche[n|s] {_DE_MINE} hat <person> [gerade|jetzt]",
        f"(was|wie) ist [gerade] <person> {_DE_MINE}",
        f"(was|wie) ist [gerade] (die|das) {_DE_PRESENCE} von {{who}}",
        f"(was|wie) ist [gerade] (der|die|das) {_DE_MINE} von <person>",
        f"in welchem {_DE_PRESENCE} (bin ich|ist {{who}})",
        "ist <person> [gerade|jetzt] (verfügbar|erreichbar|frei|beschäftigt)",
        "kann ich <person> [gerade|jetzt] (anrufen|erreichen|stören)",
    ),
    Ask.REDIRECT: (
        f"bin ich [gerade|noch] {_DE_FORWARDED}",
        (
            f"(ist mein Telefon|ist meine Nummer|ist meine Nebenstelle|sind meine Anrufe) "
            f"[gerade|noch] {_DE_FORWARDED}"
        ),
        "(wo|wohin) gehen meine (Anrufe|Gespräche) [gerade|jetzt] [hin]",
        (
            "wer (nimmt|bekommt|übernimmt|kriegt) [gerade|jetzt] meine "
            "(Anrufe|Gespräche) [an|entgegen]"
        ),
        (
            "wer (nimmt|bekommt|übernimmt|kriegt) [gerade|jetzt] <person> "
            "(Anrufe|Gespräche) [an|entgegen]"
        ),
        (
            "wer (nimmt|bekommt|übernimmt|kriegt) [gerade|jetzt] die (Anrufe|Gespräche) "
            "(von|für) {who} [an|entgegen]"
        ),
        "(wo|wohin) gehen <person> (Anrufe|Gespräche) [gerade|jetzt] [hin]",
        "(wo|wohin) gehen die (Anrufe|Gespräche) (von|für) {who} [gerade|jetzt] [hin]",
        f"ist <person> [gerade|noch] {_DE_FORWARDED}",
        f"sind <person> Anrufe [gerade|noch] {_DE_FORWARDED}",
    ),
    Ask.WHY: (
        f"(warum|wieso|weshalb) ist mein[e] {_DE_MINE} [{{rest}}]",
        f"(warum|wieso|weshalb) ist <person> {_DE_MINE} [{{rest}}]",
        "(warum|wieso|weshalb) bin ich [auf|in|im|in der|in einer|bei|beim] <profile>",
        f"(warum|wieso|weshalb) (bin ich|sind meine Anrufe) {_DE_FORWARDED}",
        f"(warum|wieso|weshalb) habe ich (dieses|diesen|diese) {_DE_MINE}",
        f"(erkläre|erklär) [mir] mein[e|en] {_DE_MINE}",
    ),
    Ask.PLAN: (
        "plane [bitte] [mir|mich] <profile> {tail}",
        "plane [bitte] [mir|mich] {head} <profile>",
        "(trage|trag) [bitte] [mir|mich] <profile> {tail} ein",
        "(trage|trag) [bitte] [mir|mich] {head} <profile> ein",
        f"plane [bitte] [das|die] {_DE_PRESENCE} {{rest}}",
        "plane [bitte] <profile> für <person> {tail}",
    ),
}
SENTENCES: Final = {"en": ENGLISH, "de": GERMAN}
_SPECIAL: Final = re.compile(r"[^\w' ]+")


def templates(
    language: str, ask: Ask, profiles: Iterable[str], people: Iterable[str]
) -> list[str]:
    """Return the sentences with every name in its place; those without names drop."""
    known = {
        "<profile>": _any_of(_forms(name) for name in profiles),
        "<person>": _any_of(_genitives(name) for name in people),
    }
    found = []
    for sentence in SENTENCES[language][ask]:
        filled = sentence
        for blank, names in known.items():
            filled = filled.replace(blank, names)
        if "()" not in filled:
            found.append(filled)
    return found


def _any_of(groups: Iterable[tuple[str, ...]]) -> str:
    forms = dict.fromkeys(form for group in groups for form in group if form)
    return f"({'|'.join(forms)})"


def plain(name: str) -> str:
    """Return a name without what a sentence cannot hold."""
    return " ".join(_SPECIAL.sub(" ", name).split())


def _forms(name: str) -> tuple[str, ...]:
    """Return how a profile's name may come out of a recogniser."""
    spoken = plain(name)
    umlauts = str.maketrans(
        {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
    )
    return spoken, spoken.translate(umlauts)


def _genitives(name: str) -> tuple[str, ...]:
    """Return a person's name, the first name too, each also with an s."""
    forms: list[str] = []
    for form in (plain(name), *plain(name).split()[:1]):
        forms += [form, f"{form}s", f"{form}'s"]
    return tuple(forms)
