/** How both cards look, in Home Assistant's own colours, sizes and shapes. */

export const styles = new CSSStyleSheet();

styles.replaceSync(`
:host { display: block; }
ha-card { height: 100%; container-type: inline-size; overflow: hidden; }
.card {
  --tone: var(--disabled-color, #9e9e9e);
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  gap: 16px;
  padding: 16px;
  color: var(--primary-text-color);
  font-size: var(--ha-font-size-m, 14px);
  line-height: 1.4;
}
.available { --tone: var(--success-color, #43a047); }
.busy, .do_not_disturb { --tone: var(--error-color, #db4437); }
.be_right_back, .away { --tone: var(--warning-color, #ffa600); }
.offline { --tone: var(--secondary-text-color, #727272); }

.sections { display: flex; flex-direction: column; gap: 16px; }
h2, h3, p, ul { margin: 0; padding: 0; }
h2, h3 { font-weight: var(--ha-font-weight-medium, 500); }
h3 { font-size: var(--ha-font-size-s, 12px); color: var(--secondary-text-color); margin-bottom: 8px; }
h2.small { font-weight: var(--ha-font-weight-normal, 400); }
h2.title { font-size: var(--ha-font-size-l, 16px); }
ul { list-style: none; }
.small { font-size: var(--ha-font-size-s, 12px); color: var(--secondary-text-color); }
.strong { font-weight: var(--ha-font-weight-medium, 500); overflow-wrap: anywhere; }
.block { display: block; }
.grow { flex: 1; min-width: 0; }
.empty { color: var(--secondary-text-color); padding: 8px 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skeleton { min-height: 120px; border-radius: var(--ha-border-radius-lg, 12px); background: var(--divider-color); opacity: .4; }

button, input, select, a { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; text-align: inherit; }
button:disabled, select:disabled { cursor: default; opacity: .6; }
[aria-busy="true"] { opacity: .6; }
:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; }

.head { display: flex; align-items: center; gap: 16px; }
.badge {
  flex: none; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%;
  color: var(--tone); background: color-mix(in srgb, var(--tone) 20%, transparent);
}
.with-picture { position: relative; background: none; }
.badge img { width: 100%; height: 100%; border-radius: 50%; object-fit: cover; }
.with-picture > ha-icon {
  position: absolute; inset-inline-end: -4px; bottom: -4px; display: grid; --mdc-icon-size: 20px;
  border-radius: 50%; background: var(--card-background-color, #fff);
}
.head .badge { width: 56px; height: 56px; }
.head .badge:not(.with-picture) { --mdc-icon-size: 32px; }
.profile { font-size: var(--ha-font-size-2xl, 24px); line-height: 1.2; overflow-wrap: anywhere; }
.said { margin-top: 4px; overflow-wrap: anywhere; }
.call {
  flex: none; display: inline-flex; align-items: center; gap: 6px; padding: 4px 10px;
  border-radius: 999px; font-size: var(--ha-font-size-s, 12px); --mdc-icon-size: 16px;
  background: color-mix(in srgb, var(--primary-color) 15%, transparent);
}
.call.is-unavailable { background: var(--divider-color); }

.redirect {
  --line: var(--divider-color);
  display: flex; align-items: center; gap: 12px; padding: 10px 12px; min-height: 40px;
  border-radius: var(--ha-border-radius-lg, 12px); border: 1px solid var(--line);
  background: color-mix(in srgb, var(--line) 12%, transparent);
}
.redirect > ha-icon { color: var(--line); }
.redirect.is-off { background: none; }
.redirect.is-off > ha-icon { color: var(--secondary-text-color); }
.redirect.is-active { --line: var(--primary-color); }
.redirect.is-pending { --line: var(--warning-color, #ffa600); border-style: dashed; }
.redirect.is-failed { --line: var(--error-color, #db4437); border-width: 2px; }
.redirect.is-unknown { --line: var(--secondary-text-color); border-style: dotted; background: none; }

div[role="alert"]:empty { display: none; }

.chips {
  --least: max(132px, calc(var(--longest, 10) * .62em + 56px));
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--least)), 1fr)); gap: 8px;
}
.chips.scroll { display: flex; }
.chips.scroll > .chip { flex: none; }
.chip {
  display: flex; align-items: center; gap: 8px; min-height: 44px; padding: 6px 12px; min-width: 0;
  border-radius: var(--ha-border-radius-lg, 12px);
  background: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  border: 2px solid transparent; transition: background .18s;
  --mdc-icon-size: 20px;
}
.chip ha-icon { flex: none; color: var(--tone); }
.chip span { min-width: 0; overflow-wrap: break-word; hyphens: auto; line-height: 1.2; }
.chip[aria-pressed="true"] {
  border-color: var(--tone); font-weight: var(--ha-font-weight-medium, 500);
  background: color-mix(in srgb, var(--tone) 18%, transparent);
}
.pills { display: flex; flex-wrap: wrap; gap: 8px; }
.pill {
  min-height: 36px; padding: 4px 14px; border-radius: 999px; white-space: nowrap;
  background: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  border: 1px solid transparent;
}
.pill[aria-pressed="true"], .pill.filled {
  border-color: var(--primary-color); font-weight: var(--ha-font-weight-medium, 500);
  background: color-mix(in srgb, var(--primary-color) 18%, transparent);
}
.icon {
  flex: none; display: grid; place-items: center; width: 44px; height: 44px; padding: 0;
  margin: -6px; border-radius: 50%; color: var(--primary-text-color); text-decoration: none;
}
.link {
  display: inline-flex; align-items: center; gap: 8px; min-height: 36px; padding: 0 8px 0 0;
  font-weight: var(--ha-font-weight-medium, 500); --mdc-icon-size: 20px;
}
.chips + .link { margin-top: 8px; }
@media (hover: hover) {
  .chip:hover, .pill:hover, .icon:hover { background: color-mix(in srgb, var(--primary-text-color) 12%, transparent); }
  .link:hover { text-decoration: underline; }
}

.picker { margin-top: 8px; }
.empty a { display: inline-block; margin-top: 8px; text-decoration: none; }
a.pill { display: inline-flex; align-items: center; }
div[role="status"]:empty { display: none; }
form.row { display: flex; gap: 8px; margin-top: 8px; }
input, select {
  box-sizing: border-box; min-height: 40px; min-width: 0; padding: 4px 12px; color-scheme: inherit;
  border-radius: var(--ha-border-radius-md, 8px);
  border: 1px solid color-mix(in srgb, var(--primary-text-color) 45%, transparent);
  background: var(--card-background-color, transparent);
}
form.row input { flex: 1; }
.field > select { max-width: 70%; }
input::placeholder { color: var(--secondary-text-color); opacity: 1; }
.field { display: flex; align-items: center; justify-content: space-between; gap: 12px; min-height: 44px; }
.field > span { flex: none; }
.field > input { flex: 1; max-width: 70%; }
.field > .pills { justify-content: flex-end; }
.devices:empty { display: none; }
.switch {
  flex: none; width: 48px; height: 28px; padding: 0; border-radius: 14px;
  background: color-mix(in srgb, var(--primary-text-color) 45%, transparent); transition: background .18s;
}
.knob { display: block; width: 20px; height: 20px; margin: 4px; border-radius: 50%; background: #fff; transition: margin .18s; }
.switch[aria-checked="true"] { background: var(--primary-color); }
.switch[aria-checked="true"] .knob { margin-inline-start: 24px; }

.bar { display: flex; gap: 2px; height: 32px; border-radius: var(--ha-border-radius-md, 8px); overflow: hidden; }
.segment {
  box-sizing: border-box; display: flex; align-items: center; min-width: 2px; padding: 0 8px;
  overflow: hidden; white-space: nowrap; font-size: var(--ha-font-size-s, 12px);
  background: color-mix(in srgb, var(--tone) 28%, transparent); border-bottom: 4px solid transparent;
}
.segment span { overflow: hidden; text-overflow: ellipsis; }
.segment.forwards { border-bottom-color: var(--primary-color); }
.hours { position: relative; height: 18px; font-size: var(--ha-font-size-s, 12px); color: var(--secondary-text-color); }
.hours span { position: absolute; width: 8ch; margin-inline-start: -4ch; text-align: center; white-space: nowrap; }
.list { display: flex; flex-direction: column; gap: 8px; margin-top: 8px; }
.list li { display: flex; gap: 12px; --mdc-icon-size: 20px; }
.list ha-icon { color: var(--tone); flex: none; }
.when { flex: none; min-width: 84px; color: var(--secondary-text-color); font-variant-numeric: tabular-nums; }
.over { opacity: .7; }
.running .when { color: var(--primary-text-color); font-weight: var(--ha-font-weight-medium, 500); }

.reasons { list-style: disc; padding-inline-start: 20px; }
.reasons li { overflow-wrap: anywhere; }
.reasons li::first-letter { text-transform: uppercase; }
.team { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 4px 16px; }
.team li { min-width: 0; }
.team .row { display: flex; align-items: center; gap: 8px; }
.person {
  flex: 1; min-width: 0; display: flex; align-items: center; gap: 12px; min-height: 56px; padding: 6px 8px;
  margin-inline-start: -8px; border-radius: var(--ha-border-radius-lg, 12px);
}
@media (hover: hover) { .person:hover { background: color-mix(in srgb, var(--primary-text-color) 6%, transparent); } }
.aside { display: flex; align-items: center; gap: 4px; --mdc-icon-size: 14px; }
.aside.is-failed { color: var(--primary-text-color); font-weight: var(--ha-font-weight-medium, 500); }
.quoted { font-style: italic; overflow-wrap: anywhere; }
.team .icon { margin: 0; }

.scroll { overflow-x: auto; scrollbar-width: none; }
.ellipsis { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

@container (max-width: 400px) {
  .chips { --least: max(116px, calc(var(--longest, 10) * .62em + 56px)); }
  form.stack .field { flex-direction: column; align-items: stretch; gap: 4px; }
  form.stack .field > :is(input, select) { max-width: none; }
  .field:has(.pills) { flex-direction: column; align-items: stretch; }
  .field > .pills { justify-content: flex-start; }
  .details { padding-inline-start: 0; }
}
@container (min-width: 720px) {
  .sections { display: block; columns: 2; column-gap: 32px; }
  .sections > * { break-inside: avoid; margin-bottom: 16px; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`);
