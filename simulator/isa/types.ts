/** The shape of the instruction table: what an instruction, an operand, a pseudo-instruction and a register are. */
import type { Availability } from './extensions';
import type { MemoryFacts } from './memory-access';
import type { FloatSemantics, Semantics, SystemSemantics } from './semantics';

/** The lowest privilege mode in which an instruction or CSR may be used at all. */
export type PrivilegeName = 'u' | 's' | 'm';

/** The name of an operand: its key in `Fields`, and the word that stands for it in `Instruction.syntax`. */
export type OperandName =
  | 'rd'
  | 'rs1'
  | 'rs2'
  | 'rs3'
  | 'imm'
  | 'shamt'
  | 'uimm'
  | 'target'
  | 'csr'
  | 'pred'
  | 'succ'
  | 'rm'
  | 'bs'
  | 'rnum'
  | 'aq'
  | 'rl';

/**
 * Operand values by name. Registers are numbers 0..31; `imm`, `shamt`, `uimm` are what the programmer writes (so `lui`'s is 0..0xfffff);
 * `target` is the signed distance in bytes from the instruction to its target; `csr` is the CSR number; `pred` and `succ` are
 * the 4-bit sets i=8 o=4 r=2 w=1; `bs` selects a byte and `rnum` a round; `aq` and `rl` are 0 or 1.
 */
export type Fields = { readonly [name in OperandName]?: number };

/** `width` bits of an operand's value from bit `valueLow` up stand in the instruction from bit `wordLow` up. */
export interface BitRun {
  readonly wordLow: number;
  readonly valueLow: number;
  readonly width: number;
}

/** What the programmer writes for an operand. */
export type OperandKind =
  | 'register'
  | 'immediate'
  /** The upper 20 bits of lui and auipc: 0..0xfffff, or %hi(...) and its like. */
  | 'upper'
  /** A pc-relative target: an expression that is an address; the field holds the distance. */
  | 'target'
  /** A CSR: its name or number. */
  | 'csr'
  /** A set of the letters i, o, r, w (fence). */
  | 'fence-set'
  /** A rounding mode: rne, rtz, rdn, rup, rmm, dyn (F and D). */
  | 'rounding-mode';

export interface Operand {
  readonly name: OperandName;
  readonly kind: OperandKind;
  readonly runs: readonly BitRun[];
  /** Register operands only: which register file. */
  readonly file?: 'x' | 'f' | undefined;
  /** Whether bits are sign-extended when decoded. */
  readonly signed: boolean;
  /** Least and greatest value, inclusive, in the value's own unit. */
  readonly minimum: number;
  readonly maximum: number;
  /** The value must be a multiple of this. */
  readonly scale: number;
  /** Values in the range that the encoding reserves or gives to another instruction (register 0, immediate 0). */
  readonly excluded: readonly number[];
  /** Values that make the instruction a hint: legal, without effect, and never what an assembler picks by itself. */
  readonly hints: readonly number[];
  /** Values stand for themselves modulo this, and are not negative (c.lui: 0xfffff is the field -1). */
  readonly modulus?: number | undefined;
  /** One phrase for messages: 'a register x8..x15 (s0, s1, a0..a5)', 'a multiple of 8 from 0 to 504'. */
  readonly description: string;
}

/** How a compressed instruction is a base instruction: each operand of the base is an operand of the compressed one, or a constant. */
export interface Expansion {
  readonly base: string;
  readonly operands: { readonly [name in OperandName]?: OperandName | number };
}

