import type { FindingTest } from './tests';

/** A mistake in the VMM that its author might well have made, as an edit of its source. */
export interface SeededFault {
  readonly id: string;
  /** What the author has got wrong. */
  readonly mistake: string;
  /** What the guest, its programs or its neighbours can do because of it, or what becomes of them. */
  readonly consequence: string;
  /** Below simulator/hypervisor. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  /** What stands there instead. */
  readonly replace: string;
  /** The test that fails because of it. */
  readonly foundBy: FindingTest;
}
