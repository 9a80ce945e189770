import { disassemble } from '../../../../simulator/explain/disassembler';
import {
  type CsrDescription,
  decode,
  expansionOf,
  extensionNamed,
  type Instruction,
  type Pseudo,
} from '../../../../simulator/isa';
import { type Candidate, candidatesNamed } from '../candidates';
import { bitTable } from './bit-table';
import { code, hex, paragraphs } from './markdown';
import { virtualizationTable } from './virtualization';

/** What a statement came to: where it stands, and its bytes. */
export interface PlacedCode {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** In how many more places its line is assembled: in each call of a macro. */
  readonly more: number;
}

export interface MnemonicUse {
  /** The form that the statement's operands fit; absent where none does, or there is no statement. */
  readonly form?: Candidate | undefined;
  readonly csr?: CsrDescription | undefined;
  readonly placed?: PlacedCode | undefined;
}

/** What a mnemonic does: the form that is used in full, the others in a line each. */
export function describeMnemonic(name: string, { form, csr, placed }: MnemonicUse = {}): string | undefined {
  const forms = candidatesNamed(name);
  if (forms.length === 0) return undefined;
  const used = form ? [form] : forms;
  const others = forms.filter((candidate) => !used.includes(candidate));
  const { instruction } = used[0]!;
  return paragraphs([
    ...used.map((candidate) => describeForm(name, candidate, placed)),
    privilege(instruction, csr),
    virtualizationTable(instruction ?? baseOf(used[0]!.pseudo), csr),
    placed && placeText(placed),
    others.length > 0 && `Other forms:\n${code(others.map(({ syntax }) => `${name} ${syntax}`.trim()).join('\n'))}`,
  ]);
}

function describeForm(
  name: string,
  { instruction, pseudo, syntax }: Candidate,
  placed: PlacedCode | undefined,
): string {
  const head = code(`${name} ${syntax}`.trim());
  if (instruction)
    return paragraphs([head, instruction.summary, extensionOf(instruction), encoding(instruction, placed)]);
  const steps = (pseudo?.expansion ?? []).map(({ name: step, operands }) => `${step} ${operands.join(', ')}`.trim());
  const word = placed && wordOf(placed);
  const made = word === undefined ? undefined : decode(word)?.instruction;
  return paragraphs([
    head,
    pseudo?.summary,
    steps.length > 0 && `Stands for\n${code(steps.join('\n'))}`,
    placed && `Here\n${code(disassembled(placed))}`,
    made && bitTable(made, word),
  ]);
}

/** What an instruction belongs to, and whether the machine has that. */
function extensionOf(instruction: Instruction): string {
  const { name, march, support } = extensionNamed(instruction.extension);
  const note = support === 'runs' ? '' : ' The machine does not run it: there it is an illegal instruction.';
  return `*${name}${march && `: ${march}`}*${note}`;
}

/** The bits of the instruction as written; when the assembler picked a compressed one, of that. */
function encoding(instruction: Instruction, placed: PlacedCode | undefined): string {
  const word = placed && wordOf(placed);
  const made = word === undefined ? undefined : decode(word);
  if (!made || word === undefined) return bitTable(instruction);
  if (made.instruction === instruction) return bitTable(instruction, word);
  const base = expansionOf(made.instruction);
  const picked = base
    ? `Assembled as \`${made.instruction.name}\`, which is \`${base.base}\` in 2 bytes:`
    : `Assembled as \`${made.instruction.name}\`:`;
  return paragraphs([picked, bitTable(made.instruction, word)]);
}

/** The one instruction that the bytes are; undefined when they are several. */
function wordOf({ bytes }: PlacedCode): number | undefined {
  if (bytes.length !== 2 && bytes.length !== 4) return undefined;
  const word = wordAt(bytes, 0);
  return ((word & 3) === 3 ? 4 : 2) === bytes.length ? word : undefined;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  const low = a | (b << 8);
  return (low & 3) === 3 ? (low | (c << 16) | (d << 24)) >>> 0 : low;
}

/** The instructions of a statement, one a line. */
export function disassembled(
  { bytes, address }: PlacedCode,
  symbolAt?: (address: bigint) => string | undefined,
): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { length, mnemonic, operands } = disassemble(wordAt(bytes, at), address + BigInt(at), {
      aliases: true,
      ...(symbolAt ? { symbolAt } : {}),
    });
    lines.push(`${mnemonic} ${operands.replace(/,/g, ', ')}`.trim());
    at += length;
  }
  return lines.join('\n');
}

function privilege(instruction: Instruction | undefined, csr: CsrDescription | undefined): string {
  const needed = csr?.privilege ?? instruction?.privilege;
  const what = csr ? `Access to \`${csr.name}\`` : 'It';
  if (needed === 's') return `${what} needs supervisor mode.`;
  return needed === 'm' ? `${what} needs machine mode.` : '';
}

function baseOf(pseudo: Pseudo | undefined): Instruction | undefined {
  const name = pseudo?.expansion[0]?.name;
  return name === undefined ? undefined : candidatesNamed(name)[0]?.instruction;
}

/** Bytes that a hover shows of a statement. */
const shownBytes = 16;

function placeText({ address, bytes, more }: PlacedCode): string {
  const shown = Array.from(bytes.subarray(0, shownBytes), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const rest = bytes.length > shownBytes ? ' ...' : '';
  return `At \`${hex(address)}\`: \`${shown}${rest}\`${more > 0 ? ` (and ${more} more places)` : ''}`;
}
