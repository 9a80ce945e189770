import { csrs, instructions, pseudoInstructions } from '../../simulator/isa';

import type { Next } from '../support/random';

/** Without what only newer versions of GNU as have, and without those for thread-local symbols, which there are none of. */
const pseudos = pseudoInstructions.filter(
  ({ name, syntax }) => !/^(lga|la\.tls.*)$/.test(name) && !/tprel/.test(syntax),
);

const registers = 'zero ra sp gp tp t0 t1 t2 s0 fp s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s11 t3 t6 x5 x8 x15 x31'.split(' ');
const labels = ['l0', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6', 'l7'];
const symbols = [...labels, 'data0', 'data1', 'zeroed', 'shared', 'weak'];
const immediates = [0, 1, 2, 4, 8, 16, -1, -2, 31, -32, 32, 63, 48, 496, -512, 512, 2047, -2048, 24, 40];

/** A source that stresses operand forms, compression, branch distances, alignment and data; some of its lines are wrong. */
export function randomProgram(next: Next): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const lines = ['.globl _start', '_start:', '.weak weak', '.globl shared'];
  const waiting = [...labels, 'shared', 'weak'];
  const count = 40 + next(300);
  for (let i = 0; i < count; i++) {
    const due = waiting.length > 0 && next(Math.max(1, Math.floor((count - i) / waiting.length))) === 0;
    if (due) lines.push(`${waiting.splice(next(waiting.length), 1)[0]}:`);
    if (next(30) === 0) lines.push('1:');
    const kind = next(60);
    if (kind === 0) lines.push(`.skip ${pick([100, 250, 1000, 2000, 4000, 5000, 100000])}, 0`);
    else if (kind === 1) lines.push(`.balign ${1 << next(6)}`);
    else if (kind === 2) lines.push(pick(['.option norvc', '.option rvc', '.option rvc', '.p2align 3']));
    else lines.push(`  ${instruction(next)}`);
  }
  lines.push('1:', ...waiting.map((label) => `${label}:`), '.section .rodata');
  for (let i = next(10); i > 0; i--) lines.push(data(next));
  lines.push('.data', 'data0:');
  for (let i = next(30); i > 0; i--) lines.push(data(next));
  lines.push('data1:', data(next), '.bss', `.balign ${1 << next(6)}`, 'zeroed:', `.skip ${next(3000)}`, '');
  return lines.join('\n');
}

function instruction(next: Next): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const entry = next(2) ? pick(instructions) : pick(pseudos);
  const ordered = 'ordering' in entry && entry.ordering ? pick(['', '', '.aq', '.rl', '.aqrl']) : '';
  const { name } = entry;
  if (name === 'lui' || name === 'auipc' || name === 'c.lui') {
    return `${name} ${pick(registers)}, ${pick([String(next(1 << 20)), String(next(32)), `%hi(${pick(symbols)})`, '0xfffff', '0xfffe1'])}`;
  }
  if (name === 'li') return `li ${pick(registers)}, ${constant(next)}`;
  const syntax = entry.syntax.replace(/\[.*\]/, (text) => (next(2) ? text.replace(/[[\]]/g, '') : ''));
  const words = syntax.split(',').map((word) => word.trim());
  const operands = words.filter((word) => word !== '').map((word) => operand(word, next));
  return `${name}${ordered} ${operands.join(', ')}`;
}

function constant(next: Next): string {
  const hex = (): string => next(0x7fffffff).toString(16);
  const forms = [
    () => String(immediates[next(immediates.length)]),
    () => `0x${hex()}`,
    () => `-0x${hex()}`,
    () => `0x${hex()}${hex().padStart(8, '0')}`,
    () => `0x${(1n << BigInt(next(64))).toString(16)}`,
    () => `-${1n << BigInt(next(63))}`,
    () => `0x${(0xfffn << BigInt(next(52))).toString(16)}`,
  ];
  return forms[next(forms.length)]!();
}

function operand(word: string, next: Next): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const memory = /^(\w*)\((\w+)\)$/.exec(word);
  if (memory) {
    return `${memory[1] ? operand(memory[1], next) : ''}(${memory[2] === 'sp' ? 'sp' : pick(registers)})`;
  }
  const number = String(next(2) ? pick(immediates) : next(4096) - 2048);
  switch (word) {
    case 'imm':
      return pick([number, number, `%lo(${pick(symbols)})`, `%lo(0x${next(1 << 30).toString(16)})`]);
    case 'uimm':
      return String(next(32));
    case 'shamt':
      return String(next(64));
    case 'target':
      return pick([
        pick(symbols),
        `${pick(symbols)}+${next(8) * 2}`,
        `.+${next(100) * 2}`,
        `.-${next(100) * 2}`,
        '1b',
        '1f',
      ]);
    case 'symbol':
      return pick([pick(symbols), `${pick(symbols)}+${next(64)}`, 'shared-4']);
    case 'csr':
      return next(4) ? pick(csrs).name : String(next(4096));
    case 'pred':
    case 'succ':
      return pick(['r', 'w', 'rw', 'i', 'o', 'io', 'iorw', 'ir', 'ow']);
    case 'sp':
      return 'sp';
    default:
      return next(3) ? pick(registers) : pick(['a0', 'a1', 's0', 's1', 'a5']);
  }
}

function data(next: Next): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  return pick([
    () => `.byte ${next(256)}, -${next(128)}, 'a'`,
    () => `.half ${next(65536)}`,
    () => `.word ${pick(symbols)}, 0x${next(0x7fffffff).toString(16)}, ${pick(symbols)} - ${pick(symbols)}`,
    () =>
      `.dword ${pick(symbols)}+${next(100)}, -1, 0xfedcba9876543210, (1<<${next(63)})-1, ${pick(labels)} - ${pick(labels)}`,
    () => '.asciz "hi\\n\\x41\\033", "b"',
    () => '.string "x" "y"',
    () => `.balign ${1 << next(6)}`,
    () => `.p2align ${next(5)}, ${next(256)}`,
    () => `.align ${next(4)},,${next(8)}`,
    () => `.skip ${next(50)}, ${next(256)}`,
    () => `.zero ${next(9)}`,
    () => `.fill ${next(5)}, ${next(9)}, ${next(1 << 30)}`,
    () => `.uleb128 ${next(1 << 30)}`,
    () => `.sleb128 -${next(1 << 30)}`,
    () => '.float 1.5, -2e10',
    () => '.double 3.14159, 1e-300',
  ])();
}
