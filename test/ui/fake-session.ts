import type { Exit, HandledTrap, Hex, History, PageTable, Requests, Vms } from '../../debug-adapter/protocol';

/** A stopped guest: one answer to each request that a view makes. */
export const answers: {
  [Command in keyof Requests]?: (args: Requests[Command]['arguments']) => Requests[Command]['body'];
} = {
  'hyperstep/worlds': () => ({ worlds: [{ name: 'S', why: 'the hart stands here', twoStages: false }] }),
  'hyperstep/narration': () => ({ handled: narrated }),
  'hyperstep/address': ({ memoryReference }) => ({
    gva: memoryReference as Hex,
    gpa: '0x80200040',
    hpa: '0x86a00040',
    symbol: '_start+0x40',
    source: { path: '/guest/kernel.S', line: 42 },
    words: ['0x8082010513000073', '0x1234567890abcdef', '0x0'],
  }),
  'hyperstep/pageTable': ({ path }) => tables[path.length] ?? { ...root, entries: [] },
  'hyperstep/translate': ({ address }) => ({
    address: '0x80201008',
    summary: `A read reaches ${address} without an exit.`,
    world: 'S-mode',
    guest: {
      mode: 'sv39',
      root: '0x80203000',
      steps: [
        { level: 2, index: 2, pteAddress: '0x80203010', pte: '0x20081001', note: 'pointer to 0x80204000' },
        { level: 1, index: 1, pteAddress: '0x80204008', pte: '0x20081401', note: 'pointer to 0x80205000' },
        { level: 0, index: 1, pteAddress: '0x80205008', pte: '0x200804c7', note: 'leaf rw----ad' },
      ],
      outcome: { address: '0x80201008', permissions: 'rw---ad', level: 0 },
    },
    p2m: { gpa: '0x80201008', hpa: '0x86a01008', note: '2 MiB block' },
    shadow: {
      mode: 'sv39',
      root: '0x91000000',
      steps: [{ level: 0, index: 1, pteAddress: '0x91002008', pte: '0x21a804d7', note: 'leaf rw-u-ad' }],
      outcome: { address: '0x86a01008', permissions: 'rw-u-ad', level: 0 },
    },
    tlb: { slot: 3, asid: 1, global: false, va: '0x80201000', hpa: '0x86a01000', level: 0, permissions: 'rwuad' },
  }),
  'hyperstep/tlb': () => ({
    capacity: 64,
    entries: [
      {
        slot: 0,
        asid: 1,
        global: false,
        va: '0x80200000',
        hpa: '0x86a00000',
        level: 0,
        permissions: 'rxua',
        space: 'virtual S, SUM=0',
      },
      {
        slot: 3,
        asid: 1,
        global: false,
        va: '0x80201000',
        hpa: '0x86a01000',
        level: 0,
        permissions: 'rwuad',
        space: 'virtual S, SUM=0',
      },
    ],
  }),
  'hyperstep/queues': () => ({
    devices: [
      {
        name: 'virtio-blk',
        slot: 0,
        gpa: '0x10001000',
        interrupt: 1,
        status: ['ACKNOWLEDGE', 'DRIVER', 'FEATURES_OK', 'DRIVER_OK'],
        features: ['VERSION_1', 'BLK_FLUSH'],
        queues: [
          {
            index: 0,
            name: 'requests',
            size: 8,
            ready: true,
            descriptorTable: { gpa: '0x80210000', hpa: '0x86c10000' },
            availableRing: { gpa: '0x80210080', hpa: '0x86c10080', next: 2, flags: 0 },
            usedRing: { gpa: '0x80211000', hpa: '0x84011000', next: 1, flags: 0 },
            taken: 1,
            descriptors: [
              { index: 0, gpa: '0x80212000', hpa: '0x86c12000', length: 16, flags: ['next'], next: 1 },
              { index: 1, gpa: '0x80213000', hpa: '0x86c13000', length: 512, flags: ['next', 'write'], next: 2 },
              { index: 2, gpa: '0x80212010', hpa: '0x86c12010', length: 1, flags: ['write'] },
              { index: 3, gpa: '0x80212020', hpa: '0x86c12020', length: 16, flags: ['next'], next: 4 },
              { index: 4, gpa: '0x80214000', hpa: '0x86c14000', length: 512, flags: [] },
            ],
            available: [
              { position: 0, head: 0, state: 'taken' },
              { position: 1, head: 3, state: 'waiting' },
            ],
            used: [{ position: 0, head: 0, written: 513 }],
            chains: [
              { head: 0, descriptors: [0, 1, 2], state: 'used', request: 'read sector 2, 512 bytes: OK' },
              { head: 3, descriptors: [3, 4], state: 'available', request: 'write sector 3, 512 bytes' },
            ],
          },
        ],
      },
    ],
  }),
  'hyperstep/vms': () => ({
    clock: 12_500_000,
    harts: 2,
    vms: [
      {
        name: 'web',
        engine: 'hardware',
        state: 'running',
        processor: { recent: 66.4, total: 65.9 },
        history: history(60, 100, 110, 40, 66),
        share: { weight: 512, cap: 0, pin: [], entitled: 133.3 },
        memory: {
          guest: 2 ** 26,
          tables: 2 ** 21,
          limit: 96 * 2 ** 20,
          minimum: 2 ** 24,
          maximum: 2 ** 26,
          target: 48 * 2 ** 20,
          isFixed: true,
          told: { free: 2 ** 24, total: 2 ** 26 },
          history: [
            { clock: 1_000_000, what: 'was set a target of', bytes: 48 * 2 ** 20, has: 2 ** 26 },
            { clock: 2_500_000, what: 'gave back', bytes: 2 ** 23, has: 56 * 2 ** 20 },
          ],
        },
        exits: 1204,
        running: 8_230_000,
        ready: 4_100_000,
        waiting: 0,
        stolen: 4_300_000,
        switches: 13,
        vcpus: [
          { id: 0, threadId: 1, state: 'running', hart: 0, instructions: 4_000_000, ...vcpu(50, 80, 60, 0, 66) },
          { id: 1, threadId: 2, state: 'waiting', instructions: 4_100_000, ...vcpu(10, 20, 50, 40, 0) },
        ],
        refused: { unpause: 'is not paused' },
      },
      {
        name: 'db',
        engine: 'full',
        state: 'ended',
        reason: 'powered off',
        processor: { recent: 0, total: 33.1 },
        history: history(100, 80, 0, 30, 0),
        share: { weight: 256, cap: 50, pin: [0] },
        memory: {
          guest: 2 ** 25,
          tables: 2 ** 22,
          minimum: 2 ** 23,
          maximum: 2 ** 25,
          target: 2 ** 25,
          isFixed: false,
          history: [],
        },
        exits: 310,
        running: 4_140_000,
        ready: 8_200_000,
        waiting: 0,
        stolen: 8_250_000,
        switches: 12,
        vcpus: [{ id: 0, threadId: 3, state: 'waiting', instructions: 4_000_000, ...vcpu(100, 80, 0, 30, 0) }],
        refused: { pause: 'has ended', unpause: 'has ended', destroy: 'has ended already' },
      },
    ],
  }),
  // As the adapter refuses what the fake session's machines would.
  'hyperstep/operateVm': ({ vm, operation }) =>
    operation === 'reboot' ? { done: false, refusal: `${vm} cannot be rebooted` } : { done: true },
  'hyperstep/setMemoryTarget': ({ vm, memory }) =>
    memory < 2 ** 24 ? { done: false, refusal: `${vm} may have from 16M to 64M of memory` } : { done: true },
  'hyperstep/exits': ({ reasons }) => ({
    total: 1282,
    counts: [
      { reason: 'shadow-miss', count: 1020, cycles: 1_530_000 },
      { reason: 'csr-access', count: 200, cycles: 180_000 },
      { reason: 'sbi-call', count: 62, cycles: 55_000 },
    ],
    exits: exits.filter(({ reason }) => reasons?.includes(reason) ?? true),
  }),
};

