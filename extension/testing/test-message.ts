import * as vscode from 'vscode';
import { isAbsolutePath, joinPath } from '../../simulator/assembler/source/paths';
import type { Failure } from '../../simulator/guest-tests/index';

/** What of a test was not as expected, where that is written, and where the guest stood. */
export function messageOf({ message, details, range, place, texts }: Failure, file: vscode.Uri): vscode.TestMessage {
  // Beside a line of the file itself, its folder says nothing.
  const folder =
    file.scheme === 'file' ? vscode.Uri.joinPath(file, '..').fsPath : vscode.Uri.joinPath(file, '..').toString();
  const whole = [message, ...details].join('\n').replaceAll(`${folder}/`, '');
  const told = texts ? vscode.TestMessage.diff(whole, texts.expected, texts.came) : new vscode.TestMessage(whole);
  const { start, end } = range;
  told.location = new vscode.Location(file, new vscode.Range(start.line, start.column, end.line, end.column));
  if (place) {
    const position = new vscode.Position(place.line, 0);
    const label = `The guest, in line ${place.line + 1}`;
    told.stackTrace = [new vscode.TestMessageStackFrame(label, uriOf(place.file, file), position)];
  }
  return told;
}

/** A file as the runner names it. @param near the file that says the test */
export function uriOf(path: string, near: vscode.Uri): vscode.Uri {
  if (/^[A-Za-z][\w+.-]+:\/\//.test(path)) return vscode.Uri.parse(path);
  if (isAbsolutePath(path)) return near.scheme === 'file' ? vscode.Uri.file(path) : near.with({ path });
  return near.with({ path: joinPath(near.path.slice(0, near.path.lastIndexOf('/')), path) });
}
