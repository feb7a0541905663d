"""The site's pages are up to date, and the product's links lead to them.

``script/docs`` builds the site itself; ``.ci/run`` does so.
"""

import json
from pathlib import Path
import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
import yaml

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.engine.issue_registry import create_issue
from custom_components.xpresence.flows.office.microsoft import REGISTRATION_PAGE
from custom_components.xpresence.settings.documentation import (
    SITE,
    TRANSLATED,
    documentation,
)
from script import settings_pages
from script.site_check import BASE

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "custom_components" / "xpresence"
DOCS = PROJECT / "docs"
MADE = settings_pages.pages()
EN = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, whose tags name Python's functions."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
SETTINGS = yaml.load((PROJECT / "mkdocs.yml").read_text("utf-8"), Loader)


@pytest.mark.parametrize("path", sorted(MADE), ids=lambda path: path.name)
def test_a_page_made_from_the_translations_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == MADE[path], "run python -m script.settings_pages"


@pytest.mark.parametrize("language", sorted(settings_pages.LANGUAGES))
def test_every_label_of_every_page_of_the_settings_is_explained(language: str) -> None:
    texts = json.loads((PACKAGE / "translations" / f"{language}.json").read_text())
    page = (DOCS / f"settings{settings_pages.LANGUAGES[language]}.md").read_text()
    rows = dict(re.findall(r"^\| (.+?) \| (.*) \|$", page, re.MULTILINE))
    labels = [
        label
        for _, pages in settings_pages.flows(texts)
        for step in pages.values()
        for part in (step, *step.get("sections", {}).values())
        for label in part.get("data", {}).values()
    ]
    assert len(labels) > 150
    missing = [one for one in labels if not rows.get(settings_pages.prose(one))]
    assert missing == []


def test_the_address_of_the_site_is_one() -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_text("utf-8"))
    assert SETTINGS["site_url"] == manifest["documentation"] == f"{SITE}/"
    assert SITE.endswith(BASE)
    cards = (PACKAGE / "frontend" / "cards" / "xpresence.js").read_text("utf-8")
    assert f'documentationURL = "{documentation("cards", "en")}"' in cards
    assert (DOCS / "cards.md").is_file()


def test_the_sites_languages_are_those_that_links_lead_to() -> None:
    languages = next(one for one in SETTINGS["plugins"] if "i18n" in one)["i18n"]
    names = [one["locale"] for one in languages["languages"]]
    assert names == ["en", *sorted(TRANSLATED)]
    assert sorted(settings_pages.LANGUAGES) == sorted(names)


def test_what_a_user_needs_first_is_there_in_german() -> None:
    first = (
        "index getting-started cards voice automatic phone-systems faq privacy "
        "settings notices"
    )
    for name in first.split():
        german = (DOCS / f"{name}.de.md").read_text("utf-8")
        english = (DOCS / f"{name}.md").read_text("utf-8")
        assert german.count("\n## ") >= english.count("\n## ") - 1, name
        # The reader is "du".
        assert not re.search(
            r"\bSie (bitte|können|müssen|sollten)\b|\bIhnen\b", german
        ), name


def test_no_text_of_the_product_names_a_file_of_the_documents() -> None:
    texts = [
        *PACKAGE.glob("translations/*.json"),
        *PACKAGE.rglob("*.js"),
        PACKAGE / "services.yaml",
    ]
    for path in texts:
        assert not re.search(r"docs/[\w/-]+\.md", path.read_text("utf-8")), path.name


async def test_a_notice_leads_to_what_the_documents_say_about_it(
    hass: HomeAssistant,
) -> None:
    registry = ir.async_get(hass)
    for language, suffix in settings_pages.LANGUAGES.items():
        hass.config.language = language
        page = (DOCS / f"notices{suffix}.md").read_text("utf-8")
        for key in EN["issues"]:
            create_issue(hass, key, translation_key=key, is_fixable=False)
            issue = registry.async_get_issue(DOMAIN, key)
            assert issue
            assert issue.learn_more_url == documentation("notices", language, key)
            assert f'<a id="{key}"></a>' in page


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("en", f"{SITE}/microsoft/"),
        ("de", f"{SITE}/de/microsoft/"),
        ("de-CH", f"{SITE}/de/microsoft/"),
        ("fr", f"{SITE}/microsoft/"),
    ],
)
def test_a_link_leads_to_the_readers_language(language: str, address: str) -> None:
    assert documentation(REGISTRATION_PAGE, language) == address
    assert (DOCS / f"{REGISTRATION_PAGE}.md").is_file()
