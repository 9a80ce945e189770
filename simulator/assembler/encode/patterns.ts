import {
  type Instruction,
  instructionNamed,
  type Pseudo,
  type PseudoStep,
  type Operand as TableOperand,
} from '../../isa';

/** What a programmer may write at one place of an operand list. */
export type Slot =
  | { readonly kind: 'register'; readonly word: string; readonly file: 'x' | 'f' }
  /** A register that must be just this one: the `sp` of `c.addi16sp`. */
  | { readonly kind: 'this-register'; readonly name: string }
  /** `imm(rs1)`, `(rs1)`, `imm(sp)`: an optional offset word and the base. */
  | { readonly kind: 'memory'; readonly offset: string | undefined; readonly base: string; readonly fixedBase: boolean }
  /** `never`: not even where the source makes it one is a register's name a symbol here. */
  | { readonly kind: 'immediate'; readonly word: string; readonly registerAsSymbol: 'never' | 'defined' }
  | { readonly kind: 'address'; readonly word: string; readonly accepts: AddressKind }
  /** `%tprel_add(symbol)` */
  | { readonly kind: 'tprel-add'; readonly word: string }
  | { readonly kind: 'csr'; readonly word: string }
  | { readonly kind: 'fence-set'; readonly word: string }
  | { readonly kind: 'rounding-mode'; readonly word: string };

/**
 * What may be the address: of accesses by way of a symbol, one with an offset; of `la` and `lla` also a number; of calls anything, and
 * `@plt` after it; of branches and jumps anything. `li` takes a number.
 */
export type AddressKind = 'symbol' | 'symbol or number' | 'number' | 'function' | 'target';

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
  bs: 'immediate',
  rnum: 'immediate',
};

const addressKinds: Readonly<Record<NonNullable<Pseudo['special']>, AddressKind>> = {
  li: 'number',
  'tprel-add': 'target',
  la: 'symbol or number',
  lla: 'symbol or number',
  lga: 'symbol',
  'la.tls.ie': 'symbol',
  'la.tls.gd': 'symbol',
  load: 'symbol',
  store: 'symbol',
  call: 'function',
  tail: 'function',
  jump: 'target',
};

const patterns = new Map<string, Pattern>();

/** The pattern of an instruction's syntax, such as 'rd, imm(rs1)' or '[rs1[, rs2]]'. */
export function patternOf({ syntax, operands }: Instruction): Pattern {
  return patternOfSyntax(syntax, new Set(operands.filter(({ file }) => file === 'f').map(({ name }) => name)));
}

/** The pattern of a pseudo-instruction: its words are registers of the files that its steps want. */
export function patternOfPseudo(pseudo: Pseudo): Pattern {
  const { syntax, expansion } = pseudo;
  return patternOfSyntax(syntax, new Set(expansion.flatMap(floatWords)), addressKindOf(pseudo));
}

/** What a pseudo-instruction takes for its address. */
export function addressKindOf({ special }: Pseudo): AddressKind {
  return special ? addressKinds[special] : 'target';
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
function patternOfSyntax(syntax: string, floats: ReadonlySet<string>, accepts: AddressKind = 'target'): Pattern {
  const key = `${syntax}; ${[...floats].join()}; ${accepts}`;
  let pattern = patterns.get(key);
  if (!pattern) {
    pattern = compile(syntax, floats, accepts);
    patterns.set(key, pattern);
  }
  return pattern;
}

function compile(syntax: string, floats: ReadonlySet<string>, accepts: AddressKind): Pattern {
  const slots: Slot[] = [];
  const counts = new Set<number>();
  for (const part of syntax.split(/([[\]])|,/)) {
    const text = part?.trim() ?? '';
    if (text === '[') counts.add(slots.length);
    else if (text !== '' && text !== ']') slots.push(slotOf(text, floats, accepts));
  }
  counts.add(slots.length);
  const hasCsr = slots.some(({ kind }) => kind === 'csr');
  return { slots, counts: [...counts].sort((a, b) => a - b), hasCsr };
}

function slotOf(text: string, floats: ReadonlySet<string>, accepts: AddressKind): Slot {
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
  // GNU as looks for registers first where an operator such as %lo may stand.
  if (kind === 'immediate')
    return { kind, word: text, registerAsSymbol: text === 'imm' && accepts !== 'number' ? 'never' : 'defined' };
  if (kind === 'address') return { kind, word: text, accepts };
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
