/** How the panel looks, beside what it shares with the cards. */

export const styles = new CSSStyleSheet();

styles.replaceSync(`
:host {
  --tone: var(--disabled-color, #9e9e9e);
  display: flex; flex-direction: column; box-sizing: border-box;
  height: calc(100dvh - var(--safe-area-inset-top, 0px) - var(--safe-area-inset-bottom, 0px));
  background: var(--primary-background-color); color: var(--primary-text-color);
  font-size: var(--ha-font-size-m, 14px); line-height: 1.4;
  container-type: inline-size;
}
.top {
  flex: none; display: flex; align-items: center; gap: 8px; padding: 0 8px; min-height: 56px;
  background: var(--app-header-background-color, var(--primary-color));
  color: var(--app-header-text-color, #fff);
}
.top .menu { margin: 0; color: inherit; }
nav { display: flex; overflow-x: auto; align-self: stretch; }
nav a {
  display: flex; align-items: center; gap: 8px; padding: 0 14px; min-height: 56px; box-sizing: border-box;
  text-decoration: none; white-space: nowrap; border-bottom: 3px solid transparent; --mdc-icon-size: 20px;
}
nav a[aria-current] { border-bottom-color: currentColor; font-weight: var(--ha-font-weight-medium, 500); }
nav a:focus-visible, .top button:focus-visible { outline-color: currentColor; outline-offset: -4px; }
main { flex: 1; min-height: 0; overflow: auto; padding: 16px; display: flex; flex-direction: column; gap: 16px; }
main > xpresence-card, main > xpresence-team-card { max-width: 1100px; width: 100%; margin: 0 auto; }
.alert { margin: 8px 16px 0; }
.alert.is-done { background: color-mix(in srgb, var(--success-color, #43a047) 18%, transparent); }
.alert.is-done > ha-icon { color: var(--success-color, #43a047); }
div[role="status"]:empty { display: none; }
h1 { margin: 0; font-size: var(--ha-font-size-xl, 20px); font-weight: var(--ha-font-weight-medium, 500); }
h2 { font-size: var(--ha-font-size-l, 16px); }
.panelcard {
  background: var(--card-background-color); border-radius: var(--ha-card-border-radius, 12px);
  border: 1px solid var(--divider-color); padding: 16px; display: flex; flex-direction: column; gap: 12px;
}
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.actions .push { margin-inline-start: auto; }
.pill { display: inline-flex; align-items: center; gap: 6px; min-height: 40px; --mdc-icon-size: 18px; text-decoration: none; box-sizing: border-box; }
.pill:disabled { opacity: .6; }
.scroll {
  flex: 1; min-height: 240px; overflow: auto; border: 1px solid var(--divider-color);
  border-radius: var(--ha-card-border-radius, 12px); background: var(--card-background-color);
}
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: 0 12px; height: 52px; box-sizing: border-box; border-bottom: 1px solid var(--divider-color); white-space: nowrap; }
td { max-width: 280px; overflow: hidden; text-overflow: ellipsis; }
td.wrap { white-space: normal; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--card-background-color); font-weight: var(--ha-font-weight-medium, 500); }
th button { padding: 4px 0; font-weight: inherit; display: inline-flex; gap: 4px; align-items: center; --mdc-icon-size: 16px; }
tr[aria-selected="true"] td { background: color-mix(in srgb, var(--primary-color) 12%, transparent); }
td a, td button.name { color: var(--primary-text-color); font-weight: var(--ha-font-weight-medium, 500); text-decoration: underline; text-underline-offset: 2px; padding: 0; }
td input[type="text"] { width: 100%; min-width: 90px; }
input[type="checkbox"] { width: 20px; height: 20px; min-height: 0; margin: 0; accent-color: var(--primary-color); vertical-align: middle; }
.now { display: inline-flex; align-items: center; gap: 6px; --mdc-icon-size: 18px; }
.now ha-icon { color: var(--tone); }
.state { display: inline-block; padding: 2px 10px; border-radius: 999px; background: var(--divider-color); color: var(--primary-text-color); }
.state.is-new { background: color-mix(in srgb, var(--success-color, #43a047) 25%, transparent); }
.state.is-changed { background: color-mix(in srgb, var(--primary-color) 25%, transparent); }
.state.is-conflict { background: color-mix(in srgb, var(--warning-color, #ffa600) 30%, transparent); }
.state.is-invalid { background: color-mix(in srgb, var(--error-color, #db4437) 22%, transparent); }
textarea {
  box-sizing: border-box; width: 100%; min-height: 140px; padding: 8px 12px; font: inherit; font-family: var(--ha-font-family-code, monospace);
  color: inherit; color-scheme: inherit; border-radius: var(--ha-border-radius-md, 8px);
  border: 1px solid color-mix(in srgb, var(--primary-text-color) 45%, transparent); background: var(--card-background-color, transparent);
}
.question, .asked { display: flex; flex-direction: column; gap: 4px; max-width: 520px; min-width: 0; }
:is(.question, .asked) > :is(input, select):not([type="checkbox"]) { width: 100%; }
.question textarea { min-height: 72px; font-family: inherit; }
.wrong { color: var(--error-color, #db4437); font-weight: var(--ha-font-weight-medium, 500); }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 16px; align-items: start; }
.ordered { display: flex; flex-direction: column; gap: 8px; }
.ordered > li { display: flex; align-items: center; gap: 8px; min-height: 48px; padding: 0 8px; border: 1px solid var(--divider-color); border-radius: var(--ha-border-radius-lg, 12px); background: var(--card-background-color); }
.ordered > li[draggable="true"] { cursor: grab; }
.ordered .icon { margin: 0; }
.row { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
.profile { display: flex; flex-direction: column; gap: 4px; padding: 8px 0; min-width: 0; --mdc-icon-size: 20px; }
.profile > .row > ha-icon { color: var(--tone); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 150px), 1fr)); gap: 4px 12px; margin: 0; }
.facts > div { min-width: 0; overflow-wrap: anywhere; }
dd { margin: 0; }
fieldset.question { border: 1px solid var(--divider-color); border-radius: var(--ha-border-radius-md, 8px); padding: 8px 12px; margin: 0; display: flex; flex-direction: column; gap: 8px; max-width: 520px; min-width: 0; }
fieldset.question > legend { padding: 0 4px; }
.panelform { display: flex; flex-direction: column; gap: 12px; }
details > summary { cursor: pointer; min-height: 40px; display: list-item; line-height: 40px; }
details { display: flex; flex-direction: column; gap: 12px; }
details > * + * { margin-top: 8px; }
.steps { list-style: none; padding: 0; margin: 0; display: flex; flex-direction: column; gap: 8px; }
.outcome { display: flex; flex-direction: column; gap: 8px; }
.outcome p { margin: 0; }
.push { margin-inline-start: auto; }
.matrix { flex: none; max-height: 60vh; }
.matrix tbody th { font-weight: inherit; }
@container (max-width: 700px) {
  main { padding: 8px; }
  nav a { padding: 0 10px; }
  nav a span { font-size: var(--ha-font-size-s, 12px); }
  nav a ha-icon { display: none; }
  th, td { padding: 0 8px; }
  .wide { display: none; }
}
`);
