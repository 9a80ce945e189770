import { sites } from 'hyperstep:sites';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { baseName } from '../../simulator/assembler/source/paths';
import { vmmScheme } from '../protocol';

/** What a client's source is to the debugger. `file` is a file of the program's line table, or of the site table. */
export type KnownSource =
  | { readonly kind: 'guest'; readonly file: string }
  | { readonly kind: 'vmm'; readonly file: string }
  | { readonly kind: 'unknown'; readonly path: string };

export interface SourceNames {
  /** Files of the program's line table: asked for when a client names one. */
  readonly files: () => readonly string[];
  /** Path prefixes in debug information, and what they are here. */
  readonly sourceMap: Readonly<Record<string, string>>;
  /** VS Code reads the VMM's sources through a file system of the extension; other clients at this path. */
  readonly vmmPath: ((file: string) => string) | undefined;
}

const vmmFiles = [...new Set(sites.map(({ file }) => file))];

/** Sources as the client names them, and as line table and site table do. */
export class Sources {
  private known: ReadonlyMap<string, string> | undefined;

  constructor(private readonly names: SourceNames) {}

  private get guestFiles(): ReadonlyMap<string, string> {
    this.known ??= new Map(this.names.files().map((file) => [normalized(this.guestPath(file)), file]));
    return this.known;
  }

  guest(file: string): DebugProtocol.Source {
    return { name: baseName(file), path: this.guestPath(file) };
  }

  vmm(file: string): DebugProtocol.Source {
    return { name: baseName(file), path: this.vmmPath(file), origin: 'the VMM' };
  }

  /** A file of the program where it is in this computer. */
  guestPath(file: string): string {
    return mapPath(file, this.names.sourceMap);
  }

  find(path: string): KnownSource {
    const wanted = normalized(path);
    const guest = this.guestFiles.get(wanted);
    if (guest !== undefined) return { kind: 'guest', file: guest };
    const vmm = vmmFiles.find((file) => normalized(this.vmmPath(file)) === wanted);
    return vmm === undefined ? { kind: 'unknown', path } : { kind: 'vmm', file: vmm };
  }

  all(): DebugProtocol.Source[] {
    return [...this.names.files().map((file) => this.guest(file)), ...vmmFiles.map((file) => this.vmm(file))];
  }

  /** A source of the VMM as clients name it. */
  vmmPath(file: string): string {
    return this.names.vmmPath ? this.names.vmmPath(file) : `${vmmScheme}:/${file}`;
  }
}

/** A path of debug information where its folder is here. */
export function mapPath(file: string, sourceMap: SourceNames['sourceMap']): string {
  for (const [from, to] of Object.entries(sourceMap)) {
    if (file.startsWith(from)) return to + file.slice(from.length);
  }
  return file;
}

/** URIs with different escapes, and paths with either slash, name the same file. */
function normalized(path: string): string {
  const slashed = path.replaceAll('\\', '/');
  const local = /^[A-Za-z]:\//.test(slashed) ? slashed.toLowerCase() : slashed;
  if (!/^[a-z][a-z0-9+.-]+:/.test(local)) return local;
  try {
    return decodeURIComponent(local);
  } catch {
    return local;
  }
}
