import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import { Client, root } from './client';

const guest = path.join(root, 'test/debug-adapter/guests/stepping.S');
const text = readFileSync(guest, 'utf8').split('\n');
const lineOf = (pattern: RegExp): number => text.findIndex((each) => pattern.test(each)) + 1;

for (const virtualization of ['full', 'none']) {
  describe(`looking and changing (${virtualization})`, () => {
    let client: Client;
    afterEach(() => client.request('disconnect'));

    const stoppedAt = async (pattern: RegExp): Promise<void> => {
      client = new Client();
      await client.launch(guest, { virtualization, breakpoints: [lineOf(pattern)] } as object);
      await client.stopped();
    };

    it('evaluates expressions as C has them', async () => {
      await stoppedAt(/^loop:/);
      const cases: [string, string][] = [
        ['s2', '3'],
        ['$s2 * 2 + 1', '7'],
        ['s2 == 3 ? 0x10 : 0x20', '0x10'],
        ['-1', '-1'],
        ['(uint8_t)0x1ff', '0xff'],
        ['(int8_t)0xff', '-1'],
        ["'A'", '0x41'],
        ['1 << 12 | 3 & 1', '0x1001'],
        ['~0 >> 60', '-1'],
        ['!s2 || s2 > 2 && 1', '1'],
        ['*(uint16_t *)loop', '0x989'],
        ['((uint16_t *)loop)[1]', '0x197d'],
        ['&*(int *)loop == loop', '1'],
        ['sstatus.SIE', '0'],
        ['loop - _start > 0', '1'],
        ['$ft1', '0'],
      ];
      for (const [expression, result] of cases) assert.equal(await client.evaluate(expression), result, expression);
      for (const wrong of ['', '1 +', 'nosuch', '1 / 0', '*(int *)4', 'satp.nosuch', '(1', '3 = 4', 'a0 a1', '"x"']) {
        const response = await client.send('evaluate', { expression: wrong, context: 'watch' });
        assert.equal(response.success, false, wrong);
        assert.ok(response.message);
      }
    });

    it('shows registers, and changes them as logged inputs', async () => {
      await stoppedAt(/^loop:/);
      const [top] = await client.stack();
      const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: top?.id });
      const reference = scopes.find(({ name }) => name === 'Registers')?.variablesReference;
      const set = await client.request<{ value: string }>('setVariable', {
        variablesReference: reference,
        name: 's2',
        value: '1 + 1',
      });
      assert.equal(set.value, '0x2');
      assert.equal((await client.event('invalidated')).event, 'invalidated');
      await client.request('setExpression', { expression: 's3', value: '40' });
      await client.evaluate('s4 = s3 + 2');
      assert.equal(await client.evaluate('s4'), '0x2a');
      const { inputs } = client.session.debugging.running.machine.system.inputLog;
      assert.deepEqual(
        inputs.flatMap(({ input }) => (input.kind === 'register' ? [[input.register, input.value]] : [])),
        [
          [18, 2n],
          [19, 40n],
          [20, 42n],
        ],
      );
      await client.breakAt(guest, [lineOf(/# several instructions/)]);
      await client.go('continue');
      assert.equal(await client.evaluate('s3'), '0x2c');
    });

    it('tells a client that values are old, and of a new stack only when pc was set', async () => {
      await stoppedAt(/^loop:/);
      const registers = await client.scopeReference('Registers');
      const csrs = await client.scopeReference(virtualization === 'none' ? 'CSRs' : 'Virtual CSRs');
      const changes: [string, object, string[]][] = [
        ['evaluate', { expression: 't0 = 1', context: 'repl' }, ['variables']],
        ['evaluate', { expression: 'sp = ra = 0x80200000', context: 'repl' }, ['variables']],
        ['evaluate', { expression: '(t1 = 1) + 1 / 0', context: 'repl' }, ['variables']],
        ['evaluate', { expression: 'sstatus.SUM = 1', context: 'repl' }, ['variables']],
        ['evaluate', { expression: '*(int *)&counter = 7', context: 'repl' }, ['variables']],
        ['setVariable', { variablesReference: registers, name: 't2', value: '2' }, ['variables']],
        ['setVariable', { variablesReference: csrs, name: 'sscratch', value: '2' }, ['variables']],
        ['setExpression', { expression: 's5', value: '9' }, ['variables']],
        ['writeMemory', { memoryReference: (await client.evaluate('pc')).split(' ')[0], data: 'AAA=' }, ['variables']],
        ['evaluate', { expression: 'pc = pc + 2', context: 'repl' }, ['stacks', 'variables']],
        ['setVariable', { variablesReference: registers, name: 'pc', value: 'pc + 2' }, ['stacks', 'variables']],
      ];
      const stops = (): number => client.events.filter(({ event }) => event === 'stopped').length;
      assert.equal(stops(), 1);
      for (const [command, args, areas] of changes) {
        await client.send(command, args);
        assert.deepEqual((await client.event('invalidated')).body.areas, areas, JSON.stringify(args));
        assert.equal(
          client.events.filter(({ event }) => event === 'invalidated').length,
          changes.findIndex(([, each]) => each === args) + 1,
        );
      }
      await client.evaluate('t0 + 1');
      assert.equal(client.events.filter(({ event }) => event === 'invalidated').length, changes.length);
      assert.equal(stops(), 1);
    });

    it('changes fields of CSRs, and what they mean takes effect', async () => {
      await stoppedAt(/^loop:/);
      const csrs = await client.scope(virtualization === 'full' ? 'Virtual CSRs' : 'CSRs');
      const fields = csrs.get('sstatus')?.variablesReference ?? 0;
      assert.ok((await client.children(fields)).has('SUM'));
      const set = await client.request<{ value: string }>('setVariable', {
        variablesReference: fields,
        name: 'SUM',
        value: '1',
      });
      assert.equal(set.value, '1');
      assert.match(
        (await client.scope(virtualization === 'full' ? 'Virtual CSRs' : 'CSRs')).get('sstatus')?.value ?? '',
        /SUM/,
      );
      await client.go('next');
      assert.equal(await client.evaluate('sstatus.SUM'), '1');
    });

    it('disassembles around an address', async () => {
      await stoppedAt(/^loop:/);
      const [top] = await client.stack();
      const { instructions } = await client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
        'disassemble',
        { memoryReference: top?.instructionPointerReference, instructionOffset: -4, instructionCount: 8 },
      );
      assert.equal(instructions.length, 8);
      assert.deepEqual(
        instructions.slice(2).map(({ instruction }) => instruction),
        [
          'ebreak',
          'li s2, 3',
          'addi s3, s3, 2',
          'addi s2, s2, -1',
          instructions[6]?.instruction,
          instructions[7]?.instruction,
        ],
      );
      assert.equal(instructions[4]?.symbol, 'loop');
      assert.equal(instructions[4]?.line, lineOf(/^loop:/));
      const nowhere = await client.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>('disassemble', {
        memoryReference: '0x10',
        instructionOffset: -10,
        instructionCount: 30,
      });
      assert.equal(nowhere.instructions.length, 30);
    });

    it('reads and writes memory, and says so', async () => {
      await stoppedAt(/^loop:/);
      const memoryReference = (await client.evaluate('&counter')).split(' ')[0];
      const data = Buffer.from('hello').toString('base64');
      const written = await client.request<{ bytesWritten: number }>('writeMemory', {
        memoryReference,
        offset: 1,
        data,
      });
      assert.equal(written.bytesWritten, 5);
      const event = await client.event('memory');
      assert.deepEqual(event.body, { memoryReference, offset: 1, count: 5 });
      const read = await client.request<{ data: string }>('readMemory', { memoryReference, count: 8 });
      assert.equal(Buffer.from(read.data, 'base64').toString('latin1'), '\0hello\0\0');
      const none = await client.request<{ unreadableBytes: number; data: string }>('readMemory', {
        memoryReference: '0x10',
        count: 16,
      });
      assert.deepEqual([none.unreadableBytes, none.data], [16, '']);
    });

    it('writes code, which then runs', async () => {
      await stoppedAt(/^loop:/);
      const memoryReference = (await client.evaluate('&loop')).split(' ')[0];
      // addi s3, s3, 5
      const data = Buffer.from([0x95, 0x09]).toString('base64');
      await client.request('writeMemory', { memoryReference, data });
      await client.go('next');
      assert.equal(await client.evaluate('s3'), '5');
    });

    it('completes names', async () => {
      await stoppedAt(/^loop:/);
      const complete = async (typed: string): Promise<string[]> => {
        const args = { text: typed, column: typed.length + 1 };
        const { targets } = await client.request<{ targets: { label: string }[] }>('completions', args);
        return targets.map(({ label }) => label);
      };
      assert.deepEqual(await complete('1 + sep'), ['sepc']);
      assert.deepEqual(await complete('sstatus.SP'), ['SPP', 'SPIE']);
      assert.ok((await complete('cou')).includes('counter'));
      assert.ok(!(await complete('$lo')).includes('loop'));
    });

    it('goes on elsewhere, as a logged input', async () => {
      await stoppedAt(/^loop:/);
      const line = lineOf(/^finish:/);
      const { targets } = await client.request<{ targets: { id: number; label: string }[] }>('gotoTargets', {
        source: { path: guest },
        line,
      });
      assert.deepEqual(
        targets.map(({ label }) => label),
        ['finish'],
      );
      assert.equal((await client.go('goto', { targetId: targets[0]?.id })).reason, 'goto');
      assert.equal((await client.stack())[0]?.line, line);
      const { inputs } = client.session.debugging.running.machine.system.inputLog;
      assert.ok(inputs.some(({ input }) => input.kind === 'pc'));
      await client.request('continue', { threadId: 1 });
      await client.event('terminated');
    });

    it('lists the sources', async () => {
      await stoppedAt(/^loop:/);
      const { sources } = await client.request<{ sources: DebugProtocol.Source[] }>('loadedSources');
      assert.ok(sources.some((source) => source.path === guest));
      assert.ok(sources.some((source) => source.path?.endsWith('simulator/hypervisor/hypervisor.ts')));
    });

    it('translates what an expression has as its value', async () => {
      await stoppedAt(/^loop:/);
      const counter = (await client.evaluate('&counter')).split(' ')[0] ?? '';
      const cases: [string, string][] = [
        ['counter', counter],
        [`${BigInt(counter)}`, counter],
        [counter, counter],
        ['counter + 8', `0x${(BigInt(counter) + 8n).toString(16)}`],
        ['pc', (await client.evaluate('pc')).split(' ')[0] ?? ''],
        ['(int *)counter + 1', `0x${(BigInt(counter) + 4n).toString(16)}`],
      ];
      for (const [address, meant] of cases) {
        const { summary } = await client.own('hyperstep/translate', { threadId: 1, address, access: 'read' });
        assert.ok(summary.startsWith(`A load at ${meant} `), `${address}: ${summary}`);
      }
      const before = client.stateHash;
      for (const address of ['nosuch', '', 'a0 = 1', '0x1ffffffffffffffff']) {
        const response = await client.send('hyperstep/translate', { threadId: 1, address, access: 'read' });
        assert.equal(response.success, false, address);
      }
      assert.equal(client.stateHash, before);
    });

    it('generates sources for code that has none', async () => {
      await stoppedAt(/^loop:/);
      // j . in memory that no line names
      const memoryReference = (await client.evaluate('&counter')).split(' ')[0];
      await client.request('writeMemory', { memoryReference, data: Buffer.from([0x01, 0xa0]).toString('base64') });
      await client.evaluate('pc = counter');
      const [top] = await client.stack();
      assert.ok(top?.source?.sourceReference);
      const { content } = await client.request<{ content: string }>('source', {
        sourceReference: top?.source?.sourceReference,
      });
      assert.match(content.split('\n')[(top?.line ?? 1) - 1] ?? '', /^0x[0-9a-f]+\tj 0x/);
    });
  });
}
