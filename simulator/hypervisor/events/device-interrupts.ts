import type { Plic } from '../../devices/plic';

/** The hart of the board whose interrupts lead to the VMM, which passes them on by ports. */
const HART = 0;

/** The interrupts of a VM's devices where the VMM, and not the guest, serves its PLIC. */
export class DeviceInterrupts {
  constructor(private readonly plic: Plic) {}

  /** Those of a source come from now on. */
  open(source: number): void {
    this.plic.enable(source, HART);
  }

  /** They come no more. */
  close(source: number): void {
    this.plic.complete(source, HART);
    this.plic.disable(source, HART);
  }

  /** The sources that ask for service and are being served from now on. */
  claim(): number[] {
    const sources: number[] = [];
    for (;;) {
      const source = this.plic.claim(HART);
      if (source === 0) return sources;
      sources.push(source);
    }
  }

  /** A source has been served. */
  complete(source: number): void {
    this.plic.complete(source, HART);
  }
}
