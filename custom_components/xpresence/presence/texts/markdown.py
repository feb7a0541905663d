"""Names that people typed, made safe for a text that is shown as Markdown."""

import re
from typing import Final

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>~]")
_LINKS: Final = re.compile(r"(?i)(?<=[a-z])://|(?<=www)\.|@|(?<=mailto):")
"""What the frontend turns into a link by itself."""
_BREAKS: Final = re.compile(r"\s+")


def escaped(text: str) -> str:
    """Return a text that shows as it is: no link, picture, tag, or line of its own."""
    line = _BREAKS.sub(" ", text).strip()
    line = _MARKUP.sub(r"\\\g<0>", line)
    return _LINKS.sub(lambda found: "".join(f"\\{one}" for one in found[0]), line)


_MARKED: Final = re.compile(r"\\(.)|\*")


def unmarked(text: str) -> str:
    """Return a Markdown sentence of ours as plain text: no emphasis, no escapes."""
    return _MARKED.sub(lambda found: found[1] or "", text)
