import { type Instruction, instructionNamed, type Pseudo, type PseudoStep, type Operand as TableOperand } from '../isa';

/** What a programmer may write at one place of an operand list. */
export type Slot =
  | { readonly kind: 'register'; readonly word: string; readonly file: 'x' | 'f' }
  /** A register that must be just this one: the `sp` of `c.addi16sp`. */
  | { readonly kind: 'this-register'; readonly name: string }
  /** `imm(rs1)`, `(rs1)`, `imm(sp)`: an optional offset word and the base. */
  | { readonly kind: 'memory'; readonly offset: string | undefined; readonly base: string; readonly fixedBase: boolean }
  | { readonly kind: 'immediate'; readonly word: string }
  | { readonly kind: 'address'; readonly word: string }
  /** `%tprel_add(symbol)` */
  | { readonly kind: 'tprel-add'; readonly word: string }
  | { readonly kind: 'csr'; readonly word: string }
  | { readonly kind: 'fence-set'; readonly word: string }
  | { readonly kind: 'rounding-mode'; readonly word: string };

/** A `syntax` of the instruction table, taken apart. */
export interface Pattern {
  readonly slots: readonly Slot[];
  /** How many slots may be left out at the end, as the numbers of operands that are right. */
  readonly counts: readonly number[];
  readonly hasCsr: boolean;
}

const slotKinds: Readonly<
  Record<string, 'register' | 'immediate' | 'address' | 'tprel-add' | 'csr' | 'fence-set' | 'rounding-mode'>
> = {
  rd: 'register',
  rs: 'register',
  rs1: 'register',
  rs2: 'register',
  rs3: 'register',
  rt: 'register',
  imm: 'immediate',
  uimm: 'immediate',
  shamt: 'immediate',
  target: 'address',
  symbol: 'address',
  tprel: 'tprel-add',
  csr: 'csr',
  pred: 'fence-set',
  succ: 'fence-set',
  rm: 'rounding-mode',
};

const patterns = new Map<string, Pattern>();

/** The pattern of an instruction's syntax, such as 'rd, imm(rs1)' or '[rs1[, rs2]]'. */
export function patternOf({ syntax, operands }: Instruction): Pattern {
  return patternOfSyntax(syntax, new Set(operands.filter(({ file }) => file === 'f').map(({ name }) => name)));
}

/** The pattern of a pseudo-instruction: its words are registers of the files that its steps want. */
export function patternOfPseudo({ syntax, expansion }: Pseudo): Pattern {
  return patternOfSyntax(syntax, new Set(expansion.flatMap(floatWords)));
}

/** The words in the places of floating-point registers. */
function floatWords(step: PseudoStep): readonly string[] {
  const { slots } = patternOf(instructionNamed(step.name));
  return step.operands.filter((_, index) => {
    const slot = slots[index];
    return slot?.kind === 'register' && slot.file === 'f';
  });
}

/** @param floats the words that are floating-point registers */
function patternOfSyntax(syntax: string, floats: ReadonlySet<string>): Pattern {
  const key = `${syntax}; ${[...floats].join()}`;
  let pattern = patterns.get(key);
  if (!pattern) {
    pattern = compile(syntax, floats);
    patterns.set(key, pattern);
  }
  return pattern;
}

function compile(syntax: string, floats: ReadonlySet<string>): Pattern {
  const slots: Slot[] = [];
  const counts = new Set<number>();
  for (const part of syntax.split(/([[\]])|,/)) {
    const text = part?.trim() ?? '';
    if (text === '[') counts.add(slots.length);
    else if (text !== '' && text !== ']') slots.push(slotOf(text, floats));
  }
  counts.add(slots.length);
  const hasCsr = slots.some(({ kind }) => kind === 'csr');
  return { slots, counts: [...counts].sort((a, b) => a - b), hasCsr };
}

function slotOf(text: string, floats: ReadonlySet<string>): Slot {
  const memory = /^(\w*)\((\w+)\)$/.exec(text);
  if (memory) {
    const [, offset, base] = memory;
    return {
      kind: 'memory',
      offset: offset === '' ? undefined : offset,
      base: base!,
      fixedBase: !(base! in slotKinds),
    };
  }
  const kind = slotKinds[text];
  if (kind === 'register') return { kind, word: text, file: floats.has(text) ? 'f' : 'x' };
  return kind ? { kind, word: text } : { kind: 'this-register', name: text };
}

/** A mnemonic's candidates: what it may be, in the order in which they are tried. */
export interface Candidate {
  readonly pattern: Pattern;
  readonly instruction: Instruction | undefined;
  readonly pseudo: Pseudo | undefined;
  readonly syntax: string;
}

/** The table's operand of a word of an instruction's syntax. */
export function operandOf(instruction: Instruction, word: string): TableOperand | undefined {
  return instruction.operands.find((operand) => operand.name === word);
}

/** What messages call a slot. */
export function describeSlot(slot: Slot): string {
  switch (slot.kind) {
    case 'register':
      return slot.file === 'f' ? 'a floating-point register' : 'a register';
    case 'this-register':
      return `the register ${slot.name}`;
    case 'memory':
      return slot.offset === undefined ? 'an address (register)' : 'an address offset(register)';
    case 'immediate':
      return 'a constant';
    case 'address':
      return 'a symbol or address';
    case 'tprel-add':
      return "'%tprel_add(symbol)'";
    case 'csr':
      return 'a CSR';
    case 'fence-set':
      return 'a set of the letters i, o, r, w';
    case 'rounding-mode':
      return 'a rounding mode (rne, rtz, rdn, rup, rmm, dyn)';
  }
}
