import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface GnuSection {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  /** undefined for zeroed sections. */
  readonly bytes: Uint8Array | undefined;
}

export interface GnuProgram {
  readonly sections: readonly GnuSection[];
  readonly symbols: ReadonlyMap<string, bigint>;
}

export const gnuMarch = 'rv64gc_zihintpause_zba_zbb_zbs_zawrs';

/** Runs `use` with a folder that is removed afterwards. */
export function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'hyperstep-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What GNU as says about a source: the lines with errors (1-based), or the path of the object. */
export function gnuAssemble(
  folder: string,
  text: string,
  name = 'main',
  march = gnuMarch,
  { relax = false }: { relax?: boolean } = {},
): { object: string; errors: number[]; output: string } {
  const source = join(folder, `${name}.s`);
  const object = join(folder, `${name}.o`);
  writeFileSync(source, text);
  const relaxation = relax ? '-mrelax' : '-mno-relax';
  const run = spawnSync('riscv64-linux-gnu-as', [relaxation, `-march=${march}`, '-I', folder, source, '-o', object], {
    encoding: 'utf8',
    cwd: folder,
  });
  const errors = [...run.stderr.matchAll(/main\.s:(\d+): (?:Error|Fatal error): /g)].map((match) => Number(match[1]));
  return { object, errors, output: run.stderr };
}

/** Links objects at an address; undefined with ld's words when it refuses. */
export function gnuLink(
  folder: string,
  objects: readonly string[],
  base = 0x8020_0000n,
  relax = false,
  script?: string,
): { program?: GnuProgram; output: string; path: string } {
  const path = join(folder, 'program.elf');
  const place = script === undefined ? [`-Ttext=0x${base.toString(16)}`] : ['-T', script];
  const options = [relax ? '--relax' : '--no-relax', ...place, '-o', path];
  const run = spawnSync('riscv64-linux-gnu-ld', [...options, ...objects], { encoding: 'utf8' });
  return { ...(run.status === 0 ? { program: readGnuProgram(path) } : {}), output: run.stderr, path };
}

function readGnuProgram(path: string): GnuProgram {
  const names = execFileSync('riscv64-linux-gnu-nm', [path], { encoding: 'utf8' });
  const symbols = new Map(
    [...names.matchAll(/^([0-9a-f]{16}) \w (.*)$/gm)].map((match) => [match[2]!, BigInt(`0x${match[1]}`)]),
  );
  const headers = execFileSync('riscv64-linux-gnu-readelf', ['-SW', path], { encoding: 'utf8' });
  const file = readFileSync(path);
  const pattern = /\[ *\d+\] (\S+) +(\S+) +([0-9a-f]{16}) ([0-9a-f]+) ([0-9a-f]+) \w+ +\w*A\w* /g;
  const sections = [...headers.matchAll(pattern)].map(([, name, type, address, offset, size]) => {
    const start = Number.parseInt(offset!, 16);
    const length = Number.parseInt(size!, 16);
    const bytes = type === 'NOBITS' ? undefined : new Uint8Array(file.subarray(start, start + length));
    return { name: name!, address: BigInt(`0x${address}`), size: length, bytes };
  });
  return { sections, symbols };
}
