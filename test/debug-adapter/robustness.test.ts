import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { after, afterEach, before, describe, it } from 'mocha';
import { argumentSchemas } from '../../debug-adapter/request-arguments';
import { Client, root } from './client';

const stepping = path.join(root, 'test/debug-adapter/guests/stepping.S');

/** Launches a guest that is given as text. */
async function launched(source: string, attributes: object = {}): Promise<Client> {
  const file = '/guest.S';
  const client = new Client({ files: new Map([[file, source]]) });
  await client.launch(file, attributes as object);
  return client;
}

describe('bad launches', () => {
  const cases: [string, object, RegExp][] = [
    ['no program', { program: undefined }, /"program" is missing/],
    ['a program that is a device', { program: '/dev/zero' }, /'\/dev\/zero' cannot be read: it is a device/],
    [
      'an initial RAM disk that is a folder',
      { program: stepping, initrd: '/' },
      /the initrd '\/' cannot be read: it is a folder/,
    ],
    ['a program that is not there', { program: '/nowhere.S' }, /'\/nowhere.S' cannot be read/],
    ['a number as program', { program: 7 }, /"program" must be a path or a list of paths, not 7/],
    [
      'another engine',
      { program: stepping, virtualization: 'magic' },
      /"virtualization" must be "full" or "hardware" or "para" or "none"/,
    ],
    ['memory in words', { program: stepping, memory: 'lots' }, /"memory".*number and K, M or G/],
    ['too little memory', { program: stepping, memory: '1M' }, /memory must be/],
    ['no harts', { program: stepping, harts: 0 }, /"harts" must be an integer from 1 to 8, not 0/],
    ['a disk that is not there', { program: stepping, disks: [{ file: '/nowhere' }] }, /disk image '\/nowhere'/],
    ['disks as text', { program: stepping, disks: 'disk.img' }, /"disks" must be a list/],
    ['firmware none under a VMM', { program: stepping, firmware: 'none' }, /firmware/],
    ['two mistakes', { program: stepping, harts: 'two', pace: 3 }, /"harts".*"pace"/],
  ];
  for (const [title, attributes, message] of cases) {
    it(`says what is wrong: ${title}`, async () => {
      const client = new Client();
      await client.request('initialize', { adapterID: 'hyperstep' });
      const response = await client.send('launch', attributes);
      assert.equal(response.success, false);
      assert.match(response.message ?? '', message);
    });
  }

  it('starts nothing when the program has errors, and says how many', async () => {
    const client = new Client({ files: new Map([['/guest.S', '_start: nonsense\n addi a0, a0\n']]) });
    await client.request('initialize', { adapterID: 'hyperstep' });
    const response = await client.send('launch', { program: '/guest.S' });
    assert.match(response.message ?? '', /the guest has 2 errors, nothing was started/);
    const { diagnostics } = (await client.event('hyperstep/diagnostics')).body;
    assert.deepEqual(
      diagnostics.map((each: { path: string; range: { start: { line: number } } }) => [
        each.path,
        each.range.start.line,
      ]),
      [
        ['/guest.S', 0],
        ['/guest.S', 1],
      ],
    );
    assert.equal((await client.send('stackTrace', { threadId: 1 })).success, false);
  });
});

describe('wild guests stay under control', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const guests: [string, string][] = [
    ['loops', '_start: j _start\n'],
    ['traps for ever and is resumed by its handler', '_start: la t0, 1f\n csrw stvec, t0\n .balign 4\n1: ebreak\n'],
    ['floods its console', '_start: li t0, 0x10000000\n li t1, 65\n1: sb t1, 0(t0)\n j 1b\n'],
    ['makes system calls', '_start: li a7, 0x10\n li a6, 0\n1: ecall\n j 1b\n'],
    ['waits for interrupts that never come', '_start: wfi\n j _start\n'],
  ];
  for (const virtualization of ['full', 'none']) {
    for (const [title, source] of guests) {
      it(`${title} (${virtualization}): pause works at once`, async () => {
        client = await launched(source, { virtualization, console: 'terminal' });
        await new Promise((resolve) => setTimeout(resolve, 200));
        const stops = client.events.filter(({ event }) => event === 'stopped');
        // Some are stopped already, because the VMM gives them up.
        if (stops.length > 0) return;
        await client.request('pause', { threadId: 1 });
        assert.equal((await client.stopped()).reason, 'pause');
        assert.ok((await client.stack()).length > 0);
        assert.ok(client.output.length < 10_000_000);
      });
    }

    it(`traps at its own trap vector (${virtualization}): stops as killed`, async () => {
      client = await launched('_start: li t0, 0x4000\n csrw stvec, t0\n ebreak\n', { virtualization });
      const stop = await client.stopped();
      assert.equal(stop.description, 'VM killed');
      const info = await client.request<{ exceptionId: string }>('exceptionInfo', { threadId: 1 });
      assert.equal(info.exceptionId, 'trap-loop');
      await client.request('continue', { threadId: 1 });
      await client.event('terminated');
    });

    it(`jumps to nowhere (${virtualization}): every look at it is answered`, async () => {
      client = await launched('_start: li t0, 0x7000\n jr t0\n', { virtualization, stopOnEntry: true });
      await client.stopped();
      await client.go('stepIn', { granularity: 'instruction' });
      for (let i = 0; i < 5; i++) {
        if (client.events.some(({ event }) => event === 'terminated')) return;
        const stack = await client.stack();
        assert.ok(stack.length > 0);
        const target = (await client.stepInTargets()).find(({ label }) => label === 'into the guest’s handler');
        await client.go('stepIn', target ? { targetId: target.id } : {});
      }
    });
  }
});

