import { withoutState } from '../schema/state/component';
import type { AccessSize, MmioDevice } from './device';

export type FinisherRequest =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly code: number }
  | { readonly kind: 'reset' };

const PASS = 0x5555;
const FAIL = 0x3333;
const RESET = 0x7777;

/**
 * The SiFive test finisher of QEMU's `virt` board: a word whose low half says how the machine ends, and high half the exit code. It
 * remembers nothing.
 */
export class Finisher implements MmioDevice {
  readonly name = 'finisher';
  readonly size = 0x1000;
  readonly accessSizes = { smallest: 2, largest: 4 } as const;
  readonly component = withoutState('finisher');

  constructor(
    readonly base: number,
    private readonly finish: (request: FinisherRequest) => void,
  ) {}

  read(): number {
    return 0;
  }

  peek(): number {
    return 0;
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    if (offset !== 0) return true;
    const code = (value >>> 16) & 0xffff;
    switch (value & 0xffff) {
      case PASS:
        this.finish({ kind: 'pass' });
        break;
      case FAIL:
        this.finish({ kind: 'fail', code });
        break;
      case RESET:
        this.finish({ kind: 'reset' });
        break;
    }
    return true;
  }
}
