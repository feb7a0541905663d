/** The words of the connections, loaded with them. */

import { phrases } from "./texts.js";

const EN = {
  calendars: "Calendars",
  none: "No calendar is connected yet.",
  kind_home_assistant: "Home Assistant",
  kind_exchange: "Exchange Server",
  kind_notes: "HCL Notes",
  kind_caldav: "CalDAV",
  kind_ics: "ICS",
  kind_outlook: "Outlook",
  read: "read {age}",
  not_read: "not read yet",
  problem_certificate: "The server's certificate is not trusted.",
  problem_missing: "It is not there any more.",
  problem_not_allowed: "It may not be read. Have it shared with this login.",
  problem_sign_in: "The sign-in is refused.",
  problem_unavailable: "It cannot be read at the moment. It is tried again.",
  holds: "{problem} What was {age} still holds.",
  connect_one: "Connect a calendar",
  connect: "Connect",
  connected: "The calendar is connected.",
  disconnect: "Disconnect {name}",
  really: "Disconnect {name}? Its appointments no longer count.",
  yes_disconnect: "Disconnect",
  disconnected: "The calendar is disconnected.",
  keep: "Keep",
  cancel: "Cancel",
  renew: "New password for {name}",
  renewed: "The new password works.",
  save: "Save",
  kind: "Kind",
  calendar: "Calendar",
  url: "Server",
  username: "Login name",
  password: "Password",
  auth: "Sign-in",
  auth_ntlm: "NTLM",
  auth_basic: "Basic",
  auth_session: "Session",
  ca: "Own authority (PEM)",
  mailbox: "Mailbox",
  mail_file: "Mail file",
  collection: "Calendar on the server",
  default_profile: "Profile for appointments",
  categories_only: "Only categories count",
  pick: "Please choose",
  microsoft: "Microsoft 365",
  signed_in: "Signed in.",
  signed_out: "Signed out.",
  sign_in: "Sign in with Microsoft",
  sign_out: "Sign out",
  enter_code: "Open this page of Microsoft and enter the code:",
  waiting: "Waiting for the sign-in …",
};

/** @type {typeof EN} */
const DE = {
  calendars: "Kalender",
  none: "Noch ist kein Kalender verbunden.",
  kind_home_assistant: "Home Assistant",
  kind_exchange: "Exchange Server",
  kind_notes: "HCL Notes",
  kind_caldav: "CalDAV",
  kind_ics: "ICS",
  kind_outlook: "Outlook",
  read: "gelesen {age}",
  not_read: "noch nicht gelesen",
  problem_certificate: "Dem Zertifikat des Servers wird nicht vertraut.",
  problem_missing: "Er ist nicht mehr da.",
  problem_not_allowed: "Er darf nicht gelesen werden. Bitte für diese Anmeldung freigeben.",
  problem_sign_in: "Die Anmeldung wird abgelehnt.",
  problem_unavailable: "Er ist gerade nicht lesbar. Es wird wieder versucht.",
  holds: "{problem} Der Stand von {age} gilt weiter.",
  connect_one: "Kalender verbinden",
  connect: "Verbinden",
  connected: "Der Kalender ist verbunden.",
  disconnect: "{name} trennen",
  really: "{name} trennen? Seine Termine zählen dann nicht mehr.",
  yes_disconnect: "Trennen",
  disconnected: "Der Kalender ist getrennt.",
  keep: "Behalten",
  cancel: "Abbrechen",
  renew: "Neues Kennwort für {name}",
  renewed: "Das neue Kennwort stimmt.",
  save: "Speichern",
  kind: "Art",
  calendar: "Kalender",
  url: "Server",
  username: "Anmeldename",
  password: "Kennwort",
  auth: "Anmeldung",
  auth_ntlm: "NTLM",
  auth_basic: "Basic",
  auth_session: "Sitzung",
  ca: "Eigene Zertifizierungsstelle (PEM)",
  mailbox: "Postfach",
  mail_file: "Maildatei",
  collection: "Kalender auf dem Server",
  default_profile: "Profil für Termine",
  categories_only: "Nur Kategorien zählen",
  pick: "Bitte wählen",
  microsoft: "Microsoft 365",
  signed_in: "Angemeldet.",
  signed_out: "Abgemeldet.",
  sign_in: "Bei Microsoft anmelden",
  sign_out: "Abmelden",
  enter_code: "Diese Seite von Microsoft öffnen und den Code eingeben:",
  waiting: "Warten auf die Anmeldung …",
};

/**
 * @typedef {keyof typeof EN} Key
 * @typedef {(key: Key, blanks?: Record<string, string>) => string} Words
 */

/**
 * Return the words of a language.
 *
 * @param {string} language
 * @returns {Words}
 */
export function connectionWords(language) {
  return phrases(language, EN, DE);
}
