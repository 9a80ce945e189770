import { isExpected } from '../expected-error';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { checkFolder } from './check';
import type { CheckedFolder } from './checked-folder';

/** What a grading process is asked. */
export interface GradeRequest {
  readonly folder: string;
  readonly lab: string;
  /** Where the labs are. */
  readonly labs: string;
  /** Whether further checks are used too. */
  readonly instructor: boolean;
}

/** What it answers. */
export type GradeAnswer = { readonly checked: CheckedFolder } | { readonly error: string };

/** What `lab grade` starts: answers one request after the other until its parent goes. */
export async function gradingProcess(): Promise<number> {
  if (process.send === undefined) throw new UsageError("'lab grader' is started by 'lab grade'");
  process.on('message', async (request) => {
    const answer = await answerTo(request as GradeRequest);
    process.send?.(answer);
  });
  await new Promise((resolve) => process.on('disconnect', resolve));
  return STATUS.poweredOff;
}

async function answerTo({ folder, lab, labs, instructor }: GradeRequest): Promise<GradeAnswer> {
  try {
    return { checked: await checkFolder(folder, { lab, labs, instructor }, 'handed in') };
  } catch (error) {
    if (isExpected(error)) return { error: error.message };
    return { error: `an error of hyperstep itself: ${error instanceof Error ? error.message : String(error)}` };
  }
}
