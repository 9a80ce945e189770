/** Worlds, page tables, the translation of an address and the TLB: a part of the protocol. */

import type { Hex } from './protocol-values';
import type { OwnArguments } from './request-arguments';
import type { WorldName } from './world-names';

// --- Worlds

export interface World {
  name: WorldName;
  /** Why it is there, in words: `from here the last trap came`. */
  why: string;
  /** Whether its addresses go through two stages. */
  twoStages: boolean;
}

export interface Worlds {
  /** Those that there are where the thread stands; views begin with the first. */
  worlds: World[];
  /** The fault that the software where the thread stands was told of last. Absent when its last trap was another. */
  trap?: LastTrap;
}

export interface LastTrap {
  /** The exception's name. */
  cause: string;
  /** As which mode the access was made. */
  world: WorldName;
  /** Of that world. */
  address: Hex;
  access: OwnArguments['hyperstep/translate']['access'];
  /** Of a guest-page fault: what htval or mtval2 says, shifted. */
  gpa?: Hex;
  /** `Load guest-page fault at 0x1000, GPA 0x80201000, from VS-mode at guest_main+0x8`. */
  text: string;
  /** What the same access does now. */
  now: Translation;
}

// --- Page tables

/** One table of 512 entries, of the guest and its shadow side by side; only entries valid in at least one of them are listed. */
export interface PageTable {
  /**
   * Of the guest (virtual) `satp`; when `bare`, the guest's side is the identity and `entries` show what the shadow maps. Of the second stage
   * the scheme has two more bits (Sv39x4), and 2048 entries in its root.
   */
  mode: 'bare' | 'sv39' | 'sv48';
  /** `only` of one, or of two stages. */
  stage: 'only' | 'first' | 'second';
  /** Virtual privilege and `satp`, in words: `S-mode, ASID 3`. */
  space: string;
  /** Of the entries: 2 maps 1 GiB, 1 maps 2 MiB, 0 maps 4 KiB. */
  level: number;
  /** Where the guest's table is (of the second stage, in the machine). Absent when the guest has none here (bare, or below a guest superpage). */
  guest?: { gpa?: Hex; hpa?: Hex };
  /** Where the table is that the hardware walks. Absent without a VMM, and where the VMM has none here yet. */
  shadow?: { hpa: Hex };
  /** Whether this machine has shadow tables at all (virtualization `full`). */
  shadowed: boolean;
  entries: PageTableEntry[];
}

/**
 * How a shadow entry relates to the guest's entry times P2M:
 * `same`: the same permissions and the right frame; `unfilled`: the guest maps it, the shadow does not yet (the next access enters the
 * pager); `narrower`: the right frame with fewer permissions, on purpose (see `reason`); `stale`: the guest changed its entry and has
 * not fenced yet, as hardware with a TLB may keep it; `wrong`: anything else, a fault of the VMM.
 * `table`: points to a table on both sides. `unshadowed`: there are no shadow tables. `refused`: no access gets through it (see `reason`).
 */
export type EntryState = 'refused' | 'same' | 'unfilled' | 'narrower' | 'stale' | 'wrong' | 'table' | 'unshadowed';

export interface PageTableEntry {
  index: number;
  /** First and last guest-virtual byte that it maps; of the second stage guest-physical. */
  first: Hex;
  last: Hex;
  /** The guest's entry; below a guest superpage, the part of that superpage. Absent when not valid. */
  guest?: Pte;
  /** Its entry in the table that the hardware walks. Absent when not valid. */
  shadow?: Pte;
  /** Where guest entry and P2M (or second stage) lead: the machine-physical address of the page. Absent for pointers and addresses outside RAM. */
  expectedHpa?: Hex;
  state: EntryState;
  /** Why the entry is narrower, stale, wrong or refused, in one sentence. */
  reason?: string;
  /** Of the symbol or section that lies there, if one does. */
  label?: string;
  /** Of tables that a guest has registered (virtualization `para`): where it has the frame to which the entry leads, and what that is used as. */
  frame?: { gpa?: Hex; use: string };
}

export interface Pte {
  value: Hex;
  kind: 'table' | 'leaf';
  /** Of a leaf, of `rwxugad` those that are set, in this order; of a pointer, empty. */
  permissions: string;
  /** Where it points to: a GPA in a guest's entry (an HPA without a VMM), an HPA in a shadow entry. */
  target: Hex;
}

// --- Translation of one address

export interface Translation {
  /** What was asked for, as a number, and what is there. */
  address: Hex;
  symbol?: string;
  /** The guest's own walk; its addresses are GPAs (HPAs without a VMM). */
  guest: Walk;
  /** P2M's answer for the address that the guest's walk leads to. */
  p2m?: { gpa: Hex; hpa?: Hex; note: string };
  /** The hardware's walk of the shadow tables; its addresses are HPAs. */
  shadow?: Walk;
  /** In a virtual mode of the H extension, also of the guest of a hypervisor that runs on the bare machine: every entry that the hardware reads of both stages, in order. Its addresses: VS GPA, G HPA. */
  stages?: { steps: StageStep[]; outcome: string; hpa?: Hex };
  /** The TLB's entry for the address, if it holds one. */
  tlb?: TlbEntry;
  /** Under a VMM with shadow tables: how the shadow's entry relates to the guest's entry times P2M. */
  composed?: Pick<PageTableEntry, 'state' | 'reason' | 'expectedHpa'>;
  /** What an access now would do, in one sentence. */
  summary: string;
  /** The mode as which the access is looked at: `VS-mode`. */
  world: string;
  /**
   * When it would fault: whose tables say so (a fault of the second stage is the hypervisor's, whatever the guest did), the exception's name,
   * and the entry and bit that is the cause.
   */
  fault?: { owner: 'guest' | 'hypervisor'; cause: string; why: string };
}

/** An entry that a walk through two stages reads. */
export interface StageStep {
  stage: 'VS' | 'G';
  level: number;
  pteAddress: Hex;
  pte: Hex;
  note: string;
  /** The walk ends here with a fault. */
  failed: boolean;
}

export interface Walk {
  mode: 'bare' | 'sv39' | 'sv48';
  root: Hex;
  steps: WalkStep[];
  /** Where it leads, or the exception that it ends with, by the manual's name. */
  outcome: { address: Hex; permissions: string; level: number } | { fault: string };
}

export interface WalkStep {
  level: number;
  index: number;
  pteAddress: Hex;
  pte: Hex;
  /** What the walk concludes from it: `pointer to 0x...`, `leaf rwx-`, `not valid`. */
  note: string;
}

// --- TLB

export interface TlbContent {
  capacity: number;
  entries: TlbEntry[];
}

export interface TlbEntry {
  /** Its place in the TLB. */
  slot: number;
  /** Virtualization mode (V=1) and VMID, of machines with the H extension. */
  virtual?: { vmid: number };
  asid: number;
  global: boolean;
  /** First byte of the page. */
  va: Hex;
  hpa: Hex;
  level: number;
  /** What an access may do: of two stages what both allow. */
  permissions: string;
  /** Of two stages: what each allows (`Bare` where there is no first one), and the guest physical address between them. */
  stages?: { first: string; second: string };
  gpa?: Hex;
  /** Whose address space the ASID is under a VMM: `virtual S, SUM=0, guest ASID 3`; with several VMs also whose the entry is: `web vCPU 0: ...`. */
  space?: string;
}
