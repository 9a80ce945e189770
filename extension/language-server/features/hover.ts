import { MarkupKind, type ServerCapabilities } from 'vscode-languageserver';
import { relocationOperators } from '../../../simulator/assembler/expression';
import {
  type Csr,
  csrNamed,
  type Instruction,
  instructionsNamed,
  pseudoInstructionsNamed,
  registerNamed,
} from '../../../simulator/isa';
import { directiveTable, type Statement } from '../assembly';
import { lineRange } from '../locations';
import { checked } from '../params';
import type { ServerContext } from '../server';
import { privilegeNote, privilegeOf } from './legality';
import { type Target, targetOf } from './target';

/** What the word under the pointer means, and what it came to. */
export function registerHover(context: ServerContext): ServerCapabilities {
  context.connection.onHover(
    checked('position', async (params) => {
      const target = await targetOf(context, params);
      const value = target && describe(target);
      if (!target || !value) return null;
      const { word, position } = target;
      return { contents: { kind: MarkupKind.Markdown, value }, range: lineRange(position.line, word.start, word.end) };
    }),
  );
  return { hoverProvider: true };
}

function describe(target: Target): string | undefined {
  const { word, analysis } = target;
  switch (word.kind) {
    case 'instruction':
      return describeInstruction(target);
    case 'directive': {
      const directive = directiveTable.get(word.name);
      return directive && `${code(`${directive.name} ${directive.operands}`)}\n\n${directive.summary}`;
    }
    case 'register': {
      const register = registerNamed(word.name);
      if (!register) return undefined;
      const saved = { caller: 'saved by the caller', callee: 'saved by the callee', none: '' }[register.savedBy];
      return `**${register.abiName}** (${register.name}): ${register.role}${saved ? `, ${saved}` : ''}`;
    }
    case 'csr': {
      const csr = csrNamed(word.name);
      return csr && describeCsr(csr);
    }
    case 'relocation':
      return relocationOperators.find(({ name }) => name === word.name)?.summary;
    case 'call': {
      const macro = analysis.macroNamed(word.name);
      return (
        macro &&
        describeMacro(
          macro.name,
          macro.parameters.map(parameterText).join(', '),
          macro.body.map(({ text }) => `    ${text}`),
        )
      );
    }
    case 'number':
      return describeNumber(word.name);
    case 'symbol':
    case 'define':
      return describeSymbol(target);
    default:
      return undefined;
  }
}

const code = (text: string): string => `\`\`\`riscv-asm\n${text.trim()}\n\`\`\``;

function parameterText({
  name,
  required,
  variable,
  default: value,
}: {
  name: string;
  required: boolean;
  variable: boolean;
  default: string;
}): string {
  return `${name}${required ? ':req' : variable ? ':vararg' : ''}${value ? `=${value}` : ''}`;
}

function describeMacro(name: string, parameters: string, body: readonly string[]): string {
  const shown = body.length > 20 ? [...body.slice(0, 20), '    ...'] : body;
  return code([`.macro ${name} ${parameters}`.trim(), ...shown, '.endm'].join('\n'));
}

function describeInstruction(target: Target): string | undefined {
  const { word, document, position } = target;
  const statement = document.source.lines[position.line]?.statements.find(({ start }) => start === word.start);
  const name = word.name.replace(/\.(aqrl|aq|rl)$/, '');
  const found = [...instructionsNamed(word.name), ...(name === word.name ? [] : instructionsNamed(name))];
  const parts: string[] = [];
  for (const instruction of found) {
    parts.push(code(`${word.name} ${instruction.syntax}`), instruction.summary, encodingOf(instruction));
  }
  for (const pseudo of pseudoInstructionsNamed(word.name)) {
    const steps = pseudo.expansion.map(({ name: step, operands }) => `${step} ${operands.join(', ')}`.trim());
    const stands = steps.length > 0 ? `\n\nstands for\n${code(steps.join('\n'))}` : '';
    parts.push(code(`${pseudo.name} ${pseudo.syntax}`), `${pseudo.summary}${stands}`);
  }
  if (parts.length === 0) return undefined;
  const note = statement && privilegeNote(privilegeOf(statement), `'${statement.name}'`);
  if (note) parts.push(note);
  const placed = statement && placement(target, statement);
  if (placed) parts.push(placed);
  return parts.join('\n\n');
}

