/** What a guest of the engine `para` finds in the page whose address it gets in a1: doublewords. Header, debugger and documentation come from this table. */

/** "hyperstp" in bytes, the first of which is the lowest. */
export const START_MAGIC = 0x7074737265707968n;

export interface StartField {
  readonly name: string;
  /** In bytes. */
  readonly offset: number;
  readonly text: string;
}

export const startPage = {
  magic: { name: 'magic', offset: 0, text: 'The characters hyperstp.' },
  version: { name: 'version', offset: 8, text: 'Of this interface: major in bits 31:16, minor in bits 15:0.' },
  vm: { name: 'vm', offset: 16, text: 'The id of the virtual machine.' },
  vcpus: { name: 'vcpus', offset: 24, text: 'How many virtual CPUs it has.' },
  frames: { name: 'frames', offset: 32, text: 'How many guest-physical frames there are, from address 0x80000000.' },
  p2m: {
    name: 'p2m',
    offset: 40,
    text: 'The address of its map: of each guest-physical frame the machine address, a doubleword; 0 where there is no memory.',
  },
  m2p: {
    name: 'm2p',
    offset: 48,
    text: 'The address of the map back, by machine frame: the guest-physical address, a doubleword; 0 for what is not its own. Only the kernel can read it.',
  },
  m2pFirst: { name: 'm2p_first', offset: 56, text: 'The machine address of the first frame of that map.' },
  shared: { name: 'shared', offset: 64, text: 'The address of the shared page.' },
  sharedMachine: { name: 'shared_ma', offset: 72, text: 'Its machine address.' },
  root: { name: 'root', offset: 80, text: 'The machine address of the kernel root.' },
  freeBegin: { name: 'free_begin', offset: 88, text: 'The first address that is mapped and free.' },
  freeEnd: { name: 'free_end', offset: 96, text: 'Behind the last one.' },
  deviceTree: { name: 'device_tree', offset: 104, text: 'The address of the device tree.' },
  initrd: { name: 'initrd', offset: 112, text: 'The address of the initial RAM disk; 0 without one.' },
  initrdBytes: { name: 'initrd_bytes', offset: 120, text: 'Its size.' },
  commandLine: {
    name: 'command_line',
    offset: 128,
    text: "The address of the kernel's command line, which ends with a 0.",
  },
} as const satisfies Readonly<Record<string, StartField>>;

export const startPageList: readonly StartField[] = Object.values(startPage);
