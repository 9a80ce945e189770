import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BrokenPager } from '../simulator/hypervisor/engines/full/pager-names';

/** A mistake in the VMM that its author might well have made, as an edit of its source. */
export interface SourceFault {
  readonly id: string;
  /** What the author has got wrong. */
  readonly mistake: string;
  /** Below simulator/hypervisor. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  /** What stands there instead. */
  readonly replace: string;
}

const file = 'engines/full/page-fault.ts';

/** What is wrong in each of the broken pagers, which are there to be debugged: that the tests find them is held with the other seeded faults. */
export const pagerFaults: Readonly<Record<BrokenPager, SourceFault>> = {
  one: {
    id: 'sum-forgotten',
    mistake: 'One view serves virtual S-mode with SUM and without it.',
    file,
    find: ' | (sum && !user ? 2 : 0)',
    replace: '',
  },
  two: {
    id: 'dirty-too-early',
    mistake: "A shadow leaf has W as soon as the guest's has it, whatever its D says.",
    file,
    find: 'guest & Pte.W && guest & Pte.D ?',
    replace: 'guest & Pte.W ?',
  },
  three: {
    id: 'global-kept',
    mistake: "The guest's G is kept in shadow leaves.",
    file,
    find: 'return SHADOW_FLAGS | readable',
    replace: 'return SHADOW_FLAGS | (guest & Pte.G) | readable',
  },
};

/** Where the build puts the sources that it makes, each by its path in the repository: debuggers show them. */
export const BUILT_SOURCES = 'dist/vmm';

/** The source in the repository of which one was built. */
export function originOf(source: string): string {
  return source.startsWith(`${BUILT_SOURCES}/`) ? source.split('/').slice(3).join('/') : source;
}

export interface BuiltPager {
  readonly name: string;
  /** Where its source is, from the root of the repository. */
  readonly source: string;
  readonly text: string;
}

/** The broken pagers, made of the pager's source; a tree without that one has none. @throws Error where that has no place for a fault any more */
export function brokenPagers(root: string): readonly BuiltPager[] {
  return Object.entries(pagerFaults).flatMap(([name, fault]) => {
    const origin = `simulator/hypervisor/${fault.file}`;
    if (!existsSync(path.join(root, origin))) return [];
    const text = readFileSync(path.join(root, origin), 'utf8');
    return { name, source: `${BUILT_SOURCES}/${name}/${origin}`, text: withFault(text, fault, origin) };
  });
}

/** A text with a fault in it. @throws Error where its place is not to be found any more */
export function withFault(text: string, { id, find, replace }: Omit<SourceFault, 'file'>, file: string): string {
  const places = text.split(find).length - 1;
  if (places !== 1)
    throw new Error(`edit the fault ${id}: its text stands ${places} times in ${file}, not once: ${find}`);
  return text.replace(find, () => replace);
}

/** The text of the module `hyperstep:pagers`. */
export function pagersModule(pagers: readonly BuiltPager[]): string {
  const imports = pagers.map(({ name, source }) => `import * as ${name} from '${source}';`);
  const entries = pagers.map(({ name, source }) => `${name}: { pager: ${name}, source: '${source}' }`);
  return `${imports.join('\n')}\nexport const brokenPagers = { ${entries.join(', ')} };`;
}