function history(...shares: number[]): History {
  return { period: 125_000, shares };
}

function vcpu(...shares: number[]) {
  return { total: 30, history: history(...shares), ready: 2_000_000, waiting: 0, stolen: 2_100_000, switches: 6 };
}

/** As of a hypervisor of the user's own that has given a VMID to another guest. */
export const ownGuests: Vms = {
  clock: 250_000,
  harts: 1,
  vms: [],
  own: {
    guests: [
      {
        id: 1,
        name: 'VMID 3, root 0x80400000',
        state: 'off',
        replacedBy: 'VMID 3, root 0x80500000',
        total: 40,
        history: history(75, 5),
        exits: 9,
        counts: [
          { reason: 'virtual-supervisor-ecall', count: 2 },
          { reason: 'load-guest-page-fault', count: 7 },
        ],
        instructions: 100_000,
        harts: [
          {
            hart: 0,
            threadId: 1,
            state: 'off',
            entered: 9,
            left: 9,
            total: 40,
            history: history(75, 5),
            instructions: 100_000,
          },
        ],
      },
      {
        id: 2,
        name: 'VMID 3, root 0x80500000',
        state: 'running',
        total: 30,
        history: history(0, 60),
        exits: 0,
        counts: [],
        instructions: 75_000,
        harts: [
          {
            hart: 0,
            threadId: 1,
            state: 'running',
            entered: 1,
            left: 0,
            total: 30,
            history: history(0, 60),
            instructions: 75_000,
          },
        ],
      },
    ],
    forgotten: 0,
    switchCount: 2,
    switches: [
      {
        number: 2,
        hart: 0,
        threadId: 1,
        clock: 130_000,
        from: 'VMID 3, root 0x80400000',
        to: 'VMID 3, root 0x80500000',
        pc: '0x80200040',
        symbol: 'switch+0x10',
        source: { path: '/guest/switch.S', line: 40 },
      },
      {
        number: 1,
        hart: 0,
        threadId: 1,
        clock: 2000,
        to: 'VMID 3, root 0x80400000',
        pc: '0x80200040',
        symbol: 'switch+0x10',
        source: { path: '/guest/switch.S', line: 40 },
      },
    ],
  },
};

