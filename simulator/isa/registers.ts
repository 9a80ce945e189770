/** The integer and floating-point registers, with their ABI names (RISC-V ELF psABI, "Register Convention"). */
import type { Register } from './types';

type SavedBy = Register['savedBy'];

function integerRegister(number: number, abiName: string, role: string, savedBy: SavedBy): Register {
  return { number, name: `x${number}`, abiName, aliases: number === 8 ? ['fp'] : [], file: 'x', role, savedBy };
}

function argument(number: number, index: number): Register {
  const role = index < 2 ? `argument ${index}, return value ${index}` : `argument ${index}`;
  return integerRegister(number, `a${index}`, index === 7 ? `${role}, system call number` : role, 'caller');
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** x0 to x31, by number. */
export const registers: readonly Register[] = [
  integerRegister(0, 'zero', 'always 0', 'none'),
  integerRegister(1, 'ra', 'return address', 'caller'),
  integerRegister(2, 'sp', 'stack pointer', 'callee'),
  integerRegister(3, 'gp', 'global pointer', 'none'),
  integerRegister(4, 'tp', 'thread pointer', 'none'),
  integerRegister(5, 't0', 'temporary, alternate link register', 'caller'),
  integerRegister(6, 't1', 'temporary', 'caller'),
  integerRegister(7, 't2', 'temporary', 'caller'),
  integerRegister(8, 's0', 'saved register, frame pointer', 'callee'),
  integerRegister(9, 's1', 'saved register', 'callee'),
  ...range(10, 17).map((number) => argument(number, number - 10)),
  ...range(18, 27).map((number) => integerRegister(number, `s${number - 16}`, 'saved register', 'callee')),
  ...range(28, 31).map((number) => integerRegister(number, `t${number - 25}`, 'temporary', 'caller')),
];

function floatRegister(number: number, abiName: string, role: string, savedBy: SavedBy): Register {
  return { number, name: `f${number}`, abiName, aliases: [], file: 'f', role, savedBy };
}

/** f0 to f31, by number. */
export const floatRegisters: readonly Register[] = [
  ...range(0, 7).map((number) => floatRegister(number, `ft${number}`, 'temporary', 'caller')),
  ...range(8, 9).map((number) => floatRegister(number, `fs${number - 8}`, 'saved register', 'callee')),
  ...range(10, 17).map((number) => floatRegister(number, `fa${number - 10}`, `argument ${number - 10}`, 'caller')),
  ...range(18, 27).map((number) => floatRegister(number, `fs${number - 16}`, 'saved register', 'callee')),
  ...range(28, 31).map((number) => floatRegister(number, `ft${number - 20}`, 'temporary', 'caller')),
];

const byName = new Map<string, Register>();
for (const register of [...registers, ...floatRegisters]) {
  for (const name of [register.name, register.abiName, ...register.aliases]) byName.set(name, register);
}

/** The register of any of its names ('x8', 's0', 'fp'). */
export function registerNamed(name: string): Register | undefined {
  return byName.get(name);
}

/** Number of f0 where x and f registers are numbered alike. */
export const FLOAT_REGISTERS = 64;

/** The ABI name of a register: 'a0', 'fa0'; of an integer register, f registers from `FLOAT_REGISTERS` up. */
export function registerName(number: number, file: Register['file'] = 'x'): string {
  if (number >= FLOAT_REGISTERS) return registerName(number - FLOAT_REGISTERS, 'f');
  return (file === 'x' ? registers : floatRegisters)[number]?.abiName ?? `${file}${number}`;
}
