import type { CpuState } from '../../simulator/hypervisor/cpu';
import { decode, expand, type Instruction, RegisterNumber, systemOperationOf } from '../../simulator/isa/index';
import type { LineRow } from '../../simulator/object/line-table';
import type { Debuggee } from '../debuggee';

/** More rows than a line that is worth it has. */
const MOST_ROWS = 64;
/** It leaves the line in ways that its code does not show, or is where a step may end: it is stepped by itself. */
const isSpecial = (instruction: Instruction): boolean =>
  instruction.jump === 'indirect' || systemOperationOf(instruction) !== undefined;

/** The code of a line, through which the machine may run without being looked at after each instruction. */
export interface LineRegion {
  /** Where its instructions are. */
  readonly inside: ReadonlySet<bigint>;
  /** Where to look: instructions inside that are stepped by themselves, and those outside to which the others lead. */
  readonly stops: ReadonlySet<bigint>;
}

/** The region of some rows; undefined when there are too many. @param moved how far the code is from where it is linked */
export function regionOf(
  debuggee: Debuggee,
  cpu: CpuState,
  rows: readonly LineRow[],
  moved: bigint,
): LineRegion | undefined {
  if (rows.length > MOST_ROWS) return undefined;
  const inside = new Set<bigint>();
  const stops = new Set<bigint>();
  const next = new Set<bigint>();
  for (const row of rows) {
    for (let at = row.address + moved; at < row.end + moved; ) {
      const word = debuggee.instructionAt(cpu, at);
      const decoded = word === undefined ? undefined : decode(word);
      if (!decoded) return undefined;
      const { instruction, fields } = expand(decoded);
      inside.add(at);
      const isJump = instruction.jump === 'relative';
      const isCall = isJump && fields.rd !== RegisterNumber.zero;
      // What moves the stack pointer makes it harder to say whether a trap has returned.
      if (isCall || fields.rd === RegisterNumber.sp || isSpecial(instruction)) stops.add(at);
      else {
        if (fields.target !== undefined) next.add(BigInt.asUintN(64, at + BigInt(fields.target)));
        if (!isJump) next.add(at + BigInt(decoded.instruction.length));
      }
      at += BigInt(decoded.instruction.length);
    }
  }
  for (const each of next) if (!inside.has(each)) stops.add(each);
  return { inside, stops };
}
