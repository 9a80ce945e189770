/** A region as one WebAssembly function: registers in local variables, control flow structured, one exit. */
import { FRAME } from '../../mmu/address';
import { DecodedLayout, FastPathLayout, FLOAT_REGISTERS, HartLayout, TranslationLayout } from '../layout';
import { tableEntry } from '../wasm/execution';
import { I32, I64 } from '../wasm/expression';
import { FunctionBuilder, type Label } from '../wasm/function';
import { Opcode, Type } from '../wasm/opcodes';
import type { Operations } from '../wasm/operations';
import { type Block, pageOf, type Region } from './region';
import {
  getRegister,
  offsetOfMend,
  RegionExecution,
  type RegionExits,
  type RegionLocals,
  registerOf,
  remainderOfMend,
  setRegister,
} from './region-execution';
import { regionSignature } from './region-signature';
import type { Sequence, Structure } from './structure';

/** How a region is known in memory. */
export interface RegionLinks {
  /** Its number in the table of functions. */
  readonly slot: number;
  /** The record of its first entry; those of the others follow. */
  readonly records: number;
  /** The first word of the decoded entries that lead to it. */
  readonly head: number;
}

const { recordSize: RECORD } = TranslationLayout;
const RECORD_SHIFT = Math.log2(RECORD);

/** Blocks to which a branch can go from where code is being written, with what a branch there needs. */
interface Scope {
  readonly labels: Map<number, Label>;
  readonly isLoop: boolean;
}

export class RegionFunction implements RegionExits {
  readonly f: FunctionBuilder;
  indirect: Label = { depth: 0 };
  slow: Label = { depth: 0 };
  isFloatKnown = false;
  /** Leaves to go on at the offset in the local `resume`. */
  private leave: Label = { depth: 0 };
  private readonly locals: RegionLocals & { readonly resume: RegionLocals['pc']; readonly state: RegionLocals['slot'] };
  private readonly fetchContext;
  private readonly isSlow;
  private readonly hart: I32;
  private readonly scopes: Scope[] = [];
  private readonly numbers = new Map<number, number>();
  private readonly written = new Set<number>();
  private current: Block | undefined;

  constructor(
    private readonly region: Region,
    private readonly structure: Structure,
    private readonly links: RegionLinks,
    operations: Operations,
  ) {
    this.f = new FunctionBuilder(regionSignature, () => operations);
    const { f } = this;
    this.locals = {
      hart: f.parameter(0),
      budget: f.parameter(1),
      base: f.parameter(2),
      state: f.parameter(3),
      pc: f.local(Type.i64),
      context: f.local(Type.i64),
      address: f.local(Type.i64),
      slot: f.local(Type.i32),
      value: f.local(Type.i64),
      mend: f.local(Type.i32),
      resume: f.local(Type.i32),
      floatReady: f.local(Type.i32),
      fcsr: f.local(Type.i32),
      registers: this.allocateRegisters(),
    };
    this.fetchContext = f.local(Type.i64);
    this.isSlow = f.local(Type.i32);
    this.hart = f.i32(this.locals.hart);
    for (const offset of [...region.entries, ...structure.numbered]) {
      if (!this.numbers.has(offset)) this.numbers.set(offset, this.numbers.size);
    }
  }

  build(): FunctionBuilder {
    const { f, locals } = this;
    this.enter();
    f.block((out) => {
      f.block((leave) => {
        this.leave = leave;
        f.block((slow) => {
          this.slow = slow;
          f.loop((again) => {
            f.block((indirect) => {
              this.indirect = indirect;
              this.sequence(this.structure.sequence, new Set(this.region.entries), new Set());
            });
            this.followIndirect(again, out);
          });
        });
        f.set(locals.budget, f.i32(locals.budget).add(remainderOfMend(f.i32(locals.mend))));
        f.set(locals.resume, offsetOfMend(f.i32(locals.mend)));
        f.set(this.isSlow, I32.constant(1));
      });
      f.set(locals.pc, f.i64(locals.base).add(f.i32(locals.resume).signExtend()));
    });
    this.finish();
    return f;
  }

