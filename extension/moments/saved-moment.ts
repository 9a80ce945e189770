import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import type { Moment } from '../../debug-adapter/protocol';
import { isRecord } from '../../simulator/schema/record';
import { isCarried } from './carried-attributes';
import { mapLaunchPaths } from './launch-paths';

/** How the files end that hold moments of runs. */
export const momentSuffix = '.hyperstep-moment.json';

export function isMomentPath(path: string): boolean {
  return path.endsWith(momentSuffix);
}

/** A guest and a moment of its run: what a file or a link says. Paths are seen from a workspace folder, and none leads out of it. */
export interface SavedMoment {
  readonly launch: LaunchArguments;
  /** The debug adapter looks at what is in it. */
  readonly moment: Moment;
}

/** Why a moment cannot be saved, or is not understood: a message for the user. */
export class MomentError extends Error {}

/**
 * @param configuration of the session that stands at the moment
 * @param relative a path seen from the workspace folder, undefined outside of it
 * @throws MomentError where the run is no other's to repeat
 */
export function savedMoment(
  configuration: Readonly<Record<string, unknown>>,
  moment: Moment,
  relative: (path: string) => string | undefined,
): SavedMoment {
  const kept = Object.entries(configuration).filter(([name]) => isCarried(name));
  const launch = mapLaunchPaths(Object.fromEntries(kept), (path) => {
    const seen = relative(path);
    if (seen === undefined) throw new MomentError(`${path} is outside the workspace folder: others do not have it.`);
    return seen;
  });
  refuseInPlace(launch);
  refuseInlineScenario(launch);
  return { launch, moment };
}

/** Takes a text apart that may come from anybody. @throws MomentError */
export function readSavedMoment(text: string): SavedMoment {
  const read = parsed(text);
  if (!isRecord(read) || !isRecord(read['launch']) || !isRecord(read['moment']))
    throw new MomentError('A moment must be an object {"launch": {...}, "moment": {...}}.');
  const { launch, moment, ...others } = read;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new MomentError(`A moment has "launch" and "moment", and no ${quoted(other)}.`);
  const strange = Object.keys(launch).find((name) => !isCarried(name));
  if (strange !== undefined) throw new MomentError(`The launch of a moment cannot have ${quoted(strange)}.`);
  // VS Code puts what it knows in the place of these, and runs commands for some.
  if (JSON.stringify(read).includes('${')) throw new MomentError('A moment cannot have variables (`${...}`) in it.');
  if (launch['program'] === undefined && launch['scenario'] === undefined)
    throw new MomentError('The launch of a moment must name a "program" or a "scenario".');
  mapLaunchPaths(launch, (path) => {
    const problem = problemOfPath(path);
    if (problem !== undefined) throw new MomentError(`${quoted(path)} ${problem}.`);
    return path;
  });
  refuseInPlace(launch);
  refuseInlineScenario(launch);
  const { retired } = moment;
  if (!Number.isSafeInteger(retired) || Number(retired) < 0)
    throw new MomentError('"retired", the instructions up to the moment, must be an integer from 0 up.');
  // The debug adapter looks at all of it before anything runs.
  return { launch: launch as LaunchArguments, moment: moment as Moment };
}

/** @throws MomentError */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MomentError(`A moment must be JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Why a path cannot be a file of a workspace folder. */
function problemOfPath(path: string): string | undefined {
  if (path === '' || path.includes('\0')) return 'is no path';
  if (/^([/\\~]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(path)) return 'is no path from the workspace folder';
  if (path.split(/[/\\]/).includes('..')) return 'leads out of the workspace folder';
  return undefined;
}

/** A run that changes its disk is another one the next time, and no link may have files written. */
function refuseInPlace({ disks }: LaunchArguments): void {
  if (Array.isArray(disks) && disks.some((disk) => isRecord(disk) && disk['write'] === 'inPlace'))
    throw new MomentError('A disk is written in place: use "write": "copy", so that the run is the same each time.');
}

/** It may name any file. */
function refuseInlineScenario({ scenario }: LaunchArguments): void {
  if (scenario !== undefined && typeof scenario !== 'string')
    throw new MomentError('The scenario stands in the launch itself: put it into a file *.hyperstep.json.');
}

const LONGEST_SHOWN = 60;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
