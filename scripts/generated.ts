import { readFileSync } from 'node:fs';
import { textMateGrammar } from './grammar';
import { debuggerContribution, settingProperties } from './manifest';

interface Manifest {
  contributes: { debuggers: object[]; configuration: { properties: object } };
}

/** Every file that is made, in whole or in part, from tables in the sources: path and text. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ['syntaxes/riscv-asm.tmLanguage.json', asJson(textMateGrammar())],
    ['package.json', asJson(manifest())],
  ]);
}

/** package.json with the contribution of the debugger and the settings of the language server brought up to date; all else in it is written by hand. */
function manifest(): Manifest {
  const written: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  Object.assign(written.contributes.debuggers[0] ?? {}, debuggerContribution());
  Object.assign(written.contributes.configuration.properties, settingProperties());
  return written;
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