  /** Goes on at an offset, in the region or outside. */
  edge(target: number): void {
    const { f, locals, region, structure } = this;
    if (!region.blocks.has(target)) {
      this.exitTo(target);
      return;
    }
    if (this.current && pageOf(target) !== pageOf(this.current.offset)) this.checkPage(target);
    for (const { labels, isLoop } of [...this.scopes].reverse()) {
      const label = labels.get(target);
      if (!label) continue;
      if (isLoop) {
        const longest = structure.longest.get(target) ?? 0;
        f.if(f.i32(locals.budget).lessSigned(longest), () => this.exitTo(target));
      }
      this.tellNumber(target);
      f.branch(label);
      return;
    }
    throw new Error('an edge goes back to no loop');
  }

  private allocateRegisters(): RegionLocals['registers'] {
    const used = new Set<number>();
    for (const { instructions } of this.region.blocks.values()) {
      for (const instruction of instructions) {
        for (const name of ['rd', 'rs1', 'rs2', 'rs3'] as const) {
          const register = registerOf(instruction, name);
          if (register) used.add(register);
          if (register && name === 'rd') this.written.add(register);
        }
      }
    }
    const typeOf = (register: number) => (register < FLOAT_REGISTERS ? Type.i64 : Type.f64);
    return new Map([...used].map((register) => [register, this.f.local(typeOf(register))]));
  }

  private enter(): void {
    const { f, locals, hart } = this;
    this.useRecord(f.i32(locals.state));
    f.set(locals.context, I64.load(hart, HartLayout.dataContext));
    f.set(this.fetchContext, I64.load(hart, HartLayout.fetchContext));
    if ([...locals.registers.keys()].some((register) => register >= FLOAT_REGISTERS)) {
      f.set(locals.floatReady, I32.load(hart, HartLayout.floatReady));
      f.set(locals.fcsr, I32.load(hart, HartLayout.fcsr));
    }
    for (const [register, local] of locals.registers) {
      setRegister(f, local, I64.load(hart, HartLayout.registers + register * 8));
    }
  }

  private finish(): void {
    const { f, locals, hart } = this;
    for (const [register, local] of locals.registers) {
      if (this.written.has(register)) {
        f.store(Opcode.i64Store, hart, HartLayout.registers + register * 8, getRegister(f, local));
      }
    }
    f.store(Opcode.i64Store, hart, HartLayout.pc, f.i64(locals.pc));
    f.store(Opcode.i32Store, hart, HartLayout.budget, f.i32(locals.budget));
    f.i32(this.isSlow).emit(f);
  }

  /** Sets `state` from an entry's record, and `base` from the page in which it is, of which `base` has the address. */
  private useRecord(record: I32): void {
    const { f, locals, links } = this;
    f.set(locals.state, record);
    if (this.hasSeveralPages) {
      const pageOffset = I32.load(f.i32(locals.state), TranslationLayout.pageOffset);
      f.set(locals.base, f.i64(locals.base).sub(pageOffset.signExtend()));
    }
    f.set(locals.state, f.i32(locals.state).sub(links.records).shiftRight(RECORD_SHIFT));
  }

  private get hasSeveralPages(): boolean {
    return this.region.entries.some((offset) => pageOf(offset) !== 0);
  }

  private exitTo(offset: number): void {
    const { f, locals } = this;
    f.set(locals.resume, I32.constant(offset));
    f.branch(this.leave);
  }

  private tellNumber(target: number): void {
    const number = this.numbers.get(target);
    if (number !== undefined && this.structure.numbered.has(target)) {
      this.f.set(this.locals.state, I32.constant(number));
    }
  }

  /**
   * @param roots where the sequence is entered: by number, if there are several
   * @param cut blocks to which edges go over a loop around the sequence
   */
  private sequence(nodes: Sequence, roots: ReadonlySet<number>, cut: ReadonlySet<number>): void {
    const { f } = this;
    const scope: Scope = { labels: new Map(), isLoop: false };
    const bodies = nodes.map((node) => () => {
      const offsets = node.kind === 'block' ? [node.offset] : [...node.entries];
      for (const offset of offsets) scope.labels.delete(offset);
      if (node.kind === 'block') {
        this.block(node.offset);
        return;
      }
      f.loop((start) => {
        const labels = new Map([...node.entries].map((offset) => [offset, start]));
        this.scopes.push({ labels, isLoop: true });
        this.sequence(node.body, node.entries, node.entries);
        this.scopes.pop();
      });
    });
    f.cases(bodies, (labels) => {
      const labelOf = new Map<number, Label>();
      for (const [index, node] of nodes.entries()) {
        const label = labels[index];
        if (!label) continue;
        const offsets = node.kind === 'block' ? [node.offset] : [...node.entries];
        for (const offset of offsets) {
          labelOf.set(offset, label);
          if (!cut.has(offset)) scope.labels.set(offset, label);
        }
      }
      this.scopes.push(scope);
      this.dispatch(roots, labelOf);
    });
    this.scopes.pop();
  }

