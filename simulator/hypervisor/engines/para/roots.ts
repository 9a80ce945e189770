import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { count } from '../../../schema/state/fields';
import type { HartContext } from '../../hart-context';
import { NO_TAG, type Tag, tag } from '../../translation-tags';

export type RootKind = 'kernel' | 'user';
export const ROOT_KINDS: readonly RootKind[] = ['kernel', 'user'];

/** A root in a saved state: its machine address, 0 for none, and under what the vCPU's hart keeps its translations. */
export const savedRoot = ObjectOf({ hpa: count, tag });
type SavedRoot = Static<typeof savedRoot>;

/** Where a vCPU's kernel runs, or its programs. */
interface Root {
  hpa: number;
  tag: Tag;
}

/**
 * The two roots of a vCPU. U-mode has no ring between kernel and programs, so that each has tables of its own, as under Xen on x86-64. The
 * hart keeps the translations of each under an ASID: a new root gets a new one, so that nothing of the last one is found.
 */
export class Roots {
  private readonly roots: Readonly<Record<RootKind, Root>> = {
    kernel: { hpa: 0, tag: NO_TAG },
    user: { hpa: 0, tag: NO_TAG },
  };
  private place: HartContext | undefined;

  /** The machine address of a root; 0 for none. */
  hpa(kind: RootKind): number {
    return this.roots[kind].hpa;
  }

  choose(kind: RootKind, hpa: number): void {
    const root = this.roots[kind];
    if (root.hpa !== hpa) root.tag = NO_TAG;
    root.hpa = hpa;
  }

  /** The vCPU comes to a hart: on another one than before it takes ASIDs anew. @returns whether it is another one */
  moveTo(pcpu: HartContext): boolean {
    if (this.place === pcpu) return false;
    this.place = pcpu;
    for (const kind of ROOT_KINDS) this.roots[kind].tag = NO_TAG;
    return true;
  }

  /** What a hart has of it is not found any more. @returns false where the hart tells it apart by nothing */
  leave(pcpu: HartContext): boolean {
    if (this.place !== pcpu) return true;
    for (const kind of ROOT_KINDS) this.roots[kind].tag = NO_TAG;
    return pcpu.asids.areThere;
  }

  /** Whose TLB has its translations. */
  get pcpu(): HartContext | undefined {
    return this.place;
  }

  /** The ASID under which the hart is to walk a root from now on. */
  use(kind: RootKind): number {
    const { place, roots } = this;
    if (!place?.asids.areThere) return 0;
    const root = roots[kind];
    if (!place.asids.holds(root.tag)) root.tag = place.asids.take();
    return root.tag.number;
  }

  /** The ASID under which the hart keeps a root's translations; undefined where it has none of them. */
  asidOf(kind: RootKind): number | undefined {
    const { place, roots } = this;
    if (!place?.asids.areThere) return 0;
    const { tag } = roots[kind];
    return place.asids.holds(tag) ? tag.number : undefined;
  }

  /** Whose translations the hart keeps under an ASID. */
  ofAsid(asid: number): RootKind | undefined {
    return ROOT_KINDS.find((kind) => this.roots[kind].hpa !== 0 && this.asidOf(kind) === asid);
  }

  /** The hart forgets a page of both, by its number; all when undefined. */
  forget(page: number | undefined): void {
    const { place } = this;
    if (!place) return;
    if (!place.asids.areThere) {
      place.hart.tlb.flush(page, undefined);
      return;
    }
    for (const kind of ROOT_KINDS) {
      const asid = this.asidOf(kind);
      if (asid !== undefined) place.hart.tlb.flush(page, asid);
    }
  }

  state(): Record<RootKind, SavedRoot> & { place: number | null } {
    const { kernel, user } = this.roots;
    return { kernel: { ...kernel }, user: { ...user }, place: this.place?.hart.id ?? null };
  }

  restore({ kernel, user }: Readonly<Record<RootKind, SavedRoot>>, place: HartContext | undefined): void {
    Object.assign(this.roots.kernel, kernel);
    Object.assign(this.roots.user, user);
    this.place = place;
  }
}
