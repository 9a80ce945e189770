import type { SourceFault } from '../../../scripts/broken-pagers';
import type { FindingTest } from './tests';

/** A mistake in the VMM that a test finds. */
export interface SeededFault extends SourceFault {
  /** What the guest, its programs or its neighbours can do because of it, or what becomes of them. */
  readonly consequence: string;
  /** The test that fails because of it. */
  readonly foundBy: FindingTest;
}
