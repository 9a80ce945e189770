/**
 * The extensions that -march knows by name: every ratified one. A row says what it is, its version, what it brings along, and
 * what becomes of its instructions here.
 */

/**
 * `runs`: the machine has it. `assembles`: its instructions and CSRs are assembled, shown and described, and raise an illegal
 * instruction when the machine executes them. `named`: it is known by name, and none of its instructions is.
 */
export type Support = 'runs' | 'assembles' | 'named';

interface Row {
  readonly support: Support;
  readonly name: string;
  /** '' for what has no version of its own. */
  readonly version: string;
  /** What it brings along. */
  readonly implies: readonly string[];
}

function rowOf(support: Support) {
  return (name: string, implies = '', version = '1p0'): Row => ({
    support,
    name,
    version,
    implies: implies.split(' ').filter((other) => other !== ''),
  });
}

const runs = rowOf('runs');
const assembles = rowOf('assembles');
const named = rowOf('named');

/** Extensions with instructions in the table, or with CSRs of their own. */
const withInstructions = {
  i: runs('Base integer instructions', '', '2p1'),
  m: runs('Multiplication and division', 'zmmul', '2p0'),
  a: runs('Atomic instructions', '', '2p1'),
  f: runs('Single-precision floating point', 'zicsr', '2p2'),
  d: runs('Double-precision floating point', 'f', '2p2'),
  c: runs('Compressed instructions', '', '2p0'),
  zicsr: runs('Control and status register access', '', '2p0'),
  zifencei: runs('Instruction-fetch fence', '', '2p0'),
  zihintpause: runs('Pause hint', '', '2p0'),
  zmmul: runs('Multiplication without division'),
  zba: runs('Address generation'),
  zbb: runs('Basic bit manipulation'),
  zbc: runs('Carry-less multiplication'),
  zbs: runs('Single-bit instructions'),
  zbkb: runs('Bit manipulation for cryptography'),
  zbkc: runs('Carry-less multiplication for cryptography'),
  zbkx: runs('Crossbar permutations for cryptography'),
  zca: runs('Compressed instructions but for those of floating point'),
  zcb: runs('Simple compressed instructions for code size', 'zca'),
  zcd: runs('Compressed loads and stores of double precision', 'd zca'),
  zicond: runs('Conditional zero'),
  zawrs: runs('Waiting on a reservation set'),
  /** What needs no letter of -march. */
  privileged: runs('Privileged instructions', '', ''),
  h: runs('Hypervisor', 'zicsr'),
  svinval: runs('Fine-grained fences of address translation'),
  zicbom: runs('Cache-block management'),
  zicbop: runs('Cache-block prefetch hints'),
  zicboz: runs('Cache-block zero'),
  zknd: assembles('AES decryption'),
  zkne: assembles('AES encryption'),
  zknh: assembles('SHA-256 and SHA-512 hashes'),
  zksed: assembles('SM4 encryption'),
  zksh: assembles('SM3 hash'),
  zfh: assembles('Half-precision floating point', 'zfhmin'),
  zfhmin: assembles('Loads, stores and conversions of half precision', 'f'),
  zfinx: assembles('Single precision in integer registers', 'zicsr'),
  zdinx: assembles('Double precision in integer registers', 'zfinx'),
  zhinx: assembles('Half precision in integer registers', 'zhinxmin'),
  zhinxmin: assembles('Conversions of half precision in integer registers', 'zfinx'),
} as const satisfies Readonly<Record<string, Row>>;

/** One id an extension that instructions of the table are of. */
export type ExtensionId = keyof typeof withInstructions;

const vectorLengths = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

/** Of T-Head, as GNU as knows them. */
const vendorNames = ['ba', 'bb', 'bs', 'cmo', 'condmov', 'fmemidx', 'fmv', 'int', 'mac', 'memidx', 'mempair', 'sync'];

