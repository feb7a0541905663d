"""Names that more than one module of xpresence needs."""

from typing import Final

DOMAIN: Final = "xpresence"
EVENT_HAPPENED: Final = f"{DOMAIN}_happened"
"""Told on Home Assistant's bus for the logbook; automations use the event entity."""

# Config entry: data (connection and secrets)
CONF_DRIVER: Final = "driver"
DRIVER_ACTIONS: Final = "actions"
DRIVER_ASTERISK: Final = "asterisk"
CONF_TLS: Final = "tls"
CONF_CA: Final = "ca"
CONF_ACCOUNTS: Final = "accounts"
"""The office's own logins at groupware servers, by the kind of calendar."""

# Config entry: data of the Home Assistant actions driver
CONF_SET_ACTION: Final = "set_action"
CONF_END_ACTION: Final = "end_action"
CONF_STATE_ENTITY: Final = "state_entity"

# Config entry: options (behaviour)
CONF_CALENDAR_DAYS: Final = "calendar_days"
CONF_DESK_CHANGE: Final = "desk_change"
CONF_ORDER: Final = "order"
CONF_AREA_CODE: Final = "area_code"
CONF_COUNTRY_CODE: Final = "country_code"
CONF_HOTLINE: Final = "hotline"
CONF_LONGEST_HOURS: Final = "longest_hours"
CONF_LONGEST_THEN: Final = "longest_then"
CONF_OUTSIDE_PREFIX: Final = "outside_prefix"
CONF_WRAP_UP_MINUTES: Final = "wrap_up_minutes"
# Config entry: options (permissions)
CONF_ALLOWED: Final = "allowed"
CONF_ANY_SERVER: Final = "any_server"
CONF_AUTOMATIONS: Final = "automations"
CONF_PERMISSIONS: Final = "permissions"
CONF_REACH: Final = "reach"
CONF_SATELLITES: Final = "satellites"

CONF_GRACE: Final = "grace"
CONF_HOLD: Final = "hold"
CONF_RESTART: Final = "restart"
DESK_CHANGE_ENFORCE: Final = "enforce"
DESK_CHANGE_RESPECT: Final = "respect"

# Subentries
SUBENTRY_PERSON: Final = "person"
SUBENTRY_PROFILE: Final = "profile"

# Subentry profile: data
CONF_ADJUSTABLE: Final = "adjustable"
CONF_AGENT: Final = "agent"
CONF_BUSY: Final = "busy"
CONF_DEPUTIES: Final = "deputies"
CONF_DO_NOT_DISTURB: Final = "do_not_disturb"
CONF_DURATION: Final = "duration"
CONF_ENABLED: Final = "enabled"
CONF_ENDING: Final = "ending"
CONF_INFO_TEXT: Final = "info_text"
CONF_KIND: Final = "kind"
CONF_MODE: Final = "mode"
CONF_NO_REPLY: Final = "no_reply"
CONF_OWNER: Final = "owner"
CONF_REDIRECT: Final = "redirect"
CONF_RING_SECONDS: Final = "ring_seconds"
CONF_STATUS: Final = "status"
CONF_UNCONDITIONAL: Final = "unconditional"
CONF_VALUE: Final = "value"

# Subentry person: data
CONF_ACTIVITY: Final = "activity"
CONF_CALL_PROFILES: Final = "call_profiles"
CONF_RUN_OVER: Final = "run_over"
CONF_ADJUSTED: Final = "adjusted"
CONF_CALENDARS: Final = "calendars"
CONF_CATEGORIES_ONLY: Final = "categories_only"
CONF_DEFAULT_PROFILE: Final = "default_profile"
CONF_DEVICES: Final = "devices"
CONF_EXTENSION: Final = "extension"
CONF_INVITATIONS: Final = "invitations"
CONF_NUMBER: Final = "number"
CONF_PERSON: Final = "person"
CONF_QUEUES: Final = "queues"
CONF_RULES: Final = "rules"
CONF_SERVERS: Final = "servers"
CONF_SETTINGS: Final = "settings"
CONF_SHOW_AS: Final = "show_as"
CONF_SUBJECT_VISIBILITY: Final = "subject_visibility"
CONF_TIME_ZONE: Final = "time_zone"
CONF_VOICEMAIL: Final = "voicemail"

# Subentry person: data (sharing); the two lists of delegates are options as well
CONF_ACTING: Final = "acting"
CONF_SUBJECTS: Final = "subjects"
CONF_NARROWED: Final = "narrowed"
CONF_INFO_TIER: Final = "info_tier"
CONF_OWN_INFO_TIER: Final = "own_info_tier"
CONF_OWN_TIER: Final = "own_tier"
CONF_RESTS_ON: Final = "rests_on"
CONF_SHARING: Final = "sharing"
CONF_TIER: Final = "tier"

# Subentry person: data about the PC, under CONF_ACTIVITY
CONF_ENTITIES: Final = "entities"
CONF_STATES: Final = "states"
CONF_SILENCE_ENDS: Final = "silence_ends"
CONF_START_PROFILE: Final = "start_profile"
CONF_END_PROFILE: Final = "end_profile"
CONF_INACTIVE_PROFILE: Final = "inactive_profile"
CONF_INACTIVE_MINUTES: Final = "inactive_minutes"
CONF_LOCKED_PROFILE: Final = "locked_profile"

# Subentry person: data of one rule, under CONF_RULES
CONF_ENTITY: Final = "entity"
CONF_LINGER: Final = "linger"
CONF_PROFILE: Final = "profile"
CONF_SECONDS: Final = "seconds"

# App registration at Microsoft, under CONF_MICROSOFT: the office's in the options, a
# person's own in their data; the rest is the person's alone
CONF_MICROSOFT: Final = "microsoft"
CONF_CLOUD: Final = "cloud"
CONF_TENANT: Final = "tenant"
CONF_CONNECTED: Final = "connected"
CONF_REMEMBER: Final = "remember"
CONF_SHARED_CALENDARS: Final = "shared_calendars"
CONF_USE_CALENDAR: Final = "use_calendar"
# What concerns Teams, under CONF_TEAMS
CONF_TEAMS: Final = "teams"
CONF_READ: Final = "read"
CONF_WRITE: Final = "write"
CONF_CALLS: Final = "calls"
CONF_COUNTS: Final = "counts"
CONF_MAPPING: Final = "mapping"
CONF_MESSAGE: Final = "message"
CONF_OBJECT_ID: Final = "object_id"
CONF_READS_ALL: Final = "reads_all"
