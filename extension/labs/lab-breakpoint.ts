import * as vscode from 'vscode';
import { uriOf } from '../testing/test-message';
import type { LabLaunch } from './shown-lab';

/** A breakpoint at a question's place, at the arrival that is meant. */
export function functionOrLineBreakpoint(
  place: NonNullable<LabLaunch['place']>,
  arrival: number,
  folder: vscode.Uri,
): vscode.Breakpoint {
  const hits = arrival === 1 ? undefined : String(arrival);
  if ('label' in place) return new vscode.FunctionBreakpoint(place.label, true, undefined, hits);
  const file = uriOf(place.file, vscode.Uri.joinPath(folder, 'x'));
  const location = new vscode.Location(file, new vscode.Position(place.line - 1, 0));
  return new vscode.SourceBreakpoint(location, true, undefined, hits);
}