  /** Goes to the root that the local `state` tells. */
  private dispatch(roots: ReadonlySet<number>, labelOf: ReadonlyMap<number, Label>): void {
    const { f } = this;
    const byNumber: Label[] = [];
    const [first = 0] = roots;
    const otherwise = labelOf.get(first);
    if (!otherwise) throw new Error('a sequence is entered at a block of another');
    if (roots.size === 1) {
      f.branch(otherwise);
      return;
    }
    for (const root of roots) byNumber[this.numbers.get(root) ?? 0] = labelOf.get(root) ?? otherwise;
    const table = Array.from(byNumber, (label) => label ?? otherwise);
    f.branchTable(f.i32(this.locals.state), table, otherwise);
  }

  private block(offset: number): void {
    const { f, locals } = this;
    const block = this.region.blocks.get(offset);
    if (!block) return;
    this.current = block;
    this.isFloatKnown = false;
    const { instructions, end } = block;
    f.set(locals.budget, f.i32(locals.budget).sub(instructions.length));
    for (const [index, instruction] of instructions.entries()) {
      const remaining = instructions.length - index;
      const execution = new RegionExecution(f, locals, this, instruction, remaining);
      if (instruction.crosses) {
        const isMapped = this.isPageMapped(pageOf(instruction.offset + 2));
        f.if(isMapped.equal(0), () => execution.leaveToInterpreter());
      }
      execution.execute(instruction.instruction);
    }
    if (end.kind === 'next' || end.kind === 'branch') this.edge(end.next);
    else if (end.kind === 'jump') this.edge(end.target);
  }

  /** Leaves unless the other page is mapped where it was when the region was found. */
  private checkPage(target: number): void {
    this.f.if(this.isPageMapped(pageOf(target)).equal(0), () => this.exitTo(target));
  }

  private isPageMapped(offset: number): I32 {
    const { f, locals, region } = this;
    const address = f.i64(locals.base).add(offset);
    f.set(locals.slot, tableEntry(this.hart, address));
    const decodedPage = I32.load(f.i32(locals.slot), HartLayout.executeTable + FastPathLayout.decodedPage);
    return this.executeTagIs(address).and(decodedPage.equal(region.pages.get(offset)?.decodedPage ?? 0));
  }

  /** Whether the execute table's entry at `slot` is for the page that starts at `address`. */
  private executeTagIs(address: I64): I32 {
    const { f, locals } = this;
    const tag = address.or(f.i64(this.fetchContext));
    return tag.equal(I64.load(f.i32(locals.slot), HartLayout.executeTable + FastPathLayout.tag));
  }

  /** Stays in the region where the local `pc` leads to one of its entries. */
  private followIndirect(again: Label, out: Label): void {
    const { f, locals, links, hart } = this;
    const pc = f.i64(locals.pc);
    const budgetNeeded = Math.max(...this.region.entries.map((entry) => this.structure.longest.get(entry) ?? 0));
    f.set(locals.slot, tableEntry(hart, pc));
    const page = pc.and(-FRAME);
    f.if(this.executeTagIs(page).and(f.i32(locals.budget).lessSigned(budgetNeeded).equal(0)), () => {
      const decodedPage = I32.load(f.i32(locals.slot), HartLayout.executeTable + FastPathLayout.decodedPage);
      f.set(
        locals.slot,
        decodedPage.add(
          pc
            .word()
            .mask(FRAME - 2)
            .shiftLeft(2),
        ),
      );
      const entry = f.i32(locals.slot);
      f.if(I32.load(entry, DecodedLayout.opcode).equal(links.head), () => {
        f.set(locals.base, page);
        this.useRecord(I32.load(entry, DecodedLayout.immediate));
        f.branch(again);
      });
      // The interpreter counts how often this happens, and asks for a region that has this entry too.
      f.store(Opcode.i32Store, hart, HartLayout.leftRegion, I32.constant(links.slot));
      f.store(Opcode.i64Store, hart, HartLayout.leftFor, pc);
    });
    f.branch(out);
  }
}
