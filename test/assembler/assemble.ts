import { type AssembleRequest, type AssembleResult, assemble } from '../../simulator/assembler';

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
  return section ? Array.from(section.bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') : '';
}

/** A reproducible source of random numbers. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}
