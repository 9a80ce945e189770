import { disassemble } from '../../../simulator/explain/disassembler';
import type { Program } from '../../../simulator/object/program';
import { core, digits } from './words';

/** Mnemonics are filled up to so many characters, before a space. */
const MNEMONIC = 7;

/** An instruction that a CPU is about to execute. */
export interface Fetched {
  readonly cpu: number;
  readonly pc: bigint;
  /** Its 16 or 32 bits. */
  readonly word: number;
}

/** Every instruction of a run as Spike's option `-l` logs it: with a line for a symbol there, and one for repetitions in place. */
export class InstructionLines {
  private readonly symbols: ReadonlyMap<bigint, string>;
  private readonly last = new Map<number, { readonly pc: bigint; readonly word: number; times: number }>();

  constructor(program: Program | undefined) {
    this.symbols = new Map(
      (program?.symbols ?? []).filter(({ name }) => !name.startsWith('$')).map(({ name, value }) => [value, name]),
    );
  }

  of({ cpu, pc, word }: Fetched): string[] {
    const last = this.last.get(cpu);
    if (last?.pc === pc && last.word === word) {
      last.times++;
      return [];
    }
    this.last.set(cpu, { pc, word, times: 1 });
    const symbol = this.symbols.get(pc);
    const { mnemonic, operands } = disassemble(word, pc, { aliases: true });
    const text = operands === '' ? mnemonic : `${mnemonic.padEnd(MNEMONIC)} ${operands.replaceAll(',', ', ')}`;
    return [
      ...(symbol === undefined ? [] : [`${core(cpu)}>>>>  ${symbol}`]),
      ...(last && last.times > 1 ? [`${core(cpu)}Executed ${last.times} times`] : []),
      `${core(cpu)}0x${digits(pc, 8)} (0x${digits(word, 4)}) ${text}`,
    ];
  }
}
