/** Of extensions that the machine lacks, of RV32 and of older specifications: known so that assemblers know their numbers. */
import { between, csrGroup, family, numbered } from './description';

type Numbers = Readonly<Record<string, number>>;
type Named<Of extends Numbers> = { readonly [Name in keyof Of]: { readonly number: number; readonly summary: string } };

function named<const Of extends Numbers>(summary: string | ((name: string) => string), numbers: Of): Named<Of> {
  const entries = Object.entries(numbers).map(([name, number]) => [
    name,
    { number, summary: typeof summary === 'string' ? summary : summary(name) },
  ]);
  return Object.fromEntries(entries);
}

export const vectorCsrs = csrGroup('vector', {
  vstart: { number: 0x008, summary: 'first vector element to do' },
  vxsat: { number: 0x009, summary: 'fixed-point saturation flag' },
  vxrm: { number: 0x00a, summary: 'fixed-point rounding mode' },
  vcsr: { number: 0x00f, summary: 'vector control and status' },
  vl: { number: 0xc20, summary: 'vector length' },
  vtype: { number: 0xc21, summary: 'vector data type' },
  vlenb: { number: 0xc22, summary: 'vector register length in bytes' },
});

export const otherCsrs = csrGroup('other', {
  seed: { number: 0x015, summary: 'entropy source' },
  mseccfg: { number: 0x747, summary: 'machine security configuration' },
  scountovf: { number: 0xda0, summary: 'counter overflows' },
  ...family('mstateen', between(0, 3), numbered(0x30c, 'state that modes below M may use')),
  ...family('sstateen', between(0, 3), numbered(0x10c, 'state that U-mode may use')),
  ...family('hstateen', between(0, 3), numbered(0x60c, 'state that VS-mode may use')),
  ...named('advanced interrupts', {
    miselect: 0x350,
    mireg: 0x351,
    mtopei: 0x35c,
    mtopi: 0xfb0,
    mvien: 0x308,
    mvip: 0x309,
    siselect: 0x150,
    sireg: 0x151,
    stopei: 0x15c,
    stopi: 0xdb0,
    hvien: 0x608,
    hvictl: 0x609,
    hviprio1: 0x646,
    hviprio2: 0x647,
    vsiselect: 0x250,
    vsireg: 0x251,
    vstopei: 0x25c,
    vstopi: 0xeb0,
  }),
  ...named('of an older specification: bounds of memory', {
    mbase: 0x380,
    mbound: 0x381,
    mibase: 0x382,
    mibound: 0x383,
    mdbase: 0x384,
    mdbound: 0x385,
  }),
  ...named('of an older specification: counters', { mscounteren: 0x321, mhcounteren: 0x322 }),
  ...named('of an older specification: traps to U-mode', {
    ustatus: 0x000,
    uie: 0x004,
    utvec: 0x005,
    uscratch: 0x040,
    uepc: 0x041,
    ucause: 0x042,
    utval: 0x043,
    uip: 0x044,
    sedeleg: 0x102,
    sideleg: 0x103,
  }),
  ...named('context for triggers', { hcontext: 0x6a8, mscontext: 0x7aa }),
});

const upperHalf = (name: string): string => `upper half of ${name.slice(0, -1)}`;

/** Upper halves that exist on RV32 only. */
export const rv32Csrs = csrGroup('rv32', {
  ...family('mstateen', between(0, 3), numbered(0x31c, 'upper half of mstateen'), 'h'),
  ...family('hstateen', between(0, 3), numbered(0x61c, 'upper half of hstateen'), 'h'),
  ...family('mhpmevent', between(3, 31), numbered(0x720, 'upper half of an event'), 'h'),
  ...named(upperHalf, {
    midelegh: 0x313,
    mieh: 0x314,
    mvienh: 0x318,
    mviph: 0x319,
    miph: 0x354,
    sieh: 0x114,
    siph: 0x154,
    hidelegh: 0x613,
    hvienh: 0x618,
    hviph: 0x655,
    hviprio1h: 0x656,
    hviprio2h: 0x657,
    vsieh: 0x214,
    vsiph: 0x254,
    mstatush: 0x310,
    menvcfgh: 0x31a,
    mseccfgh: 0x757,
    htimedeltah: 0x615,
    henvcfgh: 0x61a,
    mcycleh: 0xb80,
    minstreth: 0xb82,
  }),
  ...family('mhpmcounter', between(3, 31), numbered(0xb80, 'upper half of an event counter'), 'h'),
  ...named(upperHalf, { cycleh: 0xc80, timeh: 0xc81, instreth: 0xc82 }),
  ...family('hpmcounter', between(3, 31), numbered(0xc80, 'upper half of an event counter'), 'h'),
  ...family('pmpcfg', [1, 3, 5, 7, 9, 11, 13, 15], numbered(0x3a0, 'physical memory protection, four configurations')),
  ...named(upperHalf, { stimecmph: 0x15d, vstimecmph: 0x25d }),
});
