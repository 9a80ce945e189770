import { instructionsNamed, memoryOf, RegisterNumber, registerNamed } from '../../../../simulator/isa';
import { literal, type SourceText, type Statement } from '../assembly';
import { registerAccess } from '../register-access';
import { type CodeVisitor, flowOf, functionsOf, isCall, registerOf, walkCode } from './code-walk';
import { type Note, noteOf } from './note';

const { sp, gp, tp } = RegisterNumber;

/** Whether it stores enough of a register to restore it. */
function saves(mnemonic: string): boolean {
  const [instruction] = instructionsNamed(mnemonic);
  const memory = instruction && memoryOf(instruction);
  return memory?.kind === 'store' && !memory.asGuest && memory.size >= 4;
}

/**
 * What breaks the calling convention (RISC-V psABI, integer calling convention) in a function: one that is exported, called, or said to
 * be a function, and that returns with `ret`.
 */
export function lintCallingConvention(source: SourceText, isInstruction: (key: string) => boolean): Note[] {
  const walk = new ConventionWalk(functionsOf(source));
  walkCode(source, isInstruction, walk);
  return walk.notes;
}

class ConventionWalk implements CodeVisitor {
  readonly notes: Note[] = [];
  /** The function under way, and what is found in it: told only when it returns. */
  #name: string | undefined;
  #found: Note[] = [];
  readonly #saved = new Set<string>();
  /** Bytes that sp was moved by; undefined once that cannot be told. */
  #moved: number | undefined = 0;

  constructor(readonly functions: ReadonlySet<string>) {}

  enter(): void {
    this.#begin(undefined);
  }

  unknown(): void {
    // Macros and conditions may save and restore anything.
    this.#begin(undefined);
  }

  label(name: string): void {
    if (this.functions.has(name)) this.#begin(name);
  }

  directive(): void {}

  #begin(name: string | undefined): void {
    this.#name = name;
    this.#found = [];
    this.#saved.clear();
    this.#moved = 0;
  }

  instruction(statement: Statement, line: number): void {
    if (this.#name === undefined) return;
    const { key } = statement;
    if (saves(key)) this.#note(statement, 0);
    else if (key === 'mv') this.#note(statement, 1);
    if (isCall(statement)) this.#call(statement, line);
    else this.#writes(statement, line);
    if (key === 'ret') this.#return(statement, line);
    else if (flowOf(statement) === 'leaves') this.#saved.add('sp');
  }

  /** The register in an operand is kept somewhere from here on. */
  #note(statement: Statement, index: number): void {
    const { expression } = statement.operands[index] ?? {};
    const register = expression?.kind === 'symbol' ? registerNamed(expression.name) : undefined;
    if (register) this.#saved.add(register.abiName);
  }

  #call(statement: Statement, line: number): void {
    if (this.#saved.has('ra')) return;
    this.#saved.add('ra');
    const message = `'${statement.name}' changes ra, which '${this.#name}' returns by: save ra before, and restore it before 'ret'`;
    this.#tell('abi-return-address', message, statement, line);
  }

  #writes(statement: Statement, line: number): void {
    const [first] = statement.operands;
    const name = first?.expression.kind === 'symbol' && !first.base ? first.expression.name : undefined;
    const register = name === undefined ? undefined : registerNamed(name);
    if (!first || !register || registerAccess(statement, first.start) === 'read') return;
    const { number, file, abiName } = register;
    if (file === 'x' && number === sp) {
      this.#moveStack(statement);
      return;
    }
    if (file === 'x' && (number === gp || number === tp)) {
      const what = number === gp ? 'global pointer' : 'thread pointer';
      this.#tell('abi-pointer', `${abiName} is the ${what}: a function must not change it`, statement, line);
      return;
    }
    if (register.savedBy !== 'callee' || this.#saved.has(abiName)) return;
    this.#saved.add(abiName);
    const message = `'${abiName}' belongs to the caller of '${this.#name}': save it before it is changed, and restore it before 'ret'`;
    this.#tell('abi-saved-register', message, statement, line);
  }

  #moveStack(statement: Statement): void {
    const [, base, amount] = statement.operands;
    const bytes = amount && literal(amount.expression);
    const plain = statement.key === 'addi' && registerOf(base) === sp && typeof bytes === 'number';
    this.#moved = plain && this.#moved !== undefined ? this.#moved + bytes : undefined;
  }

  #return(statement: Statement, line: number): void {
    const { notes } = this;
    notes.push(...this.#found);
    this.#found = [];
    if (this.#moved !== undefined && this.#moved !== 0 && !this.#saved.has('sp')) {
      const message = `sp is ${Math.abs(this.#moved)} bytes ${this.#moved < 0 ? 'below' : 'above'} where '${this.#name}' found it`;
      this.#tell('abi-stack', message, statement, line);
      notes.push(...this.#found.splice(0));
    }
    // Code behind the first return is reached by jumps, from where sp may be anything.
    this.#moved = undefined;
  }

  #tell(code: string, message: string, { start, end, name }: Statement, line: number): void {
    this.#found.push(noteOf(code, message, line, start, Math.max(end, start + name.length), 'warning'));
  }
}
