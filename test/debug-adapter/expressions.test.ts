import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { Client } from './client';

const source = `#define LIMIT 10
#define TWICE (LIMIT * 2)
#define ADD(a, b) ((a) + (b))
#define ITSELF ITSELF
        .equ    SIZE, 0x18
        .set    NEGATIVE, -2
        .globl  _start
_start: la      sp, end
        la      s0, message
        li      s1, 'A'
        li      s2, -5
        li      t0, 0x6000
        csrs    sstatus, t0
        li      s3, 3
here:   lla     t1, counter
loop:   ld      t2, 0(t1)
        addi    t2, t2, 1
        sd      t2, 0(t1)
        addi    s3, s3, -1
        bnez    s3, loop
        li      a7, 8
        ecall
        .data
message: .asciz "hi there"
        .balign 8
        .type   counter, @object
        .size   counter, 8
counter: .dword 0x100
        .type   table, @object
        .size   table, 16
table:  .4byte  10, 20, 30, 40
        .bss
        .skip   1024
end:
`;
const lines = source.split('\n');
const lineOf = (text: string): number => lines.findIndex((each) => each.includes(text)) + 1;
const file = '/expressions.S';

const launched = async (): Promise<Client> => {
  const client = new Client({ files: new Map([[file, source]]) });
  await client.launch(file, { virtualization: 'none', breakpoints: [lineOf('here:')] } as object);
  await client.stopped();
  return client;
};

describe('expressions', () => {
  let client: Client;
  before(async () => {
    client = await launched();
  });
  after(() => client.request('disconnect'));

  const values: [string, string][] = [
    // Formats.
    ['s2,d', '-5'],
    ['s2,u', '18446744073709551611'],
    ['s1,x', '0x41'],
    ['s1,d', '65'],
    ['s1,o', '0101'],
    ['s1,b', '0b1000001'],
    ['s1,c', "65 'A'"],
    ['s0,s', '"hi there"'],
    ['message,s', '"hi there"'],
    ['*(char *)(s0 + 3),s', '"there"'],
    ['*(char *)s0,c', "104 'h'"],
    ['(int8_t)0xff,d', '-1'],
    ['(int8_t)0xff,u', '255'],
    ['(uint16_t)0xffff,b', '0b1111111111111111'],
    ["',',d", '44'],
    ['s1 , x', '0x41'],
    // Literals.
    ['017', '0xf'],
    ['0xffffffffffffffff', '-1'],
    ['18446744073709551615', '-1'],
    ['0', '0'],
    ['00', '0'],
    // Names of the assembler and of the preprocessor.
    ['SIZE', '0x18'],
    ['SIZE * 2', '0x30'],
    ['NEGATIVE', '-2'],
    ['NEGATIVE,d', '-2'],
    ['LIMIT', '0xa'],
    ['TWICE + 1,d', '21'],
    ['((int *)table)[LIMIT / 10],d', '20'],
    ['*(long *)counter', '0x100'],
    ['*(long *)(counter + 0)', '0x100'],
    // Floating point.
    ['1.5', '1.5'],
    ['1.5 + 2', '3.5'],
    ['3 / 2.0', '1.5'],
    ['(int)2.75', '2'],
    ['(float)0.1', '0.10000000149011612'],
    ['1.5 < 2', '1'],
    ['-0.5', '-0.5'],
    ['1e3', '1000'],
    ['1.5,x', '0x3ff8000000000000'],
    ['1.5f,x', '0x3fc00000'],
    ['(double)(long)s2', '-5'],
  ];
  for (const [expression, value] of values) {
    it(`${expression} is ${value}`, async () => assert.equal(await client.evaluate(expression), value));
  }

  const refused: [string, RegExp][] = [
    ['0x10000000000000000', /more than 64 bits/],
    ['18446744073709551616', /more than 64 bits/],
    ['018', /no octal number/],
    ['12abc', /not understood|not expected/],
    ['sizeof(int)', /sizeof/],
    ['sizeof table', /sizeof/],
    ['table[1]', /type is at 'table' is not known/],
    ['*table', /type is at 'table' is not known/],
    ['*(table + 4)', /type is at 'table' is not known/],
    ['counter[0]', /not known/],
    ['s1,q', /'q' is no format: x \(hexadecimal\)/],
    ['4,s', /no memory at 0x4/],
    ['1.5 & 1', /'&' takes integers/],
    ['~1.5', /takes integers/],
    ['(int *)1.5', /takes integers/],
    ['1.0 / 0,d', /no integer/],
    ['ADD', /macro with arguments/],
    ['ITSELF', /defined by itself/],
    ['table.x', /only CSRs have fields/],
  ];
  for (const [expression, message] of refused) {
    it(`${expression} is refused`, async () => {
      const response = await client.send('evaluate', { expression, context: 'watch' });
      assert.equal(response.success, false, JSON.stringify(response.body));
      assert.match(response.message ?? '', message);
    });
  }

  it('are hexadecimal when the client wants that', async () => {
    const evaluate = async (expression: string, hex: boolean): Promise<string> =>
      (await client.request<{ result: string }>('evaluate', { expression, format: { hex } })).result;
    assert.equal(await evaluate('s3', false), '3');
    assert.equal(await evaluate('s3', true), '0x3');
    assert.equal(await evaluate('s3,d', true), '3');
    const args = { expression: 's3', value: '4', format: { hex: true } };
    assert.equal((await client.request<{ value: string }>('setExpression', args)).value, '0x4');
    const formatted = { expression: 's3,b', value: '5' };
    assert.equal((await client.request<{ value: string }>('setExpression', formatted)).value, '0b101');
    await client.evaluate('s3 = 3');
  });

  it('set floating-point registers', async () => {
    assert.equal(await client.evaluate('fa0 = 1.5'), '1.5');
    assert.equal(await client.evaluate('fa0'), '1.5');
    assert.equal(await client.evaluate('fa0,x'), '0x3ff8000000000000');
    await client.evaluate('fa1 = fa0 * 2 + 1');
    assert.equal(await client.evaluate('fa1'), '4');
    await client.evaluate('fa2 = 0.5f');
    const registers = await client.scope('Floating point');
    assert.equal(registers.get('fa2')?.value, '0xffffffff3f000000 single 0.5');
    assert.equal(registers.get('fa0')?.value, '0x3ff8000000000000 double 1.5');
    const variablesReference = await client.scopeReference('Floating point');
    const set = await client.request<{ value: string }>('setVariable', {
      variablesReference,
      name: 'ft0',
      value: '-2.25',
    });
    assert.equal(set.value, '0xc002000000000000 double -2.25');
    await client.evaluate('fa0 = 7');
    assert.equal(await client.evaluate('fa0'), '7');
  });

  it('show registers as signed, unsigned, binary and characters', async () => {
    const s2 = (await client.scope('Registers')).get('s2');
    const views = await client.children(s2?.variablesReference ?? 0);
    assert.equal(views.get('signed')?.value, '-5');
    assert.equal(views.get('unsigned')?.value, '18446744073709551611');
  });
});

