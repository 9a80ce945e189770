/** What a VM has a right to, and wants, in frames. */
export interface MemoryClaim {
  readonly weight: number;
  readonly minimum: number;
  readonly maximum: number;
  /** What it wants, for the work that it has. */
  readonly wants: number;
}

/**
 * Shares frames among VMs by their weights: each has its minimum; then each up to what it wants; and what is left over up to what it may have.
 * It is the same for the same claims; of what cannot be divided the first get one frame more.
 */
export function memoryShares(claims: readonly MemoryClaim[], frames: number): number[] {
  const shares = claims.map(({ minimum }) => minimum);
  let left = frames - sumOf(shares);
  left = fill(claims, shares, left, ({ wants, minimum, maximum }) => Math.max(minimum, Math.min(wants, maximum)));
  fill(claims, shares, left, ({ maximum }) => maximum);
  return shares;
}

/** Gives frames to shares that are below their levels, by weight. @returns how many are left */
function fill(
  claims: readonly MemoryClaim[],
  shares: number[],
  frames: number,
  levelOf: (claim: MemoryClaim) => number,
): number {
  let left = Math.max(0, frames);
  for (;;) {
    const open = claims.flatMap((claim, index) => {
      const room = levelOf(claim) - (shares[index] ?? 0);
      return room > 0 ? [{ index, room, weight: claim.weight }] : [];
    });
    if (left === 0 || open.length === 0) return left;
    const weights = sumOf(open.map(({ weight }) => weight));
    const portion = left;
    for (const { index, room, weight } of open) {
      // Less than one frame each goes to the first.
      const part = Math.min(room, left, Math.max(1, Math.floor((portion * weight) / weights)));
      shares[index] = (shares[index] ?? 0) + part;
      left -= part;
    }
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