export interface Instruction extends Availability {
  /** The mnemonic in lower case, without '.aq', '.rl', '.aqrl'. */
  readonly name: string;
  readonly length: 2 | 4;
  /** (word & mask) === match says that the word is this instruction; both unsigned. */
  readonly mask: number;
  readonly match: number;
  /** Every field, in the order of `syntax`; `aq` and `rl` are not listed (see `ordering`). */
  readonly operands: readonly Operand[];
  /**
   * The operands as GNU writes them, comma-separated: 'rd, rs1, rs2', 'rd, imm(rs1)', 'rd, rs2, (rs1)', 'rd, sp, imm', ''.
   * Words that are operand names stand for operands; `sp` is the register itself. For '(rs1)' GNU also takes '0(rs1)'.
   * A trailing part in [ ] may be left out (`fence`, `sfence.vma`): its fields then have the values in `defaults`.
   */
  readonly syntax: string;
  readonly defaults?: Fields | undefined;
  /** The mnemonic takes '.aq', '.rl', '.aqrl' (fields aq, rl: bits 26 and 25). */
  readonly ordering: boolean;
  readonly privilege: PrivilegeName;
  /** One line, in the manual's notation: 'rd = rs1 + imm'. */
  readonly summary: string;
  /** Whether the next instruction may be another than the one that follows (branches, jumps, traps and returns). */
  readonly transfers: boolean;
  /** The entry whose encoding space this one is a part of: `pause` is a `fence`. The more specific entry decodes. */
  readonly refines?: string | undefined;
  /** It is a hint whatever its operands are: legal, without effect, and never what an assembler picks by itself. */
  readonly hint?: boolean;
  /** What it does to memory; of a compressed instruction its base says so (`memoryOf`). */
  readonly memory?: MemoryFacts | undefined;
  /** It goes to a target, and leaves the way back in rd: relative to pc, or to where a register says. Of a compressed one, its base. */
  readonly jump?: 'relative' | 'indirect' | undefined;
  /**
   * What it does: a function over the emit interface; or one over floating-point numbers; or the operation of slow code that does it;
   * or, of a compressed instruction, the base instruction that it is.
   */
  readonly semantics: Semantics | FloatSemantics | SystemSemantics | Expansion;
}

export interface Decoded {
  readonly instruction: Instruction;
  readonly fields: Fields;
}

/** A step of a pseudo-instruction: a base instruction with operands given by templates over the pseudo's own operands. */
export interface PseudoStep {
  readonly name: string;
  /**
   * Operand texts as an assembler would read them, in the syntax order of `name`; words of the pseudo's syntax in them stand for
   * what the programmer wrote: ['rd', 'zero', 'rs'], ['rd', '%pcrel_hi(symbol)'].
   */
  readonly operands: readonly string[];
}

export interface Pseudo extends Availability {
  readonly name: string;
  /** 'rd, rs', 'rd, symbol', 'rs, target', ''. Words: rd rs rs1 rs2 rt imm symbol target csr uimm. */
  readonly syntax: string;
  /** The instructions it stands for; of `li` the shortest form (`special`: it depends on the value). */
  readonly expansion: readonly PseudoStep[];
  /**
   * Expansions that no template can express: 'li' (constant synthesis), and those that go through a pcrel pair,
   * 'la' and its kin, 'load', 'store', 'call', 'tail', 'jump' (auipc with %pcrel_hi, then the second instruction with %pcrel_lo of the auipc).
   */
  readonly special?:
    | 'li'
    | 'la'
    | 'lla'
    | 'lga'
    | 'la.tls.ie'
    | 'la.tls.gd'
    | 'tprel-add'
    | 'load'
    | 'store'
    | 'call'
    | 'tail'
    | 'jump';
  /** The compressed instructions that GNU picks for its one step, where these are not all. */
  readonly picks?: readonly string[];
  /** The compressed instruction that GNU prefers for the first step when `c` is on and the operands fit, with its operand texts. */
  readonly compressed?: PseudoStep;
  readonly summary: string;
  /** A disassembler prints this form for its base instruction (GNU's choice). */
  readonly alias: boolean;
}

export interface Register {
  readonly number: number;
  /** 'x10' */
  readonly name: string;
  /** 'a0' */
  readonly abiName: string;
  /** Every other accepted name ('fp'). */
  readonly aliases: readonly string[];
  readonly file: 'x' | 'f';
  readonly role: string;
  readonly savedBy: 'caller' | 'callee' | 'none';
}
