import { Integer } from '@sinclair/typebox';
import { NANOSECONDS_PER_TICK, timerWords } from '../core/index';
import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { flag, listOf, uint32s } from '../schema/state/fields';
import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from './device';

const MTIMECMP = 0x4000;
const MTIME = 0xbff8;
const TWO_32 = 2 ** 32;
/** Beyond 2^53 ticks are no longer counted one by one; mtime has 64 bits. */
const ticks = Integer({ minimum: -(2 ** 64), maximum: 2 ** 64 });

const clintState = (harts: number) =>
  stateSchema('clint', 1, {
    msip: listOf(flag, { exactly: harts }),
    /** Deadlines in ticks as exact word pairs; all ones (never) after reset. */
    mtimecmp: uint32s(harts * 2),
    /** Ticks that software added to mtime by writing it. */
    offset: ticks,
  });

export interface ClintLines {
  readonly software: InterruptLine;
  readonly timer: InterruptLine;
}

/** The ACLINT's MSWI and MTIMER as QEMU's `virt` lays them out: msip at 0, mtimecmp at 0x4000, mtime at 0xbff8. */
export class Clint implements MmioDevice, TimedDevice {
  readonly name = 'clint';
  readonly size = 0x10000;
  readonly accessSizes = { smallest: 4, largest: 8 } as const;
  private readonly state: StateOf<ReturnType<typeof clintState>>;
  readonly component: Component;

  constructor(
    readonly base: number,
    private readonly lines: readonly ClintLines[],
    private readonly clock: DeviceClock,
  ) {
    const mtimecmp = new Uint32Array(lines.length * 2).fill(0xffffffff);
    this.state = { msip: lines.map(() => false), mtimecmp, offset: 0 };
    this.component = component(clintState(lines.length), this.state);
  }

  /** mtime in ticks. */
  time(): number {
    return Math.floor(this.clock.now() / NANOSECONDS_PER_TICK) + this.state.offset;
  }

  /** What software does by a store to mtimecmp: `deadline` in ticks, `Infinity` for never. */
  setTimer(hart: number, deadline: number): void {
    const { low, high } = timerWords(deadline);
    this.state.mtimecmp.set([low, high], hart * 2);
    this.updateTimers();
  }

  setSoftwareInterrupt(hart: number, level: boolean): void {
    this.state.msip[hart] = level;
    this.lines[hart]?.software.setLevel(level);
  }

  read(offset: number): number | undefined {
    return this.peek(offset);
  }

  peek(offset: number): number | undefined {
    if (offset % 4 !== 0) return undefined;
    if (offset < MTIMECMP) return this.state.msip[offset / 4] ? 1 : 0;
    if (offset === MTIME) return this.time() % TWO_32;
    if (offset === MTIME + 4) return Math.floor(this.time() / TWO_32);
    return this.state.mtimecmp[(offset - MTIMECMP) / 4] ?? 0;
  }

  tellsTime(offset: number): boolean {
    return offset === MTIME || offset === MTIME + 4;
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    if (offset % 4 !== 0) return false;
    if (offset < MTIMECMP) {
      if (offset / 4 < this.state.msip.length) this.setSoftwareInterrupt(offset / 4, (value & 1) !== 0);
      return true;
    }
    if (offset === MTIME || offset === MTIME + 4) {
      const now = this.time();
      const low = offset === MTIME ? value >>> 0 : now % TWO_32;
      const high = offset === MTIME ? Math.floor(now / TWO_32) : value >>> 0;
      this.state.offset += high * TWO_32 + low - now;
    } else if ((offset - MTIMECMP) / 4 < this.state.mtimecmp.length) {
      this.state.mtimecmp[(offset - MTIMECMP) / 4] = value;
    }
    this.updateTimers();
    return true;
  }

  wake(): void {
    this.updateTimers();
  }

  private updateTimers(): void {
    const now = this.time();
    let next = Number.POSITIVE_INFINITY;
    for (const [hart, lines] of this.lines.entries()) {
      const deadline = (this.state.mtimecmp[hart * 2 + 1] ?? 0) * TWO_32 + (this.state.mtimecmp[hart * 2] ?? 0);
      lines.timer.setLevel(now >= deadline);
      if (now < deadline) next = Math.min(next, deadline);
    }
    const deadline = (next - this.state.offset) * NANOSECONDS_PER_TICK;
    if (deadline <= Number.MAX_SAFE_INTEGER) this.clock.schedule(this.name, deadline);
    else this.clock.cancel(this.name);
  }
}
