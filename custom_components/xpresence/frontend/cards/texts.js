/** The cards' own words; states of entities come translated from Home Assistant. */

const EN = {
  my_card: "xpresence: my card",
  my_card_does: "Your presence: profile, redirect, what is to come, and why.",
  team_card: "xpresence: team board",
  team_card_does: "Everyone's status, and where to reach them.",

  nobody: "Nobody here is you. Pick a person in the card's settings, or let your administrator tie your user to a person of xpresence.",
  not_there: "This person is not there at the moment. If it stays so, check xpresence in the settings.",
  no_team: "There is nobody on this board yet.",
  no_match: "Nobody matches.",
  not_yours: "Only the person and their delegates see more.",

  until: "until {time}",
  until_latest: "{until}, {time} at the latest",
  chosen_until_changed: "until changed",
  chosen_until_return: "until return",
  chosen_until_session_ends: "until the session ends",
  appointment: "appointment",
  call_pbx: "on the phone",
  call_teams: "call in Teams",
  category: "appointment",
  chosen: "chosen by hand",
  default: "automatic",
  inactive: "PC unused",
  locked: "PC locked",
  neutral: "no default profile",
  planned: "planned",
  rule: "rule",
  session_ended: "PC ended",
  session_started: "PC started",

  profile: "Profile",
  how_long: "How long",
  minutes_30: "30 min",
  hour_1: "1 h",
  until_when: "until …",
  until_return: "until I return",
  until_changed: "until I change it",
  back: "Back to automatic",
  set: "Set",
  ends_at: "Ends at",
  info_text: "Info text",
  info_text_hint: "What colleagues read",
  automatic: "Automatic",
  follow_me: "Follow-me",
  off: "Off",
  unknown: "Unknown",
  teamdesk: "TeamDesk",

  redirect: "Redirect",
  redirect_off: "Calls ring here",
  redirect_active: "Calls go to {target}",
  redirect_active_busy: "When busy, calls go to {target}",
  redirect_active_no_reply: "When not answered, calls go to {target}",
  redirect_active_off: "Calls are redirected",
  redirect_pending: "To be set: calls go to {target}",
  redirect_pending_off: "The redirect is not confirmed yet",
  redirect_failed: "Not set: calls were to go to {target}",
  redirect_failed_off: "The redirect could not be ended",
  redirect_unknown: "Where calls go is not known",
  redirect_follow_me: "Follow-me: calls ring on {target}",
  wanted: "wanted: {rule}",
  redirect_keeps: "Calls keep going to {target}",
  from_profile: "from {profile}",
  keeps_going: "calls keep going to {target}, from {profile}",
  away_though_available: "You are available, but your calls go to {target}: your phone says so, no profile.",
  set_by_profile: "set by the profile",
  set_by_action: "set by hand",
  set_by_phone: "set at the phone",
  set_by_unknown: "not set by xpresence",
  not_connected: "The phone system cannot be reached",
  reason_auth_failed: "the login is refused",
  reason_bad_number: "the target is no number",
  reason_loop: "it would go round in a circle",
  reason_permission_denied: "a permission is missing",
  reason_rejected: "the phone system refused",
  reason_self: "it would lead back to this phone",
  reason_undecided: "an administrator has to say under Repairs whose redirect stands",
  reason_unknown_device: "that device is not there",
  reason_unknown_person: "that person is not there",
  reason_unreachable: "it will be, once the phone system answers",
  change_redirect: "Change the redirect",
  to_voicemail: "To voicemail",
  end_redirect: "Ring here",
  as_profile: "As the profile says",
  redirect_to: "Number, colleague or device",

  today: "Today",
  tomorrow: "tomorrow {time}",
  now: "now",
  to: "calls to {target}",
  to_busy: "when busy to {target}",
  to_no_reply: "when not answered to {target}",
  rule_off: "calls ring here",
  rule_unchanged: "calls as set at the phone",
  nothing_changes: "Nothing changes until {time}.",
  appointments: "Appointments",
  private: "Appointment",
  ignored: "does not count",
  set_aside: "Dismissed",
  is_set_aside: "dismissed",
  set_aside_this: "Dismiss {what}",
  bring_back: "Bring back {what}",
  plan_ahead: "Plan ahead",
  plan: "Plan",
  begins_at: "Begins at",
  cancel: "Cancel {what}",
  why: "Why?",
  connections: "Connections",
  dismiss: "Dismiss",
  failed: "That did not work.",

  team: "Team",
  find: "Find",
  sort: "Sort",
  sort_name: "by name",
  sort_status: "by status",
  sort_extension: "by extension",
  only_available: "Available only",
  call: "Call {name}",
  you: "you",
  more: "More of {name}",
  details_of: "Open {name} in Home Assistant",

  editor_entity: "Person",
  editor_entity_help: "Left empty, everybody sees their own.",
  editor_name: "Title",
  editor_hide: "Leave out",
  editor_entry: "Phone system",
  editor_entry_help: "Left empty, everyone of every phone system.",
  editor_sort: "Sort",
  hide_ending: "How long",
  hide_info_text: "Info text",
  hide_devices: "Automatic, follow-me, TeamDesk",
  hide_timeline: "Today",
  hide_appointments: "Appointments",
  hide_why: "Why?",
  hide_connections: "Connections",
};

