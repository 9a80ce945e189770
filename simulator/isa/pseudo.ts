/**
 * Pseudo-instructions (RISC-V Assembly Programmer's Manual) as data. Words of a pseudo's syntax in a step's operands stand for what
 * the programmer wrote there.
 */
import type { Availability } from './extensions';
import type { Pseudo, PseudoStep } from './types';

interface Shape extends Partial<Availability> {
  readonly compressed?: PseudoStep;
  readonly picks?: readonly string[];
  readonly special?: NonNullable<Pseudo['special']>;
  /** A disassembler prints it. */
  readonly alias?: boolean;
}

/** 'addi rd, zero, imm' as data; operands hold no commas of their own. */
function step(text: string): PseudoStep {
  const space = text.indexOf(' ');
  if (space < 0) return { name: text, operands: [] };
  const operands = text.slice(space + 1).split(',');
  return { name: text.slice(0, space), operands: operands.map((operand) => operand.trim()) };
}

function pseudo(
  name: string,
  syntax: string,
  expansion: readonly string[],
  summary: string,
  shape: Shape = {},
): Pseudo {
  const { alias: isAlias = false, extension = 'i', ...rest } = shape;
  return {
    name,
    syntax,
    expansion: expansion.map(step),
    summary,
    ...rest,
    extension,
    alias: isAlias,
  };
}

/** One base instruction that disassemblers print under this name. */
function alias(name: string, syntax: string, base: string, summary: string, shape: Shape = {}): Pseudo {
  return pseudo(name, syntax, [base], summary, { alias: true, ...shape });
}

const ZICSR = { extension: 'zicsr' } as const;

const moves: readonly Pseudo[] = [
  alias('nop', '', 'addi zero, zero, 0', 'nothing'),
  pseudo('li', 'rd, imm', ['addi rd, zero, imm'], 'rd = imm', { special: 'li', alias: true }),
  alias('mv', 'rd, rs', 'addi rd, rs, 0', 'rd = rs', { compressed: step('c.mv rd, rs') }),
  pseudo('move', 'rd, rs', ['addi rd, rs, 0'], 'rd = rs', { compressed: step('c.mv rd, rs') }),
  alias('not', 'rd, rs', 'xori rd, rs, -1', 'rd = ~rs'),
  alias('neg', 'rd, rs', 'sub rd, zero, rs', 'rd = -rs'),
  alias('negw', 'rd, rs', 'subw rd, zero, rs', 'rd = sext32(-rs)'),
  alias('sext.w', 'rd, rs', 'addiw rd, rs, 0', 'rd = sext(rs[31:0])'),
  alias('zext.b', 'rd, rs', 'andi rd, rs, 255', 'rd = rs[7:0]'),
  alias('zext.w', 'rd, rs', 'add.uw rd, rs, zero', 'rd = rs[31:0]', { extension: 'zba' }),
  pseudo('zext.h', 'rd, rs', ['slli rd, rs, 48', 'srli rd, rd, 48'], 'rd = rs[15:0]'),
  pseudo('zext.w', 'rd, rs', ['slli rd, rs, 32', 'srli rd, rd, 32'], 'rd = rs[31:0]'),
  pseudo('sext.b', 'rd, rs', ['slli rd, rs, 56', 'srai rd, rd, 56'], 'rd = sext(rs[7:0])'),
  pseudo('sext.h', 'rd, rs', ['slli rd, rs, 48', 'srai rd, rd, 48'], 'rd = sext(rs[15:0])'),
  alias('seqz', 'rd, rs', 'sltiu rd, rs, 1', 'rd = rs == 0 ? 1 : 0'),
  alias('snez', 'rd, rs', 'sltu rd, zero, rs', 'rd = rs != 0 ? 1 : 0'),
  alias('sltz', 'rd, rs', 'slt rd, rs, zero', 'rd = rs < 0 ? 1 : 0'),
  alias('sgtz', 'rd, rs', 'slt rd, zero, rs', 'rd = rs > 0 ? 1 : 0'),
  pseudo('sgt', 'rd, rs1, rs2', ['slt rd, rs2, rs1'], 'rd = rs1 > rs2 ? 1 : 0 (signed)'),
  pseudo('sgtu', 'rd, rs1, rs2', ['sltu rd, rs2, rs1'], 'rd = rs1 > rs2 ? 1 : 0 (unsigned)'),
];

function immediateForm(name: string, base: string, shape: Shape = {}): Pseudo {
  const instruction = `${base} rd, rs, imm`;
  return pseudo(name, 'rd, rs, imm', [instruction], instruction, shape);
}

