/** The hypervisor's and the guest's CSRs that this engine uses, by number (manual, volume II, "CSR Listing"). */
export const CSR = {
  sstatus: 0x100,
  sie: 0x104,
  scounteren: 0x106,
  senvcfg: 0x10a,
  sepc: 0x141,
  mepc: 0x341,
  hstatus: 0x600,
  hedeleg: 0x602,
  hideleg: 0x603,
  hcounteren: 0x606,
  henvcfg: 0x60a,
  htval: 0x643,
  hvip: 0x645,
  htinst: 0x64a,
  hgatp: 0x680,
  vsstatus: 0x200,
  vsie: 0x204,
  vstvec: 0x205,
  vsepc: 0x241,
  vscause: 0x242,
  vstval: 0x243,
  vsip: 0x244,
  vstimecmp: 0x24d,
  vsatp: 0x280,
} as const;

/** Where the hardware keeps the guest's own CSRs while the guest does not run: S-mode's number to VS-mode's. */
const GUEST_NUMBERS: ReadonlyMap<number, number> = new Map([
  [0x100, CSR.vsstatus],
  [0x104, CSR.vsie],
  [0x105, CSR.vstvec],
  [0x140, 0x240], // sscratch
  [0x141, CSR.vsepc],
  [0x142, CSR.vscause],
  [0x143, CSR.vstval],
  [0x144, CSR.vsip],
  [0x14d, CSR.vstimecmp],
  [0x180, CSR.vsatp],
]);

/** The number under which HS-mode finds what the guest calls by `number`; those without a VS copy are the hart's own. */
export function guestCsr(number: number): number {
  return GUEST_NUMBERS.get(number) ?? number;
}
