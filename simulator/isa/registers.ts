/** The integer and floating-point registers, with their ABI names (RISC-V ELF psABI, "Register Convention"). */
import type { Register } from './types';

type SavedBy = Register['savedBy'];

/** x0 to x31 by their ABI names. */
export const RegisterNumber = {
  zero: 0,
  ra: 1,
  sp: 2,
  gp: 3,
  tp: 4,
  t0: 5,
  t1: 6,
  t2: 7,
  s0: 8,
  s1: 9,
  a0: 10,
  a1: 11,
  a2: 12,
  a3: 13,
  a4: 14,
  a5: 15,
  a6: 16,
  a7: 17,
  s2: 18,
  s3: 19,
  s4: 20,
  s5: 21,
  s6: 22,
  s7: 23,
  s8: 24,
  s9: 25,
  s10: 26,
  s11: 27,
  t3: 28,
  t4: 29,
  t5: 30,
  t6: 31,
} as const;
type IntegerName = keyof typeof RegisterNumber;

const roles: { readonly [Name in IntegerName]?: string } = {
  zero: 'always 0',
  ra: 'return address',
  sp: 'stack pointer',
  gp: 'global pointer',
  tp: 'thread pointer',
  t0: 'temporary, alternate link register',
  s0: 'saved register, frame pointer',
  a0: 'argument 0, return value 0',
  a1: 'argument 1, return value 1',
  a7: 'argument 7, system call number',
};

function roleOf(name: IntegerName): string {
  if (name.startsWith('a')) return roles[name] ?? `argument ${name.slice(1)}`;
  return roles[name] ?? (name.startsWith('s') ? 'saved register' : 'temporary');
}

function saverOf(name: IntegerName): SavedBy {
  if (name === 'zero' || name === 'gp' || name === 'tp') return 'none';
  return name.startsWith('s') ? 'callee' : 'caller';
}

const integerNames = Object.keys(RegisterNumber) as readonly IntegerName[];

/** x0 to x31, by number. */
export const registers: readonly Register[] = integerNames.map((abiName) => {
  const number = RegisterNumber[abiName];
  const aliases = abiName === 's0' ? ['fp'] : [];
  return { number, name: `x${number}`, abiName, aliases, file: 'x', role: roleOf(abiName), savedBy: saverOf(abiName) };
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

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
