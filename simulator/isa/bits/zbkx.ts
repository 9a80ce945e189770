/** Zbkx: crossbar permutations (manual, volume I, "Scalar Cryptography", "Zbkx"). */
import { formatR } from '../formats';
import type { Execution, Value } from '../semantics';
import type { Instruction } from '../types';

const ZBKX = { extension: 'zbkx' } as const;
const OP = 0x33;

/** Each lane of rs2 is the index of a lane of rs1, which takes its place; an index beyond the last gives 0. */
function permuted({ rs1, rs2, constant }: Execution, laneBits: 4 | 8): Value {
  const lanes = 64 / laneBits;
  const mask = 2 ** laneBits - 1;
  let result = constant(0);
  for (let lane = 0; lane < lanes; lane++) {
    const index = rs2.shiftRight(lane * laneBits).and(mask);
    const chosen = rs1.shiftRight(index.mul(laneBits)).and(mask);
    const valid = lanes > mask ? chosen : index.lessUnsigned(lanes).choose(chosen, constant(0));
    result = result.or(valid.shiftLeft(lane * laneBits));
  }
  return result;
}

export const crossbar: readonly Instruction[] = [
  formatR(ZBKX, 'xperm4', [OP, 2, 0x14], 'rd = for each 4 bits of rs2, the 4 bits of rs1 with that index', (x) =>
    permuted(x, 4),
  ),
  formatR(
    ZBKX,
    'xperm8',
    [OP, 4, 0x14],
    'rd = for each byte of rs2, the byte of rs1 with that index (0 if none)',
    (x) => permuted(x, 8),
  ),
];
