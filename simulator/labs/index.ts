/** Labs: what they say, what their students answer, and what came of it. Pure: who checks tells how files are read. */
export { questionsOf, type ReadAnswers, readAnswers } from './answers';
export { ANSWERS_FILE, type Answers, answersText, emptyAnswers, isBlank, unfoldedHints } from './answers-file';
export { checkLab } from './check-lab';
export type { CheckRequest } from './checking';
export { answersOfFolder, type FolderAnswers, noVariant } from './folder-answers';
export {
  type Lab,
  type Moment,
  objectOf,
  pointsOf,
  type Task,
  type Variant,
} from './lab';
export type { InstructorChecks, LabFiles } from './lab-files';
export { labFolder } from './lab-folder';
export { type ReadLab, readLab } from './read-lab';
export { type ComparedReplay, comparedReplay, type LabRun, REPLAY_FILE, replayText } from './replay';
export { isDone, type LabResult, type PartResult, saysSomething, type TaskResult } from './result';
export { startFiles } from './start-files';
