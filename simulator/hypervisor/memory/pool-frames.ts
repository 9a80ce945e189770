import type { FieldProblem } from '../../schema/state/component';
import { uint32s } from '../../schema/state/fields';
import type { FrameRange } from './frame-table';

/** Frames of a pool in a saved state, by their numbers in it: there may be thousands. */
export const poolFrames = ({ frames }: FrameRange) => uint32s({ most: frames });

/** Where frames of a pool stand in a saved state. */
export interface FrameUse {
  readonly path: FieldProblem['path'];
  readonly frames: Iterable<number>;
}

/**
 * What keeps each frame of a pool from being either free or one table's. Tables out of a file that somebody has changed might share frames,
 * so that memory never comes back, or lie in the guest's memory.
 */
export function problemOfFrames({ frames: size }: FrameRange, uses: readonly FrameUse[]): FieldProblem | undefined {
  const seen = new Set<number>();
  for (const { path, frames } of uses) {
    for (const frame of frames) {
      if (frame >= size)
        return { path, problem: `must be frames of a pool of ${size}, not the one of number ${frame}` };
      if (seen.has(frame)) return { path, problem: `must not have frame ${frame}, which is used already` };
      seen.add(frame);
    }
  }
  const [first] = uses;
  const lost = size - seen.size;
  return first && lost > 0
    ? { path: first.path, problem: `must have ${lost} frames more, which are no table's` }
    : undefined;
}
