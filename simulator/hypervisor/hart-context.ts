import type { Hart } from '../core/index';
import type { HartTimers, Timed } from './timers';
import type { TranslationTags } from './translation-tags';

/** What the VMM keeps of a hart, as far as who comes onto it has to know. */
export interface HartContext<Of extends Timed = Timed> {
  readonly hart: Hart;
  /** Of shadow tables. */
  readonly asids: TranslationTags;
  readonly vmids: TranslationTags;
  readonly timers: HartTimers<Of>;
  /** Whether it forgets all translations before its next instruction of a guest's. */
  readonly mustForget: boolean;
}
