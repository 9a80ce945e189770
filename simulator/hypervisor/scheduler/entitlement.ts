/** A whole hart, in the percent in which shares and caps are said. */
export const HART = 100;

/** What a VM has a right to beside others, by its scheduler. */
export interface Claim {
  /** Of what is shared it gets so much in proportion to the others'. */
  readonly weight: number;
  /** In percent of one hart: more it cannot use, or must not have. */
  readonly most: number;
  /** Numbers of the harts that it may use; none: all. */
  readonly pin: readonly number[];
}

/** Some claims that have no more than so much together, in percent of one hart. */
interface Bound {
  readonly of: ReadonlySet<Claim>;
  readonly most: number;
}

/**
 * What each of several VMs gets in the long run when all of them want as much as they can have: all get more at once, in proportion to their
 * weights, and each until it has the most that it may, or the harts that it may use are full.
 * @returns percent of one hart, by claim
 */
export function entitlements(claims: readonly Claim[], harts: number): ReadonlyMap<Claim, number> {
  const shares = new Map(claims.map((claim) => [claim, 0]));
  const open = new Set(claims.filter(({ weight, most }) => weight > 0 && most > 0));
  const bounds = [...claims.map((claim) => ({ of: new Set([claim]), most: claim.most })), ...hartBounds(claims, harts)];
  while (open.size > 0) {
    const steps = bounds.map((bound) => stepTo(bound, shares, open));
    const step = Math.min(...steps);
    for (const claim of open) shares.set(claim, (shares.get(claim) ?? 0) + step * claim.weight);
    for (const [index, bound] of bounds.entries())
      if (steps[index] === step) for (const claim of bound.of) open.delete(claim);
  }
  return shares;
}

/** How much more for each unit of weight leads to a bound. */
function stepTo({ of, most }: Bound, shares: ReadonlyMap<Claim, number>, open: ReadonlySet<Claim>): number {
  const taken = [...of].reduce((sum, claim) => sum + (shares.get(claim) ?? 0), 0);
  const weight = [...of].reduce((sum, claim) => sum + (open.has(claim) ? claim.weight : 0), 0);
  return weight === 0 ? Number.POSITIVE_INFINITY : Math.max(0, most - taken) / weight;
}

/** Those who may use no other harts than some have no more than these: one bound for each set of harts that some are kept to. */
function hartBounds(claims: readonly Claim[], harts: number): Bound[] {
  const masks = new Map(claims.map((claim) => [claim, maskOf(claim, harts)]));
  const kept = new Set(masks.values());
  // Sets of harts that several are kept to are together kept to all of them.
  for (const mask of kept) for (const other of kept) kept.add(mask | other);
  return [...kept].map((mask) => ({
    of: new Set(claims.filter((claim) => ((masks.get(claim) ?? 0) & ~mask) === 0)),
    most: HART * countOf(mask),
  }));
}

function maskOf({ pin }: Claim, harts: number): number {
  return pin.length === 0 ? 2 ** harts - 1 : pin.reduce((mask, hart) => mask | (1 << hart), 0);
}

function countOf(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}
