import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostConfiguration } from '../../simulator/scenario/host-configuration';
import { readScenario } from '../../simulator/scenario/read-scenario';
import { describeSystem } from '../../simulator/system/description';
import { lifeOf, writeRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import { System } from '../../simulator/system/system';
import { buildGuest, guestFolder, testDisk } from '../support/guest';
import { askForStealTime, crashesAfter, ECHOES, PRINTS, RESETS, SPINS } from '../support/small-guests';
import { BuiltCli } from './built-cli';

const CRASHES = crashesAfter(40_000, "li a0, '!'\n li a7, 1\n ecall");
/** Asks to be told of stolen time, and counts. */
const COUNTS = `
_start: ${askForStealTime('li      a0, 0x80400000')}
        li      t0, 300000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 8
        ecall
`;

const SAME = /ends in the state in which the recorded run ended/;

describe('hosts that are saved, recorded and replayed on the command line', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  type Vms = Readonly<Record<string, object>>;

  const scenario = (name: string, vms: Vms, host: object = {}): string =>
    cli.write(`${name}.hyperstep.json`, JSON.stringify({ hosts: { h: { ...host, vms } } }));

  const reading = (more: object = {}): object => ({
    program: path.resolve(guestFolder, 'blk-read.S'),
    memory: '16M',
    disks: [{ file: cli.write('disk.img', testDisk()) }],
    ...more,
  });

  /** A host with something of everything. */
  const everything = (): string => {
    cli.write('crashes.S', CRASHES);
    cli.write('counts.S', COUNTS);
    const vms = {
      crashes: { program: 'crashes.S', onCrash: 'restart', initrd: cli.write('initrd', 'a RAM disk'), append: 'quiet' },
      reads: reading({ engine: 'hardware' }),
      counts: { program: 'counts.S', engine: 'hardware', stealTime: true },
    };
    return scenario('everything', vms, { harts: 2, scheduler: { slice: '20us' } });
  };

  /** A run with a report, which tells the wall's time as nothing else does. */
  const reported = (...words: string[]) => {
    const file = cli.path('report.json');
    const { status, stdout, stderr } = cli.run('run', ...words, '--report', file);
    const { wallSeconds: _, mips: __, ...report } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    return { status, stdout, stderr, report };
  };

  const usage = (...words: string[]): string => {
    const { status, stderr } = cli.run('run', ...words);
    assert.equal(status, 2, stderr);
    return stderr;
  };

  it('go on from where they were saved as if they had never been: without their scenario, crashes and all', () => {
    const file = everything();
    const saved = cli.path('host.snapshot');
    const whole = reported(file);
    assert.equal(whole.status, 1, whole.stderr);
    assert.match(whole.stderr, /crashes: killed/);
    const { report: first } = reported(file, '--max-instructions', '60000', '--save', saved);
    assert.equal(first.vms.crashes.stopReason, 'limit');
    // What it is started again from is not in its folder any more.
    for (const name of ['crashes.S', 'counts.S', 'initrd']) cli.write(name, 'nonsense');
    const disk = ['--disk', cli.path('disk.img')];
    const rest = reported('--restore', saved, ...disk);
    assert.equal(rest.status, 1, rest.stderr);
    assert.equal(rest.report.stateHash, whole.report.stateHash);
    assert.equal(rest.report.instructions, whole.report.instructions - 60_000);
    assert.deepEqual(rest.report.vms, whole.report.vms);
    assert.ok(rest.report.vms.counts.stolen > 0);
    // And once more, on the way, saved again from there.
    const again = cli.path('again.snapshot');
    const part = reported('--restore', saved, ...disk, '--max-instructions', '100000', '--save', again);
    assert.equal(part.status, 3);
    assert.equal(part.report.instructions, 100_000);
    const last = reported('--restore', again, ...disk, '--no-translation');
    assert.equal(last.report.stateHash, whole.report.stateHash);
  });

  it('show the console of each VM, or of one, and say how each has ended', () => {
    const saved = cli.path('host.snapshot');
    cli.run('run', everything(), '--max-instructions', '60000', '--save', saved);
    const disk = ['--disk', cli.path('disk.img')];
    const all = cli.run('run', '--restore', saved, ...disk);
    assert.match(all.stdout, /^crashes: !+$/m);
    assert.match(all.stdout, /^reads: /m);
    assert.match(all.stderr, /crashes: killed/);
    const one = cli.run('run', '--restore', saved, ...disk, '--console', 'crashes');
    assert.equal(one.stdout, '!!!');
    assert.match(
      usage('--restore', saved, ...disk, '--console', 'nobody'),
      /--console takes one of crashes, reads, counts/,
    );
  });

  it('are refused where the disks are others, the file is, or an option has no effect', () => {
    const saved = cli.path('host.snapshot');
    const file = everything();
    cli.run('run', file, '--max-instructions', '60000', '--save', saved);
    const disk = cli.path('disk.img');
    assert.match(
      usage('--restore', saved),
      /has 1 disks \(reads: 128 sectors\), and 0 are named: give the same again with --disk/,
    );
    assert.match(usage('--restore', saved, '--disk', disk, '--disk', disk), /and 2 are named/);
    const small = cli.write('small.img', new Uint8Array(512));
    assert.match(usage('--restore', saved, '--disk', small), /reads: .* 1 disks of 128 sectors, and is given 1 of 1/);
    assert.match(usage(file, '--restore', saved), /name no files with --restore/);
    assert.match(
      usage('--restore', saved, '--disk', disk, '--memory', '64M'),
      /--memory has no effect with a saved host/,
    );
    assert.match(
      usage('--restore', saved, '--disk', disk, '--dump', 'registers'),
      /--dump has no effect with a saved host/,
    );
    assert.match(usage(file, '--disk', disk), /--disk has no effect with a scenario/);
    assert.match(usage(file, '--legal-variants'), /--legal-variants has no effect with a scenario/);
    assert.match(usage(cli.write('alone.S', SPINS), '--console', 'a'), /--console has no effect with one guest/);
    const bytes = readFileSync(saved);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    assert.match(usage('--restore', cli.write('damaged.snapshot', bytes), '--disk', disk), /truncated or damaged/);
    assert.match(usage('--restore', cli.write('short.snapshot', bytes.subarray(0, 500))), /truncated or damaged/);
    assert.match(usage('--restore', disk), /this is no snapshot of hyperstep/);
    const list = cli.write('list', `${file}\n--restore ${saved} --disk ${disk}\n`);
    const batch = cli.run('run', '--batch', list);
    assert.match(batch.stderr, /a scenario has several guests: it is run by itself, not in a list/);
    assert.match(
      batch.stderr,
      /is of a host, of the virtual machines crashes, reads, counts: it goes on by itself, not in a list/,
    );
  });

  it('cannot be saved where a disk is written in place, or all has ended', () => {
    const file = scenario('in-place', {
      reads: reading({ disks: [{ file: cli.write('disk.img', testDisk()), write: 'inPlace' }] }),
    });
    assert.match(
      usage(file, '--max-instructions', '1000', '--save', cli.path('no.snapshot')),
      /disk 0 of reads is written in place/,
    );
    const ends = scenario('ends', { it: { program: cli.write('ends.S', '_start: li a7, 8\n ecall\n') } });
    assert.match(usage(ends, '--save', cli.path('no.snapshot')), /the run has ended \(power-off\)/);
    assert.ok(!existsSync(cli.path('no.snapshot')));
  });

  it('are replayed with what was typed, and what was read of disks', () => {
    cli.write('echoes.S', ECHOES);
    cli.write('spins.S', SPINS);
    const vms = {
      reads: reading(),
      echoes: { program: 'echoes.S', engine: 'hardware' },
      crashes: { program: cli.write('crashes.S', CRASHES), onCrash: 'restore' },
    };
    const file = scenario('typed', vms, { harts: 2 });
    const record = cli.path('host.record');
    const live = cli.typed('ab.', 'run', file, '--console', 'echoes', '--record', record, '--report', cli.path('live'));
    assert.equal(live.stdout, 'ab.', live.stderr);
    assert.equal(live.status, 1);
    // The disk is another one since: the record has what was read.
    cli.write('disk.img', new Uint8Array(64 * 1024));
    const replayed = reported(file, '--replay', record);
    assert.match(replayed.stderr, SAME);
    assert.equal(replayed.status, 0);
    assert.match(replayed.stdout, /echoes: ab\./);
    const { wallSeconds: _, mips: __, ...was } = JSON.parse(readFileSync(cli.path('live'), 'utf8'));
    assert.deepEqual(replayed.report, was);
    assert.match(cli.run('run', file, '--replay', record, '--no-translation').stderr, SAME);
    assert.equal(cli.run('run', file, '--replay', record, '--console', 'echoes').stdout, 'ab.');
  });

  it('are replayed with resets, however soon after one the run went on', () => {
    const resets = { program: cli.write('resets.S', RESETS) };
    const file = scenario('resets', { resets, spins: { program: cli.write('spins.S', SPINS), engine: 'hardware' } });
    const record = cli.path('resets.record');
    const live = cli.run('run', file, '--record', record, '--max-instructions', '2000000', '--console', 'resets');
    assert.match(live.stdout, /^r{3,}$/);
    const replayed = cli.run('run', file, '--replay', record, '--console', 'resets');
    assert.match(replayed.stderr, SAME);
    assert.equal(replayed.stdout, live.stdout);
  });

  it('are replayed where they write to disks in place', () => {
    const disk = cli.write('written.img', testDisk());
    const program = path.resolve(guestFolder, 'blk-write.S');
    const writes = { program, memory: '16M', disks: [{ file: disk, write: 'inPlace' }] };
    const file = scenario('writes', { writes, spins: { program: cli.write('spins.S', SPINS) } });
    const record = cli.path('writes.record');
    cli.run('run', file, '--record', record, '--max-instructions', '400000');
    assert.notDeepEqual(readFileSync(disk), Buffer.from(testDisk()));
    assert.match(cli.run('run', file, '--replay', record).stderr, SAME);
  });

  it('are not replayed where something is not as it was recorded, which is named', () => {
    const program = cli.write('one.S', '_start: li a7, 8\n ecall\n');
    const other = cli.write('other.S', '_start: nop\n li a7, 8\n ecall\n');
    const record = cli.path('one.record');
    const [a, b] = [{ program }, { program, ...reading(), append: 'quiet' }];
    const file = scenario('recorded', { a, b: { ...b, program } });
    cli.run('run', file, '--record', record);
    const told = (vms: Vms, host: object = {}): string => usage(scenario('changed', vms, host), '--replay', record);
    assert.match(
      told({ a: { program: other }, b: { ...b, program } }),
      /another machine: a: the program is another one/,
    );
    assert.match(
      told({ a, b: { ...b, program, append: 'loud' } }),
      /b: the kernel's arguments .* were "quiet" and are "loud"/,
    );
    assert.match(
      told({ a: { ...a, weight: 7 }, b: { ...b, program } }),
      /a: share was .*"weight":256.* and is .*"weight":7/,
    );
    assert.match(told({ a: { ...a, stealTime: true }, b: { ...b, program } }), /a: stealTime was false and is true/);
    assert.match(told({ a, b: { ...b, program, memory: '8M' } }), /b: memory was 16777216 and is 8388608/);
    assert.match(told({ a, b: { ...b, program, disks: [] } }), /the disks of b were "copy" and are none/);
    assert.match(told({ a, c: { ...b, program } }), /the virtual machines were a, b and are a, c/);
    assert.match(told({ a, b: { ...b, program } }, { harts: 3 }), /the host: harts was 1 and is 3/);
    assert.match(
      told({ a, b: { ...b, program } }, { overcommit: 'wait', memory: '64M' }),
      /the host: overcommit was "refuse" and is "wait"/,
    );
    assert.match(
      told({ a, b: { ...b, program } }, { scheduler: { slice: '2us' } }),
      /the host: slice was 1000000 and is 2000/,
    );
    assert.match(cli.run('run', file, '--replay', record).stderr, SAME);
  });

  it('are replayed from files and with options that go together, or are refused by name', () => {
    const program = cli.write('one.S', '_start: li a7, 8\n ecall\n');
    const file = scenario('one', { a: { program }, b: { program } });
    const [record, alone] = [cli.path('two.record'), cli.path('alone.record')];
    cli.run('run', file, '--record', record);
    cli.run('run', program, '--record', alone);
    assert.match(usage(file, '--replay', alone), /the record is of one guest alone/);
    assert.match(usage(program, '--replay', record), /of the virtual machines a, b: replay it with its scenario/);
    assert.match(usage(file, '--replay', program), /this is no record of hyperstep/);
    assert.match(usage(file, '--replay', cli.path('gone')), /the record '.*gone' is not there/);
    const bytes = readFileSync(record);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    assert.match(usage(file, '--replay', cli.write('damaged.record', bytes)), /truncated or damaged/);
    for (const option of ['--record', '--save'])
      assert.match(
        usage(file, '--replay', record, option, cli.path('x')),
        new RegExp(`${option} has no effect with --replay`),
      );
    for (const option of ['--timeout', '--max-instructions'])
      assert.match(usage(file, '--replay', record, option, '5'), new RegExp(`${option} has no effect with --replay`));
    assert.match(
      usage(program, '--replay', alone, '--max-instructions', '5'),
      /--max-instructions has no effect with --replay/,
    );
  });

  it('are recorded from where they were saved, and replayed with the saved host', () => {
    const [saved, record] = [cli.path('host.snapshot'), cli.path('rest.record')];
    const file = everything();
    const disk = ['--disk', cli.path('disk.img')];
    cli.run('run', file, '--max-instructions', '60000', '--save', saved);
    assert.equal(cli.run('run', '--restore', saved, ...disk, '--record', record).status, 1);
    const replayed = cli.run('run', '--restore', saved, '--replay', record);
    assert.match(replayed.stderr, SAME);
    assert.equal(replayed.status, 0);
    assert.match(usage(file, '--replay', record), /went on from a saved machine: name that with --restore/);
    assert.match(usage('--restore', saved, ...disk, '--replay', record), /leave out --disk/);
    const later = cli.path('later.snapshot');
    cli.run('run', file, '--max-instructions', '70000', '--save', later);
    assert.match(usage('--restore', later, '--replay', record), /their states at the start differ/);
    const whole = cli.path('whole.record');
    cli.run('run', file, '--record', whole);
    assert.match(usage('--restore', saved, '--replay', whole), /started a program: name that, and leave out --restore/);
  });

  it('are replayed with what somebody did to virtual machines', async () => {
    const program = cli.write('spins.S', SPINS);
    const text = JSON.stringify({
      hosts: { h: { harts: 2, vms: { a: { program }, b: { program }, c: { program } } } },
    });
    const [host] = readScenario(text).scenario?.hosts ?? [];
    assert.ok(host);
    const built = await buildGuest(program);
    const programs = host.vms.map(() => built);
    const files = programs.map(() => ({ program: built, disks: [], initrd: undefined }));
    const system = new System(hostConfiguration(host, files, { consoleOf: () => () => undefined }), programs);
    const start = system.stateHash();
    const pass = () => system.machine.run({ instructions: 300_001 });
    const [a, b, c] = system.guests;
    assert.ok(a && b && c);
    pass();
    for (const [guest, operation] of [
      [a, 'pause'],
      [b, 'reboot'],
      [a, 'unpause'],
      [c, 'destroy'],
      [c, 'reboot'],
      [b, 'destroy'],
    ] as const) {
      assert.ok(system.operate(guest, operation), operation);
      pass();
    }
    const { configuration } = system;
    const record = writeRecord({
      description: describeSystem(configuration),
      guests: originsOf(programs, configuration).map((origin) => ({ origin, disks: [] })),
      lives: [lifeOf(system, start)],
    });
    const scenarioFile = cli.write('operated.hyperstep.json', text);
    const recordFile = cli.path('operated.record');
    writeFileSync(recordFile, record);
    const replayed = reported(scenarioFile, '--replay', recordFile);
    assert.match(replayed.stderr, SAME);
    assert.match(replayed.stderr, /b: killed/);
    assert.equal(replayed.report.stateHash, system.stateHash());
  });

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`are written, with report, when ${signal} ends them`, async () => {
      const program = cli.write('prints.S', `${PRINTS}1: j 1b\n`);
      const file = scenario('spins', {
        a: { program },
        b: { program: cli.write('waits.S', '_start: wfi\n j _start\n') },
      });
      const files = ['record', 'report', 'save'].map((option) => [`--${option}`, cli.path(`${signal}.${option}`)]);
      const child = spawn(process.execPath, [cli.file, 'run', file, ...files.flat()], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      await once(child.stdout, 'data');
      child.kill(signal);
      assert.equal(await ended, status);
      for (const [, written] of files) assert.ok(existsSync(written ?? ''), written);
      assert.match(cli.run('run', file, '--replay', files[0]?.[1] ?? '').stderr, SAME);
      const on = cli.run('run', '--restore', files[2]?.[1] ?? '', '--max-instructions', '1000');
      assert.equal(on.status, 3, on.stderr);
    }).timeout(60_000);
});
