/**
 * What virtualization costs, in cycles of a model processor: an in-order RISC-V core of the Rocket class. Machine time does not know
 * these figures (firmware and VMM take none); they are counted beside it, so that engines can be compared.
 */
export interface Cost {
  readonly cycles: number;
  /** Where the figure comes from. */
  readonly source: string;
  /** Its place in the table: exits count by that. */
  readonly index: number;
}

/** Makes the costs of a table, in its order. */
function costMaker(): (cycles: number, source: string) => Cost {
  let index = 0;
  return (cycles, source) => ({ cycles, source, index: index++ });
}
const cost = costMaker();

const ROCKET_PIPELINE = 'Rocket Chip: five-stage pipeline, a trap or xret flushes it and refetches';

export const COSTS = {
  trapEntry: cost(10, `${ROCKET_PIPELINE}; plus the handler's first fetch`),
  trapReturn: cost(10, ROCKET_PIPELINE),
  /** 31 stores and 31 loads, and a few CSR accesses. */
  contextSave: cost(
    70,
    'one cycle for each of 31 registers to the L1 cache in each direction, as in xvisor cpu_entry.S and KVM vcpu_switch.S',
  ),
  csrAccess: cost(4, 'Rocket Chip: CSR instructions wait for the pipeline to drain'),
  decode: cost(60, 'a software decoder of about 60 instructions, as KVM vcpu_insn.c'),
  /** One level of a page table walked by software, its P2M look-up included. */
  walkStep: cost(30, 'an L1 or L2 hit for the entry, a look-up of the frame, checks'),
  shadowFill: cost(40, 'allocation of a table now and then, one store to the entry'),
  secondStageFill: cost(40, 'allocation of a table now and then, one store to the entry'),
  populate: cost(600, 'a frame off a free list, and 512 stores of zeros to it'),
  tlbFlush: cost(20, 'sfence.vma: pipeline drain and refetch'),
  tlbFlushPage: cost(20, 'sfence.vma of one address: pipeline drain and refetch'),
  deviceEmulation: cost(
    300,
    'dispatch to a device model in the VMM; a device in another process costs a hundred times as much',
  ),
  sbiCall: cost(100, 'dispatch by extension and function id, as KVM vcpu_sbi.c'),
  multicallEntry: cost(
    40,
    'seven loads and two stores of the entry, a look-up of the function, an indirect call, as Xen common/multicall.c',
  ),
  entryCheck: cost(
    60,
    'a load and a store of the entry, a look-up of two frames, two counts, as Xen arch/x86/mm.c (mod_l1_entry)',
  ),
  tableCheck: cost(4000, '512 entries, each loaded and checked as one that is written, most of them empty'),
  portRaise: cost(
    20,
    'two loads and three stores in the page that the VM shares, with the tests between them, as Xen common/event_2l.c',
  ),
  stealUpdate: cost(
    30,
    'a load and four stores in memory of the guest, whose frame is looked up once, as KVM vcpu_sbi_sta.c',
  ),
  injection: cost(50, 'about ten virtual CSRs written in memory'),
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