/** The bits of an instruction, most significant first: fixed ones as 0 and 1, those of operands as dots; and whose they are. */
function encodingOf({ length, mask, match, operands }: Instruction): string {
  const bits = Array.from({ length: length * 8 }, (_, i) => {
    const bit = length * 8 - 1 - i;
    return (mask >>> bit) & 1 ? String((match >>> bit) & 1) : '.';
  });
  const grouped = bits.join('').replace(/(.{8})(?=.)/g, '$1 ');
  const fields = operands.map(({ name, runs }) => {
    const places = runs.map(({ wordLow, width }) => (width === 1 ? `${wordLow}` : `${wordLow + width - 1}:${wordLow}`));
    return `${name} in ${places.join(', ')}`;
  });
  return `\`${grouped}\`${fields.length > 0 ? ` (bits: ${fields.join('; ')})` : ''}`;
}

/** Where the statement's code stands and its bytes, when the program could be made. */
function placement({ analysis, document, position }: Target, statement: Statement): string | undefined {
  const rows = analysis.result.program?.lines.rowsOfLine(document.key, position.line) ?? [];
  const row = rows.find(({ origin }) => origin.column === statement.start) ?? rows[0];
  const section =
    row &&
    analysis.result.program?.sections.find(
      ({ address, size }) => row.address >= address && row.address < address + BigInt(size),
    );
  if (!row || !section) return undefined;
  const start = Number(row.address - section.address);
  const bytes = section.bytes.subarray(start, start + Math.min(16, Number(row.end - row.address)));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const more = rows.length > 1 ? ` (and ${rows.length - 1} more places)` : '';
  return `At \`0x${row.address.toString(16)}\`: \`${hex}\`${more}`;
}

function describeCsr(csr: Csr): string {
  const mode = { u: 'user', s: 'supervisor', m: 'machine' }[csr.privilege];
  const parts = [
    `**${csr.name}** (CSR 0x${csr.number.toString(16)}, ${mode} mode${csr.readOnly ? ', read-only' : ''}): ${csr.summary}`,
  ];
  if (csr.fields.length > 0) {
    const rows = csr.fields.map(({ name, high, low, summary, values }) => {
      const named = Object.entries(values ?? {})
        .map(([value, text]) => `${value} = ${text}`)
        .join(', ');
      return `| ${name} | ${high === low ? low : `${high}:${low}`} | ${summary}${named ? ` (${named})` : ''} |`;
    });
    parts.push(['| Field | Bits | |', '|---|---|---|', ...rows].join('\n'));
  }
  const note = privilegeNote(csr.privilege, 'access to it');
  return note ? [...parts, note].join('\n\n') : parts.join('\n\n');
}

function describeNumber(text: string): string | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)$/.test(text)) return undefined;
  const value = BigInt(/^0[0-7]+$/.test(text) ? `0o${text}` : text);
  return `${value} = 0x${value.toString(16)} = 0b${value.toString(2)}`;
}

function describeSymbol({ analysis, word, document, position }: Target): string | undefined {
  const symbol = analysis.symbolNamed(word.name);
  const definition = analysis.same(word, document.key, position.line).find(({ occurrence }) => occurrence.definition);
  const line = definition && analysis.source(definition.key)?.lines[definition.line]?.text.trim();
  const parts: string[] = [];
  if (line) parts.push(code(line));
  if (symbol) {
    const kind = symbol.type === 'notype' || symbol.type === 'absolute' ? '' : `${symbol.type}, `;
    const size = symbol.size > 0 ? `, ${symbol.size} bytes` : '';
    const place = symbol.section ? ` in ${symbol.section}` : '';
    const decimal = symbol.type === 'absolute' ? ` (${BigInt.asIntN(64, symbol.value)})` : '';
    parts.push(
      `**${symbol.name}** = \`0x${symbol.value.toString(16)}\`${decimal}: ${kind}${symbol.binding}${place}${size}`,
    );
  }
  return parts.length > 0 ? parts.join('\n\n') : undefined;
}
