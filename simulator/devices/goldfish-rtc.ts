import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { any64, flag, unsigned64, word } from '../schema/state/fields';
import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from './device';

// Registers by offset (QEMU, hw/rtc/goldfish_rtc.c).
const TIME_LOW = 0x00;
const TIME_HIGH = 0x04;
const ALARM_LOW = 0x08;
const ALARM_HIGH = 0x0c;
const IRQ_ENABLED = 0x10;
const CLEAR_ALARM = 0x14;
const ALARM_STATUS = 0x18;
const CLEAR_INTERRUPT = 0x1c;

const TWO_32 = 2n ** 32n;
const NANOSECONDS = 1_000_000_000n;

const rtcState = stateSchema('goldfish-rtc', 1, {
  /** Nanoseconds between the machine clock and the time. */
  offset: any64,
  /** What TIME_HIGH gives: latched by reading TIME_LOW. */
  timeHigh: word,
  alarm: unsigned64,
  alarmRunning: flag,
  pending: flag,
  enabled: flag,
});

/**
 * The goldfish real-time clock of QEMU's `virt`: nanoseconds since 1970, and an alarm. Its time goes on with the machine clock from a
 * fixed date, never with the host's: a run is the same on any day.
 */
export class GoldfishRtc implements MmioDevice, TimedDevice {
  readonly size = 0x1000;
  readonly accessSizes = { smallest: 4, largest: 8 } as const;
  private readonly state: StateOf<typeof rtcState>;
  readonly component: Component;

  /** @param startTime the date at reset, in seconds since 1970 */
  constructor(
    readonly name: string,
    readonly base: number,
    private readonly interrupt: InterruptLine,
    private readonly clock: DeviceClock,
    startTime: number,
  ) {
    this.state = {
      offset: BigInt(startTime) * NANOSECONDS,
      timeHigh: 0,
      alarm: 0n,
      alarmRunning: false,
      pending: false,
      enabled: false,
    };
    this.component = component(rtcState, this.state);
  }

  read(offset: number): number | undefined {
    const value = this.peek(offset);
    if (offset === TIME_LOW) this.state.timeHigh = Number(this.now() / TWO_32);
    return value;
  }

  peek(offset: number): number | undefined {
    switch (offset) {
      case TIME_LOW:
        return Number(this.now() % TWO_32);
      case TIME_HIGH:
        return this.state.timeHigh;
      case ALARM_LOW:
        return Number(this.state.alarm % TWO_32);
      case ALARM_HIGH:
        return Number(this.state.alarm / TWO_32);
      case IRQ_ENABLED:
        return this.state.enabled ? 1 : 0;
      case ALARM_STATUS:
        return this.state.alarmRunning ? 1 : 0;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    const half = BigInt(value >>> 0);
    switch (offset) {
      case TIME_LOW:
        this.setTime((this.now() / TWO_32) * TWO_32 + half);
        break;
      case TIME_HIGH:
        this.setTime(half * TWO_32 + (this.now() % TWO_32));
        break;
      case ALARM_LOW:
        this.state.alarm = (this.state.alarm / TWO_32) * TWO_32 + half;
        this.arm();
        break;
      case ALARM_HIGH:
        this.state.alarm = half * TWO_32 + (this.state.alarm % TWO_32);
        break;
      case IRQ_ENABLED:
        this.state.enabled = (value & 1) !== 0;
        this.updateInterrupt();
        break;
      case CLEAR_ALARM:
        this.state.alarmRunning = false;
        this.clock.cancel(this.name);
        break;
      case CLEAR_INTERRUPT:
        this.state.pending = false;
        this.updateInterrupt();
        break;
    }
    return true;
  }

  wake(): void {
    if (!this.state.alarmRunning) return;
    if (this.now() < this.state.alarm) this.schedule();
    else this.ring();
  }

  private now(): bigint {
    return BigInt.asUintN(64, BigInt(this.clock.now()) + this.state.offset);
  }

  private setTime(time: bigint): void {
    this.state.offset = time - BigInt(this.clock.now());
    if (this.state.alarmRunning) this.arm();
  }

  private arm(): void {
    this.state.alarmRunning = true;
    if (this.now() >= this.state.alarm) this.ring();
    else this.schedule();
  }

  private ring(): void {
    this.state.alarmRunning = false;
    this.state.pending = true;
    this.clock.cancel(this.name);
    this.updateInterrupt();
  }

  private schedule(): void {
    const deadline = Number(this.state.alarm - this.state.offset);
    if (deadline <= Number.MAX_SAFE_INTEGER) this.clock.schedule(this.name, deadline);
    else this.clock.cancel(this.name);
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.state.pending && this.state.enabled);
  }
}
