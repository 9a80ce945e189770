import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readScenario } from '../../simulator/scenario/read-scenario';
import type { ScenarioHost, ScenarioVm } from '../../simulator/scenario/scenario';

const M = 2 ** 20;

/** The one host of a scenario that is right. */
function hostOf(given: unknown): ScenarioHost {
  const { scenario, problems } = readScenario(given);
  assert.deepEqual(problems, []);
  const [host] = scenario?.hosts ?? [];
  assert.ok(host);
  return host;
}

const vmOf = (vm: object, more: object = {}): ScenarioVm => {
  const [only] = hostOf({ hosts: { h: { vms: { a: { program: 'a.S', ...vm } } } }, ...more }).vms;
  assert.ok(only);
  return only;
};

describe('a scenario', () => {
  it('that says little has everything', () => {
    const { scenario, problems } = readScenario('{ "hosts": { "h": { "vms": { "a": { "program": "a.S" } } } } }');
    assert.deepEqual(problems, []);
    assert.deepEqual(scenario, {
      seed: 0,
      hosts: [
        {
          name: 'h',
          harts: 1,
          memory: undefined,
          vmmTime: 'free',
          vmids: true,
          model: 'native',
          scheduler: { kind: 'credit', slice: 1_000_000 },
          overcommit: 'refuse',
          hartOptions: {},
          vms: [
            {
              name: 'a',
              engine: 'full',
              vcpus: 1,
              weight: 256,
              cap: 0,
              pin: [0],
              memory: 64 * M,
              memoryLimit: undefined,
              time: 'real',
              stealTime: false,
              paravirtual: false,
              onCrash: 'stop',
              program: ['a.S'],
              includePaths: [],
              defines: {},
              march: undefined,
              mabi: undefined,
              linkerScript: undefined,
              linkOptions: [],
              relax: undefined,
              loadAddress: undefined,
              initrd: undefined,
              append: undefined,
              disks: [],
              devices: [],
              onIllegal: 'trap',
              commonProcessor: false,
              seed: 0,
            },
          ],
        },
      ],
    });
  });

  it('may have comments and trailing commas, and another line ending', () => {
    const text =
      '\uFEFF// Two.\r\n{ "version": 1, "hosts": { "h": { "vms": { /* a */ "a": { "program": ["a.S",], }, }, }, }, }';
    assert.deepEqual(hostOf(text).vms[0]?.program, ['a.S']);
  });

  it('has sizes in bytes, times in nanoseconds, and numbers of 64 bits', () => {
    const vm = { memory: '8M', memoryLimit: '12m', loadAddress: '0x80400000' };
    const host = hostOf({
      hosts: { h: { harts: 3, memory: '1G', scheduler: { slice: '20us' }, vms: { a: { program: 'a.S', ...vm } } } },
    });
    assert.equal(host.memory, 1024 * M);
    assert.deepEqual(host.scheduler, { kind: 'credit', slice: 20_000 });
    const [only] = host.vms;
    assert.equal(only?.memory, 8 * M);
    assert.equal(only?.memoryLimit, 12 * M);
    assert.equal(only?.loadAddress, 0x80400000n);
    assert.deepEqual(only?.pin, [0, 1, 2]);
  });

  it('charges the VMM where there are several virtual machines and nobody says otherwise', () => {
    const vms = { a: { program: 'a.S' }, b: { program: 'b.S' } };
    assert.equal(hostOf({ hosts: { h: { vms } } }).vmmTime, 'charged');
    assert.equal(hostOf({ hosts: { h: { vms, vmmTime: 'free' } } }).vmmTime, 'free');
    assert.equal(hostOf({ hosts: { h: { vms: { a: vms.a }, vmmTime: 'charged' } } }).vmmTime, 'charged');
  });

  it('has its defaults where a host or a virtual machine says nothing: macros, and parts of objects, one by one', () => {
    const host = hostOf({
      seed: 7,
      defaults: {
        vm: { program: 'a.S', memory: '16M', defines: { A: 1, B: true }, pin: [1] },
        host: {
          harts: 2,
          scheduler: { kind: 'round-robin', slice: '2ms' },
          machineOptions: { asidBits: 0, vmidBits: '3' },
        },
      },
      hosts: {
        h: {
          scheduler: { slice: '3ms' },
          machineOptions: { asidBits: 4 },
          vms: { a: {}, b: { program: ['b.S', 'c.o'], memory: '8M', defines: { B: 2 }, seed: 9, pin: [0] } },
        },
      },
    });
    assert.deepEqual(host.scheduler, { kind: 'round-robin', slice: 3_000_000 });
    assert.deepEqual(host.hartOptions, { asidBits: 4, vmidBits: 3 });
    const facts = host.vms.map(({ name, program, memory, defines, seed, pin }) => ({
      name,
      program,
      memory,
      defines,
      seed,
      pin,
    }));
    assert.deepEqual(facts, [
      { name: 'a', program: ['a.S'], memory: 16 * M, defines: { A: '1', B: '1' }, seed: 7, pin: [1] },
      { name: 'b', program: ['b.S', 'c.o'], memory: 8 * M, defines: { A: '1', B: '2' }, seed: 9, pin: [0] },
    ]);
  });

  it('names images of disks as scenarios do, or as a plain launch', () => {
    const disks = [{ image: 'a.img' }, { file: 'b.img', write: 'inPlace', backend: 'emulated' }];
    assert.deepEqual(vmOf({ disks }).disks, [
      { file: 'a.img', write: 'copy' },
      { file: 'b.img', write: 'inPlace' },
    ]);
  });

  it('has its virtual machines in the order of the text, numbers and the names of the language too', () => {
    const vm = '{ "program": "a.S" }';
    const text = `{ "hosts": { "h": { "vms": { "b": ${vm}, "1": ${vm}, "__proto__": ${vm}, "0": ${vm} } } } }`;
    const names = ['b', '1', '__proto__', '0'];
    assert.deepEqual(
      hostOf(text).vms.map(({ name }) => name),
      names,
    );
    const value = JSON.parse(text);
    assert.deepEqual(new Set(hostOf(value).vms.map(({ name }) => name)), new Set(names));
  });

  it('is the same as text and as value', () => {
    const value = { version: 1, hosts: { h: { harts: 2, vms: { a: { program: 'a.S', vcpus: 2, cap: 150 } } } } };
    const [ofText, ofValue] = [readScenario(JSON.stringify(value)), readScenario(value)];
    assert.ok(ofText.scenario);
    assert.deepEqual(ofText.scenario, ofValue.scenario);
  });
});
