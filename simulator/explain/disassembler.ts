/** Words to text, in GNU objdump's spelling, from the instruction table. */
import {
  csrName,
  csrNamed,
  type Decoded,
  decode,
  expand,
  type Fields,
  fenceLetters,
  type Instruction,
  instructionNamed,
  isHint,
  type Operand,
  type OperandName,
  type Pseudo,
  type PseudoStep,
  pseudoInstructions,
  registerName,
  registerNamed,
  roundingModeNames,
} from '../isa';

export interface DisassemblyOptions {
  /** Pseudo-instructions and base instructions instead of compressed ones, as objdump prints by default; else `-M no-aliases`. */
  readonly aliases?: boolean;
  /** The name of an address ('main', 'loop+0x8'), for branch and jump targets. */
  readonly symbolAt?: (address: bigint) => string | undefined;
}

export interface Disassembled {
  readonly length: 2 | 4;
  readonly mnemonic: string;
  /** 'a0,a1,4', '' */
  readonly operands: string;
  /** Mnemonic and operands, separated by a space; '.2byte 0x0', '.4byte 0x0' for what is no instruction. */
  readonly text: string;
  /** What was decoded (the compressed entry too when `text` shows the base instruction). */
  readonly decoded?: Decoded;
  /** Where a branch or jump goes. */
  readonly target?: bigint;
}

/**
 * @param word the 16 or 32 bits at `address`, in the low bits
 * @param address of the instruction, for targets
 */
export function disassemble(word: number, address: bigint, options: DisassemblyOptions = {}): Disassembled {
  const length = (word & 3) === 3 ? 4 : 2;
  const decoded = decode(word);
  if (!decoded) {
    const digits = (length === 4 ? word >>> 0 : word & 0xffff).toString(16);
    return rendered(length, `.${length}byte`, `0x${digits}`);
  }
  const { target: distance } = decoded.fields;
  const target = distance === undefined ? undefined : BigInt.asUintN(64, address + BigInt(distance));
  const shown = options.aliases ? aliasOf(decoded) : plain(decoded);
  const operands = shown.pieces
    .map((piece) => (typeof piece === 'string' ? piece : operandText(piece.operand, piece.value, target, options)))
    .join('');
  return {
    ...rendered(length, shown.mnemonic, operands),
    decoded,
    ...(target === undefined ? {} : { target }),
  };
}

function rendered(length: 2 | 4, mnemonic: string, operands: string): Disassembled {
  return { length, mnemonic, operands, text: operands === '' ? mnemonic : `${mnemonic} ${operands}` };
}

type Piece = string | { readonly operand: Operand; readonly value: number };

interface Shown {
  readonly mnemonic: string;
  readonly pieces: readonly Piece[];
}

function orderingSuffix(fields: Fields): string {
  const suffix = `${fields.aq ? 'aq' : ''}${fields.rl ? 'rl' : ''}`;
  return suffix === '' ? '' : `.${suffix}`;
}

/** @param omitted how many operands at the end are not shown */
function plain({ instruction, fields }: Decoded, omitted = roundingOmitted(instruction, fields)): Shown {
  const tokens = syntaxTokens(instruction.syntax);
  const shown = omitted === 0 ? tokens : tokens.slice(0, Math.max(0, tokens.length - 2 * omitted));
  const pieces = shown.map((token): Piece => {
    const operand = instruction.operands.find((candidate) => candidate.name === token);
    return operand ? { operand, value: fields[operand.name] ?? 0 } : token;
  });
  return { mnemonic: instruction.name + orderingSuffix(fields), pieces };
}

/** A rounding mode that an assembler takes when none is written is never shown. */
function roundingOmitted({ defaults }: Instruction, { rm }: Fields): number {
  return rm !== undefined && rm === defaults?.rm ? 1 : 0;
}

/** Words, commas and parentheses of a syntax, without blanks and the brackets of what may be left out. */
function syntaxTokens(syntax: string): string[] {
  return syntax.match(/[\w.%-]+|[,()]/g) ?? [];
}

/** A one-instruction pseudo as a pattern over the operands of its base instruction. */
interface AliasPattern {
  readonly pseudo: Pseudo;
  readonly base: Instruction;
  /** For each base operand: a value that it must have, or the word of the pseudo's syntax that shows it. */
  readonly operands: ReadonlyMap<OperandName, number | string>;
}

