/** Statements with operands of every shape, right and wrong, for every mnemonic of the table. */
import { instructions, pseudoInstructions } from '../../simulator/isa';

/** What can stand where an operand is expected. */
export const shapes: readonly string[] = [
  ...['a0', 'x0', 's1', 'sp', 'ra', 'fa0', 'f31'],
  ...['0', '1', '4', '16', '31', '32', '63', '64', '-1', '-16', '2047', '2048', '0xfffff', '0x100000', '1<<40'],
  ...['constant', 'zero_constant', 'label', 'undefined', 'label+4', 'later-label', '.', '1f', '(8)', '(a0)', '((a0))'],
  ...['4(a0)', '0(a0)', '1-1(a0)', '(0)(a0)', 'zero_constant(a0)', 'constant(sp)', 'label(a0)', 'undefined(s1)'],
  ...['8(sp)', '32(a1)', '4(0)', '4(label)', '4(fa0)', '(sp)', 'a0(a0)', '(4)(a0)', '-32(x0)', '(fa0)'],
  ...[
    '%lo(undefined)',
    '%lo(undefined)(a0)',
    '%hi(undefined)',
    '%pcrel_hi(undefined)',
    '%lo(64)(a0)',
    '%hi(0x12345678)',
  ],
  ...[
    '%tprel_add(undefined)',
    'undefined@plt',
    'label@plt',
    'mstatus',
    'cycle',
    'r',
    'rw',
    'iorw',
    'wr',
    'rne',
    'dyn',
    'e',
  ],
  ...['s11', 'f(a0)', '"text"', '$t0', '%a0', '', 'a0+1', '4 4', 'ra@plt'],
];

/** The words of a syntax, each with something right in its place: as registers of x, as ones of f. */
const right: Readonly<Record<string, readonly [string, string]>> = {
  rd: ['a0', 'fa0'],
  rs: ['a1', 'fa1'],
  rs1: ['a1', 'fa1'],
  rs2: ['a2', 'fa2'],
  rs3: ['a3', 'fa3'],
  rt: ['t0', 'ft0'],
  imm: ['16', '16'],
  uimm: ['3', '3'],
  shamt: ['3', '3'],
  target: ['label', 'label'],
  symbol: ['undefined', 'undefined'],
  tprel: ['%tprel_add(undefined)', '%tprel_add(undefined)'],
  csr: ['mscratch', 'mscratch'],
  pred: ['rw', 'rw'],
  succ: ['w', 'w'],
  rm: ['rtz', 'rtz'],
};

/** Lists of operands that fit a syntax, with floating-point registers in no place, in every place, and in each alone. */
function fittingOperands(syntax: string): string[][] {
  const words = syntax
    .replace(/[[\]]/g, '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const filled = (file: (index: number) => 0 | 1): string[] =>
    words.map((word, index) => word.replace(/\w+/g, (name) => right[name]?.[name === word ? file(index) : 0] ?? name));
  return [
    filled(() => 0),
    filled(() => 1),
    ...words.map((_, place) => filled((index) => (index === place ? 1 : 0))),
    ...words.map((_, place) => filled((index) => (index === place ? 0 : 1))),
  ];
}

/** The mnemonics of the table with the syntaxes of each, without those of other mnemonics. */
export function mnemonicSyntaxes(): Map<string, string[]> {
  const syntaxes = new Map<string, string[]>();
  for (const { name, syntax } of [...instructions, ...pseudoInstructions])
    syntaxes.set(name, [...(syntaxes.get(name) ?? []), syntax]);
  return syntaxes;
}

/** Of a right list of operands: itself, each operand in each shape, one operand fewer, and one more. */
export function variants(name: string, syntax: string): string[] {
  const lists = new Set<string>();
  for (const operands of fittingOperands(syntax)) {
    lists.add(operands.join(', '));
    for (let place = 0; place <= operands.length; place++) {
      const [before, after] = [operands.slice(0, place), operands.slice(place + 1)];
      lists.add([...before, ...after].join(', '));
      for (const shape of shapes) {
        lists.add([...before, shape, ...after].join(', '));
        lists.add([...before, shape, ...operands.slice(place)].join(', '));
      }
    }
  }
  return [...lists].map((operands) => `${name} ${operands}`.trim());
}
