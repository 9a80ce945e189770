import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { bytes } from '../schema/state/fields';
import type { AccessSize, MmioDevice } from './device';

const romState = (size: number) => stateSchema('rom', 1, { contents: bytes({ most: size }) });

/** Memory that is written before reset only; stores to it are lost, as on QEMU. */
export class Rom implements MmioDevice {
  readonly name = 'rom';
  readonly accessSizes = { smallest: 1, largest: 8 } as const;
  private readonly state: StateOf<ReturnType<typeof romState>> = { contents: new Uint8Array() };
  readonly component: Component;

  constructor(
    readonly base: number,
    readonly size: number,
  ) {
    this.component = component(romState(size), this.state);
  }

  /** What is in it from its start, before reset; the rest is zeros. */
  load(bytes: Uint8Array): void {
    this.state.contents = bytes.slice(0, this.size);
  }

  read(offset: number, size: AccessSize): number | undefined {
    return this.peek(offset, size);
  }

  peek(offset: number, size: AccessSize): number | undefined {
    if (offset + size > this.size) return undefined;
    let value = 0;
    for (let at = offset + size - 1; at >= offset; at--) value = value * 256 + (this.state.contents[at] ?? 0);
    return value;
  }

  write(): boolean {
    return true;
  }
}