const putchar: Exit = {
  number: 1280,
  threadId: 1,
  clock: 40_090,
  reason: 'sbi-call',
  description: 'ecall - SBI legacy console_putchar, in U-mode of the machine',
  pc: '0x80200020',
  instruction: 'ecall',
  source: { path: '/guest/kernel.S', line: 30 },
  narration: ['look up what a7 and a6 ask for: SBI legacy console_putchar'],
  changes: [],
  cycles: 880,
};

const exits: Exit[] = [
  {
    number: 1282,
    threadId: 1,
    clock: 40_112,
    reason: 'shadow-miss',
    description: 'load page fault at 0x80201008: not in the shadow',
    pc: '0x80200064',
    instruction: 'ld a0, 8(s1)',
    source: { path: '/guest/kernel.S', line: 57 },
    narration: ['walk the guest table for 0x80201008', 'fill shadow entry 1 of level 0'],
    changes: [{ kind: 'shadow entry', name: '0x80201000', after: '0x21a804d7' }],
    cycles: 1500,
  },
  {
    number: 1281,
    threadId: 1,
    clock: 40_101,
    reason: 'csr-access',
    description: 'csrw satp, privileged, virtual S',
    pc: '0x80200040',
    instruction: 'csrw satp, t0',
    source: { path: '/guest/kernel.S', line: 42 },
    narration: [
      'decode csrw satp, t0 at 0x80200040',
      'find the shadow root for ASID 0, root 0x80203000',
      'load hardware satp',
    ],
    changes: [
      { kind: 'virtual CSR', name: 'satp', before: '0x0', after: '0x8000000000080203' },
      { kind: 'hardware CSR', name: 'satp', before: '0x8000100000091000', after: '0x8000200000091004' },
    ],
    cycles: 900,
  },
  putchar,
  { ...putchar, number: 1279, clock: 40_080 },
  { ...putchar, number: 1278, clock: 40_070 },
];

const root: PageTable = {
  mode: 'sv39',
  stage: 'only',
  space: 'S-mode, SUM=0, ASID 0',
  level: 2,
  guest: { gpa: '0x80203000', hpa: '0x86a03000' },
  shadow: { hpa: '0x91000000' },
  shadowed: true,
  entries: [
    {
      index: 2,
      first: '0x80000000',
      last: '0xbfffffff',
      guest: { value: '0x20081001', kind: 'table', permissions: '', target: '0x80204000' },
      shadow: { value: '0x24400401', kind: 'table', permissions: '', target: '0x91001000' },
      state: 'table',
    },
  ],
};

const middle: PageTable = {
  ...root,
  level: 1,
  entries: [
    {
      index: 1,
      first: '0x80200000',
      last: '0x803fffff',
      guest: { value: '0x20081401', kind: 'table', permissions: '', target: '0x80205000' },
      shadow: { value: '0x24400801', kind: 'table', permissions: '', target: '0x91002000' },
      state: 'table',
      label: '.text',
    },
  ],
};

