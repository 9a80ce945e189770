import { compareExtensions } from '../../assembler/encode/extension-order';

interface Extension {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
}

/** The extensions of two architectures together, such as `rv64i2p1_m2p0` and `rv64i2p1_c2p0`. */
export function mergeArchitectures(a: string, b: string): string {
  if (a === b) return a;
  const width = /^rv\d+/.exec(a)?.[0] ?? 'rv64';
  const merged = new Map<string, Extension>();
  for (const extension of [...extensionsOf(a), ...extensionsOf(b)]) {
    const known = merged.get(extension.name);
    if (!known || isNewer(extension, known)) merged.set(extension.name, extension);
  }
  const ordered = [...merged.values()].sort((x, y) => compareExtensions(x.name, y.name));
  return width + ordered.map(({ name, major, minor }) => `${name}${major}p${minor}`).join('_');
}

function extensionsOf(architecture: string): Extension[] {
  const parts = architecture.replace(/^rv\d+/, '').split('_');
  return parts.flatMap((part) => {
    const [, name, major, minor] = /^([a-z][a-z0-9]*?)(\d+)p(\d+)$/.exec(part) ?? [];
    return name === undefined ? [] : [{ name, major: Number(major), minor: Number(minor) }];
  });
}

function isNewer(a: Extension, b: Extension): boolean {
  return a.major > b.major || (a.major === b.major && a.minor > b.minor);
}