/** Extensions without instructions, groups of others, and what is known by name only. */
const others: Readonly<Record<string, Row>> = {
  g: runs('The general-purpose set: IMAFD and its parts', 'i m a f d zicsr zifencei', ''),
  b: runs('Bit manipulation: Zba, Zbb and Zbs', 'zba zbb zbs', ''),
  zicntr: runs('Counters of cycles, time and instructions', 'zicsr', '2p0'),
  zihpm: runs('Event counters', 'zicsr', '2p0'),
  zic64b: runs('Cache blocks of 64 bytes'),
  sstc: runs('Timer of supervisor mode', 'zicsr'),
  svnapot: runs('Page-table entries of power-of-two ranges'),
  svpbmt: runs('Memory types of pages'),
  svade: runs('Page faults where A or D would have to be set'),
  svadu: runs('Hardware that sets A and D'),
  svbare: runs('Address translation that can be off'),
  sv39: runs('Virtual addresses of 39 bits'),
  sv48: runs('Virtual addresses of 48 bits'),

  zk: assembles('Scalar cryptography', 'zkn zkr zkt'),
  zkn: assembles('Scalar cryptography of the NIST suite', 'zbkb zbkc zbkx zkne zknd zknh'),
  zks: assembles('Scalar cryptography of the ShangMi suite', 'zbkb zbkc zbkx zksed zksh'),
  zkr: assembles('Entropy source: the CSR seed'),
  zkt: assembles('Instructions whose time does not depend on their data'),
  smaia: assembles('Advanced interrupts of machine mode: its CSRs', 'ssaia'),
  ssaia: assembles('Advanced interrupts of supervisor mode: its CSRs', 'zicsr'),
  smepmp: assembles('Enhanced memory protection: the CSR mseccfg', 'zicsr'),
  smstateen: assembles('State that modes below may use: its CSRs', 'ssstateen'),
  ssstateen: assembles('State that user mode may use: its CSRs', 'zicsr'),
  sscofpmf: assembles('Interrupts of counters: the CSR scountovf', 'zicsr'),

  e: named('Base with 16 integer registers', 'i', '1p9'),
  q: named('Quadruple-precision floating point', 'd', '2p2'),
  v: named('Vector operations', 'd zve64d zvl128b'),
  ztso: named('Total store ordering', '', '0p1'),
  zqinx: named('Quadruple precision in integer registers', 'zdinx'),
  zfa: named('Further floating-point instructions', 'f'),
  zfbfmin: named('Conversions of BF16', 'f'),
  zaamo: named('Atomic memory operations'),
  zalrsc: named('Load-reserved and store-conditional'),
  zabha: named('Atomic memory operations of bytes and halfwords'),
  zacas: named('Atomic compare and swap', 'a'),
  zama16b: named('Misaligned atomic accesses inside of 16 bytes'),
  za64rs: named('Reservation sets of at most 64 bytes'),
  za128rs: named('Reservation sets of at most 128 bytes'),
  ziccamoa: named('Main memory takes all atomic operations'),
  ziccif: named('Main memory is fetched from whole'),
  zicclsm: named('Main memory takes misaligned accesses'),
  ziccrse: named('Main memory takes reservations until they succeed'),
  zicfilp: named('Landing pads', 'zicsr'),
  zicfiss: named('Shadow stack', 'zicsr zimop'),
  zihintntl: named('Non-temporal locality hints'),
  zilsd: named('Loads and stores of register pairs'),
  zimop: named('May-be operations'),
  zcmop: named('Compressed may-be operations', 'zca'),
  zce: named('Compressed instructions for microcontrollers', 'zcb zcmp zcmt'),
  zcf: named('Compressed loads and stores of single precision', 'f zca'),
  zcmp: named('Compressed push, pop and double moves', 'zca'),
  zcmt: named('Compressed table jumps', 'zca zicsr'),
  zclsd: named('Compressed loads and stores of register pairs', 'zilsd zca'),

  zve32x: named('Embedded vectors of integers up to 32 bits', 'zvl32b'),
  zve32f: named('Embedded vectors up to single precision', 'f zvl32b zve32x'),
  zve64x: named('Embedded vectors of integers up to 64 bits', 'zve32x zvl64b'),
  zve64f: named('Embedded vectors up to 64 bits and single precision', 'zve32f zve64x zvl64b'),
  zve64d: named('Embedded vectors up to double precision', 'd zve64f'),
  ...Object.fromEntries(
    vectorLengths.map((bits) => [
      `zvl${bits}b`,
      named(`Vector registers of at least ${bits} bits`, bits > 32 ? `zvl${bits / 2}b` : ''),
    ]),
  ),
  zvfh: named('Vectors of half precision', 'zvfhmin zfhmin'),
  zvfhmin: named('Vector conversions of half precision', 'zve32f'),
  zvfbfmin: named('Vector conversions of BF16', 'zve32f'),
  zvfbfwma: named('Vector multiplication and addition of BF16', 'zvfbfmin zfbfmin'),
  zvbb: named('Vector bit manipulation', 'zvkb'),
  zvbc: named('Vector carry-less multiplication', 'zve64x'),
  zvkb: named('Vector bit manipulation for cryptography', 'zve32x'),
  zvkg: named('Vector GCM', 'zve32x'),
  zvkn: named('Vector cryptography of the NIST suite', 'zvkned zvknhb zvkb zvkt'),
  zvknc: named('Vector cryptography of the NIST suite, with carry-less multiplication', 'zvkn zvbc'),
  zvkng: named('Vector cryptography of the NIST suite, with GCM', 'zvkn zvkg'),
  zvkned: named('Vector AES', 'zve32x'),
  zvknha: named('Vector SHA-256', 'zve32x'),
  zvknhb: named('Vector SHA-256 and SHA-512', 'zve64x'),
  zvks: named('Vector cryptography of the ShangMi suite', 'zvksed zvksh zvkb zvkt'),
  zvksc: named('Vector cryptography of the ShangMi suite, with carry-less multiplication', 'zvks zvbc'),
  zvksg: named('Vector cryptography of the ShangMi suite, with GCM', 'zvks zvkg'),
  zvksed: named('Vector SM4', 'zve32x'),
  zvksh: named('Vector SM3', 'zve32x'),
  zvkt: named('Vector instructions whose time does not depend on their data'),

  sdext: named('External debugging'),
  sdtrig: named('Triggers of debuggers'),
  sha: named('The augmented hypervisor extension', 'h'),
  shcounterenw: named('hcounteren is writable for every counter there is', 'h'),
  shgatpa: named('hgatp takes the modes that satp takes', 'h'),
  shtvala: named('htval holds guest-physical addresses', 'h'),
  shvsatpa: named('vsatp takes the modes that satp takes', 'h'),
  shvstvala: named('vstval holds what stval would', 'h'),
  shvstvecd: named('vstvec takes direct mode', 'h'),
  smcdeleg: named('Delegation of counters', 'ssccfg'),
  smcntrpmf: named('Filters of cycle and instruction counters', 'zicsr'),
  smcsrind: named('Indirect CSR access of machine mode', 'sscsrind'),
  smctr: named('Records of control transfers, machine mode', 'ssctr'),
  smdbltrp: named('Double traps, machine mode'),
  smmpm: named('Pointer masking of machine mode'),
  smnpm: named('Pointer masking of the next mode, machine mode'),
  smrnmi: named('Resumable non-maskable interrupts'),
  ssccfg: named('Configuration of delegated counters', 'sscsrind'),
  sscounterenw: named('scounteren is writable for every counter there is'),
  sscsrind: named('Indirect CSR access of supervisor mode', 'zicsr'),
  ssctr: named('Records of control transfers, supervisor mode'),
  ssdbltrp: named('Double traps, supervisor mode'),
  ssnpm: named('Pointer masking of the next mode, supervisor mode'),
  sspm: named('Pointer masking in supervisor mode'),
  ssqosid: named('Quality-of-service identifiers'),
  ssstrict: named('No extensions that do not conform'),
  sstvala: named('stval holds what the manual lets it hold'),
  sstvecd: named('stvec takes direct mode'),
  ssu64xl: named('User mode of 64 bits'),
  supm: named('Pointer masking in user mode'),
  sv57: named('Virtual addresses of 57 bits'),
  svvptc: named('Entries that become valid are seen soon'),
  ...Object.fromEntries(vendorNames.map((name) => [`xthead${name}`, named("One of T-Head's extensions")])),
};

