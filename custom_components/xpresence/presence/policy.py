"""Who may do what to whom."""

from enum import StrEnum


class Act(StrEnum):
    """Something that somebody may be kept from doing."""

    CHOOSE_PROFILE = "choose_profile"
    PLAN_PRESENCE = "plan_presence"
    CHANGE_REDIRECT = "change_redirect"
    CHANGE_FOLLOW_ME = "change_follow_me"
    SET_AGENT_STATUS = "set_agent_status"
    EDIT_PROFILES = "edit_profiles"
    CONNECT_CALENDARS = "connect_calendars"
    CONNECT_MICROSOFT = "connect_microsoft"
    SEE_DETAILS = "see_details"
    """Where calls go and why, the timeline, the appointment list."""
    SEE_SUBJECTS = "see_subjects"
