import assert from 'node:assert/strict';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const NAME = '[A-Za-z_][\\w.-]*';
/** Whatever XML 1.0 lets a text have: its characters (section 2.2), and no `<` or bare `&`. */
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Reads a document of elements, attributes and text; anything else of XML is wrong here. */
export function readXml(document: string): XmlElement {
  assert.match(document, CHARACTERS);
  let rest = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  assert.notEqual(rest, document, 'a declaration');
  const take = (pattern: RegExp): RegExpExecArray => {
    const found = pattern.exec(rest);
    assert.ok(found, rest.slice(0, 80));
    rest = rest.slice(found[0].length);
    return found;
  };
  const element = (): XmlElement => {
    const [, name = '', said = '', empty] = take(new RegExp(`^<(${NAME})((?: ${NAME}="[^"<]*")*)(/?)>`));
    const pairs = [...said.matchAll(new RegExp(` (${NAME})="([^"]*)"`, 'g'))];
    const names = pairs.map(([, key = '']) => key);
    assert.equal(new Set(names).size, names.length, 'an attribute is there once');
    const attributes = Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, meant(value)]));
    const children: XmlElement[] = [];
    let text = '';
    while (!empty && !rest.startsWith(`</${name}>`)) {
      if (rest.startsWith('<')) children.push(element());
      else text += meant(take(/^[^<]+/)[0]);
    }
    if (!empty) take(new RegExp(`^</${name}>`));
    return { name, attributes, children, text };
  };
  const root = element();
  assert.equal(rest.trim(), '');
  return root;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function meant(text: string): string {
  return text.replace(/&(?:(\w+)|#(\d+));|&/g, (whole, name: string | undefined, code: string | undefined) => {
    const character = code === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(Number(code));
    assert.ok(character !== undefined, whole);
    return character;
  });
}