export interface Extension extends Row {
  /** As in -march: 'm', 'zicsr'; '' for what needs no letter. */
  readonly march: string;
}

const rows: readonly (readonly [string, Row])[] = [...Object.entries(withInstructions), ...Object.entries(others)];

/** Those with instructions first. */
export const extensions: readonly Extension[] = rows.map(([id, row]) => ({
  ...row,
  march: id === 'privileged' ? '' : id,
}));

const byName = new Map(rows.map(([id], index) => [id, extensions[index]!]));

/** The extension of an id, or of a name as in -march. */
export function extensionNamed(name: ExtensionId): Extension;
export function extensionNamed(name: string): Extension | undefined;
export function extensionNamed(name: string): Extension | undefined {
  return byName.get(name);
}

export function isExtensionId(name: string): name is ExtensionId {
  return Object.hasOwn(withInstructions, name);
}

/** Which extensions an instruction needs. */
export interface Availability {
  /** The extension that it is described with. */
  readonly extension: ExtensionId;
  /** What it needs beside that: `c.mul` is of Zcb, and needs M. */
  readonly beside?: readonly ExtensionId[] | undefined;
  /** Other sets of extensions that have it: `andn` of Zbb is in Zbkb too. */
  readonly alternatives?: readonly (readonly ExtensionId[])[] | undefined;
}

export function isAvailable(availability: Availability, has: (extension: ExtensionId) => boolean): boolean {
  const { extension, beside, alternatives } = availability;
  if (has(extension) && (!beside || beside.every(has))) return true;
  return alternatives?.some((set) => set.every(has)) ?? false;
}

/** What an instruction needs, in words: `'zbb' or 'zbkb'`. */
export function requirement({ extension, beside = [], alternatives = [] }: Availability): string {
  const sets = [[extension, ...beside], ...alternatives];
  return sets.map((set) => set.map((id) => `'${id}'`).join(' and ')).join(' or ');
}
