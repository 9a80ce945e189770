import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { chooseConsoles } from '../../extension/cli/hosts/vm-consoles';
import { Random } from '../support/random';

/** What comes out when virtual machines write texts one after the other. */
function shown(
  vms: readonly string[],
  only: string | undefined,
  writes: readonly [vm: string, text: string][],
): string {
  const bytes: number[] = [];
  const { outputOf } = chooseConsoles(vms, only, { write: (byte) => bytes.push(byte) });
  const consoles = new Map(vms.map((vm) => [vm, outputOf(vm)]));
  for (const [vm, text] of writes) for (const byte of new TextEncoder().encode(text)) consoles.get(vm)?.(byte);
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

describe('the consoles of several virtual machines', () => {
  const cases: [title: string, writes: [vm: string, text: string][], output: string][] = [
    [
      'begin each line with a name',
      [
        ['a', 'one\ntwo\n'],
        ['b', 'three\n'],
      ],
      'a: one\na: two\nb: three\n',
    ],
    [
      'leave a line open that has not ended',
      [
        ['a', 'pro'],
        ['a', 'mpt> '],
      ],
      'a: prompt> ',
    ],
    [
      'end a line in which another writes',
      [
        ['a', 'login: '],
        ['b', 'up\n'],
        ['a', 'x\n'],
      ],
      'a: login: \nb: up\na: x\n',
    ],
    [
      'take turns within lines',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3\n'],
      ],
      'a: 1\nb: 2\na: 3\n',
    ],
    [
      'name empty lines too',
      [
        ['a', '\n'],
        ['b', '\r\n'],
      ],
      'a: \nb: \r\n',
    ],
    ['pass bytes on as they are', [['a', 'ü€\n']], 'a: ü€\n'],
    [
      'write nothing of who writes nothing',
      [
        ['a', ''],
        ['b', 'x'],
      ],
      'b: x',
    ],
  ];
  for (const [title, writes, output] of cases)
    it(title, () => assert.equal(shown(['a', 'b'], undefined, writes), output));

  it('have lines of one virtual machine each, whatever they write', () => {
    const random = Random.fromEnvironment();
    const pieces = ['x', 'yz', '\n', 'w\n', '\n\n', ' '];
    const writes = Array.from({ length: 300 }, (): [string, string] => [
      random.pick(['a', 'b', 'c']),
      random.pick(pieces),
    ]);
    const lines = shown(['a', 'b', 'c'], undefined, writes).split('\n');
    for (const vm of ['a', 'b', 'c']) {
      const heard = lines
        .filter((line) => line.startsWith(`${vm}: `))
        .map((line) => line.slice(3))
        .join('');
      const said = writes.filter(([name]) => name === vm).map(([, text]) => text.replaceAll('\n', ''));
      assert.equal(heard, said.join(''), `seed ${random.seed}`);
    }
    for (const line of lines.slice(0, -1)) assert.match(line, /^[abc]: [xyzw ]*$/, `seed ${random.seed}`);
  });

  it('are one, raw, where it is asked for', () => {
    assert.equal(
      shown(['a', 'b'], 'b', [
        ['a', 'one\n'],
        ['b', 'two'],
        ['a', 'x'],
        ['b', '\n'],
      ]),
      'two\n',
    );
  });

  it('are raw where there is one', () => {
    assert.equal(shown(['a'], undefined, [['a', 'one\ntwo']]), 'one\ntwo');
  });

  it('have input for the one that is asked for, else the first', () => {
    const output = { write: () => undefined };
    assert.equal(chooseConsoles(['a', 'b'], undefined, output).input, 'a');
    assert.equal(chooseConsoles(['a', 'b'], 'b', output).input, 'b');
  });

  it('are those that there are', () => {
    assert.throws(() => chooseConsoles(['a', 'b'], 'c', { write: () => undefined }), {
      message: "--console takes one of a, b, not 'c'",
    });
  });
});
