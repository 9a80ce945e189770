import assert from 'node:assert/strict';
import { SectionFlag } from '../../simulator/object/elf/relocatable';
import { type AssembleRequest, type AssembleResult, assemble } from '../../simulator/project';
import type { GnuProgram } from './gnu';

/** Assembles one source named main.s, with other files beside it. */
export function assembleText(
  text: string,
  options: Partial<AssembleRequest> & { files?: Readonly<Record<string, string | Uint8Array>>; name?: string } = {},
): AssembleResult {
  const { files = {}, name = 'main.s', ...request } = options;
  const sources = new Map<string, string | Uint8Array>([[name, text], ...Object.entries(files)]);
  return assemble({ roots: [name], sources, ...request });
}

/** The diagnostics as 'line: severity: message' with 1-based lines. */
export function messages(result: AssembleResult): string[] {
  return result.diagnostics.map((d) => `${d.range.start.line + 1}: ${d.severity}: ${d.message}`);
}

/** The bytes of a section as hexadecimal text; '' when there is none. */
export function sectionHex(result: AssembleResult, name = '.text'): string {
  const section = result.program?.sections.find((candidate) => candidate.name === name);
  return section ? Array.from(section.contents.slice(), (byte) => byte.toString(16).padStart(2, '0')).join('') : '';
}

/** Every section byte and every symbol as GNU's. */
export function assertEqualPrograms(result: AssembleResult, gnu: GnuProgram): void {
  assert.ok(result.program, messages(result).join('\n'));
  const { program } = result;
  for (const { name, address, size, bytes } of gnu.sections) {
    // Room that ld leaves for a dynamic loader, which a static program has none of.
    if (name === '.rela.dyn') continue;
    const ours = program.sections.find((section) => section.name === name);
    assert.ok(ours, `section ${name}`);
    assert.deepEqual([name, ours.address, ours.size], [name, address, size]);
    if (!bytes) continue;
    const own = ours.contents.slice();
    const differs = bytes.findIndex((byte, i) => byte !== own[i]);
    if (differs < 0) continue;
    const at = address + BigInt(differs);
    const line = program.lines.find(at)?.origin.line;
    assert.fail(`${name} differs at 0x${at.toString(16)}, line ${line === undefined ? '?' : line + 1}`);
  }
  // ELF counts thread-local symbols from where their storage begins.
  const threads = program.sections.filter(({ flags }) => flags & SectionFlag.Tls);
  const names = threads.map(({ name }) => name);
  const symbols = new Map(
    program.symbols.map(({ name, value, section }) => [
      name,
      names.includes(section) ? value - threads[0]!.address : value,
    ]),
  );
  for (const [name, value] of gnu.symbols) {
    if (/^(\.L|\$)/.test(name)) continue;
    assert.equal(symbols.get(name)?.toString(16), value.toString(16), `symbol ${name}`);
  }
}
