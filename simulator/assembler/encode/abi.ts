import type { FloatAbi } from '../../object/elf/header-flags';
import type { Architecture } from './architecture';

interface Abi {
  readonly floats: FloatAbi;
  /** The extension whose registers it passes floats in. */
  readonly needs?: string;
}

/** The calling conventions of RV64I, by their names in -mabi (RISC-V psABI, "Named ABIs"). */
const abis = {
  lp64: { floats: 'soft' },
  lp64f: { floats: 'single', needs: 'f' },
  lp64d: { floats: 'double', needs: 'd' },
  lp64q: { floats: 'quad', needs: 'q' },
} as const satisfies Readonly<Record<string, Abi>>;

export type AbiName = keyof typeof abis;

export const abiNames: readonly AbiName[] = Object.keys(abis).filter(isAbiName);

export function isAbiName(name: unknown): name is AbiName {
  return typeof name === 'string' && Object.hasOwn(abis, name);
}

/** The ABI for which a source is assembled where -mabi does not say: the widest floats there are registers for, without those of F alone. */
function abiFor(architecture: Architecture): AbiName {
  return architecture.supports('q') ? 'lp64q' : architecture.supports('d') ? 'lp64d' : 'lp64';
}

/** Which floats are passed in registers, by -mabi or, without one that is known, by the instruction set. */
export function floatsOf(mabi: string | undefined, architecture: Architecture): FloatAbi {
  return abis[isAbiName(mabi) ? mabi : abiFor(architecture)].floats;
}

/** Why an ABI cannot be had, in words. */
export function abiProblem(mabi: string, architecture: Architecture): string | undefined {
  if (!isAbiName(mabi)) {
    const why = mabi.startsWith('ilp32') ? 'is for RV32' : mabi === 'lp64e' ? 'is for RV64E' : 'is not known';
    return `-mabi '${mabi}' ${why}: it is ${abiNames.slice(0, -1).join(', ')} or ${abiNames.at(-1)}`;
  }
  const { floats, needs }: Abi = abis[mabi];
  if (needs === undefined || architecture.supports(needs)) return undefined;
  return `-mabi '${mabi}' passes ${floats}-precision floats in registers of extension ${needs}, which the instruction set does not have`;
}

/** The name of the ABI that passes these floats in registers. */
export function abiWith(floats: FloatAbi): AbiName {
  return Object.keys(abis)
    .filter(isAbiName)
    .find((name) => abis[name].floats === floats)!;
}
