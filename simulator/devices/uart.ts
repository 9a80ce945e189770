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
const LCR_DLAB = 0x80;
const MCR_LOOPBACK = 0x10;
const LSR_DATA_READY = 1;
const LSR_OVERRUN = 2;
const LSR_TRANSMIT_EMPTY = 0x60;
const FCR_ENABLE = 1;
const FCR_CLEAR_RECEIVE = 2;
const FIFO_DEPTH = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;

const IIR_NONE = 1;
const IIR_TRANSMIT_EMPTY = 2;
const IIR_RECEIVED = 4;
const IIR_LINE_STATUS = 6;
const IIR_TIMEOUT = 0xc;

/**
 * The 16550A UART of QEMU's `virt`. Transmission takes no time, so the transmitter is always empty.
 * Received bytes wait on the host's side (`input`) while the FIFO is full: a console loses nothing.
 */
export class Uart implements MmioDevice {
  readonly name = 'uart';
  readonly size = 0x100;
  readonly accessSizes = { smallest: 1, largest: 8 } as const;
  private readonly fifo: number[] = [];
  private readonly input: number[] = [];
  private ier = 0;
  private fcr = 0;
  private lcr = 0;
  private mcr = 0;
  private scratch = 0;
  private divisor = 0x000c;
  private overrun = false;
  private transmitEmptyPending = false;

  constructor(
    readonly base: number,
    private readonly interrupt: InterruptLine,
    private readonly transmit: (byte: number) => void,
  ) {}

  /** Bytes from the console. */
  receive(bytes: Iterable<number>): void {
    for (const byte of bytes) this.input.push(byte & 0xff);
    this.refill();
    this.updateInterrupt();
  }

  read(offset: number): number | undefined {
    const value = this.peek(offset);
    // What has no effect says nothing to the interrupt controller either, as on QEMU.
    if (offset === DATA && !this.dlab) {
      this.fifo.shift();
      this.refill();
      this.updateInterrupt();
    } else if (offset === IIR_FCR && (this.identification() & 0xf) === IIR_TRANSMIT_EMPTY) {
      this.transmitEmptyPending = false;
      this.updateInterrupt();
    } else if (offset === LSR && this.overrun) {
      this.overrun = false;
      this.updateInterrupt();
    }
    return value;
  }

  peek(offset: number): number | undefined {
    switch (offset) {
      case DATA:
        return this.dlab ? this.divisor & 0xff : (this.fifo[0] ?? 0);
      case IER:
        return this.dlab ? this.divisor >>> 8 : this.ier;
      case IIR_FCR:
        return this.identification() | (this.fcr & FCR_ENABLE ? 0xc0 : 0);
      case LCR:
        return this.lcr;
      case MCR:
        return this.mcr;
      case LSR:
        return LSR_TRANSMIT_EMPTY | (this.fifo.length > 0 ? LSR_DATA_READY : 0) | (this.overrun ? LSR_OVERRUN : 0);
      case MSR:
        return this.modemStatus();
      case SCR:
        return this.scratch;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    const byte = value & 0xff;
    switch (offset) {
      case DATA:
        if (this.dlab) this.divisor = (this.divisor & 0xff00) | byte;
        else this.send(byte);
        break;
      case IER:
        if (this.dlab) {
          this.divisor = (this.divisor & 0xff) | (byte << 8);
        } else {
          if (byte & ~this.ier & IER_TRANSMIT_EMPTY) this.transmitEmptyPending = true;
          this.ier = byte & 0xf;
        }
        break;
      case IIR_FCR:
        if (((byte ^ this.fcr) & FCR_ENABLE) !== 0 || byte & FCR_CLEAR_RECEIVE) this.fifo.length = 0;
        this.fcr = byte & 0xc9;
        this.refill();
        break;
      case LCR:
        this.lcr = byte;
        return true;
      case MCR:
        this.mcr = byte & 0x1f;
        return true;
      case SCR:
        this.scratch = byte;
        return true;
    }
    this.updateInterrupt();
    return true;
  }

  state() {
    return {
      fifo: [...this.fifo],
      input: [...this.input],
      ier: this.ier,
      fcr: this.fcr,
      lcr: this.lcr,
      mcr: this.mcr,
      scratch: this.scratch,
      divisor: this.divisor,
      overrun: this.overrun,
      transmitEmptyPending: this.transmitEmptyPending,
    };
  }

  restore(state: ReturnType<Uart['state']>): void {
    this.fifo.splice(0, this.fifo.length, ...state.fifo);
    this.input.splice(0, this.input.length, ...state.input);
    this.ier = state.ier;
    this.fcr = state.fcr;
    this.lcr = state.lcr;
    this.mcr = state.mcr;
    this.scratch = state.scratch;
    this.divisor = state.divisor;
    this.overrun = state.overrun;
    this.transmitEmptyPending = state.transmitEmptyPending;
  }

  private get dlab(): boolean {
    return (this.lcr & LCR_DLAB) !== 0;
  }

  private send(byte: number): void {
    if (this.mcr & MCR_LOOPBACK) {
      if (this.fifo.length < FIFO_DEPTH) this.fifo.push(byte);
      else this.overrun = true;
    } else {
      this.transmit(byte);
    }
    this.transmitEmptyPending = true;
  }

  private refill(): void {
    const depth = this.fcr & FCR_ENABLE ? FIFO_DEPTH : 1;
    while (this.fifo.length < depth) {
      const byte = this.input.shift();
      if (byte === undefined) return;
      this.fifo.push(byte);
    }
  }

  private modemStatus(): number {
    if (this.mcr & MCR_LOOPBACK) {
      // Section 'modem control register': in loopback the four outputs drive the four inputs.
      return ((this.mcr & 0xc) << 4) | ((this.mcr & 2) << 3) | ((this.mcr & 1) << 5);
    }
    return 0xb0;
  }

  private identification(): number {
    if (this.ier & IER_LINE_STATUS && this.overrun) return IIR_LINE_STATUS;
    if (this.ier & IER_RECEIVED && this.fifo.length > 0) {
      if (!(this.fcr & FCR_ENABLE)) return IIR_RECEIVED;
      const trigger = TRIGGER_LEVELS[this.fcr >>> 6] ?? 1;
      // Below the trigger level the character time-out interrupt speaks; characters take no time here, so at once.
      return this.fifo.length >= trigger ? IIR_RECEIVED : IIR_TIMEOUT;
    }
    if (this.ier & IER_TRANSMIT_EMPTY && this.transmitEmptyPending) return IIR_TRANSMIT_EMPTY;
    return IIR_NONE;
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.identification() !== IIR_NONE);
  }
}
