import { Access, type PageTables, type Pmp, Privilege } from '../../mmu';
import type { PhysicalMemory } from './ram';

/** Page tables in the machine's RAM, read and written with the permissions of S-mode as the hardware walker does. */
export class TablesInRam implements PageTables {
  pteLow = 0;
  pteHigh = 0;

  constructor(
    private readonly ram: PhysicalMemory,
    private readonly pmp: Pmp,
  ) {}

  readPte(address: number): boolean {
    if (!this.ram.contains(address, 8)) return false;
    if (!this.pmp.allows(address, 8, Access.read, Privilege.supervisor)) return false;
    this.pteLow = this.ram.read32(address);
    this.pteHigh = this.ram.read32(address + 4);
    return true;
  }

  setPteBits(address: number, bits: number): boolean {
    if (!this.pmp.allows(address, 8, Access.write, Privilege.supervisor)) return false;
    this.ram.write32(address, this.ram.read32(address) | bits);
    return true;
  }
}

/** The same tables for a walk that leaves A and D alone. */
export function readOnly(tables: TablesInRam): PageTables {
  return {
    readPte: (address) => tables.readPte(address),
    get pteLow() {
      return tables.pteLow;
    },
    get pteHigh() {
      return tables.pteHigh;
    },
  };
}