/** @type {typeof EN} */
const DE = {
  my_card: "xpresence: Meine Karte",
  my_card_does: "Die eigene Präsenz: Profil, Umleitung, was kommt, und warum.",
  team_card: "xpresence: Teamtafel",
  team_card_does: "Der Status von allen, und wo sie zu erreichen sind.",

  nobody: "Niemand hier gehört zu diesem Benutzer. Bitte in den Einstellungen der Karte eine Person wählen oder den Benutzer einer Person von xpresence zuordnen lassen.",
  not_there: "Diese Person ist gerade nicht da. Bleibt es dabei, hilft ein Blick auf xpresence in den Einstellungen.",
  no_team: "Auf dieser Tafel ist noch niemand.",
  no_match: "Niemand passt dazu.",
  not_yours: "Mehr sehen nur die Person selbst und ihre Vertretung.",

  until: "bis {time}",
  until_latest: "{until}, spätestens {time}",
  chosen_until_changed: "bis zur Änderung",
  chosen_until_return: "bis zur Rückkehr",
  chosen_until_session_ends: "bis zum Ende der Sitzung",
  appointment: "Termin",
  call_pbx: "am Telefon",
  call_teams: "Gespräch in Teams",
  category: "Termin",
  chosen: "von Hand gewählt",
  default: "automatisch",
  inactive: "PC unbenutzt",
  locked: "PC gesperrt",
  neutral: "kein Standardprofil",
  planned: "geplant",
  rule: "Regel",
  session_ended: "PC beendet",
  session_started: "PC gestartet",

  profile: "Profil",
  how_long: "Wie lange",
  minutes_30: "30 Min.",
  hour_1: "1 Std.",
  until_when: "bis …",
  until_return: "bis zur Rückkehr",
  until_changed: "bis zur Änderung",
  back: "Zurück zur Automatik",
  set: "Setzen",
  ends_at: "Endet um",
  info_text: "Infotext",
  info_text_hint: "Was Kollegen lesen",
  automatic: "Automatik",
  follow_me: "Follow-Me",
  off: "Aus",
  unknown: "Unbekannt",
  teamdesk: "TeamDesk",

  redirect: "Umleitung",
  redirect_off: "Anrufe klingeln hier",
  redirect_active: "Anrufe gehen an: {target}",
  redirect_active_busy: "Bei besetzt gehen Anrufe an: {target}",
  redirect_active_no_reply: "Ohne Antwort gehen Anrufe an: {target}",
  redirect_active_off: "Anrufe sind umgeleitet",
  redirect_pending: "Noch nicht gesetzt: Anrufe an {target}",
  redirect_pending_off: "Die Umleitung ist noch nicht bestätigt",
  redirect_failed: "Nicht gesetzt: Anrufe sollten an {target} gehen",
  redirect_failed_off: "Die Umleitung ließ sich nicht beenden",
  redirect_unknown: "Wohin Anrufe gehen, ist nicht bekannt",
  redirect_follow_me: "Follow-Me: Es klingelt auf {target}",
  wanted: "gewünscht: {rule}",
  redirect_keeps: "Anrufe gehen weiter an {target}",
  from_profile: "wegen {profile}",
  keeps_going: "Anrufe gehen weiter an {target}, wegen {profile}",
  away_though_available: "Du bist verfügbar, aber deine Anrufe gehen an {target}: Das kommt vom Telefon, von keinem Profil.",
  set_by_profile: "vom Profil gesetzt",
  set_by_action: "von Hand gesetzt",
  set_by_phone: "am Telefon gesetzt",
  set_by_unknown: "nicht von xpresence gesetzt",
  not_connected: "Die Telefonanlage ist nicht erreichbar",
  reason_auth_failed: "die Anmeldung wird abgelehnt",
  reason_bad_number: "das Ziel ist keine Nummer",
  reason_loop: "der Anruf würde im Kreis laufen",
  reason_permission_denied: "eine Berechtigung fehlt",
  reason_rejected: "die Telefonanlage hat abgelehnt",
  reason_self: "sie führte zu diesem Telefon zurück",
  reason_undecided: "ein Administrator muss unter Reparaturen sagen, wessen Umleitung steht",
  reason_unknown_device: "dieses Gerät gibt es nicht",
  reason_unknown_person: "diese Person gibt es nicht",
  reason_unreachable: "das folgt, sobald die Telefonanlage antwortet",
  change_redirect: "Umleitung ändern",
  to_voicemail: "An Voicemail",
  end_redirect: "Hier klingeln",
  as_profile: "Wie das Profil sagt",
  redirect_to: "Nummer, Kollege oder Gerät",

  today: "Heute",
  tomorrow: "morgen {time}",
  now: "jetzt",
  to: "Anrufe an {target}",
  to_busy: "bei besetzt an {target}",
  to_no_reply: "ohne Antwort an {target}",
  rule_off: "Anrufe klingeln hier",
  rule_unchanged: "Anrufe wie am Telefon eingestellt",
  nothing_changes: "Bis {time} ändert sich nichts.",
  appointments: "Termine",
  private: "Termin",
  ignored: "zählt nicht",
  set_aside: "Ausgesetzt",
  is_set_aside: "ausgesetzt",
  set_aside_this: "{what} aussetzen",
  bring_back: "{what} zurückholen",
  plan_ahead: "Vorausplanen",
  plan: "Planen",
  begins_at: "Beginnt um",
  cancel: "{what} absagen",
  why: "Warum?",
  connections: "Verbindungen",
  dismiss: "Schließen",
  failed: "Das hat nicht geklappt.",

  team: "Team",
  find: "Suchen",
  sort: "Sortieren",
  sort_name: "nach Name",
  sort_status: "nach Status",
  sort_extension: "nach Nebenstelle",
  only_available: "Nur verfügbare",
  call: "{name} anrufen",
  you: "selbst",
  more: "Mehr zu {name}",
  details_of: "{name} in Home Assistant öffnen",

  editor_entity: "Person",
  editor_entity_help: "Leer: Alle sehen ihre eigene.",
  editor_name: "Titel",
  editor_hide: "Weglassen",
  editor_entry: "Telefonanlage",
  editor_entry_help: "Leer: Alle von allen Telefonanlagen.",
  editor_sort: "Sortieren",
  hide_ending: "Wie lange",
  hide_info_text: "Infotext",
  hide_devices: "Automatik, Follow-Me, TeamDesk",
  hide_timeline: "Heute",
  hide_appointments: "Termine",
  hide_why: "Warum?",
  hide_connections: "Verbindungen",
};

/**
 * @typedef {keyof typeof EN} Key
 * @typedef {(key: Key, blanks?: Record<string, string>) => string} Words
 */

/**
 * Return the words of a language; any but German is English.
 *
 * @param {string} language
 * @returns {Words}
 */
export function words(language) {
  return phrases(language, EN, DE);
}

/**
 * Return the words of a language out of two tables.
 *
 * @template {Record<string, string>} T
 * @param {string} language
 * @param {T} en
 * @param {T} de
 * @returns {(key: keyof T, blanks?: Record<string, string>) => string}
 */
export function phrases(language, en, de) {
  const table = language.startsWith("de") ? de : en;
  return (key, blanks = {}) =>
    (table[key] ?? "").replace(/\{(\w+)\}/g, (_, blank) => blanks[blank] ?? "");
}

/** Return the words of whoever is logged in, for what is asked before there is a hass. */
export function spoken() {
  /** @type {any} */
  const home = document.querySelector("home-assistant");
  return words(home?.hass?.language ?? document.documentElement.lang);
}

/**
 * @param {string} key
 * @returns {key is Key}
 */
export function isKey(key) {
  return key in EN;
}
