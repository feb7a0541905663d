/** How that looks which is loaded when it is needed. */

const more = new CSSStyleSheet();

more.replaceSync(`
.alert {
  display: flex; align-items: center; gap: 12px; padding: 8px 12px;
  border-radius: var(--ha-border-radius-lg, 12px);
  background: color-mix(in srgb, var(--error-color, #db4437) 15%, transparent);
}
.alert > ha-icon { color: var(--error-color, #db4437); }
form.stack { display: flex; flex-direction: column; gap: 4px; }
form.stack .pill { align-self: flex-end; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.tools input { flex: 1 1 120px; }
.details { display: flex; flex-direction: column; gap: 8px; padding: 4px 0 12px 52px; min-height: 24px; }
.feature { display: flex; align-items: center; gap: 8px; height: var(--feature-height, 42px); pointer-events: auto; }
.feature > .pill { height: 100%; border-radius: var(--feature-border-radius, 12px); }
.feature > .grow.pill { text-align: center; }
.scroll > .pill { flex: 1 0 auto; }
.badge-pill { display: flex; align-items: center; gap: 8px; --mdc-icon-size: 18px; background: var(--card-background-color); color: var(--primary-text-color); border-color: var(--divider-color); }
.badge-pill > ha-icon { color: var(--tone); }
`);

/**
 * Let an element look so too.
 *
 * @param {ShadowRoot} root
 */
export function withMoreStyles(root) {
  if (!root.adoptedStyleSheets.includes(more)) root.adoptedStyleSheets.push(more);
}
