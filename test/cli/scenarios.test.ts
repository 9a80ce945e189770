import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BuiltCli } from './built-cli';

const sample = (name: string): string => path.join('extension', 'sample', 'hosts', `${name}.hyperstep.json`);

describe('scenarios on the command line', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  const reported = (file: string, ...more: string[]) => {
    const report = cli.path('report.json');
    const run = cli.run('run', file, '--pace', 'max', '--report', report, ...more);
    return { ...run, report: JSON.parse(readFileSync(report, 'utf8')) };
  };

  it('run several VMs: a server that is busy a tenth of the time on a machine of its own, and four on one', () => {
    const alone = reported(sample('one-server'));
    assert.equal(alone.status, 0, alone.stderr);
    assert.match(alone.stdout, /^100 requests, the latest begun 0 us late\n$/);
    const shared = reported(sample('four-servers'));
    assert.equal(shared.status, 0, shared.stderr);
    assert.match(shared.stdout, /^a: 100 requests/m);
    const { vms } = shared.report;
    assert.deepEqual(Object.keys(vms), ['a', 'b', 'c', 'd']);
    const own = alone.report.vms.server;
    for (const vm of Object.values<Record<string, number>>(vms)) {
      assert.equal(vm['stopReason'], 'power-off');
      assert.ok(Math.abs(Number(vm['running']) / own.running - 1) < 0.02, 'as much work as alone');
      // A hundred milliseconds, whoever waits for whom.
      const all = Number(vm['running']) + Number(vm['ready']) + Number(vm['waiting']);
      assert.ok(Math.abs(all / 100e6 - 1) < 0.02, `${all} ns`);
    }
  });

  it('tell the worst that any VM ended with, and why', () => {
    const { status, stdout, stderr, report } = reported(sample('neighbours'));
    assert.equal(status, 1);
    assert.match(stdout, /crash: !+/);
    assert.match(stdout, /compute: done/);
    assert.match(
      stderr,
      /crash: killed: the guest traps at its own trap vector, for ever, after it was started again 3 times/,
    );
    assert.equal(report.vms.echo.stopReason, 'waiting-forever');
    assert.equal(report.vms.compute.stopReason, 'power-off');
    assert.equal(report.vms.crash.stopReason, 'killed');
    assert.deepEqual([report.vms.crash.killed, report.vms.crash.restarts], ['trap-loop', 3]);
  });

  it('are reported with keys that the document tells of', () => {
    const { report } = reported(sample('neighbours'));
    const section = /^## The report$([\s\S]*?)^## /m.exec(readFileSync('docs/scenarios.md', 'utf8'))?.[1] ?? '';
    const keys = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
    const [ofRun, ofVm] = [Object.keys(report), Object.keys(report.vms.crash)];
    assert.deepEqual(keys.sort(), [...ofRun, ...ofVm].sort());
  });

  it('reach a limit', () => {
    const { status, report } = reported(sample('four-servers'), '--max-instructions', '100000');
    assert.equal(status, 3);
    assert.equal(report.instructions, 100_000);
    assert.equal(report.vms.a.stopReason, 'limit');
  });

  it('reach the time that they may take, be it that a VM does nothing but start itself again', () => {
    const program = cli.write('resets.S', '_start: li a7, 0x53525354\n li a6, 0\n li a0, 1\n li a1, 0\n ecall\n');
    const file = cli.write('resets.hyperstep.json', JSON.stringify({ hosts: { h: { vms: { resets: { program } } } } }));
    const { status, stderr } = cli.run('run', file, '--timeout', '1');
    assert.deepEqual([status, stderr], [3, 'hyperstep: resets: timeout\n']);
  });

  it('show the console of one VM as it is', () => {
    const { stdout } = cli.run('run', sample('neighbours'), '--pace', 'max', '--console', 'compute');
    assert.equal(stdout, 'done\n');
    const wrong = cli.run('run', sample('neighbours'), '--console', 'nobody');
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--console takes one of echo, compute, crash, not 'nobody'/);
  });

  it('are refused with the place of what is wrong, and options that they say themselves', () => {
    const wrong = cli.write(
      'wrong.hyperstep.json',
      '{ "hosts": { "h": { "vms": { "a": { "program": "a.S", "nics": [] } } } } }',
    );
    const run = cli.run('run', wrong);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /wrong\.hyperstep\.json:1:\d+: error: .*"nics" is not built yet/);
    const missing = cli.write(
      'missing.hyperstep.json',
      '{ "hosts": { "h": { "vms": { "a": { "program": "gone.S" } } } } }',
    );
    assert.equal(cli.run('run', missing).status, 2);
    const idle = cli.run('run', sample('neighbours'), '--memory', '64M');
    assert.equal(idle.status, 2);
    assert.match(idle.stderr, /--memory has no effect with a scenario/);
    const two = cli.run('run', sample('neighbours'), sample('one-server'));
    assert.match(two.stderr, /a scenario names its guests itself/);
  });

  it('name files by absolute paths too', () => {
    cli.write('greeting.inc', '.macro greet\n li a0, 0x41\n li a7, 1\n ecall\n.endm\n');
    const program = cli.write('absolute.S', '.include "greeting.inc"\n_start: greet\n li a7, 8\n ecall\n');
    const file = cli.write('blank.img', new Uint8Array(512));
    const vm = { program, includePaths: [cli.folder], disks: [{ file }], initrd: file };
    const run = cli.run('run', cli.write('absolute.hyperstep.json', JSON.stringify({ hosts: { h: { vms: { vm } } } })));
    assert.deepEqual([run.status, run.stderr, run.stdout], [0, '', 'A']);
  });

  it('have VMs that fit their host, or are refused', () => {
    const guest = cli.write('spin.S', '_start: j _start');
    const host = (memory: string, vm: string): string =>
      cli.write(
        'host.hyperstep.json',
        `{ "hosts": { "h": { "memory": "${memory}", "vms": { "a": { "program": "${guest}", "memory": "16M"${vm} } } } } }`,
      );
    const tight = cli.run('run', host('16M', ''));
    assert.equal(tight.status, 2);
    assert.match(tight.stderr, /the VMs take \d+M with the VMM's tables for them, and the host has 16M/);
    const limited = cli.run('run', host('64M', ', "memoryLimit": "17M"'));
    assert.equal(limited.status, 2);
    assert.match(limited.stderr, /the VM a takes \d+M with the VMM's tables for it, more than its memoryLimit of 17M/);
  });

  it('have more memory than their host, where that is wanted: who finds none waits, or is killed', () => {
    // 12 MiB, of which the host has 10 beside the second stages.
    const touches = cli.write(
      'touch.S',
      '_start: li t0, 0x80400000\n li t1, 0x81000000\n li t2, 4096\n1: sd t0, (t0)\n add t0, t0, t2\n bltu t0, t1, 1b\n li a7, 8\n ecall',
    );
    const small = cli.write('small.S', "_start: li a0, 's'\n li a7, 1\n ecall\n li a7, 8\n ecall");
    const host = (overcommit: string): string =>
      cli.write(
        'over.hyperstep.json',
        JSON.stringify({
          defaults: { vm: { engine: 'hardware', memory: '16M' } },
          hosts: { h: { memory: '12M', overcommit, vms: { large: { program: touches }, small: { program: small } } } },
        }),
      );
    const waits = cli.run('run', host('wait'), '--report', cli.path('wait.json'));
    assert.deepEqual([waits.status, waits.stdout], [1, 'small: s']);
    assert.match(waits.stderr, /hyperstep: large: waiting-for-memory/);
    const kills = cli.run('run', host('kill'), '--report', cli.path('kill.json'));
    assert.deepEqual([kills.status, kills.stdout], [1, 'small: s']);
    assert.match(kills.stderr, /hyperstep: large: killed: it wants memory, and its host has none left/);
    const { vms } = JSON.parse(readFileSync(cli.path('kill.json'), 'utf8')) as {
      vms: Record<string, { memory: number; stopReason: string }>;
    };
    assert.equal(vms['large']?.stopReason, 'killed');
    assert.ok((vms['large']?.memory ?? 0) > 9 * 2 ** 20 && (vms['small']?.memory ?? Infinity) < 2 ** 20);
    const none = cli.run(
      'run',
      cli.write(
        'none.hyperstep.json',
        readFileSync(cli.path('over.hyperstep.json'), 'utf8').replace('"memory":"12M",', ''),
      ),
    );
    assert.equal(none.status, 2);
    assert.match(none.stderr, /"kill" needs "memory" beside it/);
  });

  it('find out before they run whether what they are to write can be written', () => {
    const guest = cli.write('prints.S', "_start: li a0, 'p'\n li a7, 1\n ecall\n li a7, 8\n ecall");
    const host = cli.write(
      'prints.hyperstep.json',
      JSON.stringify({ hosts: { h: { vms: { a: { program: guest } } } } }),
    );
    for (const file of [host, guest])
      for (const option of ['--record', '--save', '--report']) {
        const lost = cli.run('run', file, option, cli.path('nowhere/x'));
        assert.deepEqual([lost.status, lost.stdout], [2, '']);
        assert.match(lost.stderr, new RegExp(`${option} '.*nowhere/x' cannot be written: there is no folder`));
      }
    const folder = cli.run('run', host, '--report', cli.folder);
    assert.match(folder.stderr, /cannot be written: it is a folder/);
  });

  it('are checked without a run', () => {
    const broken = cli.write('broken.S', '_start: lj a0, 1\n');
    const wrong = cli.write('wrong.hyperstep.json', '{\n "hosts": { "h": { "vms": { "a": { "progam": "a.S" } } } } }');
    const typo = cli.run('check', wrong);
    assert.equal(typo.status, 1);
    assert.match(typo.stdout, /wrong\.hyperstep\.json:2:\d+: error: .*has no option "progam": is "program" meant\?/);
    const vm = { program: broken, initrd: 'nowhere.cpio' };
    const inProgram = cli.run(
      'check',
      cli.write('in.hyperstep.json', JSON.stringify({ hosts: { h: { vms: { a: vm, b: vm } } } })),
    );
    assert.equal(inProgram.status, 1);
    assert.equal(inProgram.stdout.match(/broken\.S:1:\d+: error:/g)?.length, 1, inProgram.stdout);
    assert.match(
      inProgram.stdout,
      /in\.hyperstep\.json:1:\d+: error: the initial RAM disk of the virtual machine a, 'nowhere\.cpio', is not there/,
    );
    assert.deepEqual(cli.run('check', sample('neighbours')).status, 0);
  });

  it('say where they name files that are not there', () => {
    const program = cli.write('there.S', '_start: j _start\n');
    const [first, second] = [
      `{"defaults": {"vm": {"linkerScript": "gone.ld"}},`,
      ` "hosts": {"h": {"vms": {"a": {"program": ["${program}", "gone.S"]}, "b": {"program": "${program}", "disks": [{"file": "gone.img"}]}}}}}`,
    ];
    const file = cli.write('gone.hyperstep.json', `${first}\n${second}`);
    const at = (line: string, text: string): number => line.indexOf(`"${text}"`) + 1;
    const named = (place: string, what: string): string => `${file}:${place}: error: ${what} is not there\n`;
    const expected =
      named(`2:${at(second ?? '', 'gone.S')}`, "the program of the virtual machine a, 'gone.S',") +
      named(`1:${at(first ?? '', 'gone.ld')}`, "the linker script of the virtual machine a, 'gone.ld',") +
      named(`1:${at(first ?? '', 'gone.ld')}`, "the linker script of the virtual machine b, 'gone.ld',") +
      named(`2:${(second ?? '').indexOf('{"file"') + 1}`, "a disk of the virtual machine b, 'gone.img',");
    const run = cli.run('run', file);
    assert.deepEqual([run.status, run.stdout, run.stderr], [2, '', expected]);
    const check = cli.run('check', file);
    assert.deepEqual([check.status, check.stdout], [1, expected]);
  });
});
