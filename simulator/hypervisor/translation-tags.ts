import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { componentOf, type StateHolder, type StateOf, stateSchema } from '../schema/state/component';
import { count, halfword } from '../schema/state/fields';

/** A number under which a hart's TLB keeps translations apart from others': an ASID or a VMID, as long as its generation lasts. */
export const tag = ObjectOf({
  number: halfword,
  /** Of the numbers of its hart; 0: none was given yet. */
  generation: count,
});
export type Tag = Readonly<Static<typeof tag>>;

/** Nobody's translations. */
export const NO_TAG: Tag = { number: 0, generation: 0 };

const tagsSchema = (last: number) =>
  stateSchema('tags', 1, { generation: count, next: count }, ({ generation, next }) => {
    if (generation < 1) return { path: ['generation'], problem: 'must be 1 at least' };
    return next >= 1 && next <= last + 1 ? undefined : { path: ['next'], problem: `must be 1 to ${last + 1}` };
  });

type TagsState = StateOf<ReturnType<typeof tagsSchema>>;

/**
 * The ASIDs or VMIDs of one hart, given out in turn. When none is left the hart forgets all that it has kept under them, and a new generation of the
 * same numbers begins: whoever comes with one of an older generation takes a new one (as Linux does with ASIDs, and KVM with VMIDs). A number is
 * never given back: under one that is not in use any more nobody looks for translations before they are forgotten.
 */
export class TranslationTags implements StateHolder<TagsState> {
  readonly component;
  private generation = 1;
  private next = 1;
  private readonly last: number;

  /** @param bits of the field that holds such a number (ASIDLEN, VMIDLEN); 0 is left to those that have none */
  constructor(
    bits: number,
    private readonly forgetAll: () => void,
  ) {
    this.last = 2 ** bits - 1;
    this.component = componentOf(tagsSchema(this.last), this);
  }

  /** Whether the hart tells anything apart by such numbers at all. */
  get areThere(): boolean {
    return this.last > 0;
  }

  /** Whether a number is its holder's still. */
  holds({ generation }: Tag): boolean {
    return generation === this.generation;
  }

  /** Whether a number may be given to somebody before the hart forgets what it has under it. */
  isFree(number: number): boolean {
    return number >= this.next;
  }

  take(): Tag {
    if (this.next > this.last) {
      this.forgetAll();
      this.generation++;
      this.next = 1;
    }
    return { number: this.next++, generation: this.generation };
  }

  state(): TagsState {
    return { generation: this.generation, next: this.next };
  }

  restore({ generation, next }: TagsState): void {
    this.generation = generation;
    this.next = next;
  }
}
