import * as integer from '../../object/bytes/integer';
import { SectionFlag } from '../../object/elf/relocatable';
import { addressOf } from '../layout/segment-map';
import type { LinkState } from '../link-state';

type EntryParts = Pick<
  LinkState,
  'layout' | 'script' | 'reporter' | 'options' | 'resolver' | 'outputs' | 'placed' | 'objects'
>;

const usualName = '_start';
/** Where a script names no entry. */
const unstatedName = 'start';
const codeName = '.text';

/** Where execution begins: the entry that is stated, `_start`, a number, or the first byte of the code, as for ld. */
export function entryOf(link: EntryParts): bigint {
  const { layout, script, reporter, options } = link;
  const hasScript = options.script !== undefined;
  const name = layout.entry ?? script.entry ?? (hasScript ? unstatedName : usualName);
  const found = link.resolver.resolveName(name) ?? localNamed(link, name);
  if (found) return integer.toUnsigned(found.value);
  if (/^(0[xX][0-9a-fA-F]+|\d+)$/.test(name)) return BigInt.asUintN(64, BigInt(name));
  const sections = link.outputs.filter(({ allocated, size }) => allocated && size > 0);
  const code = (hasScript ? link.placed.inFile : sections).find((section) => section.name === codeName);
  if (layout.entry !== undefined) reporter.general('entry', `the entry symbol '${name}' is not defined`);
  else if (hasScript && script.entry !== undefined) {
    const what = code
      ? `execution begins with ${codeName}, at ${integer.toHex(code.address)}`
      : 'execution begins at 0';
    reporter.general('entry', `the entry symbol '${name}' is not defined: ${what}`, 'warning');
  }
  if (hasScript) return code ? addressOf(code) : 0n;
  const first = code ?? sections.find(({ flags }) => flags & SectionFlag.Execute);
  return first ? addressOf(first) : layout.textBase;
}

/** `_start` without .globl is what the programmer means all the same. */
function localNamed(link: EntryParts, name: string): { value: integer.Integer } | undefined {
  for (const object of link.objects) {
    const found = object.symbols.find((symbol) => symbol.name === name && symbol.section !== 'undefined');
    if (found) return link.resolver.resolve(found);
  }
  return undefined;
}
