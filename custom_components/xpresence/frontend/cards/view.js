/**
 * A small view: describe what is to be seen, and the page is changed to that.
 *
 * Whatever comes from outside enters as a text node or as an attribute, never as
 * markup. What has the focus, and what is being typed, stays.
 */

/**
 * @typedef {{ tag: string, props: Record<string, any>, children: (Node_ | string)[] }} Node_
 * @typedef {Node_ | string | number | null | undefined | false | Child[]} Child
 */

/** What was last asked of an element, to change only what differs. */
/** @type {WeakMap<Element, Record<string, any>>} */
const asked = new WeakMap();

/** Set on the element itself rather than as an attribute. */
const PROPERTIES = new Set(["checked", "defaultValue", "disabled", "indeterminate", "selected", "value"]);

/**
 * Describe an element. `on…` are listeners; `key` tells siblings apart; an attribute
 * that is false, null or undefined is absent, and one that is true is empty. A name
 * that begins with a dot is a property of the element itself.
 *
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Child} children
 * @returns {Node_}
 */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: flat(children) };
}

/**
 * Change what an element holds to what is described.
 *
 * @param {Element | ShadowRoot} parent
 * @param {Child[]} children
 */
export function show(parent, children) {
  /** @type {Map<unknown, Element>} */
  const keyed = new Map();
  for (const element of parent.children) {
    const key = asked.get(element)?.key;
    if (key !== undefined) keyed.set(key, element);
  }
  /** @type {ChildNode | null} */
  let at = parent.firstChild;
  for (const child of flat(children)) {
    if (typeof child === "string") {
      if (at instanceof Text) {
        if (at.data !== child) at.data = child;
        at = at.nextSibling;
      } else {
        parent.insertBefore(document.createTextNode(child), at);
      }
      continue;
    }
    const element = keyed.get(child.props.key) ?? reusable(at, child) ?? make(child.tag);
    keyed.delete(child.props.key);
    if (element === at) at = at.nextSibling;
    else parent.insertBefore(element, at);
    update(element, child.props);
    show(element, child.children);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/**
 * @param {ChildNode | null} at
 * @param {Node_} child
 */
function reusable(at, child) {
  if (!(at instanceof Element) || at.localName !== child.tag) return undefined;
  return asked.get(at)?.key === child.props.key ? at : undefined;
}

/** @param {string} tag */
function make(tag) {
  return document.createElement(tag);
}

/**
 * @param {any} element
 * @param {Record<string, any>} props
 */
function update(element, props) {
  const before = asked.get(element) ?? {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(props)])) {
    const value = props[name];
    if (PROPERTIES.has(name)) {
      // Not while the user edits it.
      const typing = name === "value" && before[name] === value && element.matches(":focus");
      // Without a value its text would be the value.
      const other = element[name] !== value || !(name in before);
      if (!typing && other) element[name] = value ?? "";
      continue;
    }
    if (name === "key" || before[name] === value) continue;
    if (name.startsWith(".")) {
      element[name.slice(1)] = value;
      continue;
    }
    if (name.startsWith("on")) element[name] = value ?? null;
    else if (value === false || value == null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  asked.set(element, props);
}

/**
 * @param {Child[]} children
 * @returns {(Node_ | string)[]}
 */
function flat(children) {
  return children.flatMap((child) => {
    if (child == null || child === false || child === "") return [];
    if (Array.isArray(child)) return flat(child);
    return typeof child === "object" ? [child] : [String(child)];
  });
}
