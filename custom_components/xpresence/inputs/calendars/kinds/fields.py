"""The kinds of calendars, and those of their settings that several doors name.

The key of a kind is the name of its module, which is imported only when somebody has
such a calendar.
"""

from typing import Final

HOME_ASSISTANT: Final = "home_assistant"
OUTLOOK: Final = "outlook"
EXCHANGE: Final = "exchange"
NOTES: Final = "notes"
CALDAV: Final = "caldav"
ICS: Final = "ics"
KINDS: Final = (HOME_ASSISTANT, OUTLOOK, EXCHANGE, NOTES, CALDAV, ICS)
"""Every kind there is, in the order of the settings page."""

CONF_ADDRESS: Final = "address"
"""The person's own e-mail address, by which invitations are known."""
CONF_PRIVATE: Final = "private"
"""Whether no subject is for others: Home Assistant's events do not tell which are."""
CONF_RESPONSES: Final = "responses"
"""Whether it is asked what the person answered to invitations."""
