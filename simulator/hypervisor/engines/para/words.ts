import { type DoubleWord, sharedWords, wordsOffset } from '../../../hypercalls/shared-page';
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
    return wordsOffset(this.vcpu);
  }

  read(register: DoubleWord): bigint {
    return this.page.doubleword(this.vcpu, register);
  }

  write(register: DoubleWord, value: bigint): void {
    this.page.setDoubleword(this.vcpu, register, value);
  }

  /** Whether upcalls may come. */
  get interruptEnable(): boolean {
    return this.page.byte(this.vcpu, interruptEnable) !== 0;
  }

  set interruptEnable(isEnabled: boolean) {
    this.page.setByte(this.vcpu, interruptEnable, isEnabled ? 1 : 0);
  }
}
