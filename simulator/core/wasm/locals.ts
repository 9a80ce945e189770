import type { NumberType } from './opcodes';

/** A parameter or local variable. */
export interface Local {
  readonly index: number;
  readonly type: NumberType;
}

/** Locals that are handed out again for each instruction. */
export class LocalPool {
  private readonly locals = new Map<number, Local[]>();
  private readonly taken = new Map<number, number>();

  constructor(private readonly make: (type: Local['type']) => Local) {}

  take(type: Local['type']): Local {
    const known = this.locals.get(type) ?? [];
    this.locals.set(type, known);
    const index = this.taken.get(type) ?? 0;
    this.taken.set(type, index + 1);
    const local = known[index] ?? this.make(type);
    known[index] = local;
    return local;
  }

  /** What was taken may be taken again. */
  reset(): void {
    this.taken.clear();
  }
}
