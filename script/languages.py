"""What a language lacks, beside what English says."""

from collections.abc import Iterator
import json
import re
from string import Formatter
import sys
from typing import Any

from custom_components.xpresence.languages import FALLBACK, FOLDER, data

TRANSLATIONS = FOLDER.parent / "translations"
CORPUS = FOLDER.parents[2] / "tests" / "voice" / "corpus"
FILES = tuple(sorted(path.stem for path in (FOLDER / FALLBACK).glob("*.yaml")))
FREE = {("words",), ("sentences",), ("times",)}
"""Files whose lists are a language's own: only their tables have to be there."""


def found() -> list[str]:
    """Return every language of which there is a folder or a file."""
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()} - {
        "__pycache__"
    }
    return sorted(folders | {path.stem for path in TRANSLATIONS.glob("*.json")})


def lacking(language: str) -> list[str]:
    """Return a line for everything that is missing, too much or without its blanks."""
    lines = []
    for name in FILES:
        path = FOLDER / language / f"{name}.yaml"
        if not path.is_file():
            lines.append(f"languages/{language}/{name}.yaml is missing")
            continue
        lines += [
            f"languages/{language}/{name}.yaml: {line}"
            for line in differences(
                data(FALLBACK, name), data(language, name), free=(name,) in FREE
            )
        ]
    path = TRANSLATIONS / f"{language}.json"
    if not path.is_file():
        return [*lines, f"translations/{language}.json is missing"]
    english = json.loads((TRANSLATIONS / f"{FALLBACK}.json").read_text("utf-8"))
    own = json.loads(path.read_text("utf-8"))
    lines += [
        f"translations/{language}.json: {line}" for line in differences(english, own)
    ]
    return lines


def differences(english: Any, own: Any, *, free: bool = False) -> Iterator[str]:
    """Tell how two trees of texts differ in their keys and blanks."""
    there, here = dict(_texts(english, free)), dict(_texts(own, free))
    yield from (f"{key} is missing" for key in there if key not in here)
    yield from (f"{key} is not in English" for key in here if key not in there)
    for key, text in there.items():
        if free or key not in here:
            continue
        if not here[key].strip() and text.strip():
            yield f"{key} is empty"
        elif blanks(text) != blanks(here[key]):
            yield f"{key} has other blanks: {sorted(blanks(here[key]))}"


def blanks(text: str) -> set[str]:
    """Return the names in braces."""
    if re.search(r"\{[^}]*$", text):
        return {"a brace that does not close"}
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def _texts(tree: Any, free: bool, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict) and tree and not (free and path.count(".") >= 1):
        for key, value in tree.items():
            yield from _texts(value, free, f"{path}{key}.")
    else:
        yield path.rstrip("."), tree if isinstance(tree, str) else ""


def main(languages: list[str]) -> int:
    """Print what is missing; 1 if anything is."""
    wrong = 0
    for language in languages or found():
        lines = lacking(language)
        wrong += len(lines)
        print(f"{language}: {'complete' if not lines else f'{len(lines)} to do'}")
        print(*(f"  {line}" for line in lines), sep="\n", end="\n" if lines else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
