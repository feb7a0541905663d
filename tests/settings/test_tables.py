"""The tables of fields and options: each row is read into the model, and whole."""

from dataclasses import fields

import pytest

from custom_components.xpresence.presence.model import Health, Office, Person, Profile
from custom_components.xpresence.presence.redirect.guards import OfficeGuards
from custom_components.xpresence.presence.redirect.numbers import NumberFormat
from custom_components.xpresence.settings.office_options import (
    OFFICE_OPTIONS,
    values_from,
)
from custom_components.xpresence.settings.person_fields import PERSON_FIELDS
from custom_components.xpresence.settings.profile_fields import PROFILE_FIELDS

MODELS = (Health, NumberFormat, Office, OfficeGuards)


def names(model: type) -> set[str]:
    return {field.name for field in fields(model)}


@pytest.mark.parametrize("model", MODELS)
def test_an_option_is_read_into_an_attribute_that_there_is(model: type) -> None:
    assert set(values_from({}, model)) <= names(model)


def test_every_option_of_the_model_is_in_a_known_class() -> None:
    assert {option.model for option in OFFICE_OPTIONS} <= {None, *MODELS}


@pytest.mark.parametrize("model", [Health, OfficeGuards])
def test_every_attribute_of_a_class_of_options_has_its_option(model: type) -> None:
    assert set(values_from({}, model)) == names(model)


@pytest.mark.parametrize("model", [Health, OfficeGuards])
def test_without_options_the_defaults_of_page_and_model_agree(model: type) -> None:
    assert model(**values_from({}, model)) == model()


def test_a_field_is_read_into_an_attribute_that_there_is() -> None:
    assert {row.attribute for row in PROFILE_FIELDS} - {None} <= names(Profile)
    assert {row.attribute for row in PERSON_FIELDS} - {None} <= names(Person)
