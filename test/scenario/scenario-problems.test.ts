import assert from 'node:assert/strict';
import type { TSchema } from '@sinclair/typebox';
import { describe, it } from 'mocha';
import { hostOptions } from '../../simulator/scenario/host-options';
import { notBuilt } from '../../simulator/scenario/not-built';
import { LONGEST_TEXT, readScenario } from '../../simulator/scenario/read-scenario';
import { scenarioOptions } from '../../simulator/scenario/scenario-schema';
import { vmOptions } from '../../simulator/scenario/vm-options';
import { problemsOf } from '../../simulator/schema/problems';

const said = (given: unknown): string[] => readScenario(given).problems.map(({ message }) => message);

/** What is wrong with a virtual machine, and with the host that it is on. */
const ofVm = (vm: object, host: object = {}): string[] =>
  said({ hosts: { h: { ...host, vms: { a: { program: 'a.S', ...vm } } } } });

/** Problems of a text, as `line:column message`, from 1. */
const placed = (text: string): string[] =>
  readScenario(text).problems.map(({ range, message }) => {
    assert.ok(range);
    return `${range.start.line + 1}:${range.start.column + 1} ${message}`;
  });

const vm = '"hosts": "h": "vms": "a"';

describe('what is wrong with a scenario is said, and what would be right', () => {
  const cases: [title: string, value: unknown, problems: string[]][] = [
    ['no scenario', [], ['the scenario must be an object with "hosts", not a list']],
    ['nothing', {}, ['"hosts" must be an object of names and hosts, and is missing']],
    ['no host', { hosts: {} }, ['"hosts" must not be empty']],
    ['no virtual machine', { hosts: { h: { vms: {} } } }, ['"hosts": "h": "vms" must not be empty']],
    [
      'a host without virtual machines',
      { hosts: { h: {} } },
      ['"hosts": "h": "vms" must be an object of names and virtual machines, and is missing'],
    ],
    [
      'another version',
      { version: 2, hosts: { h: { vms: { a: { program: 'a.S' } } } } },
      ['"version" must be 1, not 2'],
    ],
    [
      'several hosts',
      { hosts: { h: { vms: { a: { program: 'a.S' } } }, i: { vms: { a: { program: 'a.S' } } } } },
      ['"hosts" are 2: more than one host is not built yet'],
    ],
    [
      'wrong names',
      { hosts: { 'h/i': { vms: { '': { program: 'a.S' } } } } },
      [
        '"hosts" has "h/i", which must be a name of 1 to 32 letters, digits, "-" and "_"',
        '"hosts": "h/i": "vms" has "", which must be a name of 1 to 32 letters, digits, "-" and "_"',
      ],
    ],
  ];
  for (const [title, value, problems] of cases) it(title, () => assert.deepEqual(said(value), problems));

  const ofVms: [title: string, vm: object, host: object, problem: string][] = [
    ['a misspelt name', { memroy: '8M' }, {}, `${vm} has no option "memroy": is "memory" meant?`],
    ['a name of a host', { vmmTime: 'free' }, {}, `${vm} has no option "vmmTime": it is one of a host`],
    [
      'a name of a plain launch',
      { virtualization: 'full' },
      {},
      `${vm}: "virtualization" is called "engine" in a virtual machine`,
    ],
    ['harts', { harts: 2 }, {}, `${vm}: "harts" is called "vcpus" in a virtual machine`],
    [
      'an engine that is none',
      { engine: 'none' },
      {},
      `${vm}: "engine" must be "full" or "hardware" or "para", not "none"`,
    ],
    [
      'a weight where there are no shares',
      { weight: 2 },
      { scheduler: { kind: 'round-robin' } },
      `${vm}: "weight" goes with the scheduler "credit": under "round-robin" all take equal turns`,
    ],
    [
      'a cap where there are no shares',
      { cap: 20 },
      { scheduler: { kind: 'round-robin' } },
      `${vm}: "cap" goes with the scheduler "credit": under "round-robin" all take equal turns`,
    ],
    ['no size', { memory: 64 }, {}, `${vm}: "memory" must be a number and K, M or G, such as "64M", not 64`],
    [
      'a size that no guest has',
      { memory: '3M' },
      {},
      `${vm}: "memory" must be a multiple of 2M from 4M to 2G, not "3M"`,
    ],
    [
      'a size beyond numbers',
      { memory: `${'9'.repeat(400)}G` },
      {},
      `${vm}: "memory" must be a multiple of 2M from 4M to 2G, not "${'9'.repeat(40)}..."`,
    ],
    [
      'a limit below the memory',
      { memory: '8M', memoryLimit: '6M' },
      {},
      `${vm}: "memoryLimit" must be at least the memory of the virtual machine, 8M, not "6M"`,
    ],
    [
      'a limit in parts of frames',
      { memory: '8M', memoryLimit: '8193K' },
      {},
      `${vm}: "memoryLimit" must be a multiple of 4K, not "8193K"`,
    ],
    ['a weight of nothing', { weight: 0 }, {}, `${vm}: "weight" must be an integer from 1 to 65535, not 0`],
    [
      'a cap beyond the host',
      { cap: 201 },
      { harts: 2 },
      `${vm}: "cap" must be at most 200, all of the host’s harts (2), not 201`,
    ],
    [
      'own time for several vCPUs',
      { vcpus: 2, time: 'own' },
      {},
      `${vm}: "time" "own" stands while one vCPU is not served: it goes with 1 vCPU, not 2`,
    ],
    [
      'a hart that is not there',
      { pin: [0, 2] },
      { harts: 2 },
      `${vm}: "pin"[1] must be a hart of the host, 0 to 1, not 2`,
    ],
    ['a hart twice', { pin: [1, 1] }, { harts: 2 }, `${vm}: "pin"[1] must be another hart: 1 is in the list already`],
    ['no hart', { pin: [] }, {}, `${vm}: "pin" must not be empty`],
    [
      'no files',
      { program: [] },
      {},
      `${vm}: "program" must be the path of a file, or a list of them that is not empty`,
    ],
    [
      'stolen time of a time of its own',
      { stealTime: true, time: 'own' },
      {},
      `${vm}: "stealTime" goes with "time": "real": of the time that a virtual machine with "own" sees nothing is stolen`,
    ],
    ['stolen time in words', { stealTime: 'yes' }, {}, `${vm}: "stealTime" must be true or false, not "yes"`],
    [
      'an option that the linker has not',
      { linkOptions: ['--nonsense'] },
      {},
      `${vm}: "linkOptions" cannot be followed: '--nonsense' is no option of a link that is known here`,
    ],
    [
      'no architecture',
      { march: 'rv64qq' },
      {},
      `${vm}: "march" names no architecture: -march 'rv64qq' is not of the form rv64imac_zicsr`,
    ],
    [
      'a disk of nothing',
      { disks: [{}] },
      {},
      `${vm}: "disks"[0] must have either "image" or "file", the path of its image`,
    ],
    [
      'more devices than slots',
      { disks: [{ image: 'a' }], devices: Array(8).fill('rng') },
      {},
      `${vm}: "devices" must fit into 8 virtio slots, disks and devices together: these are 9`,
    ],
    [
      'H that the host lacks',
      { engine: 'hardware' },
      { machineOptions: { hypervisor: false } },
      `${vm}: "engine" "hardware" needs the H extension: leave the option hypervisor true`,
    ],
    [
      'a slice that is too short',
      {},
      { scheduler: { slice: '999ns' } },
      '"hosts": "h": "scheduler": "slice" must be from 1us to 1s, not "999ns"',
    ],
    [
      'a host too small',
      { memory: '64M' },
      { memory: '32M' },
      '"hosts": "h": "memory" must be more than its virtual machines have, 64M',
    ],
    [
      'a host too large',
      {},
      { memory: '5G' },
      '"hosts": "h": "memory" must be a multiple of 2M from 4M to 4G, not "5G"',
    ],
    [
      'an option beyond its range',
      {},
      { machineOptions: { asidBits: '17' } },
      '"hosts": "h": "machineOptions": "asidBits" must be an integer from 0 to 16, not 17',
    ],
  ];
  for (const [title, machine, host, problem] of ofVms)
    it(title, () => assert.deepEqual(ofVm(machine, host), [problem]));

  it('a virtual machine without a program', () => {
    assert.deepEqual(said({ hosts: { h: { vms: { a: {} } } } }), [
      `${vm} must have a "program": the files of its guest`,
    ]);
  });

  it('a default that is wrong for several, once', () => {
    const value = {
      defaults: { vm: { program: 'a.S', pin: [1] } },
      hosts: { h: { vms: { a: {}, b: {}, c: { pin: [0] } } } },
    };
    assert.deepEqual(said(value), ['"defaults": "vm": "pin"[0] must be a hart of the host, 0 to 0, not 1']);
  });
});

