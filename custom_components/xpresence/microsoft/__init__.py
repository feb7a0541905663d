"""What people have at Microsoft: one sign-in a person, for calendar and Teams alike.

``groupware/microsoft/`` speaks with Microsoft; this package keeps who is signed in to
what, where Home Assistant keeps its other settings and secrets.
"""

from .access import MicrosoftAccess, access_of
from .connection import MicrosoftLink, async_follow_settings, async_forget_all, link_of
from .settings import MicrosoftSettings, settings_of

__all__ = [
    "MicrosoftAccess",
    "MicrosoftLink",
    "MicrosoftSettings",
    "access_of",
    "async_follow_settings",
    "async_forget_all",
    "link_of",
    "settings_of",
]
