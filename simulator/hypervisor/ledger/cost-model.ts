/**
 * What virtualization costs, in cycles of a model processor: an in-order RISC-V core of the Rocket class. Machine time does not know
 * these figures (firmware and VMM take none); they are counted beside it, so that engines can be compared.
 */
export interface Cost {
  readonly cycles: number;
  /** Where the figure comes from. */
  readonly source: string;
}

const ROCKET_PIPELINE = 'Rocket Chip: five-stage pipeline, a trap or xret flushes it and refetches';

export const COSTS = {
  trapEntry: { cycles: 10, source: `${ROCKET_PIPELINE}; plus the handler's first fetch` },
  trapReturn: { cycles: 10, source: ROCKET_PIPELINE },
  /** 31 stores and 31 loads, and a few CSR accesses. */
  contextSave: {
    cycles: 70,
    source:
      'one cycle for each of 31 registers to the L1 cache in each direction, as in xvisor cpu_entry.S and KVM vcpu_switch.S',
  },
  csrAccess: { cycles: 4, source: 'Rocket Chip: CSR instructions wait for the pipeline to drain' },
  decode: { cycles: 60, source: 'a software decoder of about 60 instructions, as KVM vcpu_insn.c' },
  /** One level of a page table walked by software, its P2M look-up included. */
  walkStep: { cycles: 30, source: 'an L1 or L2 hit for the entry, a look-up of the frame, checks' },
  shadowFill: { cycles: 40, source: 'allocation of a table now and then, one store to the entry' },
  secondStageFill: { cycles: 40, source: 'allocation of a table now and then, one store to the entry' },
  populate: { cycles: 600, source: 'a frame off a free list, and 512 stores of zeros to it' },
  tlbFlush: { cycles: 20, source: 'sfence.vma: pipeline drain and refetch' },
  tlbFlushPage: { cycles: 20, source: 'sfence.vma of one address: pipeline drain and refetch' },
  deviceEmulation: {
    cycles: 300,
    source: 'dispatch to a device model in the VMM; a device in another process costs a hundred times as much',
  },
  sbiCall: { cycles: 100, source: 'dispatch by extension and function id, as KVM vcpu_sbi.c' },
  multicallEntry: {
    cycles: 40,
    source:
      'seven loads and two stores of the entry, a look-up of the function, an indirect call, as Xen common/multicall.c',
  },
  stealUpdate: {
    cycles: 30,
    source: 'a load and four stores in memory of the guest, whose frame is looked up once, as KVM vcpu_sbi_sta.c',
  },
  injection: { cycles: 50, source: 'about ten virtual CSRs written in memory' },
} as const satisfies { readonly [what: string]: Cost };

export type CostKind = keyof typeof COSTS;

/** In the order of the table. */
export const costKinds = Object.keys(COSTS) as readonly CostKind[];

/** How often each cost has come. */
export type Charges = Readonly<Record<CostKind, number>>;

export const noCharges = (): Record<CostKind, number> =>
  Object.fromEntries(costKinds.map((kind) => [kind, 0])) as Record<CostKind, number>;

/** In cycles. @param factors by which costs are others than in the table */
export function cyclesOf(charges: Charges, factors: Partial<Record<CostKind, number>> = {}): number {
  return costKinds.reduce((sum, kind) => sum + charges[kind] * COSTS[kind].cycles * (factors[kind] ?? 1), 0);
}