describe('what is not built yet is refused by its name', () => {
  const whole = { hosts: { h: { vms: { a: { program: 'a.S' } } } } };

  for (const key of notBuilt.scenario)
    it(key, () => assert.deepEqual(said({ ...whole, [key]: [] }), [`"${key}" is not built yet`]));
  for (const key of notBuilt.host) {
    it(`${key} of a host`, () => {
      assert.deepEqual(ofVm({}, { [key]: true }), [`"hosts": "h": "${key}" is not built yet`]);
      assert.deepEqual(said({ ...whole, defaults: { host: { [key]: 1 } } }), [
        `"defaults": "host": "${key}" is not built yet`,
      ]);
    });
  }
  for (const key of notBuilt.vm) {
    it(`${key} of a virtual machine`, () => {
      assert.deepEqual(ofVm({ [key]: null }), [`${vm}: "${key}" is not built yet`]);
      assert.deepEqual(said({ ...whole, defaults: { vm: { [key]: 1 } } }), [
        `"defaults": "vm": "${key}" is not built yet`,
      ]);
    });
  }
  for (const engine of notBuilt.engines)
    it(`engine ${engine}`, () =>
      assert.deepEqual(ofVm({ engine }), [
        `${vm}: "engine": "${engine}" is not built yet; it must be "full" or "hardware" or "para"`,
      ]));
  for (const model of notBuilt.models)
    it(`model ${model}`, () =>
      assert.deepEqual(ofVm({}, { model }), [
        `"hosts": "h": "model": "${model}" is not built yet; it must be "native"`,
      ]));
  for (const backend of notBuilt.backends)
    it(`backend ${backend}`, () =>
      assert.deepEqual(ofVm({ disks: [{ image: 'a', backend }] }), [
        `${vm}: "disks"[0]: "backend": "${backend}" is not built yet; it must be "emulated"`,
      ]));
  for (const write of notBuilt.writes)
    it(`write ${write}`, () =>
      assert.deepEqual(ofVm({ disks: [{ image: 'a', write }] }), [
        `${vm}: "disks"[0]: "write": "${write}" is not built yet; it must be "copy" or "inPlace"`,
      ]));
});