/** Register-register mnemonics that GNU also takes with an immediate: `add a0, a0, 4`. */
const immediateForms: readonly Pseudo[] = [
  immediateForm('add', 'addi', { picks: ['c.addi', 'c.addi4spn', 'c.addi16sp'] }),
  ...[
    ['addw', 'addiw'],
    ['and', 'andi'],
    ['or', 'ori'],
    ['xor', 'xori'],
    ['slt', 'slti'],
    ['sltu', 'sltiu'],
    ['sll', 'slli'],
    ['srl', 'srli'],
    ['sra', 'srai'],
    ['sllw', 'slliw'],
    ['srlw', 'srliw'],
    ['sraw', 'sraiw'],
  ].map(([name = '', base = '']) => immediateForm(name, base)),
];

const ZBB_OR_ZBKB = { extension: 'zbb', alternatives: [['zbkb']] } as const;

const bitImmediateForms: readonly Pseudo[] = [
  immediateForm('ror', 'rori', ZBB_OR_ZBKB),
  immediateForm('rorw', 'roriw', ZBB_OR_ZBKB),
  ...['bclr', 'bext', 'binv', 'bset'].map((name) => immediateForm(name, `${name}i`, { extension: 'zbs' })),
];

const branches: readonly Pseudo[] = [
  alias('beqz', 'rs, target', 'beq rs, zero, target', 'if (rs == 0) pc = target'),
  alias('bnez', 'rs, target', 'bne rs, zero, target', 'if (rs != 0) pc = target'),
  alias('blez', 'rs, target', 'bge zero, rs, target', 'if (rs <= 0) pc = target'),
  alias('bgez', 'rs, target', 'bge rs, zero, target', 'if (rs >= 0) pc = target'),
  alias('bltz', 'rs, target', 'blt rs, zero, target', 'if (rs < 0) pc = target'),
  alias('bgtz', 'rs, target', 'blt zero, rs, target', 'if (rs > 0) pc = target'),
  pseudo('bgt', 'rs1, rs2, target', ['blt rs2, rs1, target'], 'if (rs1 > rs2) pc = target (signed)'),
  pseudo('ble', 'rs1, rs2, target', ['bge rs2, rs1, target'], 'if (rs1 <= rs2) pc = target (signed)'),
  pseudo('bgtu', 'rs1, rs2, target', ['bltu rs2, rs1, target'], 'if (rs1 > rs2) pc = target (unsigned)'),
  pseudo('bleu', 'rs1, rs2, target', ['bgeu rs2, rs1, target'], 'if (rs1 <= rs2) pc = target (unsigned)'),
];

const jumps: readonly Pseudo[] = [
  alias('j', 'target', 'jal zero, target', 'pc = target', { compressed: step('c.j target') }),
  alias('jal', 'target', 'jal ra, target', 'ra = pc + 4; pc = target'),
  alias('jr', 'rs', 'jalr zero, 0(rs)', 'pc = rs', { compressed: step('c.jr rs') }),
  alias('jr', 'imm(rs)', 'jalr zero, imm(rs)', 'pc = rs + imm'),
  pseudo('jr', 'rs, imm', ['jalr zero, imm(rs)'], 'pc = rs + imm'),
  alias('jalr', 'rs', 'jalr ra, 0(rs)', 'ra = next pc; pc = rs', { compressed: step('c.jalr rs') }),
  alias('jalr', 'imm(rs)', 'jalr ra, imm(rs)', 'ra = pc + 4; pc = rs + imm'),
  pseudo('jalr', 'rs, imm', ['jalr ra, imm(rs)'], 'ra = pc + 4; pc = rs + imm'),
  alias('jalr', 'rd, rs', 'jalr rd, 0(rs)', 'rd = pc + 4; pc = rs'),
  pseudo('jalr', 'rd, rs, imm', ['jalr rd, imm(rs)'], 'rd = pc + 4; pc = rs + imm'),
  alias('ret', '', 'jalr zero, 0(ra)', 'pc = ra', { compressed: step('c.jr ra') }),
  pseudo('call', 'symbol', ['auipc ra, %pcrel_hi(symbol)', 'jalr ra, %pcrel_lo(symbol)(ra)'], 'call a far function', {
    special: 'call',
  }),
  pseudo(
    'call',
    'rd, symbol',
    ['auipc rd, %pcrel_hi(symbol)', 'jalr rd, %pcrel_lo(symbol)(rd)'],
    'call a far function, link in rd',
    {
      special: 'call',
    },
  ),
  pseudo(
    'tail',
    'symbol',
    ['auipc t1, %pcrel_hi(symbol)', 'jalr zero, %pcrel_lo(symbol)(t1)'],
    'jump to a far function',
    {
      special: 'tail',
    },
  ),
  pseudo(
    'jump',
    'symbol, rt',
    ['auipc rt, %pcrel_hi(symbol)', 'jalr zero, %pcrel_lo(symbol)(rt)'],
    'jump far by way of rt',
    {
      special: 'jump',
    },
  ),
];

