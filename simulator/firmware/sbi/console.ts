import type { DeviceClock } from '../../devices/device';
import type { Uart } from '../../devices/uart';
import { component, type StateOf, stateSchema } from '../../schema/state/component';
import { instant } from '../../schema/state/fields';

const DATA = 0;
const LINE_STATUS = 5;
const DATA_READY = 1;
/** Bytes that are taken at once. */
const MOST = 64 * 1024;

const consoleState = stateSchema('sbi-console', 1, {
  /** Machine time at which all is out that has been transmitted. */
  busyUntil: instant,
});

/**
 * The console of the SBI's calls: the UART. It takes `MOST` bytes at once, and after that a byte a nanosecond of the machine's clock: a
 * guest that writes for ever fills nobody's memory faster than it runs.
 */
export class SbiConsole {
  private readonly state: StateOf<typeof consoleState> = { busyUntil: 0 };
  readonly component = component(consoleState, this.state);

  constructor(
    private readonly uart: Uart,
    private readonly clock: Pick<DeviceClock, 'now'>,
  ) {}

  /** Bytes that it takes now. */
  get room(): number {
    return Math.max(0, MOST - Math.max(0, this.state.busyUntil - this.clock.now()));
  }

  transmit(bytes: Iterable<number>): void {
    this.state.busyUntil = Math.max(this.state.busyUntil, this.clock.now());
    for (const byte of bytes) {
      this.uart.write(DATA, 1, byte);
      this.state.busyUntil += 1;
    }
  }

  /** The next byte of console input, as firmware reads it: by polling the UART's line status. */
  receive(): number | undefined {
    return (this.uart.read(LINE_STATUS) ?? 0) & DATA_READY ? this.uart.read(DATA) : undefined;
  }
}