const leaves: PageTable = {
  ...root,
  level: 0,
  entries: [
    {
      index: 0,
      first: '0x80200000',
      last: '0x80200fff',
      guest: { value: '0x2008004b', kind: 'leaf', permissions: 'rxa', target: '0x80200000' },
      shadow: { value: '0x21a8005b', kind: 'leaf', permissions: 'rxua', target: '0x86a00000' },
      expectedHpa: '0x86a00000',
      state: 'same',
      label: '_start',
    },
    {
      index: 1,
      first: '0x80201000',
      last: '0x80201fff',
      guest: { value: '0x20080447', kind: 'leaf', permissions: 'rwa', target: '0x80201000' },
      shadow: { value: '0x21a80453', kind: 'leaf', permissions: 'rua', target: '0x86a01000' },
      expectedHpa: '0x86a01000',
      state: 'narrower',
      reason: 'W is withheld until the guest’s D bit is set.',
      label: 'counter',
    },
    {
      index: 2,
      first: '0x80202000',
      last: '0x80202fff',
      guest: { value: '0x20080807', kind: 'leaf', permissions: 'rw', target: '0x80202000' },
      expectedHpa: '0x86a02000',
      state: 'unfilled',
    },
    {
      index: 3,
      first: '0x80203000',
      last: '0x80203fff',
      guest: { value: '0x20081007', kind: 'leaf', permissions: 'rw', target: '0x80204000' },
      shadow: { value: '0x21a80c57', kind: 'leaf', permissions: 'rwua', target: '0x86a03000' },
      expectedHpa: '0x86a04000',
      state: 'stale',
      reason: 'The guest wrote this entry and has not executed sfence.vma.',
    },
    {
      index: 4,
      first: '0x80204000',
      last: '0x80204fff',
      guest: { value: '0x20081007', kind: 'leaf', permissions: 'rw', target: '0x80204000' },
      shadow: { value: '0x21a80c57', kind: 'leaf', permissions: 'rwua', target: '0x86a0f000' },
      expectedHpa: '0x86a04000',
      state: 'wrong',
      reason: 'The shadow entry leads to another frame.',
    },
  ],
};

const tables = [root, middle, leaves];

/** The exit at `csrw satp`, at its third step. */
export const narrated: HandledTrap = {
  software: 'vmm',
  number: 32,
  isOver: false,
  reason: { name: 'csr-access', meaning: 'an access to a CSR that U-mode may not use' },
  description: 'csrw satp, t0 - privileged, in U-mode of the machine',
  cause: 'Illegal instruction',
  pc: '0x80200040',
  symbol: '_start+0x40',
  instruction: 'csrw satp, t0',
  source: { path: '/guest/kernel.S', line: 42 },
  value: { value: '0x18029073', meaning: 'the bits of the instruction' },
  narrated: {
    kind: 'function',
    name: 'Hypervisor.handleTrap',
    parts: [
      {
        kind: 'step',
        number: 1,
        text: [
          'the hart has trapped into the VMM: Illegal instruction at ',
          { value: '0x80200040', space: 'gva', memoryReference: '0x80200040', meaning: 'guest-virtual address' },
          ', by scause and sepc',
        ],
        source: { path: 'hyperstep-vmm:/simulator/hypervisor/hypervisor.ts', line: 59 },
        isPresent: false,
      },
      {
        kind: 'function',
        name: 'emulatePrivileged',
        parts: [
          {
            kind: 'step',
            number: 2,
            text: ['decode the instruction that trapped: csrrw'],
            source: { path: 'hyperstep-vmm:/simulator/hypervisor/engines/deprivileged/privileged.ts', line: 30 },
            isPresent: false,
          },
          {
            kind: 'function',
            name: 'emulateCsrAccess',
            parts: [
              {
                kind: 'step',
                number: 3,
                text: [
                  'access the virtual satp, which is ',
                  { value: '0x8000000000080203', meaning: '0x8000000000080203 (Sv39, ASID 0, root 0x80203000)' },
                ],
                source: { path: 'hyperstep-vmm:/simulator/hypervisor/engines/deprivileged/privileged.ts', line: 66 },
                isPresent: true,
              },
            ],
          },
        ],
      },
    ],
  },
  omitted: 0,
  coming: [
    {
      kind: 'step',
      text: 'the virtual satp is now ‹written›',
      source: { path: 'hyperstep-vmm:/simulator/hypervisor/engines/deprivileged/privileged.ts', line: 77 },
    },
    { kind: 'end' },
  ],
  changes: [{ kind: 'virtual CSR', name: 'satp', before: '0x0', after: '0x8000000000080203' }],
};