/** `auipc` with the operator that asks for the upper bits, and the instruction that completes it. */
function address(name: NonNullable<Pseudo['special']>, operator: string, second: string, summary: string): Pseudo {
  const last = second === 'ld' ? 'ld rd, %pcrel_lo(symbol)(rd)' : 'addi rd, rd, %pcrel_lo(symbol)';
  return pseudo(name, 'rd, symbol', [`auipc rd, %${operator}(symbol)`, last], summary, { special: name });
}

const addresses: readonly Pseudo[] = [
  address('la', 'pcrel_hi', 'addi', 'rd = address of symbol'),
  address('lla', 'pcrel_hi', 'addi', 'rd = address of symbol, which is of this program'),
  address('lga', 'got_pcrel_hi', 'ld', 'rd = address of symbol, from the global offset table'),
  address('la.tls.ie', 'tls_ie_pcrel_hi', 'ld', 'rd = offset of a thread-local symbol from tp'),
  address('la.tls.gd', 'tls_gd_pcrel_hi', 'addi', 'rd = address of what __tls_get_addr takes for symbol'),
  pseudo('add', 'rd, rs1, rs2, tprel', ['add rd, rs1, rs2'], 'rd = rs1 + rs2, of a %tprel_add(symbol)', {
    special: 'tprel-add',
  }),
];

const symbolAccesses: readonly Pseudo[] = [
  ...['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'].map((name) =>
    pseudo(
      name,
      'rd, symbol',
      ['auipc rd, %pcrel_hi(symbol)', `${name} rd, %pcrel_lo(symbol)(rd)`],
      'rd = memory at symbol',
      {
        special: 'load',
      },
    ),
  ),
  ...['sb', 'sh', 'sw', 'sd'].map((name) =>
    pseudo(
      name,
      'rs2, symbol, rt',
      ['auipc rt, %pcrel_hi(symbol)', `${name} rs2, %pcrel_lo(symbol)(rt)`],
      'memory at symbol = rs2, by way of rt',
      { special: 'store' },
    ),
  ),
];

/** Of one format; the letter is that of mnemonics. */
function floatMoves(letter: 's' | 'd' | 'h', availability: Availability): readonly Pseudo[] {
  return [
    alias(`fmv.${letter}`, 'rd, rs', `fsgnj.${letter} rd, rs, rs`, 'rd = rs', availability),
    alias(`fneg.${letter}`, 'rd, rs', `fsgnjn.${letter} rd, rs, rs`, 'rd = -rs', availability),
    alias(`fabs.${letter}`, 'rd, rs', `fsgnjx.${letter} rd, rs, rs`, 'rd = |rs|', availability),
    pseudo(`fgt.${letter}`, 'rd, rs1, rs2', [`flt.${letter} rd, rs2, rs1`], 'rd = rs1 > rs2 ? 1 : 0', availability),
    pseudo(`fge.${letter}`, 'rd, rs1, rs2', [`fle.${letter} rd, rs2, rs1`], 'rd = rs1 >= rs2 ? 1 : 0', availability),
  ];
}

const F = { extension: 'f' } as const;
const F_OR_ZFINX = { extension: 'f', alternatives: [['zfinx']] } as const;

/** `frm`, `fflags` or `fcsr`, which have names of their own in place of csrr and csrw. */
function floatCsr(csr: string, letters: string): readonly Pseudo[] {
  return [
    alias(`fr${letters}`, 'rd', `csrrs rd, ${csr}, zero`, `rd = ${csr}`, F_OR_ZFINX),
    alias(`fs${letters}`, 'rs', `csrrw zero, ${csr}, rs`, `${csr} = rs`, F_OR_ZFINX),
    alias(`fs${letters}`, 'rd, rs', `csrrw rd, ${csr}, rs`, `rd = ${csr}; ${csr} = rs`, F_OR_ZFINX),
  ];
}

function floatCsrImmediate(csr: string, letters: string): readonly Pseudo[] {
  return [
    alias(`fs${letters}i`, 'rd, uimm', `csrrwi rd, ${csr}, uimm`, `rd = ${csr}; ${csr} = uimm`, F_OR_ZFINX),
    pseudo(`fs${letters}i`, 'uimm', [`csrrwi zero, ${csr}, uimm`], `${csr} = uimm`, F_OR_ZFINX),
  ];
}

