import { component, type StateOf, stateSchema } from '../schema/state/component';
import { bits, byte, flag, halfword, listOf } from '../schema/state/fields';
import type { AccessSize, InterruptLine, MmioDevice } from './device';

// Registers by offset (TL16C550C, table 3); the first two are the divisor latch while LCR.DLAB is set.
const DATA = 0;
const IER = 1;
const IIR_FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

const IER_RECEIVED = 1;
const IER_TRANSMIT_EMPTY = 2;
const IER_LINE_STATUS = 4;
const IER_BITS = 0xf;
const LCR_DLAB = 0x80;
const MCR_LOOPBACK = 0x10;
const MCR_BITS = 0x1f;
const LSR_DATA_READY = 1;
const LSR_OVERRUN = 2;
const LSR_TRANSMIT_EMPTY = 0x60;
const FCR_ENABLE = 1;
const FCR_CLEAR_RECEIVE = 2;
/** Those that are kept: enable, DMA mode, the trigger level. */
const FCR_BITS = 0xc9;
const FIFO_DEPTH = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;

const IIR_NONE = 1;
const IIR_TRANSMIT_EMPTY = 2;
const IIR_RECEIVED = 4;
const IIR_LINE_STATUS = 6;
const IIR_TIMEOUT = 0xc;

const uartState = stateSchema(
  'uart',
  1,
  {
    fifo: listOf(byte, { most: FIFO_DEPTH }),
    /** What the FIFO has no room for yet. */
    input: listOf(byte),
    ier: bits(IER_BITS),
    fcr: bits(FCR_BITS),
    lcr: byte,
    mcr: bits(MCR_BITS),
    scratch: byte,
    divisor: halfword,
    overrun: flag,
    transmitEmptyPending: flag,
  },
  ({ fifo, input, fcr }) =>
    input.length > 0 && fifo.length < depthOf(fcr)
      ? { path: ['input'], problem: 'must be empty while the FIFO has room' }
      : undefined,
);

/**
 * The 16550A UART of QEMU's `virt`. Transmission takes no time, so the transmitter is always empty.
 * Received bytes wait on the host's side (`input`) while the FIFO is full: a console loses nothing.
 */
export class Uart implements MmioDevice {
  readonly name = 'uart';
  readonly size = 0x100;
  readonly accessSizes = { smallest: 1, largest: 8 } as const;
  private readonly state: StateOf<typeof uartState> = {
    fifo: [],
    input: [],
    ier: 0,
    fcr: 0,
    lcr: 0,
    mcr: 0,
    scratch: 0,
    divisor: 0x000c,
    overrun: false,
    transmitEmptyPending: false,
  };
  readonly component = component(uartState, this.state);

  constructor(
    readonly base: number,
    private readonly interrupt: InterruptLine,
    private readonly transmit: (byte: number) => void,
  ) {}

  /** Bytes from the console. */
  receive(bytes: Iterable<number>): void {
    for (const byte of bytes) this.state.input.push(byte & 0xff);
    this.refill();
    this.updateInterrupt();
  }

  read(offset: number): number | undefined {
    const value = this.peek(offset);
    // What has no effect says nothing to the interrupt controller either, as on QEMU.
    if (offset === DATA && !this.dlab) {
      this.state.fifo.shift();
      this.refill();
      this.updateInterrupt();
    } else if (offset === IIR_FCR && (this.identification() & 0xf) === IIR_TRANSMIT_EMPTY) {
      this.state.transmitEmptyPending = false;
      this.updateInterrupt();
    } else if (offset === LSR && this.state.overrun) {
      this.state.overrun = false;
      this.updateInterrupt();
    }
    return value;
  }

  peek(offset: number): number | undefined {
    switch (offset) {
      case DATA:
        return this.dlab ? this.state.divisor & 0xff : (this.state.fifo[0] ?? 0);
      case IER:
        return this.dlab ? this.state.divisor >>> 8 : this.state.ier;
      case IIR_FCR:
        return this.identification() | (this.state.fcr & FCR_ENABLE ? 0xc0 : 0);
      case LCR:
        return this.state.lcr;
      case MCR:
        return this.state.mcr;
      case LSR:
        return (
          LSR_TRANSMIT_EMPTY |
          (this.state.fifo.length > 0 ? LSR_DATA_READY : 0) |
          (this.state.overrun ? LSR_OVERRUN : 0)
        );
      case MSR:
        return this.modemStatus();
      case SCR:
        return this.state.scratch;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    const byte = value & 0xff;
    switch (offset) {
      case DATA:
        if (this.dlab) this.state.divisor = (this.state.divisor & 0xff00) | byte;
        else this.send(byte);
        break;
      case IER:
        if (this.dlab) {
          this.state.divisor = (this.state.divisor & 0xff) | (byte << 8);
        } else {
          if (byte & ~this.state.ier & IER_TRANSMIT_EMPTY) this.state.transmitEmptyPending = true;
          this.state.ier = byte & IER_BITS;
        }
        break;
      case IIR_FCR:
        if (((byte ^ this.state.fcr) & FCR_ENABLE) !== 0 || byte & FCR_CLEAR_RECEIVE) this.state.fifo.length = 0;
        this.state.fcr = byte & FCR_BITS;
        this.refill();
        break;
      case LCR:
        this.state.lcr = byte;
        return true;
      case MCR:
        this.state.mcr = byte & MCR_BITS;
        return true;
      case SCR:
        this.state.scratch = byte;
        return true;
    }
    this.updateInterrupt();
    return true;
  }

  private get dlab(): boolean {
    return (this.state.lcr & LCR_DLAB) !== 0;
  }

  private send(byte: number): void {
    if (this.state.mcr & MCR_LOOPBACK) {
      if (this.state.fifo.length < FIFO_DEPTH) this.state.fifo.push(byte);
      else this.state.overrun = true;
    } else {
      this.transmit(byte);
    }
    this.state.transmitEmptyPending = true;
  }

  private refill(): void {
    const depth = depthOf(this.state.fcr);
    while (this.state.fifo.length < depth) {
      const byte = this.state.input.shift();
      if (byte === undefined) return;
      this.state.fifo.push(byte);
    }
  }

  private modemStatus(): number {
    if (this.state.mcr & MCR_LOOPBACK) {
      // Section 'modem control register': in loopback the four outputs drive the four inputs.
      return ((this.state.mcr & 0xc) << 4) | ((this.state.mcr & 2) << 3) | ((this.state.mcr & 1) << 5);
    }
    return 0xb0;
  }

  private identification(): number {
    if (this.state.ier & IER_LINE_STATUS && this.state.overrun) return IIR_LINE_STATUS;
    if (this.state.ier & IER_RECEIVED && this.state.fifo.length > 0) {
      if (!(this.state.fcr & FCR_ENABLE)) return IIR_RECEIVED;
      const trigger = TRIGGER_LEVELS[this.state.fcr >>> 6] ?? 1;
      // Below the trigger level the character time-out interrupt speaks; characters take no time here, so at once.
      return this.state.fifo.length >= trigger ? IIR_RECEIVED : IIR_TIMEOUT;
    }
    if (this.state.ier & IER_TRANSMIT_EMPTY && this.state.transmitEmptyPending) return IIR_TRANSMIT_EMPTY;
    return IIR_NONE;
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.identification() !== IIR_NONE);
  }
}

/** Without its FIFO the UART holds one byte. */
function depthOf(fcr: number): number {
  return fcr & FCR_ENABLE ? FIFO_DEPTH : 1;
}
