import assert from 'node:assert/strict';
import { type SharedWord, sharedWords, WORDS_OFFSET } from '../../../simulator/hypercalls/shared-page';
import { HYPERCALL_EXTENSION, hypercalls } from '../../../simulator/hypercalls/table';
import type { Vm } from '../../../simulator/hypervisor/vm';
import type { System } from '../../../simulator/system/system';
import { assembleGuest } from '../../support/guest';
import { assembleVm, makeHost } from '../../support/host';
import type { Random } from '../../support/random';
import { Answer, FrameModel, type Holders, type Memory, tableAddress } from './frame-model';

const FRAME = 4096;
const BASE = 0x80000000;
const LIST_BYTES = 8192;
/** Frames with which the calls play, beside those of the first tables. */
const PLAYED = 24;

const GUEST = `
#include <hyperstep-pv.h>
        pv_guest
        .globl  _start
_start: j       ready
        .balign 4
call:   ecall
        j       ready
load:   ld      t1, (s2)
        j       ready
store:  sd      t1, (s2)
        j       ready
ready:  j       ready
        .balign 4
trap:   j       trap
        .data
        .balign 4096
list:   .zero   ${LIST_BYTES}
        .balign 4096
play:   .zero   ${PLAYED * FRAME}
end:
`;

const OTHER = `
#include <hyperstep-pv.h>
        pv_guest
        .globl  _start
_start: j       _start
`;

const number = (name: keyof typeof hypercalls, operation: string): bigint => {
  const { operations } = hypercalls[name] as { operations?: readonly { number: number; name: string }[] };
  const found = operations?.find((each) => each.name === operation);
  if (!found) throw new Error(`no ${operation}`);
  return BigInt(found.number);
};

/** How a call was answered: its name, or its operation's, and the error. */
type Seen = Map<string, number>;

/** A ported guest that makes calls of which many mean something at the moment that they are made: of tables, roots and frames in every state. */
export class RandomCalls {
  /** How often each answer of each call has come. */
  readonly seen: Seen = new Map();
  private readonly pinned = new Map<number, number>();
  private kernelRoot: number;
  private userRoot = 0;
  private readonly own: ReadonlySet<number>;
  private readonly machine: readonly number[];
  private readonly firstTables: readonly number[];
  private readonly played: readonly number[];
  private readonly memory: Memory;
  private readonly shared: number;

  private constructor(
    readonly system: System,
    private readonly vm: Vm,
    private readonly random: Random,
    private readonly at: (symbol: string) => number,
  ) {
    const start = Number(this.cpu.x(11));
    const field = (offset: number): number => Number(this.peek64(start + offset));
    const frames = field(32);
    const p2m = field(40);
    this.machine = Array.from({ length: frames }, (_, frame) => Number(this.peek64(p2m + frame * 8)));
    this.own = new Set(this.machine.filter((hpa) => hpa !== 0));
    this.shared = field(72);
    this.kernelRoot = field(80);
    this.pinned.set(this.kernelRoot, 2);
    const { ram } = system.machine.core;
    this.memory = {
      read64: (hpa) => BigInt(ram.read32(hpa) >>> 0) | (BigInt(ram.read32(hpa + 4) >>> 0) << 32n),
      isOwn: (hpa) => hpa % FRAME === 0 && this.own.has(hpa),
      isDevice: (address) => vm.board.find(address) !== undefined,
    };
    this.played = Array.from({ length: PLAYED }, (_, frame) => this.machineOf(this.at('play') + frame * FRAME));
    this.firstTables = [0, 1, 2].flatMap((level) => this.model.tables(level));
  }

