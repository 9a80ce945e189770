import type { SourceText, Statement } from '../assembly';
import { type CodeVisitor, flowOf, functionsOf, walkCode } from './code-walk';
import { type Note, noteOf } from './note';

/** What may stand behind a jump on purpose: a guard, or padding. */
const guards = new Set(['nop', 'unimp', 'ebreak', 'c.nop', 'c.unimp', 'c.ebreak']);
/** Data that no processor should run into; `.word` and its like may be instructions written as numbers. */
const textData = new Set(['.ascii', '.asciz', '.string', '.double', '.float', '.quad', '.octa', '.incbin']);

/** Where the code of a section has come to. */
interface Reached {
  /** Whether a function began in it: lines without one may be anything, and go anywhere. */
  inFunction: boolean;
  /** The last instruction, when it leads on to what comes next; undefined where that is not known. */
  last: { readonly statement: Statement; readonly line: number } | undefined;
  /** The instruction that never leads on, when nothing can have come here since. */
  left: Statement | undefined;
  /** Lines that cannot be reached, which one note tells. */
  dead: { first: number; start: number; last: number; end: number; after: string } | undefined;
}

function nowhere(): Reached {
  return { inFunction: false, last: undefined, left: undefined, dead: undefined };
}

/** Code that nothing leads to, and code that runs into data or off the end of its section. */
export function lintControlFlow(source: SourceText, isInstruction: (key: string) => boolean): Note[] {
  const walk = new FlowWalk(functionsOf(source));
  walkCode(source, isInstruction, walk);
  return walk.finish();
}

class FlowWalk implements CodeVisitor {
  readonly #notes: Note[] = [];
  readonly #functions: ReadonlySet<string>;
  readonly #sections = new Map<string, Reached>();
  #now: Reached = nowhere();

  constructor(functions: ReadonlySet<string>) {
    this.#functions = functions;
  }

  enter(name: string): void {
    let reached = this.#sections.get(name);
    if (!reached) {
      reached = nowhere();
      this.#sections.set(name, reached);
    }
    this.#now = reached;
  }

  unknown(): void {
    this.#endDead();
    this.#now.last = undefined;
    this.#now.left = undefined;
  }

  label(name: string): void {
    this.#endDead();
    if (this.#functions.has(name)) this.#now.inFunction = true;
    this.#now.left = undefined;
  }

  instruction(statement: Statement, line: number): void {
    const now = this.#now;
    const { start, end, name } = statement;
    if (now.left) {
      if (guards.has(statement.key)) return;
      if (now.dead) Object.assign(now.dead, { last: line, end: Math.max(end, start + name.length) });
      else {
        const after = now.left.name;
        now.dead = { first: line, start, last: line, end: Math.max(end, start + name.length), after };
      }
      return;
    }
    const flow = flowOf(statement);
    now.left = flow === 'leaves' ? statement : now.left;
    now.last = flow === 'continues' ? { statement, line } : undefined;
  }

  directive(statement: Statement, line: number): void {
    const { key, start, end } = statement;
    if (!textData.has(key)) return;
    const { last } = this.#now;
    if (last) {
      const message = `the instruction before ('${last.statement.name}') runs on into this data; a jump or 'ret' is missing`;
      this.#notes.push(noteOf('runs-into-data', message, line, start, end));
    }
    this.unknown();
  }

  finish(): Note[] {
    for (const reached of this.#sections.values()) {
      this.#now = reached;
      this.#endDead();
      if (!reached.last || !reached.inFunction) continue;
      const { statement, line } = reached.last;
      const { start, end, name } = statement;
      const message = `execution runs off the end of this code after '${name}'; a jump or 'ret' is missing`;
      this.#notes.push(noteOf('runs-off-the-end', message, line, start, Math.max(end, start + name.length)));
    }
    return this.#notes;
  }

  #endDead(): void {
    const { dead } = this.#now;
    if (!dead) return;
    this.#now.dead = undefined;
    this.#notes.push({
      range: { start: { line: dead.first, column: dead.start }, end: { line: dead.last, column: dead.end } },
      severity: 'hint',
      code: 'unreachable',
      message: `nothing leads here: '${dead.after}' before it never goes on, and no label is in between`,
      unnecessary: true,
    });
  }
}
