import * as vscode from 'vscode';

/** Sets a breakpoint at a line (from 0), where there is none. */
export function breakAt(uri: vscode.Uri, line: number): void {
  const isHere = (breakpoint: vscode.Breakpoint): boolean =>
    breakpoint instanceof vscode.SourceBreakpoint &&
    breakpoint.location.uri.toString() === uri.toString() &&
    breakpoint.location.range.start.line === line;
  if (vscode.debug.breakpoints.some(isHere)) return;
  const place = new vscode.Location(uri, new vscode.Position(line, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place)]);
}
