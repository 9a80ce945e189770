/** Physical memory protection (manual, volume II, "Physical Memory Protection"): 16 entries, granularity of 4 bytes. */

import { type Component, component, type FieldProblem, type StateOf, stateSchema } from '../schema/state/component';
import { bigIntegers, bytes, listOf } from '../schema/state/fields';
import { Access, Privilege } from './access';
import { FRAME } from './address';

export const PMP_ENTRIES = 16;

const R = 1;
const W = 2;
const X = 4;
const MODE = 0x18;
const TOR = 0x08;
const NA4 = 0x10;
const LOCKED = 0x80;
/** Bits 6:5 are reserved and read as 0. */
const CONFIG_BITS = 0x9f;

/** Bits 55:2 of an address; 54 bits, more than a number holds. */
const ADDRESS_BITS = 54;

const pmpState = stateSchema(
  'pmp',
  1,
  {
    config: bytes({ exactly: PMP_ENTRIES }),
    address: listOf(bigIntegers(0n, 2n ** BigInt(ADDRESS_BITS) - 1n), { exactly: PMP_ENTRIES }),
  },
  ({ config }): FieldProblem | undefined => {
    const index = config.findIndex((value) => value !== legalConfig(value));
    return index < 0
      ? undefined
      : { path: ['config', index], problem: `must be a configuration, not ${config[index]}` };
  },
);

interface Region {
  readonly start: number;
  readonly end: number;
  readonly config: number;
}

export class Pmp {
  private readonly state: StateOf<typeof pmpState> = {
    config: new Uint8Array(PMP_ENTRIES),
    address: new Array<bigint>(PMP_ENTRIES).fill(0n),
  };
  readonly component: Component = component(pmpState, this.state, { restored: () => this.update() });
  /** Entries that are on, in order of priority. */
  private regions: readonly Region[] = [];

  /** @param changed is told when what is allowed may have changed */
  constructor(private readonly changed: () => void) {}

  /** The word (0..3) of four configurations; pmpcfg0 is words 0 and 1. */
  configWord(word: number): number {
    let value = 0;
    for (let i = 3; i >= 0; i--) value = (value << 8) | (this.state.config[word * 4 + i] ?? 0);
    return value;
  }

  setConfigWord(word: number, value: number): void {
    for (let i = 0; i < 4; i++) {
      const index = word * 4 + i;
      if ((this.state.config[index] ?? 0) & LOCKED) continue;
      this.state.config[index] = legalConfig(value >>> (i * 8));
    }
    this.update();
  }

  /** Bits 55:2 of an address. */
  addressRegister(index: number): bigint {
    return this.state.address[index] ?? 0n;
  }

  setAddressRegister(index: number, value: bigint): void {
    const config = this.state.config[index] ?? 0;
    const following = this.state.config[index + 1] ?? 0;
    const lockedByNext = (following & LOCKED) !== 0 && (following & MODE) === TOR;
    if (config & LOCKED || lockedByNext) return;
    this.state.address[index] = BigInt.asUintN(ADDRESS_BITS, value);
    this.update();
  }

  /** Whether every byte of the access is allowed. */
  allows(address: number, size: number, access: Access, privilege: Privilege): boolean {
    const end = address + size;
    for (const region of this.regions) {
      if (address >= region.end || end <= region.start) continue;
      return address >= region.start && end <= region.end && permits(region.config, access, privilege);
    }
    return privilege === Privilege.machine;
  }

  /** Whether every access of this kind inside the page is allowed. */
  allowsPage(page: number, access: Access, privilege: Privilege): boolean {
    return this.allows(page, FRAME, access, privilege);
  }

  private update(): void {
    const regions: Region[] = [];
    for (let index = 0; index < PMP_ENTRIES; index++) {
      const config = this.state.config[index] ?? 0;
      if ((config & MODE) !== 0) regions.push({ ...this.range(index, config & MODE), config });
    }
    this.regions = regions;
    this.changed();
  }

  private range(index: number, mode: number): { start: number; end: number } {
    const register = this.addressRegister(index);
    const address = Number(register << 2n);
    if (mode === TOR) return { start: index === 0 ? 0 : Number(this.addressRegister(index - 1) << 2n), end: address };
    if (mode === NA4) return { start: address, end: address + 4 };
    // NAPOT: k ones at the end mean a region of 2^(k+3) bytes.
    const firstZero = ~register & (register + 1n);
    const size = firstZero << 3n;
    const start = (register << 2n) & ~(size - 1n);
    return { start: Number(start), end: Number(start + size) };
  }
}

/** What a configuration becomes that is written. */
function legalConfig(value: number): number {
  const config = value & CONFIG_BITS;
  // R=0 W=1 is reserved.
  return (config & (R | W)) === W ? config & ~W : config;
}

function permits(config: number, access: Access, privilege: Privilege): boolean {
  if (privilege === Privilege.machine && !(config & LOCKED)) return true;
  const needed = access === Access.execute ? X : access === Access.write ? W : R;
  return (config & needed) !== 0;
}