/** A pseudo is printed for its base instruction, and for the compressed one that assemblers pick for it. */
function aliasPatternsOf(pseudo: Pseudo): AliasPattern[] {
  if (!pseudo.alias || pseudo.expansion.length !== 1) return [];
  return [...pseudo.expansion, ...(pseudo.compressed ? [pseudo.compressed] : [])].map((step) =>
    aliasPattern(pseudo, step),
  );
}

function aliasPattern(pseudo: Pseudo, step: PseudoStep): AliasPattern {
  const base = instructionNamed(step.name);
  const baseWords = syntaxTokens(base.syntax).filter((token) => /\w/.test(token));
  const written = syntaxTokens(step.operands.join(',')).filter((token) => /\w/.test(token));
  const shown = new Set(syntaxTokens(pseudo.syntax));
  const operands = new Map<OperandName, number | string>();
  for (const [index, name] of baseWords.entries()) {
    const operand = base.operands.find((candidate) => candidate.name === name);
    const word = written[index];
    if (operand && word !== undefined) operands.set(operand.name, shown.has(word) ? word : constantOf(operand, word));
  }
  return { pseudo, base, operands };
}

function constantOf(operand: Operand, word: string): number {
  if (operand.kind === 'register') return registerNamed(word)?.number ?? 0;
  if (operand.kind === 'csr') return csrNamed(word)?.number ?? 0;
  return Number(word);
}

function constants(pattern: AliasPattern): number {
  return [...pattern.operands.values()].filter((value) => typeof value === 'number').length;
}

/** The most specific first, so that `ret` comes before `jr`. */
const aliasPatterns: readonly AliasPattern[] = pseudoInstructions
  .flatMap(aliasPatternsOf)
  .sort((a, b) => constants(b) - constants(a));

function aliasOf(decoded: Decoded): Shown {
  // What no assembler picks has no other name.
  if (isHint(decoded)) return plain(decoded);
  const expanded = expand(decoded);
  for (const pattern of aliasPatterns) {
    const fields = [decoded, expanded].find((candidate) => matches(pattern, candidate))?.fields;
    if (fields) return { mnemonic: pattern.pseudo.name, pieces: aliasPieces(pattern, fields) };
  }
  return plain(expanded, trailingDefaults(expanded));
}

function matches({ base, operands }: AliasPattern, { instruction, fields }: Decoded): boolean {
  if (base !== instruction) return false;
  const shown = new Map<string, number | undefined>();
  return [...operands].every(([name, value]) => {
    const field = fields[name];
    if (typeof value === 'number') return field === value;
    // A word that stands for two operands: they are the same.
    if (shown.has(value)) return shown.get(value) === field;
    shown.set(value, field);
    return true;
  });
}

function aliasPieces({ pseudo, base, operands }: AliasPattern, fields: Fields): Piece[] {
  return syntaxTokens(pseudo.syntax).map((token): Piece => {
    const name = [...operands].find(([, word]) => word === token)?.[0];
    const operand = base.operands.find((candidate) => candidate.name === name);
    return operand ? { operand, value: fields[operand.name] ?? 0 } : token;
  });
}

/** How many operands at the end may be left out, because they have the values that they then get. */
function trailingDefaults({ instruction, fields }: Decoded): number {
  const { defaults, operands } = instruction;
  if (!defaults) return 0;
  const isDefault = (name: OperandName | undefined): boolean => name !== undefined && fields[name] === defaults[name];
  let needed = operands.length;
  while (needed > 0 && isDefault(operands[needed - 1]?.name)) needed -= 1;
  // `fence` leaves out both sets or none.
  if (instruction.name === 'fence' && needed > 0) return 0;
  return operands.length - needed;
}

/** Immediates that objdump shows in hexadecimal. */
const hexadecimal: ReadonlySet<OperandName> = new Set(['shamt', 'bs', 'rnum']);

function operandText(operand: Operand, value: number, target: bigint | undefined, options: DisassemblyOptions): string {
  switch (operand.kind) {
    case 'register':
      return registerName(value, operand.file);
    case 'upper':
      return `0x${value.toString(16)}`;
    case 'immediate':
      return hexadecimal.has(operand.name) ? `0x${value.toString(16)}` : `${value}`;
    case 'csr':
      return csrName(value);
    case 'fence-set':
      return fenceLetters(value) || 'unknown';
    case 'rounding-mode':
      return roundingModeNames[value] ?? 'unknown';
    case 'target': {
      const symbol = target === undefined ? undefined : options.symbolAt?.(target);
      return `0x${(target ?? 0n).toString(16)}${symbol === undefined ? '' : ` <${symbol}>`}`;
    }
  }
}
