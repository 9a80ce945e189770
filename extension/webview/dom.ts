/** A description of an element. Views are functions from data to these, and `patch` brings the page in line with them. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly on: Readonly<Handlers>;
  readonly children: readonly Child[];
}

export type Child = Element | string;

interface Handlers {
  change?: (event: Event) => void;
  click?: (event: MouseEvent) => void;
  keydown?: (event: KeyboardEvent) => void;
  submit?: (event: SubmitEvent) => void;
}

type Attributes = Record<string, string | number | boolean | undefined>;

/** @param attributes `true` is an attribute without value; `false` and `undefined` are none */
export function element(
  tag: string,
  attributes: Attributes,
  children: readonly Child[] = [],
  on: Handlers = {},
): Element {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) given[name] = value === true ? '' : String(value);
  }
  return { tag, attributes: given, on, children };
}

/** The text that a person reads in it, without markup. */
export function textOf(node: Child): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join(' ');
}

type PageElement = HTMLElement | SVGElement;

function isElement(node: ChildNode | undefined): node is PageElement {
  return node instanceof HTMLElement || node instanceof SVGElement;
}

/** Changes what differs and leaves the rest alone, so that focus, selection and scroll position stay. */
export function patch(parent: PageElement, children: readonly Child[]): void {
  children.forEach((child, index) => {
    const present = parent.childNodes[index];
    if (typeof child === 'string') patchText(parent, present, child);
    else patchElement(parent, present, child);
  });
  while (parent.childNodes.length > children.length) parent.lastChild?.remove();
}

function patchText(parent: PageElement, present: ChildNode | undefined, text: string): void {
  if (present instanceof Text) {
    if (present.data !== text) present.data = text;
  } else {
    replace(parent, present, document.createTextNode(text));
  }
}

const SVG = 'http://www.w3.org/2000/svg';
/** Tags of drawings. */
const drawn: ReadonlySet<string> = new Set(['svg', 'rect', 'line']);

function patchElement(parent: PageElement, present: ChildNode | undefined, wanted: Element): void {
  let target: PageElement;
  if (isElement(present) && present.tagName.toLowerCase() === wanted.tag) {
    target = present;
  } else {
    target = drawn.has(wanted.tag)
      ? document.createElementNS(SVG, wanted.tag as 'svg')
      : document.createElement(wanted.tag);
    replace(parent, present, target);
  }
  for (const { name } of [...target.attributes]) {
    if (!(name in wanted.attributes) && !isItems(wanted, name)) target.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(wanted.attributes)) {
    if (target.getAttribute(name) !== value) target.setAttribute(name, value);
  }
  target.onchange = wanted.on.change ?? null;
  target.onclick = wanted.on.click ?? null;
  target.onkeydown = wanted.on.keydown ?? null;
  target.onsubmit = wanted.on.submit ?? null;
  patch(target, wanted.children);
}

/** Which of the items of a list is the tab stop, `items.ts` decides. */
function isItems({ attributes }: Element, name: string): boolean {
  return name === 'tabindex' && 'data-item' in attributes;
}

function replace(parent: PageElement, present: ChildNode | undefined, node: Node): void {
  if (present) parent.replaceChild(node, present);
  else parent.appendChild(node);
}
