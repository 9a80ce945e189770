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

/**
 * The goldfish real-time clock of QEMU's `virt`: nanoseconds since 1970, and an alarm. Its time goes on with the machine clock from a
 * fixed date, never with the host's: a run is the same on any day.
 */
export class GoldfishRtc implements MmioDevice, TimedDevice {
  readonly size = 0x1000;
  readonly accessSizes = { smallest: 4, largest: 8 } as const;
  /** Nanoseconds between the machine clock and the time. */
  private offset: bigint;
  /** What TIME_HIGH gives: latched by reading TIME_LOW. */
  private timeHigh = 0;
  private alarm = 0n;
  private alarmRunning = false;
  private pending = false;
  private enabled = false;

  /** @param startTime the date at reset, in seconds since 1970 */
  constructor(
    readonly name: string,
    readonly base: number,
    private readonly interrupt: InterruptLine,
    private readonly clock: DeviceClock,
    startTime: number,
  ) {
    this.offset = BigInt(startTime) * NANOSECONDS;
  }

  read(offset: number): number | undefined {
    const value = this.peek(offset);
    if (offset === TIME_LOW) this.timeHigh = Number(this.now() / TWO_32);
    return value;
  }

  peek(offset: number): number | undefined {
    switch (offset) {
      case TIME_LOW:
        return Number(this.now() % TWO_32);
      case TIME_HIGH:
        return this.timeHigh;
      case ALARM_LOW:
        return Number(this.alarm % TWO_32);
      case ALARM_HIGH:
        return Number(this.alarm / TWO_32);
      case IRQ_ENABLED:
        return this.enabled ? 1 : 0;
      case ALARM_STATUS:
        return this.alarmRunning ? 1 : 0;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    const word = BigInt(value >>> 0);
    switch (offset) {
      case TIME_LOW:
        this.setTime((this.now() / TWO_32) * TWO_32 + word);
        break;
      case TIME_HIGH:
        this.setTime(word * TWO_32 + (this.now() % TWO_32));
        break;
      case ALARM_LOW:
        this.alarm = (this.alarm / TWO_32) * TWO_32 + word;
        this.arm();
        break;
      case ALARM_HIGH:
        this.alarm = word * TWO_32 + (this.alarm % TWO_32);
        break;
      case IRQ_ENABLED:
        this.enabled = (value & 1) !== 0;
        this.updateInterrupt();
        break;
      case CLEAR_ALARM:
        this.alarmRunning = false;
        this.clock.cancel(this.name);
        break;
      case CLEAR_INTERRUPT:
        this.pending = false;
        this.updateInterrupt();
        break;
    }
    return true;
  }

  wake(): void {
    if (!this.alarmRunning) return;
    if (this.now() < this.alarm) this.schedule();
    else this.ring();
  }

  state() {
    const { offset, timeHigh, alarm, alarmRunning, pending, enabled } = this;
    return { offset: String(offset), timeHigh, alarm: String(alarm), alarmRunning, pending, enabled };
  }

  restore(state: ReturnType<GoldfishRtc['state']>): void {
    this.offset = BigInt(state.offset);
    this.timeHigh = state.timeHigh;
    this.alarm = BigInt(state.alarm);
    this.alarmRunning = state.alarmRunning;
    this.pending = state.pending;
    this.enabled = state.enabled;
  }

  private now(): bigint {
    return BigInt.asUintN(64, BigInt(this.clock.now()) + this.offset);
  }

  private setTime(time: bigint): void {
    this.offset = time - BigInt(this.clock.now());
    if (this.alarmRunning) this.arm();
  }

  private arm(): void {
    this.alarmRunning = true;
    if (this.now() >= this.alarm) this.ring();
    else this.schedule();
  }

  private ring(): void {
    this.alarmRunning = false;
    this.pending = true;
    this.clock.cancel(this.name);
    this.updateInterrupt();
  }

  private schedule(): void {
    const deadline = Number(this.alarm - this.offset);
    if (deadline <= Number.MAX_SAFE_INTEGER) this.clock.schedule(this.name, deadline);
    else this.clock.cancel(this.name);
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.pending && this.enabled);
  }
}
