/** @import {Clock} from "./time.js" */

/**
 * What the cards know of Home Assistant, and what xpresence tells them.
 *
 * @typedef {object} Hass
 * @property {string} language
 * @property {{ language: string, time_format: string, time_zone: string }} locale
 * @property {{ time_zone: string }} config
 * @property {Record<string, { platform?: string, translation_key?: string, device_id?: string }>} entities
 * @property {Record<string, { name?: string, name_by_user?: string, area_id?: string }>} devices
 * @property {{ id: string, is_admin: boolean }} [user]
 * @property {Record<string, { name: string }>} areas
 * @property {(key: string, blanks?: Record<string, string | number>) => string} localize
 * @property {(category: string, integration: string) => Promise<Hass["localize"]>} loadBackendTranslation
 * @property {(domain: string, action: string, data: object, target?: object, notify?: boolean) => Promise<unknown>} callService
 * @property {Record<string, { state: string, attributes: Record<string, any> }>} states
 * @property {(command: object) => Promise<any>} callWS
 * @property {{ subscribeMessage: (told: (message: any) => void, command: object) => Promise<() => Promise<void>> }} connection
 *
 * @typedef {object} Person what every colleague sees
 * @property {string} id
 * @property {string} name
 * @property {string} extension
 * @property {string | null} [person_entity] their person in Home Assistant, with the picture
 * @property {string} profile
 * @property {string} status
 * @property {string} info_text
 * @property {string | null} until
 * @property {string} reason
 * @property {string | null} call
 * @property {Redirect} redirect only its status, for who may not see the details
 *
 * @typedef {object} Redirect as the phone system says
 * @property {"off" | "active" | "pending" | "failed" | "unknown"} status
 * @property {string} [target]
 * @property {string} [condition]
 * @property {string} [part]
 * @property {string} [set_by]
 * @property {string} [reason]
 * @property {boolean} [target_known] false: on, and nobody knows whereto
 * @property {boolean} [confirmed] false: the phone system does not tell
 * @property {string} [read_at] when it was read last, where it has to be asked
 *
 * @typedef {object} Rule what a profile wants of the redirect
 * @property {"unchanged" | "off" | "forward"} mode
 * @property {{ condition: string, target: string }[]} targets
 * @property {boolean} do_not_disturb
 *
 * @typedef {object} Step a stretch of the timeline
 * @property {string | null} start
 * @property {string} end
 * @property {string} profile
 * @property {string} status
 * @property {string} reason
 * @property {string} subject
 * @property {Rule} redirect
 * @property {string | null} calls_from whose redirect goes on, if not the profile's own
 *
 * @typedef {object} Dismissed what would hold by itself, had nobody set it aside
 * @property {string} id
 * @property {string} reason
 * @property {string} subject
 * @property {string | null} start
 * @property {string | null} end
 *
 * @typedef {object} Appointment
 * @property {string} id
 * @property {boolean} dismissed
 * @property {string} start
 * @property {string} end
 * @property {string} subject
 * @property {string} source
 * @property {string | null} planned by what it is known, if it was planned by hand
 * @property {string | null} profile
 * @property {string | null} status
 *
 * @typedef {object} Choice a profile that can be chosen
 * @property {string} name
 * @property {string} status
 * @property {(Rule & { profile: string }) | null} keeps the redirect that would go on, and whose it is
 *
 * @typedef {object} Details what only some may see
 * @property {string | null} since
 * @property {string} source
 * @property {boolean} chosen whether a choice by hand is in force
 * @property {string | null} calls_from whose redirect goes on, if not the profile's own
 * @property {Dismissed[]} dismissed
 * @property {boolean} automatic
 * @property {boolean} connected
 * @property {{ devices: string[], known: boolean, device: string | null } | null} follow_me
 * @property {{ states: string[], state: string | null } | null} agent
 * @property {string[]} [conditions] when calls can be redirected
 * @property {Choice[]} profiles
 * @property {string[]} why
 * @property {Step[]} timeline
 * @property {Appointment[]} appointments
 *
 * @typedef {object} PersonMessage one person, as subscribed
 * @property {Person | null} person
 * @property {Details | null} [details]
 * @property {string[]} [may]
 * @property {Record<string, string>} [entities]
 * @property {{ days: number, kept: boolean } | null} [history] for who may see it
 *
 * @typedef {typeof import("../../translations/en.json")["config_panel"]} Sections the texts
 *
 * @typedef {Person & { office: string, is_self: boolean, places_calls: boolean, entity: string | null }} Colleague
 */

/**
 * What every part needs to draw itself.
 *
 * @typedef {object} RenderContext
 * @property {Hass} hass
 * @property {Words} t
 * @property {Clock} clock
 * @property {Date} now
 */

/**
 * The words of one section: called with a key, and with what its blanks hold.
 *
 * @template {keyof Sections} S
 * @typedef {{
 *   (key: keyof Sections[S], blanks?: Record<string, string | number>): string,
 *   has(key: string): key is keyof Sections[S] & string,
 * }} WordsOf
 */

/** @typedef {WordsOf<"cards">} Words */

/**
 * @typedef {object} BoardFilter
 * @property {string} sought what is typed
 * @property {boolean} available whether only who is available is wanted
 * @property {string} sort
 * @property {string} [away] whether who is away comes first or last
 */

/**
 * @typedef {object} Preferences
 * @property {string[]} favourites ids of people
 * @property {string[]} targets where calls were redirected to, the latest first
 */

/** @typedef {{ key: string, label: string, end: { for?: object, until?: string, ending?: string } }} End */

export {};