describe('code that makes no sense', () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    // Instructions that reach far: loads, stores, jumps, CSRs, returns.
    fc.constantFrom(
      0x10200073,
      0x30200073,
      0x00008067,
      0x12000073,
      0x10500073,
      0x00000073,
      0x00100073,
      0x18029073,
      0x10529073,
    ),
    fc.integer({ min: 0, max: 0xffff }).map((half) => ((half * 0x10001) >>> 0) | 3),
  );
  for (const virtualization of ['full', 'none']) {
    it(`can be stepped and looked at wherever it goes (${virtualization})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: 4, maxLength: 40 }), async (words) => {
          const client = await launched(`_start: .word ${words.join(', ')}\n`, { virtualization, stopOnEntry: true });
          await client.stopped();
          for (let i = 0; i < 25; i++) {
            const command = (['stepIn', 'next', 'stepIn'] as const)[i % 3] ?? 'stepIn';
            await client.request(command, { threadId: 1, granularity: i % 2 ? 'instruction' : 'statement' });
            // Some instructions, such as a wfi or a loop, are over when somebody says so.
            const paused = setTimeout(() => void client.send('pause', { threadId: 1 }), 100);
            const { event } = await client.event(['stopped', 'terminated']);
            clearTimeout(paused);
            if (event === 'terminated') break;
            const [top] = await client.stack();
            await client.scope('Registers', top?.id);
            const { instructionPointerReference: memoryReference } = top ?? {};
            if (memoryReference)
              await client.request('disassemble', { memoryReference, instructionOffset: -8, instructionCount: 16 });
            await client.own('hyperstep/pageTable', { threadId: 1, path: [] });
            await client.own('hyperstep/exits', { count: 5 });
          }
          await client.request('disconnect');
          const failures = client.events.filter(({ body }) => body?.category === 'stderr');
          assert.deepEqual(
            failures.map(({ body }) => body.output),
            [],
          );
        }),
        { numRuns: 40, seed: 3 },
      );
    });
  }
});

describe('numbers out of range', () => {
  let client: Client;
  before(async () => {
    client = await launched('_start: j _start\n', { stopOnEntry: true });
    await client.stopped();
  });
  after(() => client.request('disconnect'));

  const place = { memoryReference: '0x80200000' };
  const refused: [string, object, RegExp][] = [
    [
      'disassemble',
      { ...place, offset: 2 ** 53, instructionCount: 1 },
      /arguments.offset must be an integer from -\d+ to/,
    ],
    ['disassemble', { ...place, instructionOffset: 2 ** 53 - 1, instructionCount: 1 }, /instructionOffset must be an/],
    [
      'disassemble',
      { ...place, instructionOffset: -1e300, instructionCount: 1 },
      /instructionOffset must be an integer/,
    ],
    ['disassemble', { ...place, instructionCount: 1e9 }, /instructionCount must be an integer from 0 to 20000/],
    ['disassemble', { ...place, instructionCount: null }, /instructionCount must be/],
    ['disassemble', { memoryReference: '0x10000000000000000', instructionCount: 1 }, /no memory reference/],
    ['disassemble', { memoryReference: '18446744073709551616', instructionCount: 1 }, /no memory reference/],
    ['readMemory', { ...place, count: -1 }, /arguments.count must be/],
    ['readMemory', { ...place, count: 1.5 }, /arguments.count must be/],
    ['stackTrace', { threadId: 2 ** 40 }, /threadId must be an integer from 0 to/],
    ['setBreakpoints', { source: { path: stepping }, breakpoints: [{ line: -3 }] }, /breakpoints\[0\].line must be/],
    ['hyperstep/pageTable', { threadId: 1, path: [2048] }, /path\[0\] must be an integer from 0 to 2047/],
    ['hyperstep/pageTable', { threadId: 1, path: [512] }, /there is no table at 512/],
    ['hyperstep/pageTable', { threadId: 1, path: [], world: 'X' }, /world must be/],
    ['hyperstep/pageTable', { threadId: 1, path: [1, 1, 1, 1, 1] }, /path must have at most 4 entries/],
    ['hyperstep/address', { threadId: 1, memoryReference: 'gpa:' }, /'gpa:' is no memory reference/],
    ['hyperstep/exits', { count: 1001 }, /count must be an integer from 1 to 1000/],
  ];
  for (const [command, args, message] of refused) {
    it(`are refused: ${command} ${JSON.stringify(args)}`, async () => {
      const response = await client.send(command, args);
      assert.equal(response.success, false);
      assert.match(response.message ?? '', message);
    });
  }

  it('null is nothing, and the largest numbers are answered at once', async () => {
    const cases: [string, object][] = [
      ['disassemble', { ...place, offset: null, instructionOffset: null, instructionCount: 3 }],
      ['disassemble', { ...place, offset: 2 ** 53 - 1, instructionOffset: 100_000, instructionCount: 20_000 }],
      ['disassemble', { ...place, instructionOffset: -100_000, instructionCount: 20_000 }],
      ['disassemble', { memoryReference: '0xffffffffffffffff', instructionOffset: 100_000, instructionCount: 100 }],
      ['disassemble', { memoryReference: '0x0', instructionOffset: -100_000, instructionCount: 100 }],
      ['readMemory', { ...place, offset: -(2 ** 53 - 1), count: 2 ** 53 - 1 }],
      ['readMemory', { ...place, offset: null, count: 2 ** 53 - 1 }],
      ['stackTrace', { threadId: 1, startFrame: null, levels: 2 ** 53 - 1 }],
      ['evaluate', { expression: '1', frameId: null, context: null }],
    ];
    for (const [command, args] of cases) await client.request(command, args);
  });
});

describe('fuzzed requests', () => {
  it('are each answered, and never break the session', async () => {
    const begin = async (): Promise<Client> => {
      const begun = new Client();
      await begun.launch(stepping, { stopOnEntry: true } as object);
      await begun.stopped();
      return begun;
    };
    let client = await begin();
    const ending = new Set(['disconnect', 'terminate', 'restart', 'launch', 'continue']);
    const commands = [...client.session.commands.filter((command) => !ending.has(command)), 'nonsense', ''];
    const names = [...new Set(Object.values(argumentSchemas).flatMap(({ properties }) => Object.keys(properties)))];
    const value = fc.oneof(
      fc.integer({ min: -2, max: 40 }),
      fc.constantFrom('0x80200000', 'pc', 'gpa:0x80200000', 'killed', '*(int*)0', 'a0 = 1', '((((', '', 'hpa:zz'),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 53, -(2 ** 63), 1e300, 0.5, 99_999, 19_999),
      fc.array(fc.integer(), { maxLength: 3 }),
      fc.record({ path: fc.constantFrom(stepping, '/nowhere'), line: fc.integer() }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    /** What a request wants to know, each with some value: others are refused before a handler sees them. */
    const shaped = (command: string) =>
      fc.record(
        Object.fromEntries(
          Object.keys(argumentSchemas[command]?.properties ?? {}).map((name) => [name, fieldValue(name)]),
        ),
        {
          requiredKeys: [],
        },
      );
    const fieldValue = (name: string) =>
      fc.oneof({ weight: 3, arbitrary: likely(name) }, { weight: 1, arbitrary: value });
    const likely = (name: string) =>
      /Reference$|^(name|expression|address|value|text)$/.test(name)
        ? fc.constantFrom('0x80200000', 'gpa:0x80200000', 'sp', 'satp', '0xfffffffffffffffe')
        : name === 'threadId'
          ? fc.constant(1)
          : name === 'granularity'
            ? fc.constantFrom('statement', 'instruction')
            : fc.oneof(fc.nat(9), fc.integer({ min: -100_000, max: 100_000 }), fc.maxSafeInteger());
    const args = fc.oneof(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 }), fc.jsonValue());
    const request = fc
      .constantFrom(...commands)
      .chain((command) => fc.tuple(fc.constant(command), fc.oneof(shaped(command), args)));
    await fc.assert(
      fc.asyncProperty(request, async ([command, given]) => {
        const response = await client.send(command, given);
        assert.equal(response.command, command);
        assert.equal(typeof response.success, 'boolean');
        if (!response.success) assert.ok(response.message, `${command} failed without a message`);
        assert.doesNotMatch(response.message ?? '', /undefined|TypeError|is not a function|failed:/);
        const { debugging } = client.session;
        if (debugging.hasMachine && debugging.running.control.isRunning) {
          await client.send('pause', { threadId: 1 });
          await client.event(['stopped', 'terminated']);
        }
        // A step may be the guest's last one.
        if (debugging.hasMachine) return;
        await client.event('exited');
        client = await begin();
      }),
      { numRuns: Number(process.env['HYPERSTEP_REQUESTS'] ?? 1500), seed: 1 },
    );
    assert.ok((await client.request<{ threads: unknown[] }>('threads')).threads.length === 1);
    await client.request('disconnect');
  });
});
