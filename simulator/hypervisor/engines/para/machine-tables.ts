import type { PhysicalMemory } from '../../../core/index';
import type { PageTables } from '../../../mmu/index';
import type { ExitLedger } from '../../ledger/ledger';

/** Tables that hold machine addresses, in a guest's own frames. */
export class MachineTables implements PageTables {
  pteLow = 0;
  pteHigh = 0;

  /** @param isOwn whether a machine address is the guest's own memory */
  constructor(
    protected readonly ram: PhysicalMemory,
    private readonly isOwn: (hpa: number) => boolean,
  ) {}

  readPte(hpa: number): boolean {
    if (!this.isOwn(hpa)) return false;
    this.pteLow = this.ram.read32(hpa);
    this.pteHigh = this.ram.read32(hpa + 4);
    return true;
  }
}

/** The same, for walks on the guest's behalf: A and D are set as the hardware would set them. */
export class MachineTablesAsHardware extends MachineTables {
  constructor(
    ram: PhysicalMemory,
    isOwn: (hpa: number) => boolean,
    private readonly ledger: ExitLedger,
  ) {
    super(ram, isOwn);
  }

  setPteBits(hpa: number, bits: number): boolean {
    const before = this.ram.read32(hpa);
    this.ram.write32(hpa, before | bits);
    this.ledger.changed({ kind: 'guest entry', address: hpa, before, after: before | bits });
    return true;
  }
}