describe('what is not built yet', () => {
  it('is nothing that is described', () => {
    const { engine, disks } = vmOptions;
    const { write, backend } = disks.items.properties;
    const choices: [refused: readonly string[], choice: TSchema][] = [
      [notBuilt.engines, engine],
      [notBuilt.models, hostOptions.model],
      [notBuilt.writes, write],
      [notBuilt.backends, backend],
    ];
    for (const [words, choice] of choices)
      for (const word of words) assert.notDeepEqual(problemsOf(choice, word), [], word);
    const keys: [refused: readonly string[], options: object][] = [
      [notBuilt.scenario, scenarioOptions],
      [notBuilt.host, hostOptions],
      [notBuilt.vm, vmOptions],
    ];
    for (const [names, options] of keys) for (const name of names) assert.ok(!Object.hasOwn(options, name), name);
  });
});

describe('problems of a text say where they are', () => {
  it('at values, at names, and at the start of what lacks something', () => {
    const text = [
      '{ "links": [],',
      '  "hosts": {',
      '    "h": { "harts": 9, "knid": 1,',
      '      "vms": { "a": { "engine": "none" }, "b": 4 } } } }',
    ];
    assert.deepEqual(placed(text.join('\n')), [
      '1:3 "links" is not built yet',
      '3:21 "harts" must be an integer from 1 to 8, not 9'.replace('"harts"', '"hosts": "h": "harts"'),
      '3:24 "hosts": "h" has no option "knid"; there are "harts", "memory", "vmmTime", "vmids", "model", "scheduler", "overcommit", "memoryPolicy", "machineOptions", "vms"',
      '4:33 "hosts": "h": "vms": "a": "engine" must be "full" or "hardware" or "para", not "none"',
      '4:48 "hosts": "h": "vms": "b" must be an object, not 4',
    ]);
  });

  it('where parts do not go together, at the one that is to be changed', () => {
    const text = '{ "hosts": { "h": {\r\n  "vms": { "a": { "cap": 101,\r\n "program": "a.S" }, "b": {} } } } }';
    assert.deepEqual(placed(text), [
      `2:26 ${vm}: "cap" must be at most 100, all of the host’s harts (1), not 101`,
      '3:22 "hosts": "h": "vms": "b" must have a "program": the files of its guest',
    ]);
  });

  const forms: [text: string, problem: string][] = [
    ['', '1:1 not valid JSON: a value is missing here'],
    ['// nothing\n', '2:1 not valid JSON: a value is missing here'],
    ['{ "version": 1,\n  "seed" 2 }', '2:10 not valid JSON: a colon is missing here'],
    ["{ 'version': 1 }", '1:3 not valid JSON: this is no value: texts stand between double quotes'],
    ['{} {}', '1:4 not valid JSON: the text must end here'],
    ['{ "version": 1', '1:15 not valid JSON: a } is missing here'],
    ['{ "seed": 1,\n  "seed": 2 }', '2:3 "seed" is there twice, the first time in line 1: one of them has to go'],
    [
      '{ "hosts": { "h": { "vms": { "a": {},\n"a": {} } } } }',
      '2:1 "hosts": "h": "vms": "a" is there twice, the first time in line 1: one of them has to go',
    ],
    [`${'['.repeat(100_000)}`, '1:33 objects and lists may be 32 deep in each other, and this one is deeper'],
    [`{ "x": ${'{ "x": '.repeat(40)}`, '1:225 objects and lists may be 32 deep in each other, and this one is deeper'],
    [' '.repeat(LONGEST_TEXT + 1), '1:1 the scenario must be a text of at most 262144 characters, not 262145'],
  ];
  for (const [text, problem] of forms)
    it(JSON.stringify(text.slice(0, 40)), () => assert.deepEqual(placed(text), [problem]));
});

describe('a scenario full of mistakes', () => {
  it('is answered with as many as somebody reads', () => {
    const wrong = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`vm ${index}`, { cap: -1, knid: {} }]),
    );
    const { problems } = readScenario(JSON.stringify({ hosts: { h: { vms: wrong } } }));
    assert.equal(problems.length, 100);
  });

  it('is answered briefly, however long its names are', () => {
    const long = 'x'.repeat(200_000);
    for (const given of [{ [long]: 1 }, { hosts: { [long]: { [long]: 1, vms: { [long]: { cap: long } } } } }])
      for (const message of said(given)) assert.ok(message.length < 500, message.slice(0, 600));
  });
});
