"""The table of what each phone system can, made from what the registry declares.

``python -m script.phone_systems`` writes it into ``docs/phone-systems.md`` and, in
German, into ``docs/phone-systems.de.md``.
"""

from pathlib import Path
import re
import sys
from typing import Final

from custom_components.xpresence.presence.line import Condition
from custom_components.xpresence.presence.redirect.parts import Part, TargetChoice
from custom_components.xpresence.telephony.description import PhoneSystemType
from custom_components.xpresence.telephony.driver import Capability
from custom_components.xpresence.telephony.registry import ROWS

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "phone-systems.md"
GERMAN: Final = DOCUMENT.with_suffix(".de.md")
BEGIN: Final = "<!-- the table is made by script/phone_systems.py -->"
END: Final = "<!-- end of the table -->"
CONDITIONS: Final = {
    Condition.UNCONDITIONAL: "always",
    Condition.BUSY: "busy",
    Condition.NO_REPLY: "no answer",
}
TARGETS: Final = {
    TargetChoice.FREE: "any number",
    TargetChoice.LIST: "from its list",
    TargetChoice.STATUS: "its statuses",
    TargetChoice.NONE: "as set there",
}
COLUMNS: Final = (
    "",
    "redirects",
    "targets",
    "ring time",
    "do not disturb",
    "follow-me",
    "hotline",
    "calls shown",
    "read back",
    "changes arrive",
    "import of people",
    "needs",
)

IN_GERMAN: Final = {
    "redirects": "Umleitungen",
    "targets": "Ziele",
    "ring time": "Klingeldauer",
    "do not disturb": "Nicht stören",
    "follow-me": "Follow-Me",
    "hotline": "Hotline",
    "calls shown": "zeigt Gespräche",
    "read back": "zurückgelesen",
    "changes arrive": "Änderungen kommen an",
    "import of people": "Import von Personen",
    "needs": "braucht",
    "always": "immer",
    "busy": "besetzt",
    "no answer": "keine Antwort",
    "any number": "jede Nummer",
    "from its list": "aus ihrer Liste",
    "its statuses": "ihre Status",
    "as set there": "wie dort eingestellt",
    "voicemail": "Voicemail",
    "by status": "nach Status",
    "yes": "ja",
    "no": "nein",
    "at once": "sofort",
    "a user of the manager interface (AMI)": "einen Benutzer der Manager-Schnittstelle (AMI)",
    "a user of the box with the right to the telephony": (
        "einen Benutzer der Box mit dem Recht auf die Telefonie"
    ),
    "each person's SIP password; what is read back depends on the phone system": (
        "das SIP-Passwort jeder Person; was zurückgelesen wird, hängt von der Anlage ab"
    ),
    "each person's token or sign-in; not with a *Neo* account": (
        "Token oder Anmeldung jeder Person; nicht mit einem *Neo*-Konto"
    ),
    "version 20 with an Enterprise licence; an API client of its own": (
        "Version 20 mit Enterprise-Lizenz; einen eigenen API-Client"
    ),
    "an administrator's login, or each person's own": (
        "die Anmeldung eines Administrators oder die jeder Person"
    ),
    "actions or a switch that redirect calls; an entity to read back": (
        "Aktionen oder einen Schalter, die Anrufe umleiten; eine Entität zum Zurücklesen"
    ),
    "Asterisk, FreePBX": "Asterisk, FreePBX",
    "Any SIP phone system": "Beliebige SIP-Telefonanlage",
    "Home Assistant actions": "Aktionen von Home Assistant",
}


def in_german(cell: str) -> str:
    """Return a cell of the table in German."""
    if found := re.fullmatch(r"\[(.*)\]\((.*)\)", cell):
        return f"[{in_german(found[1])}]({found[2]})"
    if cell in IN_GERMAN:
        return IN_GERMAN[cell]
    words = [IN_GERMAN.get(word, word) for word in cell.split(", ")]
    text = ", ".join(words)
    for english, german in (
        (" in steps of ", " in Schritten von "),
        ("about ", "etwa "),
        ("within ", "binnen "),
    ):
        text = text.replace(english, german)
    return text


def row_of(row: PhoneSystemType) -> list[str]:
    """Return what one phone system can, column by column."""
    most, can = row.redirect, row.capabilities
    conditions = [one for one in Condition if Part(one.value) in most.writable]
    readable = [one for one in conditions if Part(one.value) in most.readable]
    return [
        f"[{row.name}](phone-systems/{row.docs}.md)",
        ", ".join(CONDITIONS[one] for one in conditions) or "by status",
        _targets(row, conditions),
        _ring_time(row),
        _yes(Part.DO_NOT_DISTURB in most.writable),
        _yes(Part.FOLLOW_ME in most.writable),
        _yes(Capability.AGENT in can),
        _yes(Capability.CALL_STATE in can),
        "yes"
        if readable == conditions
        else ", ".join(CONDITIONS[one] for one in readable) or "no",
        "at once"
        if row.freshness.poll_every is None
        else f"within {row.freshness.poll_every:.0f} s",
        _yes(Capability.DIRECTORY in can),
        row.needs or "–",
    ]


def _targets(row: PhoneSystemType, conditions: list[Condition]) -> str:
    found = [row.redirect.targets_of(one) for one in conditions]
    said = dict.fromkeys(TARGETS[one.choice] for one in found)
    if any(one.voicemail for one in found):
        said["voicemail"] = None
    return ", ".join(said) or "–"


def _ring_time(row: PhoneSystemType) -> str:
    time = row.redirect.ring_time
    if Part.NO_REPLY not in row.redirect.writable:
        return "–"
    if time.about is not None:
        return f"about {time.about} s"
    steps = f" in steps of {time.step}" if time.step > 1 else ""
    return f"{time.lowest}–{time.highest} s{steps}"


def _yes(can: bool) -> str:
    return "yes" if can else "no"


def table(*, german: bool = False) -> str:
    """Return the table in Markdown."""
    lines = [list(COLUMNS), ["---"] * len(COLUMNS), *map(row_of, ROWS)]
    if german:
        lines = [list(map(in_german, line)) for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(document: str, *, german: bool = False) -> str:
    """Return the document with the table in its place."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(german=german)}\n{END}{after}"


if __name__ == "__main__":
    for path, german in ((DOCUMENT, False), (GERMAN, True)):
        path.write_text(written(path.read_text(), german=german))
        sys.stdout.write(f"{path.name} is up to date\n")