describe('what is watched and logged', () => {
  let client: Client;
  beforeEach(async () => {
    client = await launched();
  });
  afterEach(() => client.request('disconnect'));

  type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
  const info = (args: object): Promise<Info> => client.request('dataBreakpointInfo', args);

  it('a data breakpoint is set by a symbol, an expression, or an address in any form', async () => {
    const address = (await client.evaluate('&counter')).split(' ')[0] ?? '';
    const { description } = await info({ name: 'counter' });
    assert.equal(description, `8 bytes at ${address}`);
    const { dataId } = await info({ name: 'counter' });
    for (const args of [
      { name: '*(long *)counter' },
      { name: '*(long *)counter,d' },
      { name: address, asAddress: true, bytes: 8 },
      { name: 'counter', asAddress: true },
      { name: 'message + 16', asAddress: true, bytes: 8 },
      { name: `${BigInt(address)}`, asAddress: true, bytes: 8 },
    ])
      assert.equal((await info(args)).dataId, dataId, JSON.stringify(args));
    assert.match((await info({ name: 'table' })).description, /^16 bytes at/);
    assert.match((await info({ name: '((int *)table)[1]' })).description, /^4 bytes at/);
    for (const name of ['SIZE', 's1 + 1', 'nosuch']) assert.equal((await info({ name })).dataId, null, name);
  });

  it('a stop by one names the address of the guest, the old and the new value', async () => {
    const { dataId } = await info({ name: 'counter' });
    const address = (await client.evaluate('&counter')).split(' ')[0];
    await client.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
    const stop = await client.go('continue');
    assert.equal(stop.reason, 'data breakpoint');
    assert.equal(stop.text, `counter (${address}): 0x100 → 0x101`);
    assert.equal((await client.go('continue')).text, `counter (${address}): 0x101 → 0x102`);
    await client.evaluate('*(long *)counter = 0x40');
    await client.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'read' }] });
    assert.equal((await client.go('continue')).text, `counter (${address}) read: 0x40`);
  });

  it('logpoints print strings, characters and numbers as they are wanted', async () => {
    const logMessage = '{message,s}: {s1,c} {s2,d} {s1,x} {s3} {1.5}, {s1,q}';
    const breakpoints = [{ line: lineOf('bnez'), logMessage, hitCondition: '1' }];
    await client.request('setBreakpoints', { source: { path: file }, breakpoints });
    await client.request('continue', { threadId: 1 });
    await client.event('terminated');
    const logged = client.events
      .filter(({ event, body }) => event === 'output' && body.category === 'console')
      .map(({ body }) => body.output)
      .join('');
    assert.match(logged, /^hi there: A -5 0x41 2 1\.5, \{'q' is no format/);
  });
});
