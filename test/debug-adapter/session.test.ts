import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import { Client, guest, inVmm, root } from './client';

const stepping = path.join(root, 'test/debug-adapter/guests/stepping.S');
const twoHarts = `
_start: la      t0, on_trap
        csrw    stvec, t0
        li      a7, 0x48534d            # HSM: hart_start
        li      a6, 0
        li      a0, 1
        la      a1, second
        li      a2, 7
        ecall
1:      addi    s0, s0, 1
        nop
        j       1b
second: addi    s1, s1, 1
        nop
        j       second
        .balign 4
on_trap: j      .
`;

describe('a session', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  it('has a thread for each virtual CPU, and steps one while the others run', async () => {
    client = new Client({ files: new Map([['/guest.S', twoHarts]]) });
    await client.launch('/guest.S', { harts: 2, breakpoints: [13] } as object);
    const stop = await client.stopped();
    assert.equal(stop.threadId, 2);
    assert.equal(stop.allThreadsStopped, true);
    const { threads } = await client.request<{ threads: { name: string }[] }>('threads');
    assert.deepEqual(
      threads.map(({ name }) => name),
      ['vCPU 0', 'vCPU 1'],
    );
    await client.breakAt('/guest.S', []);
    await client.go('next', { threadId: 2 });
    const [second] = await client.stack(2);
    assert.equal(second?.line, 14);
    const before = await client.stack(1);
    // The registers of a frame are those of its CPU, also where another one has stopped.
    const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: before[0]?.id });
    const variablesReference = scopes.find(({ name }) => name === 'Registers')?.variablesReference;
    await client.request('setVariable', { variablesReference, name: 's2', value: '77' });
    assert.equal(await client.evaluate('s2', before[0]?.id), '0x4d');
    assert.equal(await client.evaluate('s2', second?.id), '0');
    await client.request('next', { threadId: 1 });
    assert.equal((await client.stopped()).threadId, 1);
    assert.notEqual((await client.stack(1))[0]?.line, before[0]?.line);
  });

  it('looks without touching: no request for information changes the state', async () => {
    client = new Client();
    const program = guest('demand-paging.S');
    await client.launch(program, { stopOnEntry: true } as object);
    await client.stopped();
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'on_trap' }] });
    await client.go('continue');
    for (let i = 0; i < 2; i++) await client.go('continue');
    const hash = client.stateHash;
    const [top] = await client.stack();
    const frameId = top?.id ?? 0;
    for (const name of ['Registers', 'Virtual CSRs', 'Hardware CSRs', 'VM control']) {
      for (const { variablesReference } of (await client.scope(name, frameId)).values())
        if (variablesReference > 0) await client.children(variablesReference);
    }
    const threadId = 1;
    for (const path of [[], [1], [1, 0], [2], [2, 1]]) await client.own('hyperstep/pageTable', { threadId, path });
    for (const access of ['read', 'write', 'execute'] as const)
      for (const address of ['0x40000000', '0x80200000', '0x10000000', '0xffffffffffffffff', '0x0'] as const)
        await client.own('hyperstep/translate', { threadId, address, access });
    await client.own('hyperstep/tlb', { threadId });
    await client.own('hyperstep/queues', { threadId });
    await client.own('hyperstep/exits', { count: 1000 });
    await client.own('hyperstep/narration', { threadId });
    for (const memoryReference of ['0x80200000', 'gpa:0x80200000', 'hpa:0x80200000', '0xffffffffffffffff'])
      await client.own('hyperstep/address', { threadId, memoryReference });
    await client.own('hyperstep/inlineValues', { frameId, path: program, startLine: 1, endLine: 200 });
    await client.evaluate('*(long *)sp + satp', frameId);
    await client.request('disassemble', {
      memoryReference: 'gpa:0x80200000',
      instructionOffset: -50,
      instructionCount: 200,
    });
    await client.request('readMemory', { memoryReference: '0x40000000', count: 4096 });
    await client.request('readMemory', { memoryReference: 'hpa:0x80000000', count: 4096 });
    assert.equal(client.stateHash, hash);
  });

  it('stops at a kill, in the VMM, before the machine is gone', async () => {
    client = new Client({ files: new Map([['/guest.S', '_start: li t0, 0x1000\n ld t1, 0(t0)\n j .\n']]) });
    await client.launch('/guest.S', { onIllegal: 'kill' } as object);
    const stop = await client.stopped();
    assert.equal(stop.reason, 'exception');
    assert.equal(stop.description, 'VM killed');
    const info = await client.request<{ exceptionId: string }>('exceptionInfo', { threadId: 1 });
    assert.equal(info.exceptionId, 'illegal-access');
    const stack = await client.stack();
    assert.equal(stack[0]?.name, 'kill');
    assert.ok(inVmm(stack[0]));
    await client.request('continue', { threadId: 1 });
    assert.equal((await client.event('exited')).body.exitCode, 1);
    await client.event('terminated');
  });

  it('sums a run up when it is over', async () => {
    const endings: [source: string, how: RegExp, isFailure: boolean][] = [
      ['_start: li a7, 8\n ecall\n', /^The guest powered off\.$/, false],
      ['_start: csrw sie, zero\n wfi\n j _start\n', /waits for ever/, true],
    ];
    for (const [source, how, isFailure] of endings) {
      client = new Client({ files: new Map([['/guest.S', source]]) });
      await client.launch('/guest.S');
      const { body } = await client.event('hyperstep/ended');
      assert.match(body.how, how);
      assert.equal(body.isFailure, isFailure);
      assert.ok(body.instructions > 0 && body.nanoseconds >= body.instructions);
      assert.ok(body.exits.total > 0);
      assert.deepEqual([body.program, body.engine], ['guest.S', 'full']);
      const ofExits = body.exits.counts.reduce((sum: number, { cycles }: { cycles: number }) => sum + cycles, 0);
      assert.equal(body.cycles, body.instructions + ofExits);
      assert.equal(
        body.exits.counts.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
        body.exits.total,
      );
      await client.event('terminated');
      await client.request('disconnect');
    }
    client = new Client({ files: new Map([['/guest.S', '_start: j .\n']]) });
    await client.launch('/guest.S', { virtualization: 'none', stopOnEntry: true } as object);
    await client.stopped();
    await client.request('terminate');
    const { body } = await client.event('hyperstep/ended');
    assert.deepEqual(body, {
      how: 'The session was ended before the guest did.',
      isFailure: false,
      program: 'guest.S',
      engine: 'none',
      instructions: 0,
      nanoseconds: 0,
      cycles: 0,
    });
  });

  it('counts lines from 0 for a client that does', async () => {
    client = new Client();
    await client.request('initialize', { adapterID: 'hyperstep', linesStartAt1: false, columnsStartAt1: false });
    const launched = client.request('launch', { program: stepping, console: 'debugConsole' });
    const line = readFileSync(stepping, 'utf8')
      .split('\n')
      .findIndex((each) => each.startsWith('loop:'));
    const [breakpoint] = await client.breakAt(stepping, [line]);
    assert.equal(breakpoint?.line, line);
    await client.request('configurationDone');
    await launched;
    await client.stopped();
    assert.equal((await client.stack())[0]?.line, line);
  });

  it('takes breakpoints before it knows the guest', async () => {
    client = new Client();
    await client.request('initialize', { adapterID: 'hyperstep' });
    const line =
      readFileSync(stepping, 'utf8')
        .split('\n')
        .findIndex((each) => each.startsWith('loop:')) + 1;
    const [early] = await client.breakAt(stepping, [line]);
    assert.equal(early?.verified, false);
    await client.request('configurationDone');
    await client.request('launch', { program: stepping, console: 'debugConsole' });
    const changed = (await client.event('breakpoint')).body as DebugProtocol.BreakpointEvent['body'];
    assert.deepEqual([changed.breakpoint.id, changed.breakpoint.verified], [early?.id, true]);
    assert.equal((await client.stopped()).reason, 'breakpoint');
  });

  it('runs without debugging: nothing stops it', async () => {
    client = new Client();
    await client.launch(stepping, { noDebug: true, stopOnEntry: true, breakpoints: [13] } as object);
    await client.event('terminated');
    assert.ok(!client.events.some(({ event }) => event === 'stopped'));
  });

  it('keeps nothing for the machine panel of a run without debugging', async () => {
    const asking = `
_start: li      a7, 1                   # SBI: console_putchar
        li      a0, 46
1:      ecall
        j       1b
`;
    client = new Client({ files: new Map([['/guest.S', asking]]) });
    await client.launch('/guest.S', { noDebug: true, virtualization: 'hardware' } as object);
    await client.go('pause');
    const { total } = await client.own('hyperstep/exits', { count: 1 });
    assert.ok(total > 0);
    const { marks } = await client.own('hyperstep/timeline', { most: 10 });
    const { transition } = await client.own('hyperstep/rings', { threadId: 1 });
    assert.deepEqual([marks, transition], [[], undefined]);
  });

  it('counts the guests of an own hypervisor without debugging, and keeps no history of them', async () => {
    client = new Client();
    const defines = { FIRMWARE_NONE: '1', ROUNDS: '1000000' };
    const options = { noDebug: true, virtualization: 'none', firmware: 'none', defines } as const;
    await client.launch(path.join(root, 'test/debug-adapter/guests/two-guests.S'), options as object);
    await client.go('pause');
    const { total } = await client.own('hyperstep/exits', { count: 1 });
    assert.ok(total > 0);
    const { spans, marks } = await client.own('hyperstep/timeline', { most: 10 });
    assert.deepEqual([spans, marks], [[], []]);
  });

  it('passes keys to the guest, as inputs of the machine', async () => {
    const echo = `
_start: li      t0, 0x10000000
1:      lbu     t1, 5(t0)
        andi    t1, t1, 1
        beqz    t1, 1b
        lbu     t2, 0(t0)
        sb      t2, 0(t0)
        li      t3, 4                   # ^D
        bne     t2, t3, 1b
        li      a7, 8
        ecall
`;
    client = new Client({ files: new Map([['/guest.S', echo]]), clientId: 'vscode' });
    await client.launch('/guest.S', { console: 'terminal' } as object);
    await client.own('hyperstep/consoleInput', { text: 'hé\u0003' });
    await client.own('hyperstep/consoleInput', { text: '\u0004' });
    await client.event('terminated');
    const shown = client.events.filter(({ event }) => event === 'hyperstep/console').map(({ body }) => body.text);
    assert.equal(shown.join(''), 'hé\u0003\u0004');
  });

  it('ends when it is told to, also while the guest runs', async () => {
    client = new Client({ files: new Map([['/guest.S', '_start: j _start\n']]) });
    await client.launch('/guest.S');
    await client.request('terminate');
    await client.event('terminated');
    assert.equal((await client.send('stackTrace', { threadId: 1 })).message, 'nothing is being debugged');
  });

  it('never starts a guest whose session ended while it was loaded', async () => {
    client = new Client();
    await client.request('initialize', { adapterID: 'hyperstep' });
    const launched = client.send('launch', { program: stepping });
    await client.request('configurationDone');
    await client.request('terminate');
    assert.equal((await launched).message, 'the session is over');
    assert.ok(!client.events.some(({ event }) => event === 'hyperstep/running'));
  });

  it('answers every request that it says it supports', async () => {
    client = new Client();
    const capabilities = await client.request<Record<string, unknown>>('initialize', { adapterID: 'hyperstep' });
    const commands: Record<string, string> = {
      supportsConfigurationDoneRequest: 'configurationDone',
      supportsFunctionBreakpoints: 'setFunctionBreakpoints',
      supportsInstructionBreakpoints: 'setInstructionBreakpoints',
      supportsDataBreakpoints: 'setDataBreakpoints',
      supportsExceptionInfoRequest: 'exceptionInfo',
      supportsStepInTargetsRequest: 'stepInTargets',
      supportsRestartRequest: 'restart',
      supportsTerminateRequest: 'terminate',
      supportsSetVariable: 'setVariable',
      supportsSetExpression: 'setExpression',
      supportsCompletionsRequest: 'completions',
      supportsDisassembleRequest: 'disassemble',
      supportsReadMemoryRequest: 'readMemory',
      supportsWriteMemoryRequest: 'writeMemory',
      supportsLoadedSourcesRequest: 'loadedSources',
      supportsBreakpointLocationsRequest: 'breakpointLocations',
      supportsModulesRequest: 'modules',
      supportsGotoTargetsRequest: 'gotoTargets',
      supportsStepBack: 'stepBack',
    };
    for (const [capability, command] of Object.entries(commands))
      assert.equal(client.session.commands.includes(command), capabilities[capability] === true, command);
  });
});
