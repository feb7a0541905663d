"""The pages of every setting and of every notice, made from the translations.

``python -m script.settings_pages`` writes ``docs/settings.md`` and ``docs/notices.md``,
and the same in each further language of the site.
"""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import sys
from typing import Any, Final

PROJECT: Final = Path(__file__).parents[1]
DOCS: Final = PROJECT / "docs"
TRANSLATIONS: Final = PROJECT / "custom_components" / "xpresence" / "translations"
LANGUAGES: Final = {"en": "", "de": ".de"}
"""Languages of the site, and how the names of their pages end."""
WORDS: Final = {
    "en": {
        "settings": "Every setting",
        "settings_intro": (
            "What each page of the settings asks for, in the words that stand there. How "
            "they work together is told in [Getting started](getting-started.md), "
            "[Automatic activation](automatic.md) and [Permissions](permissions.md)."
        ),
        "notices": "Notices",
        "notices_intro": (
            "What *Settings → System → Repairs* may say, what it means and what to do. A "
            "notice goes by itself once its reason is gone. What you see without a notice "
            "is explained under [When something is wrong]"
            "(reference.md#when-something-is-wrong)."
        ),
        "config": "A phone system",
        "options": "The office (Configure)",
        "person": "A person",
        "profile": "A profile",
        "issues": "Notices that ask something",
        "field": "field",
        "meaning": "what it means",
        "choices": "choices",
    },
    "de": {
        "settings": "Alle Einstellungen",
        "settings_intro": (
            "Wonach jede Seite der Einstellungen fragt, in den Worten, die dort stehen. Wie "
            "alles zusammenspielt, steht in [Erste Schritte](getting-started.md), "
            "[Automatisch](automatic.md) und [Berechtigungen](permissions.md)."
        ),
        "notices": "Hinweise",
        "notices_intro": (
            "Was unter *Einstellungen → System → Reparaturen* stehen kann, was es bedeutet "
            "und was zu tun ist. Ein Hinweis geht von selbst, sobald sein Grund weg ist."
        ),
        "config": "Eine Telefonanlage",
        "options": "Das Büro (Konfigurieren)",
        "person": "Eine Person",
        "profile": "Ein Profil",
        "issues": "Hinweise, die etwas fragen",
        "field": "Feld",
        "meaning": "was es bedeutet",
        "choices": "Auswahl",
    },
}
MADE: Final = "<!-- made by script/settings_pages.py from the translations -->"


def flows(texts: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every flow's kind with its pages."""
    yield "config", texts["config"]["step"]
    yield "options", texts["options"]["step"]
    for kind in ("person", "profile"):
        yield kind, texts["config_subentries"][kind]["step"]
    yield (
        "issues",
        {
            f"{key}/{step}": page
            for key, issue in texts["issues"].items()
            for step, page in issue.get("fix_flow", {}).get("step", {}).items()
            if page.get("data")
        },
    )


def prose(text: str) -> str:
    """Return a text as a line of Markdown; what is filled in stands in brackets."""
    text = re.sub(r"\[([^\]]*)\]\((?:\{\w+\}|/[^)]*)\)", r"\1", text)
    text = re.sub(r"\{(\w+)\}", lambda found: f"‹{found[1].replace('_', ' ')}›", text)
    text = re.sub(r"(?<!\S)(https?://\S+|<[^>]*>)", r"`\1`", text)
    return " ".join(text.replace("|", "\\|").split())


def tables(page: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    """Yield the lines of one page of the settings."""
    if text := page.get("description"):
        yield from (prose(text), "")
    for part in (page, *page.get("sections", {}).values()):
        if part is not page:
            yield from (f"*{prose(part['name'])}*", "")
            if text := part.get("description"):
                yield from (prose(text), "")
        if fields := part.get("data"):
            described = part.get("data_description", {})
            yield f"| {words['field']} | {words['meaning']} |"
            yield "| --- | --- |"
            for key, label in fields.items():
                yield f"| {prose(label)} | {prose(described.get(key, ''))} |"
            yield ""
    options = page.get("menu_options")
    if isinstance(options, dict):
        described = page.get("menu_option_descriptions", {})
        yield f"| {words['choices']} | {words['meaning']} |"
        yield "| --- | --- |"
        for key, label in options.items():
            yield f"| {prose(label)} | {prose(described.get(key, ''))} |"
        yield ""


def settings(texts: dict[str, Any], language: str) -> str:
    """Return the page of every setting."""
    words = WORDS[language]
    lines = [f"# {words['settings']}", "", MADE, "", words["settings_intro"], ""]
    for kind, pages in flows(texts):
        lines += [f"## {words[kind]}", ""]
        for page in pages.values():
            lines += [f"### {prose(page['title'])}", "", *tables(page, words)]
    return "\n".join(lines)


def notices(texts: dict[str, Any], language: str) -> str:
    """Return the page of every notice."""
    words = WORDS[language]
    lines = [f"# {words['notices']}", "", MADE, "", words["notices_intro"], ""]
    for key, issue in texts["issues"].items():
        text = issue.get("description")
        if text is None:
            steps = issue["fix_flow"]["step"].values()
            text = " ".join(
                step["description"] for step in steps if "description" in step
            )
        # A notice leads here by its key.
        lines += [f'<a id="{key}"></a>', "", f"## {prose(issue['title'])}", ""]
        lines += [prose(text), ""]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Return every page that is made, by its file."""
    made = {}
    for language, suffix in LANGUAGES.items():
        texts = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
        made[DOCS / f"settings{suffix}.md"] = settings(texts, language)
        made[DOCS / f"notices{suffix}.md"] = notices(texts, language)
    return made


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.relative_to(PROJECT)} is up to date\n")
