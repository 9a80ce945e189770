import assert from 'node:assert/strict';
import { SHARED_PAGE_ADDRESS } from '../../simulator/hypercalls/shared-page';
import { hypercalls } from '../../simulator/hypercalls/table';
import type { EngineId } from '../../simulator/hypervisor/engines';
import { operationNumbers } from '../../simulator/hypervisor/hypercalls/operation-numbers';
import type { System } from '../../simulator/system/system';
import { assembleVm, makeHost, type TestHostConfiguration, type TestVm } from './host';

const MAILBOX_BYTES = 128;
const MOST_IN_A_CALL = 4_000_000;
const SLICE = 500;
/** Puppets that have nothing to do want their harts all the same. */
const SHORT_SLICES = { kind: 'round-robin', slice: 20_000 } as const;

/**
 * Makes the hypercalls that a test leaves in a mailbox of each vCPU, one after the other. Whatever interrupts come are counted: external ones in s10,
 * after `upcall_pending` was cleared and the claim completed, timer interrupts in s11.
 */
const PUPPET = `
#include <hyperstep-pv.h>
        .globl  _start
_start: mv      s9, a0
        la      t0, trap
        csrw    stvec, t0
        li      s10, 0
        li      s11, 0
        la      s0, mailbox
        slli    t0, s9, 7
        add     s0, s0, t0
        li      s8, PV_SHARED_PAGE + PV_WORDS
        add     s8, s8, t0
        bnez    s9, wait
        li      s7, 1                   # the others
1:      mv      a0, s7
        la      a1, _start
        li      a2, 0
        li      a7, 0x48534d
        li      a6, 0
        ecall
        addi    s7, s7, 1
        beqz    a0, 1b
        li      t0, 0x0c000000          # the PLIC lets upcalls through to the first
        li      t1, 1
        sw      t1, 4 * PV_UPCALL_SOURCE(t0)
        li      t0, 0x0c002080
        li      t1, 1 << PV_UPCALL_SOURCE
        sw      t1, 0(t0)
        li      t0, 0x0c201000
        sw      zero, 0(t0)
wait:   ld      t0, 0(s0)
        beqz    t0, wait
        ld      t0, 64(s0)              # sie, SIE
        csrw    sie, t0
        ld      t0, 72(s0)
        csrw    sstatus, t0
        ld      a0, 16(s0)
        ld      a1, 24(s0)
        ld      a2, 32(s0)
        ld      a3, 40(s0)
        ld      a6, 8(s0)
        ld      a7, 80(s0)
        ecall
        sd      a0, 48(s0)
        sd      a1, 56(s0)
        sd      zero, 0(s0)
        j       wait
        .balign 4
trap:   csrr    t0, scause
        bgez    t0, other
        andi    t0, t0, 15
        li      t1, 5
        beq     t0, t1, timer
        addi    s10, s10, 1
        li      t0, 0x0c201004
        lw      t1, 0(t0)
        sb      zero, PV_WORD_UPCALL_PENDING(s8)
        sw      t1, 0(t0)
        sret
timer:  addi    s11, s11, 1
        li      t0, 32
        csrc    sie, t0
        sret
other:  j       other
        .bss
        .balign 4096
        .globl  mailbox
mailbox: .zero  4096
        .globl  list
list:   .zero   4096
`;

export const EVENT = operationNumbers(hypercalls.event.operations);
const SCHED_OP = operationNumbers(hypercalls.schedOp.operations);

export interface Answer {
  readonly error: number;
  readonly value: number;
}

/** What a call is made with beside its arguments. */
export interface CallingState {
  readonly vcpu?: number;
  readonly sie?: number;
  readonly isEnabled?: boolean;
  readonly extension?: number;
}

/** A guest that does what a test tells it. */
export class Puppet {
  constructor(
    readonly system: System,
    readonly vm: number,
    private readonly mailbox: number,
    readonly list: number,
  ) {}

  get guest() {
    return this.system.guests[this.vm] ?? assert.fail(`VM ${this.vm}`);
  }

