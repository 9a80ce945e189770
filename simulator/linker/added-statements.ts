import type { Diagnostic } from '../assembler/source/diagnostic';
import { parseScript } from './scripts/parser';
import {
  type Assignment,
  emptyOutput,
  type LinkerScript,
  nowhere,
  type OutputDescription,
  type ScriptExpression,
  type ScriptStatement,
} from './scripts/syntax';
import type { LinkSettings } from './settings';

const place = nowhere;
const definitionOption = '--defsym';

const number = (value: bigint): ScriptExpression => ({ kind: 'number', value, place });

/** A script with what the options of the link add to it: symbols, and where sections begin. */
export function withSettings(
  script: LinkerScript,
  { definitions, sectionStarts }: LinkSettings,
): { readonly script: LinkerScript; readonly diagnostics: readonly Diagnostic[] } {
  if (definitions.length === 0 && sectionStarts.size === 0) return { script, diagnostics: [] };
  const added = parseScript(definitionOption, definitions.map((text) => `${text};`).join('\n'));
  const starts = new Map(sectionStarts);
  const statements = script.statements.map((statement): ScriptStatement => {
    const start = statement.kind === 'output' ? starts.get(statement.name) : undefined;
    if (statement.kind !== 'output' || start === undefined) return statement;
    starts.delete(statement.name);
    return { ...statement, address: number(start) };
  });
  const rest = [...starts].map(
    ([name, start]): OutputDescription => ({ ...emptyOutput, name, address: number(start) }),
  );
  return {
    script: {
      ...script,
      statements: [...added.script.statements, ...statements, ...rest],
      startsStated: [...sectionStarts.keys()],
    },
    diagnostics: added.diagnostics,
  };
}

/**
 * Symbols that ld defines for each section whose name is one of C, where something refers to them: `__start_NAME` and
 * `__stop_NAME`; and `.startof.NAME` and `.sizeof.NAME` for any.
 * @param sections the names of output sections, and whether an input section of the same name is in one of that name
 */
export function boundarySymbols(
  sections: ReadonlyMap<string, boolean>,
  isWanted: (name: string) => boolean,
  dynamic: boolean,
): Assignment[] {
  const ends = [...sections].flatMap(([name, hasNamesake]) => {
    const start: ScriptExpression = { kind: 'named', name: 'ADDR', subject: name, place };
    const size: ScriptExpression = { kind: 'named', name: 'SIZEOF', subject: name, place };
    const end: ScriptExpression = { kind: 'binary', operator: '+', left: start, right: size, place };
    const wanted: [string, ScriptExpression][] = [
      [`.startof.${name}`, start],
      [`.sizeof.${name}`, size],
    ];
    if (hasNamesake && /^\w+$/.test(name)) wanted.push([`__start_${name}`, start], [`__stop_${name}`, end]);
    return wanted
      .filter(([symbol]) => isWanted(symbol))
      .map(
        ([symbol, value]): Assignment => ({
          kind: 'assignment',
          place,
          name: symbol,
          value,
          provide: true,
          hidden: symbol.startsWith('.'),
          isProtected: true,
        }),
      );
  });
  if (!dynamic) return ends;
  const linkage = [...linkageSymbols].filter(([, section]) => sections.has(section));
  return [...ends, ...linkage.map(([name, section]) => linkageSymbol(name, section))];
}

/** The tables for the dynamic linker have names that only the program knows. */
export const linkageSymbols: ReadonlyMap<string, string> = new Map([
  ['_DYNAMIC', '.dynamic'],
  ['_PROCEDURE_LINKAGE_TABLE_', '.plt'],
]);

function linkageSymbol(name: string, section: string): Assignment {
  const value: ScriptExpression = { kind: 'named', name: 'ADDR', subject: section, place };
  return { kind: 'assignment', place, name, value, provide: false, hidden: true };
}
