import { dottedPath, type Path } from '../problems';

/** Why a saved state is not taken up: which field of which component is wrong, and what would be right. */
export class StateError extends Error {
  /**
   * @param component where the component is in the machine: `board.uart`
   * @param path of the field in it; empty where the component itself is wrong
   */
  constructor(
    readonly component: string,
    readonly path: Path,
    readonly problem: string,
  ) {
    const [field, ...inside] = path;
    const place = field === undefined ? '' : `field ${dottedPath(inside, String(field))} `;
    super(`${component}: ${place}${problem}`);
  }
}