  static async make(random: Random): Promise<RandomCalls> {
    const program = await assembleGuest(GUEST);
    const at = (symbol: string): number => Number(program.symbols.find(({ name }) => name === symbol)?.value ?? 0n);
    const vms = [
      { name: 'calls', engine: 'para' as const, program, memory: 6 * 2 ** 20, vcpus: 2 },
      await assembleVm('other', 'para', OTHER, { memory: 6 * 2 ** 20 }),
    ];
    const { system } = makeHost(vms, { harts: 2 });
    const vm = system.hypervisor?.vms[0];
    assert.ok(vm);
    // Until it has a hart.
    while (vm.vcpus[0]?.retired === 0) system.machine.run({ instructions: 1 });
    const calls = new RandomCalls(system, vm, random, at);
    calls.setTrap();
    return calls;
  }

  /** One more call, or an access by the guest itself. @returns what was done, for who has to repeat it */
  step(): string {
    const { random } = this;
    if (random.below(4) === 0) return this.touch();
    const count = 1 + random.below(4);
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
        return this.mmuUpdate(count);
      case 3:
      case 4:
        return this.updateVa();
      case 5:
      case 6:
      case 7:
        return this.mmuext(count);
      case 8:
        return this.multicall(count);
      case 9:
        return this.iret();
      case 10:
        return this.vcpuOp();
      default:
        return this.odd();
    }
  }

  private get cpu() {
    const [cpu] = this.vm.cpus;
    if (!cpu) throw new Error('no vCPU');
    return cpu;
  }

  private get holders(): Holders {
    const roots = [this.kernelRoot, ...(this.userRoot === 0 ? [] : [this.userRoot]), ...this.otherRoots];
    return { pinned: this.pinned, roots, shared: this.shared };
  }

  /** Of the other vCPU. */
  private readonly otherRoots: number[] = [];

  private get model(): FrameModel {
    return new FrameModel(this.memory, this.holders);
  }

  private peek64(gpa: number): bigint {
    const bytes = this.vm.memory.peek(gpa, 8) ?? new Uint8Array(8);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }

  private machineOf(gpa: number): number {
    return this.machine[(gpa - BASE) / FRAME] ?? 0;
  }

  // What may be asked about.

  private frame(): number {
    const { random } = this;
    switch (random.below(12)) {
      case 0:
        return random.pick(this.firstTables);
      case 1:
        return this.shared;
      case 2:
        return random.pick([0, BASE, 0x80200000, 0x10000000, 0x10001000, 2 ** 40]);
      case 3: {
        // Another VM's, or the VMM's.
        const frames = this.system.hypervisor?.frames;
        const any = (frames?.base ?? 0) + random.below((frames?.size ?? 0) / FRAME) * FRAME;
        return any;
      }
      default:
        return random.pick(this.played);
    }
  }

  private table(model: FrameModel): number {
    const { random } = this;
    if (random.below(8) === 0) return this.frame();
    const tables = model.tables(random.below(3));
    return tables.length === 0 ? this.frame() : random.pick(tables);
  }

  /** The place of an entry: often one of the first few, so that they meet. */
  private place(model: FrameModel): number {
    const { random } = this;
    const index = random.below(6) === 0 ? random.below(512) : random.pick([0, 1, 2, 3, 4, 5, 511]);
    return this.table(model) + index * 8 + (random.below(40) === 0 ? 4 : 0);
  }

  private entry(level: number | undefined): bigint {
    const { random } = this;
    if (random.below(4) === 0) return random.below(3) === 0 ? BigInt(random.next()) & ~1n : 0n;
    const ppn = BigInt(Math.floor(this.frame() / FRAME)) << 10n;
    const isLeaf = (level ?? random.below(3)) === 0 ? random.below(10) > 0 : random.below(10) === 0;
    const odd = random.below(20) === 0 ? random.pick([32n, 1n << 54n, 1n << 61n, 1n << 63n, 64n | 16n]) : 0n;
    if (!isLeaf) return ppn | 1n | odd;
    const flags = random.pick([0xd7n, 0xd7n, 0x53n, 0x53n, 0x5bn, 0xdfn, 0x47n, 0xc7n, 0x43n, 0x55n, 0x51n]);
    return ppn | flags | odd;
  }

  /** Whether an entry of the first tables may be rewritten: those by which the guest itself stands may not. */
  private isVital(at: number): boolean {
    const table = at - (at % FRAME);
    if ([this.kernelRoot, ...this.otherRoots].includes(table) && (at - table) / 8 === this.slot) return true;
    if (!this.firstTables.includes(table) || at % 8 !== 0) return false;
    const pte = this.memory.read64(at);
    if (!(pte & 1n)) return false;
    const target = tableAddress(pte);
    if (this.firstTables.includes(target)) return true;
    const pages = [this.at('call'), this.at('list'), this.at('list') + FRAME];
    return pages.some((gpa) => this.machineOf(gpa - (gpa % FRAME)) === target) || target === this.shared;
  }

  /** Whether a root has what the guest stands by, so that it may be the kernel's. */
  private carries(root: number): boolean {
    const slot = 8 * this.slot;
    return this.memory.isOwn(root) && this.memory.read64(root + slot) === this.memory.read64(this.kernelRoot + slot);
  }

  /** Of a root, the entry by which the guest has its memory. */
  private get slot(): number {
    return Math.floor(this.at('call') / 2 ** 30);
  }

  // The calls.

  private putList(words: readonly bigint[]): bigint {
    const bytes = new Uint8Array(words.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setBigUint64(index * 8, BigInt.asUintN(64, word), true);
    assert.ok(this.vm.memory.write(this.at('list'), bytes));
    return BigInt(this.at('list'));
  }

  private listed(index: number): bigint {
    return this.peek64(this.at('list') + index * 8);
  }

  private call(fid: number, ...given: readonly bigint[]): { error: number; value: bigint } {
    const { cpu } = this;
    for (let index = 0; index < 6; index++) cpu.setX(10 + index, given[index] ?? 0n);
    cpu.setX(16, BigInt(fid));
    cpu.setX(17, BigInt(HYPERCALL_EXTENSION.id));
    this.go('call');
    return { error: Number(BigInt.asIntN(64, cpu.x(10))), value: cpu.x(11) };
  }

  /** The guest executes what stands at a symbol. */
  private go(symbol: string): void {
    const { cpu, system } = this;
    // It may have mapped the shared page among those to which it stores.
    this.putWord(sharedWords.interruptEnable, Uint8Array.of(0));
    this.putWord(sharedWords.upcallPending, Uint8Array.of(0));
    cpu.pc = BigInt(this.at(symbol));
    for (let runs = 0; cpu.pc === BigInt(this.at(symbol)); runs++) {
      const { end, vcpus } = this.vm;
      const states = vcpus
        .map(({ run, on, requests }) => `${run} ${on?.id} ${JSON.stringify(requests.state())}`)
        .join(', ');
      assert.ok(runs < 1000 && !end, `${symbol} does not come to an end: ${JSON.stringify(end)}, ${states}`);
      // Others may have its hart for a slice, or be behind it.
      system.machine.run({ instructions: runs < 8 ? 1 : 5_000 });
    }
  }

  private note(name: string, error: number): void {
    const key = `${name} ${error}`;
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
  }

  private touch(): string {
    const { cpu, random } = this;
    const page =
      random.below(3) === 0 ? random.below(1536) * FRAME : this.at('play') - BASE + random.below(PLAYED) * FRAME;
    const address = BigInt(BASE + page);
    const how = random.below(2) === 0 ? 'load' : 'store';
    // Storing changes what the guest stands by, and tables that it plays at next.
    const isOwnPage = address >= BigInt(this.at('play')) && address < BigInt(this.at('end'));
    const symbol = isOwnPage ? how : 'load';
    cpu.setX(18, address + BigInt(8 * random.pick([0, 1, 2, 511])));
    cpu.setX(6, random.below(2) === 0 ? 0n : this.entry(undefined));
    this.go(symbol);
    return `${symbol} at ${address.toString(16)}`;
  }

  private mmuUpdate(count: number): string {
    const { random } = this;
    const wanted = Array.from({ length: count }, () => {
      const model = this.model;
      let at = this.place(model);
      while (this.isVital(at)) at = this.place(model);
      return { at, keeps: random.below(4) === 0, pte: this.entry(model.levelOf(at - (at % FRAME))) };
    });
    const list = this.putList(wanted.flatMap(({ at, keeps, pte }) => [BigInt(at) | (keeps ? 1n : 0n), pte]));
    return this.checkList(
      'mmu_update',
      wanted.map(({ at, keeps, pte }) => `${hex(at)}${keeps ? ' keep' : ''} := ${pte.toString(16)}`),
      () => this.call(hypercalls.mmuUpdate.number, list, BigInt(count)),
      (entry) => {
        const { at = 0, pte = 0n } = wanted[entry] ?? {};
        return this.model.write(at, pte);
      },
    );
  }

  /**
   * A list whose entries are done one by one: each is foretold with what the ones before it have made, which only a second call shows. So every call has as
   * many entries as are foretold one at a time, from the first.
   */
  private checkList(
    name: string,
    texts: readonly string[],
    make: () => { error: number; value: bigint },
    foretell: (entry: number) => number,
  ): string {
    const first = foretell(0);
    const { error, value } = make();
    const text = `${name} ${texts.join('; ')} -> ${error}, ${value}`;
    if (first !== Answer.success) {
      assert.deepEqual([error, value], [first, 0n], text);
    } else {
      assert.ok(value >= 1n, text);
    }
    assert.equal(error === Answer.success, value === BigInt(texts.length), text);
    // What is said to be done stands there; what is refused would be refused again.
    if (error !== Answer.success && name === 'mmu_update') assert.equal(foretell(Number(value)), error, text);
    this.note(name, error);
    return text;
  }

  private updateVa(): string {
    const { random } = this;
    const va =
      BASE +
      (random.below(4) === 0 ? random.below(2 ** 20) * FRAME : this.at('play') - BASE + random.below(PLAYED) * FRAME);
    const flush = random.below(12) === 0 ? 3n : BigInt(random.below(3));
    const pte = this.entry(0);
    const at = this.lastEntry(va);
    if (at !== undefined && this.isVital(at)) return 'nothing';
    const foretold = at === undefined || flush > 2n ? Answer.invalid : this.model.write(at, pte);
    const { error } = this.call(hypercalls.updateVa.number, BigInt(va), pte, flush);
    const text = `update_va ${hex(va)} := ${pte.toString(16)} -> ${error}`;
    assert.equal(error, foretold, text);
    this.note('update_va', error);
    return text;
  }

  private lastEntry(va: number): number | undefined {
    let table = this.kernelRoot;
    for (let level = 2; ; level--) {
      const at = table + (Math.floor(va / (FRAME * 512 ** level)) % 512) * 8;
      if (level === 0) return at;
      const pte = this.memory.read64(at);
      if (!(pte & 1n)) return undefined;
      table = tableAddress(pte);
    }
  }

  private mmuext(count: number): string {
    const { random } = this;
    const names = [
      'pin',
      'unpin',
      'kernel_root',
      'user_root',
      'flush',
      'flush_all',
      'flush_on',
      'flush_all_on',
    ] as const;
    // Of the others each shows by itself what it does.
    const name = random.pick(names);
    const entries = name.startsWith('flush') ? count : 1;
    const model = this.model;
    const x =
      name === 'pin' || name === 'unpin' || name.endsWith('root')
        ? this.frame() + (random.below(30) === 0 ? 8 : 0)
        : this.at('play');
    const frame =
      random.below(3) > 0 && name === 'unpin' && this.pinned.size > 0 ? random.pick([...this.pinned.keys()]) : x;
    const root =
      name === 'user_root' && random.below(4) === 0
        ? 0
        : random.below(2) === 0 && name.endsWith('root')
          ? this.table(model)
          : frame;
    const y = name === 'pin' ? (random.below(13) === 0 ? 3 : random.below(3)) : random.below(4);
    if (name === 'kernel_root' && !this.carries(root)) {
      // It is refused, or the guest would be lost by it.
      if (this.foretellRoot('kernel', root) === Answer.success) return 'nothing';
    }
    if (name === 'unpin' && this.firstTables.includes(root)) return 'nothing';
    const foretold = this.foretold(name, root, y);
    const list = this.putList(
      Array.from({ length: entries }, () => [number('mmuext', name), BigInt(root), BigInt(y)]).flat(),
    );
    const { error, value } = this.call(hypercalls.mmuext.number, list, BigInt(entries));
    const text = `mmuext ${name} ${hex(root)}, ${y} -> ${error}, ${value}`;
    assert.equal(error, foretold, text);
    if (error === Answer.success) this.done(name, root, y);
    this.note(name, error);
    return text;
  }

  private foretold(name: string, x: number, y: number): number {
    switch (name) {
      case 'pin':
        if (x % FRAME !== 0 || y > 2) return Answer.invalid;
        return this.pinned.has(x) ? Answer.alreadyAvailable : this.model.use(x, y);
      case 'unpin':
        return this.pinned.has(x) ? Answer.success : Answer.invalid;
      case 'kernel_root':
        return this.foretellRoot('kernel', x);
      case 'user_root':
        return this.foretellRoot('user', x);
      default:
        return Answer.success;
    }
  }

  private foretellRoot(kind: 'kernel' | 'user', x: number): number {
    if (x % FRAME !== 0 || (x === 0 && kind === 'kernel')) return Answer.invalid;
    if (x === 0) return Answer.success;
    const others = kind === 'kernel' ? [this.userRoot] : [this.kernelRoot, ...this.otherRoots];
    return others.includes(x) ? Answer.invalid : this.model.use(x, 2);
  }

  private done(name: string, x: number, y: number): void {
    if (name === 'pin') this.pinned.set(x, y);
    if (name === 'unpin') this.pinned.delete(x);
    if (name === 'kernel_root') this.kernelRoot = x;
    if (name === 'user_root') this.userRoot = x;
  }

  private multicall(count: number): string {
    const inner = Array.from({ length: count }, () => {
      const { random } = this;
      const denied = [
        [hypercalls.iret.number],
        [hypercalls.multicall.number],
        [hypercalls.schedOp.number, Number(number('schedOp', 'block'))],
      ];
      const done = [
        [hypercalls.version.number],
        [hypercalls.schedOp.number, Number(number('schedOp', 'yield'))],
        [hypercalls.setTrap.number, this.at('trap'), this.at('end')],
      ];
      const unknown = [[hypercalls.grant.number], [99]];
      const [from, answer] = random.pick([
        [denied, Answer.denied],
        [done, Answer.success],
        [unknown, -2],
      ] as const);
      const words = random.pick(from).map(BigInt);
      return { answer, entry: Array.from({ length: 9 }, (_, index) => words[index] ?? 0n) };
    });
    const list = this.putList(inner.flatMap(({ entry }) => entry));
    const { error, value } = this.call(hypercalls.multicall.number, list, BigInt(count));
    assert.deepEqual([error, value], [Answer.success, BigInt(count)]);
    for (const [index, { answer, entry }] of inner.entries()) {
      const given = Number(BigInt.asIntN(64, this.listed(index * 9 + 7)));
      assert.equal(given, answer, `multicall of ${entry.join(', ')}`);
      this.note('multicall entry', given);
    }
    this.note('multicall', error);
    return `multicall of ${count}`;
  }

  private iret(): string {
    const { cpu, random } = this;
    const toUser = random.below(2) === 0;
    const put = (word: SharedWord, value: bigint): void => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, value, true);
      this.putWord(word, bytes);
    };
    put(sharedWords.sepc, BigInt(this.at('ready')));
    put(sharedWords.status, toUser ? 0n : 0x100n);
    put(sharedWords.sp, 0x1234n);
    const { error } = this.call(hypercalls.iret.number);
    if (toUser && this.userRoot === 0) {
      assert.equal(error, Answer.denied);
      this.note('iret', error);
      return 'iret, refused';
    }
    assert.equal(cpu.x(2), 0x1234n);
    assert.equal(cpu.privilege, toUser ? 0 : 1);
    this.note('iret', Answer.success);
    // Back, by a system call or a page fault.
    cpu.setX(5, 0n);
    this.setTrap();
    assert.equal(cpu.privilege, 1);
    return `iret to ${toUser ? 'a program' : 'the kernel'}`;
  }

  private setTrap(): void {
    this.call(hypercalls.setTrap.number, BigInt(this.at('trap')), BigInt(this.at('end')));
  }

  /** Of the vCPU that calls. */
  private putWord({ offset }: SharedWord, bytes: Uint8Array): void {
    assert.ok(this.vm.memory.write(this.sharedGpa + WORDS_OFFSET + offset, bytes));
  }

  private get sharedGpa(): number {
    return BASE + this.machine.indexOf(this.shared) * FRAME;
  }

  private vcpuOp(): string {
    const { random } = this;
    const [name, id] = [random.pick(['initialise', 'up', 'state', 'down'] as const), random.below(3)];
    const isOther = id === 1;
    const root = random.below(2) === 0 ? this.kernelRoot : this.frame();
    const context = this.putList([BigInt(this.at('ready')), 0n, 7n, BigInt(root)]);
    const at = random.below(8) === 0 ? context + 4n : context;
    const isThere = this.otherRoots.length > 0;
    const runs = this.vm.vcpus[1]?.run !== 'off';
    // Who stops is nobody's caller any more.
    if (name === 'down' && id === 0) return 'nothing';
    if (name === 'up' && isOther && !this.carries(this.otherRoots[0] ?? 0)) return 'nothing';
    const foretold = ((): number => {
      if (id === 2) return Answer.invalid;
      if (name === 'state') return Answer.success;
      if (name === 'down') return runs ? Answer.denied : -8;
      if (name === 'up') return id === 0 || (isThere && runs) ? -7 : isThere ? Answer.success : Answer.invalid;
      if (id === 0 || isThere) return Answer.alreadyAvailable;
      if (at !== context) return Answer.invalid;
      return root === this.userRoot || root % FRAME !== 0 ? Answer.denied : this.model.use(root, 2);
    })();
    const { error, value } = this.call(hypercalls.vcpuOp.number, number('vcpuOp', name), BigInt(id), at);
    const text = `vcpu_op ${name} ${id} ${hex(root)} -> ${error}, ${value}`;
    assert.equal(error, foretold, text);
    if (name === 'state' && id < 2) assert.equal(value, id === 0 || runs ? 2n : isThere ? 1n : 0n, text);
    if (name === 'initialise' && error === Answer.success) this.otherRoots.push(root);
    this.note(name, error);
    return text;
  }

  /** What means nothing. */
  private odd(): string {
    const { random } = this;
    const fids = [1, 3, 12];
    const fid = random.pick(fids);
    const [list, count] = random.pick([
      [BigInt(this.at('list')) + 4n, 1n],
      [1n << 46n, 1n],
      [BigInt(this.at('list')), 513n],
      [2n ** 64n - 8n, 2n],
      [0xffffffffc0000000n, 1n],
    ] as const);
    const { error } = this.call(fid, list, count);
    assert.equal(error, Answer.invalid, `list ${list.toString(16)} of ${count} for ${fid}`);
    this.note(`list of ${fid}`, error);
    const nothing = this.call(hypercalls.mmuext.number, this.putList([77n, 0n, 0n]), 1n);
    assert.equal(nothing.error, Answer.invalid);
    this.note('no operation of mmuext', nothing.error);
    return `a list that is none, ${fid}`;
  }
}

const hex = (address: number): string => `0x${address.toString(16)}`;
