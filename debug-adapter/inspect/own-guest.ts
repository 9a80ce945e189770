import { hex } from '../format';
import { modeOf, rootOf, vmidOf } from '../views/page-entries';

/**
 * A guest of the user's own hypervisor, as the hardware knows it: what runs with V=1 under one value of hgatp. So a VMID that is given to
 * another root is another guest's from then on; and one whose hgatp comes back is the same again.
 */
export interface OwnGuest {
  /** From 1, in the order in which they were entered first. */
  readonly id: number;
  /** What it is known by: hgatp, or of one without a second stage, which has no root, a negative number. */
  readonly key: bigint;
  readonly vmid: number;
  readonly mode: 'bare' | 'sv39' | 'sv48';
  /** Machine address of the second stage's root table; none where hgatp is Bare. */
  readonly root: number | undefined;
  /** `VMID 3, root 0x80400000`. */
  readonly name: string;
  /** Its exits by the ids of their causes. */
  readonly causes: Map<string, number>;
  /** What it has been on each hart on which it ran. */
  readonly stays: Map<number, Stay>;
}

/** A guest on a hart. */
export interface Stay {
  readonly hart: number;
  /** How often the hypervisor entered it there, and it came back. */
  entered: number;
  left: number;
  /** Retired with V=1 up to when it was left last. */
  retired: number;
  /** Nanoseconds that it ran, up to when it was left last. */
  ran: number;
  /** What part of the last periods, up to an instant. */
  readonly columns: Uint32Array;
  told: number;
  /** While the hart executes it: since when, and what the hart had retired then. */
  since: { readonly clock: number; readonly retired: number } | undefined;
}

/** What of hgatp makes a guest. */
export function keyOf(hgatp: bigint): bigint {
  return modeOf(hgatp) === 'bare' ? -1n - BigInt(vmidOf(hgatp)) : hgatp;
}

/** One that is entered for the first time. */
export function newGuest(id: number, hgatp: bigint): OwnGuest {
  const [vmid, mode] = [vmidOf(hgatp), modeOf(hgatp)];
  const root = mode === 'bare' ? undefined : rootOf(hgatp);
  const name = `VMID ${vmid}, ${root === undefined ? 'no second stage' : `root ${hex(root)}`}`;
  return { id, key: keyOf(hgatp), vmid, mode, root, name, causes: new Map(), stays: new Map() };
}
