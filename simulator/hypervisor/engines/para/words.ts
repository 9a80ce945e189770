import { highWord, lowWord } from '../../../core/index';
import { type DoubleWord, sharedWords, WORDS_BYTES, WORDS_OFFSET } from '../../../hypercalls/shared-page';
import type { SharedPage } from '../../events/shared-page';

const { interruptEnable } = sharedWords;

/** The words of a vCPU in the page that its guest shares. */
export class VcpuWords {
  constructor(
    private readonly page: SharedPage,
    private readonly vcpu: number,
  ) {}

  /** From the begin of the page, in bytes. */
  get offset(): number {
    return WORDS_OFFSET + this.vcpu * WORDS_BYTES;
  }

  read(register: DoubleWord): bigint {
    const [low, high] = [this.page.low(this.vcpu, register), this.page.high(this.vcpu, register)];
    return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  }

  write(register: DoubleWord, value: bigint): void {
    this.page.setWords(this.vcpu, register, lowWord(value), highWord(value));
  }

  /** Whether upcalls may come. */
  get interruptEnable(): boolean {
    return this.page.byte(this.vcpu, interruptEnable) !== 0;
  }

  set interruptEnable(isEnabled: boolean) {
    this.page.setByte(this.vcpu, interruptEnable, isEnabled ? 1 : 0);
  }
}
