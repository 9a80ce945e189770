import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { Client, type Frame, inVmm, root } from './client';
import { Transcript } from './transcript';

const guest = path.join(root, 'test/debug-adapter/guests/stepping.S');
const text = readFileSync(guest, 'utf8').split('\n');
const lineOf = (pattern: RegExp): number => text.findIndex((each) => pattern.test(each)) + 1;
const line = {
  stvec: lineOf(/csrw\s+stvec/),
  call: lineOf(/call\s+outer/),
  macro: lineOf(/^\s+triple\s/),
  macroBody: lineOf(/slli\s+\\rd/),
  ebreak: lineOf(/ebreak/),
  user: lineOf(/^user:/),
  syscall: lineOf(/# a system call/),
};

type Scenario = (session: Transcript) => Promise<void>;

/** What is done in each transcript, for every engine alike. */
const scenarios: { readonly [name: string]: { readonly breakpoints: number[]; readonly run: Scenario } } = {
  'lines and calls': {
    breakpoints: [line.stvec],
    async run(session) {
      await session.stop();
      await backToGuest(session, await session.go('stepIn'));
      await session.go('stepIn');
      await session.go('stepIn');
      await session.go('next');
      await session.go('next');
      await session.go('next');
      await session.go('stepIn');
      await session.go('stepOut');
      await session.go('stepOut');
      await session.evaluate('a0');
      await session.go('next');
      await session.evaluate('s1');
    },
  },
  'over everything': {
    breakpoints: [line.call],
    async run(session) {
      await session.stop();
      for (let i = 0; i < 9; i++) await session.go('next');
      await session.evaluate('s3');
    },
  },
  'into the trap handler and out': {
    breakpoints: [line.ebreak],
    async run(session) {
      await session.stop();
      let stack = await session.go('stepIn');
      for (let i = 0; i < 20 && inVmm(stack[0]); i++) stack = await session.go('stepIn');
      await session.evaluate('scause');
      await session.go('stepOut');
    },
  },
  'targets of a step': {
    breakpoints: [line.ebreak],
    async run(session) {
      await session.stop();
      await stepToTarget(session, 'into the guest’s handler');
      await session.go('stepOut');
      await session.client.breakAt(guest, [line.syscall]);
      await session.go('continue');
      await stepToTarget(session, 'stay here');
    },
  },
  instructions: {
    breakpoints: [line.macro],
    async run(session) {
      await session.stop();
      for (let i = 0; i < 3; i++) await session.go('next', { granularity: 'instruction' });
    },
  },
  'a macro body': {
    breakpoints: [line.macroBody],
    async run(session) {
      await session.stop();
      await session.go('next');
      await session.go('next');
    },
  },
  'user mode': {
    breakpoints: [line.user],
    async run(session) {
      await session.stop();
      await session.go('next');
      await session.go('next');
      await session.evaluate('a0');
      await session.go('next');
      await session.evaluate('sstatus.SPP');
    },
  },
  'a call of the firmware': {
    breakpoints: [lineOf(/^finish:/)],
    async run(session) {
      await session.stop();
      await session.client.breakAt(guest, []);
      await session.go('next');
      for (let i = 0; i < 3; i++) await session.go('stepIn');
    },
  },
  'VMM out and over': {
    breakpoints: [line.stvec],
    async run(session) {
      await session.stop();
      // Where there is no VMM, each of these is a step of the guest.
      for (let i = 0; i < 3; i++) await session.go('stepIn');
      await session.go('next');
      const [top] = await session.go('next');
      if (inVmm(top)) await session.go('stepOut');
    },
  },
};

describe('golden transcripts', () => {
  for (const virtualization of ['none', 'full', 'hardware']) {
    for (const [name, { breakpoints, run }] of Object.entries(scenarios)) {
      it(`${name} (${virtualization})`, async () => {
        const client = new Client();
        await client.launch(guest, { breakpoints, virtualization } as object);
        const session = new Transcript(`${name.replaceAll(' ', '-')}.${virtualization}`, client);
        await run(session);
        await client.request('disconnect');
        session.check();
      });
    }
  }
});

/** A guest that owns M-mode runs on the bare machine only. */
describe('golden transcript of a guest without firmware', () => {
  it('machine mode', async () => {
    const program = path.join(root, 'test/debug-adapter/guests/machine-mode.S');
    const client = new Client();
    await client.launch(program, { stopOnEntry: true, virtualization: 'none', firmware: 'none' } as object);
    const session = new Transcript('machine-mode', client);
    await session.stop();
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'user' }] });
    await session.go('continue');
    await session.go('next');
    session.note('one line: .rept');
    await session.go('next');
    session.note('two statements in a line');
    await session.go('next');
    await session.go('next');
    await session.go('stepIn');
    await session.go('next');
    await session.go('stepIn');
    await session.evaluate('mcause');
    await client.request('disconnect');
    session.check();
  });
});

/** Notes the targets of a step from the innermost frame, and takes one. */
async function stepToTarget(session: Transcript, label: string): Promise<void> {
  const targets = await session.client.stepInTargets();
  session.note(targets.map((target) => target.label).join(' | '));
  session.note(`> stepIn to: ${label}`);
  await session.client.request('stepIn', { threadId: 1, targetId: targets.find((each) => each.label === label)?.id });
  await session.stop();
}

async function backToGuest(session: Transcript, stack: Frame[]): Promise<void> {
  if (inVmm(stack[0])) await session.go('stepOut');
}
