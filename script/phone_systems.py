"""The table of what each phone system can, made from what the registry declares.

``python -m script.phone_systems`` writes it into ``docs/phone-systems.md``.
"""

from pathlib import Path
import sys
from typing import Final

from custom_components.xpresence.presence.line import Condition
from custom_components.xpresence.presence.redirect.parts import Part, TargetChoice
from custom_components.xpresence.telephony.description import PhoneSystemType
from custom_components.xpresence.telephony.driver import Capability
from custom_components.xpresence.telephony.registry import ROWS

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "phone-systems.md"
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


def table() -> str:
    """Return the table in Markdown."""
    lines = [list(COLUMNS), ["---"] * len(COLUMNS), *map(row_of, ROWS)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(document: str) -> str:
    """Return the document with the table in its place."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
    sys.stdout.write(f"{DOCUMENT.name} is up to date\n")
