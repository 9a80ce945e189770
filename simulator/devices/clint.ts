import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from './device';

const MTIMECMP = 0x4000;
const MTIME = 0xbff8;
const TWO_32 = 2 ** 32;
/** Nanoseconds of machine clock per tick of mtime: 10 MHz, as QEMU's `virt`. */
export const NANOSECONDS_PER_TICK = 100;

export interface ClintLines {
  readonly software: InterruptLine;
  readonly timer: InterruptLine;
}

/** The ACLINT's MSWI and MTIMER as QEMU's `virt` lays them out: msip at 0, mtimecmp at 0x4000, mtime at 0xbff8. */
export class Clint implements MmioDevice, TimedDevice {
  readonly name = 'clint';
  readonly size = 0x10000;
  readonly accessSizes = { smallest: 4, largest: 8 } as const;
  private readonly msip: boolean[];
  /** Deadlines in ticks as exact word pairs; all ones (never) after reset. */
  private readonly mtimecmp: Uint32Array;
  /** Ticks that software added to mtime by writing it. */
  private offset = 0;

  constructor(
    readonly base: number,
    private readonly lines: readonly ClintLines[],
    private readonly clock: DeviceClock,
  ) {
    this.msip = lines.map(() => false);
    this.mtimecmp = new Uint32Array(lines.length * 2).fill(0xffffffff);
  }

  /** mtime in ticks. */
  time(): number {
    return Math.floor(this.clock.now() / NANOSECONDS_PER_TICK) + this.offset;
  }

  /** What software does by a store to mtimecmp: `deadline` in ticks, `Infinity` for never. */
  setTimer(hart: number, deadline: number): void {
    const never = deadline >= 2 ** 64;
    this.mtimecmp[hart * 2] = never ? 0xffffffff : deadline % TWO_32;
    this.mtimecmp[hart * 2 + 1] = never ? 0xffffffff : Math.floor(deadline / TWO_32);
    this.updateTimers();
  }

  setSoftwareInterrupt(hart: number, level: boolean): void {
    this.msip[hart] = level;
    this.lines[hart]?.software.setLevel(level);
  }

  read(offset: number): number | undefined {
    return this.peek(offset);
  }

  peek(offset: number): number | undefined {
    if (offset % 4 !== 0) return undefined;
    if (offset < MTIMECMP) return this.msip[offset / 4] ? 1 : 0;
    if (offset === MTIME) return this.time() % TWO_32;
    if (offset === MTIME + 4) return Math.floor(this.time() / TWO_32);
    return this.mtimecmp[(offset - MTIMECMP) / 4] ?? 0;
  }

  tellsTime(offset: number): boolean {
    return offset === MTIME || offset === MTIME + 4;
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    if (offset % 4 !== 0) return false;
    if (offset < MTIMECMP) {
      if (offset / 4 < this.msip.length) this.setSoftwareInterrupt(offset / 4, (value & 1) !== 0);
      return true;
    }
    if (offset === MTIME || offset === MTIME + 4) {
      const now = this.time();
      const low = offset === MTIME ? value >>> 0 : now % TWO_32;
      const high = offset === MTIME ? Math.floor(now / TWO_32) : value >>> 0;
      this.offset += high * TWO_32 + low - now;
    } else if ((offset - MTIMECMP) / 4 < this.mtimecmp.length) {
      this.mtimecmp[(offset - MTIMECMP) / 4] = value;
    }
    this.updateTimers();
    return true;
  }

  wake(): void {
    this.updateTimers();
  }

  state() {
    return { msip: [...this.msip], mtimecmp: [...this.mtimecmp], offset: this.offset };
  }

  restore({ msip, mtimecmp, offset }: ReturnType<Clint['state']>): void {
    this.msip.splice(0, this.msip.length, ...msip);
    this.mtimecmp.set(mtimecmp);
    this.offset = offset;
  }

  private updateTimers(): void {
    const now = this.time();
    let next = Number.POSITIVE_INFINITY;
    for (const [hart, lines] of this.lines.entries()) {
      const deadline = (this.mtimecmp[hart * 2 + 1] ?? 0) * TWO_32 + (this.mtimecmp[hart * 2] ?? 0);
      lines.timer.setLevel(now >= deadline);
      if (now < deadline) next = Math.min(next, deadline);
    }
    const deadline = (next - this.offset) * NANOSECONDS_PER_TICK;
    if (deadline <= Number.MAX_SAFE_INTEGER) this.clock.schedule(this.name, deadline);
    else this.clock.cancel(this.name);
  }
}