const floats: readonly Pseudo[] = [
  ...floatMoves('s', F_OR_ZFINX),
  ...floatMoves('d', { extension: 'd', alternatives: [['zdinx']] }),
  ...floatMoves('h', { extension: 'zfh', alternatives: [['zhinx']] }),
  pseudo('fmv.x.s', 'rd, rs', ['fmv.x.w rd, rs'], 'rd = sext(bits of rs) (old name)', F),
  pseudo('fmv.s.x', 'rd, rs', ['fmv.w.x rd, rs'], 'bits of rd = rs[31:0] (old name)', F),
  ...floatCsr('fcsr', 'csr'),
  ...floatCsr('frm', 'rm'),
  ...floatCsrImmediate('frm', 'rm'),
  ...floatCsr('fflags', 'flags'),
  ...floatCsrImmediate('fflags', 'flags'),
  pseudo('frsr', 'rd', ['csrrs rd, fcsr, zero'], 'rd = fcsr (old name)', F_OR_ZFINX),
  pseudo('fssr', 'rs', ['csrrw zero, fcsr, rs'], 'fcsr = rs (old name)', F_OR_ZFINX),
  pseudo('fssr', 'rd, rs', ['csrrw rd, fcsr, rs'], 'rd = fcsr; fcsr = rs (old name)', F_OR_ZFINX),
];

/** The floating-point loads and stores, with what has them. */
const floatAccesses = [
  ['flh', 'fsh', 'zfhmin'],
  ['flw', 'fsw', 'f'],
  ['fld', 'fsd', 'd'],
] as const;

const floatSymbolAccesses: readonly Pseudo[] = floatAccesses.flatMap(([load, store, extension]) => [
  pseudo(
    load,
    'rd, symbol, rt',
    ['auipc rt, %pcrel_hi(symbol)', `${load} rd, %pcrel_lo(symbol)(rt)`],
    'rd = memory at symbol, by way of rt',
    { special: 'load', extension },
  ),
  pseudo(
    store,
    'rs2, symbol, rt',
    ['auipc rt, %pcrel_hi(symbol)', `${store} rs2, %pcrel_lo(symbol)(rt)`],
    'memory at symbol = rs2, by way of rt',
    { special: 'store', extension },
  ),
]);

const counters: readonly Pseudo[] = ['cycle', 'time', 'instret'].map((name) =>
  alias(`rd${name}`, 'rd', `csrrs rd, ${name}, zero`, `rd = ${name}`, ZICSR),
);

const csrAccesses: readonly Pseudo[] = [
  alias('csrr', 'rd, csr', 'csrrs rd, csr, zero', 'rd = csr', ZICSR),
  alias('csrw', 'csr, rs', 'csrrw zero, csr, rs', 'csr = rs', ZICSR),
  alias('csrs', 'csr, rs', 'csrrs zero, csr, rs', 'csr = csr | rs', ZICSR),
  alias('csrc', 'csr, rs', 'csrrc zero, csr, rs', 'csr = csr & ~rs', ZICSR),
  alias('csrwi', 'csr, uimm', 'csrrwi zero, csr, uimm', 'csr = uimm', ZICSR),
  alias('csrsi', 'csr, uimm', 'csrrsi zero, csr, uimm', 'csr = csr | uimm', ZICSR),
  alias('csrci', 'csr, uimm', 'csrrci zero, csr, uimm', 'csr = csr & ~uimm', ZICSR),
  ...(['w', 's', 'c'] as const).map((letter) =>
    pseudo(`csr${letter}`, 'csr, uimm', [`csrr${letter}i zero, csr, uimm`], `csr${letter}i csr, uimm`, ZICSR),
  ),
  ...(['w', 's', 'c'] as const).map((letter) =>
    pseudo(`csrr${letter}`, 'rd, csr, uimm', [`csrr${letter}i rd, csr, uimm`], `csrr${letter}i rd, csr, uimm`, ZICSR),
  ),
];

const others: readonly Pseudo[] = [
  alias('unimp', '', 'csrrw zero, cycle, zero', 'an instruction that always traps', {
    extension: 'i',
    compressed: step('c.unimp'),
  }),
  pseudo('sbreak', '', ['ebreak'], 'breakpoint (old name)'),
  pseudo('scall', '', ['ecall'], 'environment call (old name)'),
];

/** Several entries may share a name; the first whose syntax fits what was written holds. */
export const pseudoInstructions: readonly Pseudo[] = [
  ...moves,
  ...immediateForms,
  ...bitImmediateForms,
  ...branches,
  ...jumps,
  ...addresses,
  ...symbolAccesses,
  ...floatSymbolAccesses,
  ...floats,
  ...counters,
  ...csrAccesses,
  ...others,
];

const byName = new Map<string, Pseudo[]>();
for (const entry of pseudoInstructions) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry]);

export function pseudoInstructionsNamed(name: string): readonly Pseudo[] {
  return byName.get(name) ?? [];
}
