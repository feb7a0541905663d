# Home Assistant serves its own validation library under this name.
from probatio import *  # noqa: F403