  /** The words of a vCPU's mailbox. */
  private mailboxOf(vcpu: number): DataView {
    const bytes = this.system.readMemory(this.mailbox + MAILBOX_BYTES * vcpu, MAILBOX_BYTES, this.guest);
    assert.ok(bytes);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Leaves a call in a mailbox. */
  ask(
    call: number,
    given: readonly (number | bigint)[],
    { vcpu = 0, sie = 0, isEnabled = false, extension }: CallingState = {},
  ): void {
    const view = new DataView(new ArrayBuffer(MAILBOX_BYTES));
    view.setBigUint64(0, 1n, true);
    view.setBigUint64(8, BigInt(call), true);
    for (const [index, value] of given.entries())
      view.setBigUint64(16 + 8 * index, BigInt.asUintN(64, BigInt(value)), true);
    view.setBigUint64(64, BigInt(sie), true);
    view.setBigUint64(72, isEnabled ? 2n : 0n, true);
    view.setBigUint64(80, BigInt(extension ?? 0x0a004853), true);
    assert.ok(this.system.writeMemory(this.mailbox + MAILBOX_BYTES * vcpu, new Uint8Array(view.buffer), this.guest));
  }

  /** The answer to the last call; undefined while it is being made. */
  answer(vcpu = 0): Answer | undefined {
    const view = this.mailboxOf(vcpu);
    if (view.getBigUint64(0, true) !== 0n) return undefined;
    return { error: Number(view.getBigInt64(48, true)), value: Number(view.getBigInt64(56, true)) };
  }

  /** Makes a call, and has the machine run until it is answered. */
  call(call: number, given: readonly (number | bigint)[], state: CallingState = {}): Answer {
    this.ask(call, given, state);
    for (let run = 0; run < MOST_IN_A_CALL; run += SLICE) {
      this.system.machine.run({ instructions: SLICE });
      const answer = this.answer(state.vcpu);
      if (answer) return answer;
    }
    return assert.fail(`call ${call} of VM ${this.vm} is not answered`);
  }

  event(name: keyof typeof EVENT, x = 0, y = 0, vcpu = 0): Answer {
    return this.call(hypercalls.event.number, [EVENT[name], x, y], { vcpu });
  }

  /** Waits for ports. @param deadline in ticks; for ever when absent */
  poll(ports: readonly number[], deadline = -1, state: CallingState = {}): void {
    const bytes = new Uint8Array(Uint32Array.from(ports).buffer);
    if (bytes.length > 0) assert.ok(this.system.writeMemory(this.list, bytes, this.guest));
    this.ask(hypercalls.schedOp.number, [SCHED_OP.poll, this.list, ports.length, deadline], state);
  }

  page(): Uint8Array {
    return this.system.readMemory(SHARED_PAGE_ADDRESS, 4096, this.guest) ?? assert.fail('no page');
  }

  private bit(offset: number, port: number): boolean {
    return ((this.page()[offset + (port >> 3)] ?? 0) & (1 << (port & 7))) !== 0;
  }

  isPending(port: number): boolean {
    return this.bit(0, port);
  }

  /** Changes a bit of the pending ports (offset 0) or of the masked ones (512), as the guest might. */
  private setBit(offset: number, port: number, value: boolean): void {
    const at = offset + (port >> 3);
    const byte = this.page()[at] ?? 0;
    const bit = 1 << (port & 7);
    this.writePage(at, [value ? byte | bit : byte & ~bit]);
  }

  clearPending(port: number): void {
    this.setBit(0, port, false);
  }

  mask(port: number, isMasked = true): void {
    this.setBit(512, port, isMasked);
  }

  writePage(offset: number, bytes: readonly number[]): void {
    assert.ok(this.system.writeMemory(SHARED_PAGE_ADDRESS + offset, Uint8Array.from(bytes), this.guest));
  }

  /** upcall_pending and pending_sel of a vCPU. */
  wordsOf(vcpu = 0): { readonly upcall: number; readonly selected: bigint } {
    const view = new DataView(this.page().buffer);
    const at = 1024 + 128 * vcpu;
    return { upcall: view.getUint8(at), selected: view.getBigUint64(at + 80, true) };
  }

  /** The guest has seen all upcalls of a vCPU. */
  clearWords(vcpu = 0): void {
    this.writePage(1024 + 128 * vcpu, [0]);
    this.writePage(1024 + 128 * vcpu + 80, [0, 0, 0, 0, 0, 0, 0, 0]);
  }

  /** How many external interrupts it has taken. */
  get interrupts(): number {
    return Number(this.guest.cpus[0]?.x(26));
  }
}

export interface Puppets {
  readonly system: System;
  readonly puppets: readonly Puppet[];
}

/** Several puppets on a host, ready for calls. */
export async function makePuppets(
  engines: readonly EngineId[],
  more: Partial<TestVm> = {},
  configuration: TestHostConfiguration = {},
): Promise<Puppets> {
  const vms: TestVm[] = [];
  for (const [index, engine] of engines.entries())
    vms.push(await assembleVm(`vm${index}`, engine, PUPPET, { paravirtual: true, ...more }));
  return puppetsOf(vms, configuration);
}

export function puppetsOf(vms: readonly TestVm[], configuration: TestHostConfiguration = {}): Puppets {
  const { system } = makeHost(vms, { harts: 2, inputOpen: true, scheduler: SHORT_SLICES, ...configuration });
  const puppets = vms.map(({ program }, vm) => {
    const at = (label: string): number => Number(program.symbols.find(({ name }) => name === label)?.value);
    return new Puppet(system, vm, at('mailbox'), at('list'));
  });
  return { system, puppets };
}
