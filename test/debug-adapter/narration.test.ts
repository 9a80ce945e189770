import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import type { HandledTrap, NarratedFunction, NarratedStep, NarratedValue } from '../../debug-adapter/protocol';
import { Client, inVmm, root } from './client';

const sample = path.join(root, 'extension/sample');
const kernel = path.join(sample, 'kernel.S');
const disks = [{ file: 'disk.img' }];
const lineOf = (pattern: RegExp): number =>
  readFileSync(kernel, 'utf8')
    .split('\n')
    .findIndex((line) => pattern.test(line)) + 1;

describe('narration', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const stoppedAt = async (pattern: RegExp, virtualization: string): Promise<void> => {
    client = new Client();
    await client.launch(kernel, { virtualization, disks, breakpoints: [lineOf(pattern)] } as object);
    await client.stopped();
  };
  const stoppedOnEntry = async (virtualization: string): Promise<void> => {
    client = new Client();
    await client.launch(kernel, { virtualization, disks, stopOnEntry: true } as object);
    await client.stopped();
  };
  const handled = async (): Promise<HandledTrap> => {
    const answer = await client.own('hyperstep/narration', { threadId: 1 });
    assert.ok(answer.handled);
    return answer.handled;
  };

  it('tells of the exit at csrw satp step by step, and keeps it once the guest goes on (full)', async () => {
    await stoppedAt(/^\s*csrw\s+satp,/, 'full');
    await client.step('stepIn');
    const first = await handled();
    const { software, isOver, reason, cause, pc, symbol, instruction, source } = first;
    assert.deepEqual(
      { software, isOver, cause, instruction },
      {
        software: 'vmm',
        isOver: false,
        cause: 'Illegal instruction',
        instruction: 'csrw satp, t0',
      },
    );
    assert.deepEqual(reason, {
      name: 'privileged-instruction',
      meaning: 'a privileged instruction, executed by the deprivileged guest kernel',
    });
    assert.match(symbol ?? '', /^_start\+0x/);
    assert.deepEqual(source, { path: kernel, line: lineOf(/^\s*csrw\s+satp,/) });
    assert.equal(first.value?.meaning, 'the bits of the instruction');
    assert.equal(first.narrated.name, 'Hypervisor.handleTrap');
    const [trapped] = steps(first.narrated);
    assert.equal(
      trapped && textOf(trapped),
      `the hart has trapped into the VMM: Illegal instruction at ${pc}, by scause and sepc`,
    );
    assert.deepEqual(valuesOf(trapped), [
      { value: pc, meaning: 'guest-virtual address', space: 'gva', memoryReference: pc, symbol },
    ]);
    assert.equal(trapped?.isPresent, true);
    assert.equal(client.session.debugging.running.machine.cpus.length, 1);

    let stack = await client.step('stepIn');
    while (inVmm(stack[0])) stack = await client.step('stepIn');
    const over = await handled();
    assert.deepEqual([over.isOver, over.number, over.coming], [true, first.number, []]);
    const told = steps(over.narrated);
    assert.ok(told.some((step) => /^the virtual satp is now 0x8/.test(textOf(step))));
    assert.ok(!told.some(({ isPresent }) => isPresent));
    assert.ok(over.changes.some(({ kind, name }) => kind === 'virtual CSR' && name === 'satp'));
    const satp = told.flatMap(valuesOf).find(({ meaning }) => meaning?.includes('Sv39'));
    assert.match(satp?.meaning ?? '', /^0x8\w+ \(Sv39, ASID 0, root 0x\w+\)$/);
    // As deep as the calls were.
    const names = functionsOf(over.narrated);
    assert.deepEqual(names.slice(0, 5), [
      [0, 'Hypervisor.handleTrap'],
      [1, 'DeprivilegedVcpu.handleExit'],
      [2, 'emulatePrivileged'],
      [3, 'emulateOwnCsrAccess'],
      [4, 'emulateCsrAccess'],
    ]);
  });

  it('does not foretell the next turn of a loop with the values of this one (full)', async () => {
    await stoppedAt(/^\s*csrw\s+satp,/, 'full');
    const isTurn = (told: string): boolean => /^level .*: the guest's entry at /.test(told);
    const foretold: string[] = [];
    let stack = await client.step('stepIn');
    for (let count = 0; count < 300 && foretold.length < 2; count++, stack = await client.step('stepIn')) {
      if (!inVmm(stack[0])) continue;
      const { narrated, coming } = await handled();
      const present = steps(narrated).find(({ isPresent }) => isPresent);
      if (!present || !isTurn(textOf(present))) continue;
      for (const each of coming) if (each.kind === 'step' && isTurn(each.text)) foretold.push(each.text);
    }
    const turn = "level ‹level›: the guest's entry at ‹at› is ‹pte›";
    assert.deepEqual(foretold, [turn, turn]);
  });

  it('changes nothing by looking, in the middle of a handler', async () => {
    await stoppedAt(/^\s*csrw\s+satp,/, 'full');
    await client.step('stepIn');
    await client.step('stepIn');
    const hash = client.stateHash;
    await handled();
    assert.equal(client.stateHash, hash);
  });

  it('tells of a guest-page fault, with where its addresses lead (hardware)', async () => {
    await stoppedOnEntry('hardware');
    let stack = await client.step('stepIn');
    for (let tries = 0; !inVmm(stack[0]) && tries < 500; tries++) stack = await client.step('stepIn');
    assert.ok(inVmm(stack[0]));
    const seen = new Map<string, NarratedValue>();
    let last = await handled();
    for (; inVmm(stack[0]); stack = await client.step('stepIn')) {
      last = await handled();
      for (const value of steps(last.narrated).flatMap(valuesOf)) if (value.space) seen.set(value.space, value);
    }
    assert.ok(last.reason);
    const pc = await client.own('hyperstep/address', { threadId: 1, memoryReference: last.pc });
    assert.equal(pc.gva, last.pc);
    assert.ok(pc.gpa && pc.hpa && pc.words.length === 8);
    for (const space of ['gpa', 'hpa'] as const) {
      const memoryReference = seen.get(space)?.memoryReference;
      if (memoryReference === undefined) continue;
      const there = await client.own('hyperstep/address', { threadId: 1, memoryReference });
      assert.equal(there[space], seen.get(space)?.value);
    }
  });

  it('names the instruction of a device access as the guest has it, though htinst has no address (hardware)', async () => {
    await stoppedAt(/^disk_read_done:/, 'hardware');
    const { exits } = await client.own('hyperstep/exits', { threadId: 1, count: 50, reasons: ['mmio'] });
    assert.ok(exits.length > 5);
    for (const { instruction } of exits) assert.match(instruction ?? '', /^[ls][bhwd]u? \w+, \d+\((?!zero)\w+\)$/);
    assert.match((await handled()).instruction ?? '', /^sw zero, 80\(\w+\)$/);
  });

  it('tells of a call of the firmware (none)', async () => {
    client = new Client({
      files: new Map([['/guest.S', '_start: li a7, 0x10\n li a6, 3\n li a0, 1\nhere: ecall\n j .\n']]),
    });
    await client.launch('/guest.S', { virtualization: 'none', breakpoints: [4] } as object);
    await client.stopped();
    assert.deepEqual(await client.own('hyperstep/narration', { threadId: 1 }), {});
    await client.step('stepIn');
    const call = await handled();
    assert.deepEqual(
      [call.software, call.isOver, call.number, call.cause, call.symbol, call.description],
      ['firmware', false, 1, 'Environment call from S-mode', 'here', 'SBI BASE probe_extension'],
    );
    assert.match(steps(call.narrated).map(textOf).join('; '), /^the supervisor calls its firmware: /);
    await client.step('stepOut');
    assert.equal((await handled()).isOver, true);
  });

  for (const virtualization of ['full', 'hardware', 'none']) {
    it(`says truly what may come next (${virtualization})`, async () => {
      await stoppedOnEntry(virtualization);
      let foretold = 0;
      let certain = 0;
      let stack = await client.stack();
      for (let count = 0; count < 600 && foretold < 150; count++) {
        const before = inVmm(stack[0]) ? await handled() : undefined;
        stack = await client.step('stepIn');
        if (!before) continue;
        foretold++;
        if (before.coming.length === 1) certain++;
        const said = before.coming.map((coming) => JSON.stringify(coming));
        assert.equal(new Set(said).size, said.length, `something is foretold twice: ${said.join(', ')}`);
        const now = await handled();
        const isSame = !now.isOver && now.number === before.number;
        const present = isSame ? steps(now.narrated).find(({ isPresent }) => isPresent) : undefined;
        const isForetold = before.coming.some((coming) => {
          if (coming.kind === 'end') return !present;
          if (coming.kind === 'call') return depthOf(now) > depthOf(before);
          if (coming.kind === 'return') return !present || depthOf(now) <= depthOf(before);
          return present?.source.path === coming.source.path && present.source.line === coming.source.line;
        });
        const at = steps(before.narrated).at(-1);
        assert.ok(isForetold, `after "${at && textOf(at)}": ${present ? textOf(present) : 'the guest'}`);
        if (!present) continue;
        const told = textOf(present);
        // A value that a loop computes anew is not foretold as it was in the turn before.
        const words = before.coming.flatMap((coming) =>
          coming.kind === 'step' &&
          coming.source.path === present.source.path &&
          coming.source.line === present.source.line
            ? [coming.text]
            : [],
        );
        if (words.length > 0)
          assert.ok(
            words.some((text) => canBecome(text, told)),
            `${words.join(' or ')} was foretold, and it is ${told}`,
          );
      }
      assert.ok(foretold > 50 && certain > foretold / 4, `${certain} of ${foretold} were certain`);
    });
  }
});

/** Whether a foretold step may be this one: what stands as the source has it may be anything. */
function canBecome(foretold: string, said: string): boolean {
  const pieces = foretold.split(/‹[^›]*›/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(said);
}

function steps({ parts }: NarratedFunction): NarratedStep[] {
  return parts.flatMap((part) => (part.kind === 'step' ? [part] : steps(part)));
}

/** How many functions the last step is in. */
function depthOf({ narrated }: Pick<HandledTrap, 'narrated'>): number {
  const last = narrated.parts.at(-1);
  return last?.kind === 'function' ? 1 + depthOf({ narrated: last }) : 0;
}

function textOf({ text }: NarratedStep): string {
  return text.map((piece) => (typeof piece === 'string' ? piece : piece.value)).join('');
}

function valuesOf(step: NarratedStep | undefined): NarratedValue[] {
  return (step?.text ?? []).flatMap((piece) => (typeof piece === 'string' ? [] : [piece]));
}

function functionsOf(entered: NarratedFunction, depth = 0): [number, string][] {
  const inner = entered.parts.flatMap((part) => (part.kind === 'function' ? functionsOf(part, depth + 1) : []));
  return [[depth, entered.name], ...inner];
}
