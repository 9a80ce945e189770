import { Pte } from '../../../mmu/index';
import { pteAddress } from '../../memory/table-memory';

/** What an entry of a guest's table leads to. */
export type Entry =
  | { readonly kind: 'none' }
  | { readonly kind: 'table'; readonly hpa: number }
  | { readonly kind: 'page'; readonly hpa: number; readonly isWritable: boolean }
  /** A page of registers of one of the VM's own devices, which the guest cannot reach: each access comes to the VMM. */
  | { readonly kind: 'device'; readonly address: number }
  /** What no entry may be. */
  | { readonly kind: 'bad'; readonly why: string };

/** N, PBMT and the bits that are reserved are 63:54 of an entry (manual, volume II, "Sv39: Page-Based 39-bit Virtual-Memory System"). */
const ABOVE_PPN = 22;
const LEAF = Pte.R | Pte.W | Pte.X;

const NONE: Entry = { kind: 'none' };
const bad = (why: string): Entry => ({ kind: 'bad', why });

/**
 * @param level of the table in which it stands, 0 to 2
 * @param isDevice whether registers of a device of the VM's are at an address
 */
export function entryOf(low: number, high: number, level: number, isDevice: (address: number) => boolean): Entry {
  if (!(low & Pte.V)) return NONE;
  if (high >>> ABOVE_PPN !== 0) return bad('N, PBMT and reserved bits must be 0');
  if (low & Pte.G) return bad('G must be 0, since others have the hart too');
  const address = pteAddress(low, high);
  if (!(low & LEAF)) {
    if (level === 0) return bad('an entry of level 0 must be a leaf');
    return low & (Pte.U | Pte.A | Pte.D)
      ? bad('U, A and D of an entry that is no leaf must be 0')
      : { kind: 'table', hpa: address };
  }
  if (level > 0) return bad('leaves must be of level 0');
  if (low & Pte.W && !(low & Pte.R)) return bad('W without R is reserved');
  if (low & Pte.U) return { kind: 'page', hpa: address, isWritable: (low & Pte.W) !== 0 };
  if (!isDevice(address)) return bad('U must be 1, since the guest is in U-mode, but for registers of its own devices');
  return low & Pte.X ? bad('registers of a device are not executed') : { kind: 'device', address };
}
