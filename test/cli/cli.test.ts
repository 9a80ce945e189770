import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { buildOptions } from '../../scripts/bundles';
import { guestFolder, testDisk } from '../support/guest';
import { requireTool } from '../support/tools';

const guest = (name: string): string => path.join(guestFolder, name);

describe('the command line', () => {
  let folder: string;
  let cli: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-cli-'));
    cli = path.join(folder, 'cli.js');
    const bundle = buildOptions().find((options) => options.outfile === 'dist/cli.js');
    assert.ok(bundle);
    await build({ ...bundle, outfile: cli });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const hyperstep = (...words: string[]) =>
    spawnSync(process.execPath, [cli, ...words], { encoding: 'utf8', input: '', timeout: 30_000 });
  const write = (name: string, text: string | Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('runs a guest and passes its console on', () => {
    const { status, stdout } = hyperstep('run', guest('remap.S'), '--virtualization', 'full');
    assert.equal(status, 0);
    assert.match(stdout, /superpage 0000000000000103\n/);
  });

  it('loads a program elsewhere than its file says, where no memory is', () => {
    const script = write('high.ld', 'ENTRY(_start) SECTIONS { .text 0xffffffc000000000 : AT(0) { *(.text*) } }');
    const source = write('high.s', '.globl _start\n_start: auipc a0, 0\n li a7, 8\n ecall\n');
    const elf = path.join(folder, 'high.elf');
    assert.equal(hyperstep('asm', source, '-T', script, '-o', elf).status, 0);
    const refused = hyperstep('run', elf);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /segment 0x0-0x[0-9a-f]+ is outside the guest's memory .*--load-address/);
    const { status, stderr } = hyperstep('run', elf, '--load-address', '0x80400000', '--dump', 'registers');
    assert.equal(status, 0);
    assert.match(stderr, /a0\s+0x0*80400000/);
    assert.match(
      hyperstep('run', elf, '--load-address', 'there').stderr,
      /--load-address takes an address such as 0x80200000, which is even, not 'there'/,
    );
  });

  it('writes a report', () => {
    const report = path.join(folder, 'report.json');
    assert.equal(hyperstep('run', guest('remap.S'), '--virtualization', 'full', '--report', report).status, 0);
    const { instructions, cycles, exits, stopReason, stateHash } = JSON.parse(readFileSync(report, 'utf8'));
    assert.ok(instructions > 1000 && cycles > instructions);
    assert.ok(exits['shadow-miss'] > 0 && exits['sbi-call'] > 0);
    assert.equal(stopReason, 'power-off');
    assert.match(stateHash, /^[0-9a-f]{16}$/);
    const second = path.join(folder, 'second.json');
    hyperstep('run', guest('remap.S'), '--virtualization', 'full', '--report', second);
    assert.equal(JSON.parse(readFileSync(second, 'utf8')).stateHash, stateHash);
  });

  it('reaches a disk', () => {
    const disk = write('disk.img', testDisk());
    const { status, stdout } = hyperstep('run', guest('blk-read.S'), '--disk', disk);
    assert.equal(status, 0);
    assert.match(stdout, /capacity 0000000000000080\n/);
  });

  it('writes to a disk image only when asked to', () => {
    const disk = write('write.img', testDisk());
    hyperstep('run', guest('blk-write.S'), '--disk', disk);
    assert.deepEqual(new Uint8Array(readFileSync(disk)), testDisk());
    hyperstep('run', guest('blk-write.S'), '--disk', `${disk},rw`);
    assert.notDeepEqual(new Uint8Array(readFileSync(disk)), testDisk());
  });

  it('tells how a guest ended by its status', () => {
    const statusOf = (text: string, ...options: string[]): number | null =>
      hyperstep('run', write('end.S', text), ...options).status;
    assert.equal(statusOf('_start: li a7, 8\n ecall'), 0);
    assert.equal(statusOf('_start: wfi\n j _start'), 1);
    assert.equal(statusOf('_start: j _start', '--max-instructions', '1000'), 3);
    assert.equal(statusOf('_start: li t0, 0x18000000\n csrw stvec, t0\n ebreak', '--virtualization', 'full'), 1);
  });

  it('starts the guest again when it asks for a reset', () => {
    const { status, stdout } = hyperstep('run', guest('remap.S'), '--max-instructions', '5000');
    assert.equal(status, 0);
    const rebooting = write(
      'reset.S',
      '_start: li a0, 65\n li a7, 1\n ecall\n li a0, 1\n li a1, 0\n li a6, 0\n li a7, 0x53525354\n ecall',
    );
    const result = hyperstep('run', rebooting, '--max-instructions', '100');
    assert.equal(result.status, 3);
    assert.match(result.stdout, /^A{5,}$/);
    assert.ok(stdout.length > 0);
  });

  it('assembles an executable that runs, and an object', () => {
    const [elf, object] = [path.join(folder, 'a.elf'), path.join(folder, 'a.o')];
    assert.equal(hyperstep('asm', guest('remap.S'), '-o', elf).status, 0);
    assert.match(hyperstep('run', elf).stdout, /done\n$/);
    assert.equal(hyperstep('asm', '-c', guest('remap.S'), '-o', object).status, 0);
    assert.match(hyperstep('run', object).stdout, /done\n$/);
  });

  it('links by a script, writes a map, and says what is wrong with either', () => {
    const [elf, map, script, source] = ['s.elf', 's.map', 's.ld', 's.s'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(source, ' .globl begin\nbegin: call f\nf: ret\n .data\nx: .word 1\n');
    writeFileSync(
      script,
      'MEMORY { RAM : ORIGIN = 0x80400000, LENGTH = 1M }\nSECTIONS { .text : { *(.text) } >RAM .data : { *(.data) } >RAM }\n',
    );
    assert.equal(hyperstep('asm', source, '-T', script, '-e', 'begin', '--map', map, '-o', elf).status, 0);
    const text = readFileSync(map, 'utf8');
    assert.match(text, /RAM +0x80400000 +0x100000/);
    assert.match(text, /^\.text +0x80400000 +0x6/m);
    assert.match(text, /s\.s \(4 bytes shorter\)/);
    assert.match(text, /0x80400004 +f$/m);
    writeFileSync(script, 'SECTIONS {\n .text : { *(.text) } >ROM\n}\n');
    const wrong = hyperstep('check', source, '-T', script);
    assert.equal(wrong.status, 1);
    assert.match(wrong.stdout, /s\.ld:2:2: error: there is no memory region 'ROM'/);
    assert.match(hyperstep('asm', '-c', source, '-T', script, '-o', elf).stderr, /-c links nothing/);
    assert.equal(hyperstep('asm', source, '--relax', '--no-relax', '-o', elf).status, 2);
  });

  describe('with programs of gcc', () => {
    requireTool('riscv64-linux-gnu-gcc');
    const gcc = (...words: string[]): void => {
      const flags = [
        '-nostdlib',
        '-static',
        '-march=rv64imac',
        '-mabi=lp64',
        '-mcmodel=medany',
        '-ffreestanding',
        '-O1',
        '-g',
      ];
      const { status, stderr } = spawnSync('riscv64-linux-gnu-gcc', [...flags, ...words], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    const C =
      'static int twice(int x) { return 2 * x; }\nvolatile int seed = 20;\nint answer(void) { return twice(seed) + 25; }\n';

    it('links an object that has debug information', () => {
      const [source, object] = [write('answer.c', C), path.join(folder, 'answer.o')];
      gcc('-c', source, '-o', object);
      const boot = write(
        'boot.S',
        '_start: la sp, stack\n call answer\n li a7, 1\n ecall\n li a7, 8\n ecall\n .bss\n .balign 16\n .skip 256\nstack:\n',
      );
      const { status, stdout, stderr } = hyperstep('run', boot, object);
      assert.deepEqual([status, stdout, stderr], [0, 'A', '']);
    });

    it('runs an executable whose headers lie below memory', () => {
      const [source, elf] = [
        write('m-mode.S', '.globl _start\n_start: li t0, 0x100000\n li t1, 0x5555\n sw t1, 0(t0)\n j .\n'),
        path.join(folder, 'm.elf'),
      ];
      gcc('-Wl,-Ttext=0x80000000,--build-id=none', source, '-o', elf);
      const { status, stderr } = hyperstep('run', elf, '--firmware', 'none');
      assert.deepEqual([status, stderr], [0, '']);
    });
  });

  it('checks sources', () => {
    const bad = write('bad.s', '_start: addi a0, a0\n adi a1, a1, 1\n');
    const { status, stdout } = hyperstep('check', bad);
    assert.equal(status, 1);
    assert.match(stdout, /bad\.s:1:\d+: error: /);
    assert.match(stdout, /bad\.s:2:2: error: .*did you mean/);
    assert.equal(hyperstep('check', guest('remap.S')).status, 0);
  });

  it('compares engines', () => {
    const { status, stdout } = hyperstep('diff', guest('user-mode.S'), '--a', 'none', '--b', 'full');
    assert.equal(status, 0);
    assert.match(stdout, /^none and full are equal for \d+ instructions, up to the guest's end \(power-off\)\n$/);
  });

  it('runs a guest on the engine hardware, and counts its exits', () => {
    const report = path.join(folder, 'hardware.json');
    const { status } = hyperstep('run', guest('remap.S'), '--virtualization', 'hardware', '--report', report);
    assert.equal(status, 0);
    assert.ok(JSON.parse(readFileSync(report, 'utf8')).exits['second-stage-fill'] > 0);
  });

  it('saves a machine and goes on from there', () => {
    const saved = path.join(folder, 'saved.snap');
    const words = ['--virtualization', 'full', '--max-instructions', '2000', '--save', saved];
    const first = hyperstep('run', guest('remap.S'), ...words);
    assert.equal(first.status, 3);
    const second = hyperstep('run', '--restore', saved);
    assert.equal(second.status, 0);
    assert.equal(first.stdout + second.stdout, hyperstep('run', guest('remap.S')).stdout);
  });

  it('records a run with its disk, and replays it without', () => {
    const disk = write('recorded.img', testDisk());
    const record = path.join(folder, 'run.rec');
    const live = hyperstep('run', guest('blk-read.S'), '--disk', disk, '--record', record);
    assert.equal(live.status, 0);
    const again = hyperstep('run', guest('blk-read.S'), '--replay', record);
    assert.deepEqual([again.status, again.stdout], [0, live.stdout]);
    assert.match(again.stderr, /ends in the state in which the recorded run ended/);
    const other = hyperstep('run', guest('remap.S'), '--replay', record);
    assert.equal(other.status, 2);
    assert.match(other.stderr, /another program or another machine/);
  });

  it('finds the legal machine on which a guest differs', () => {
    const same = hyperstep('run', guest('sbi.S'), '--legal-variants');
    assert.equal(same.status, 0);
    assert.match(same.stderr, /the same on all \d+ legal variants/);
    // It takes for granted that the machine sets A and D.
    const differs = hyperstep('run', guest('remap.S'), '--legal-variants');
    assert.equal(differs.status, 1);
    assert.match(differs.stderr, /on the legal machine 'accessed-dirty-faults'/);
  });

  for (const [what, words, message] of [
    ['an option that the machine has not', ['run', 'x.S', '--option', 'speed=9'], /no option 'speed'/],
    ['a value that an option cannot have', ['run', 'x.S', '--option', 'asidBits=17'], /0 to 16/],
    ['a device that there is not', ['run', 'x.S', '--device', 'gpu'], /console or net or balloon or rng/],
    ['a missing bios', ['run', guest('remap.S'), '--firmware', 'none', '--bios', 'no.bin'], /'no\.bin' is not there/],
    ['a file that is no snapshot', ['run', '--restore', guest('remap.S')], /no snapshot/],
    ['an unknown command', ['walk'], /no command 'walk'/],
    ['no file', ['run'], /no file is named/],
    ['an unknown option', ['run', 'x.S', '--fast'], /--fast/],
    ['a bad engine', ['run', 'x.S', '--virtualization', 'magic'], /full or hardware or para or none, not 'magic'/],
    ['a bad memory size', ['run', 'x.S', '--memory', 'lots'], /64M/],
    ['too little memory', ['run', guest('remap.S'), '--memory', '2M'], /4M to 2G/],
    ['a missing file', ['run', 'nothing-there.S'], /is not there/],
    ['a missing disk', ['run', guest('remap.S'), '--disk', 'nothing.img'], /nothing\.img/],
    ['an unwritable report', ['run', guest('remap.S'), '--report', '/nowhere/report.json'], /nowhere/],
    [
      'firmware none under a VMM',
      ['run', guest('remap.S'), '--virtualization', 'full', '--firmware', 'none'],
      /firmware/,
    ],
  ] as const) {
    it(`answers ${what} with a clear error and status 2`, () => {
      const { status, stderr } = hyperstep(...words);
      assert.equal(status, 2);
      assert.match(stderr, message);
    });
  }

  it('lists the extensions that --march knows, and what the machine does with each', () => {
    const { status, stdout } = hyperstep('check', '--march', 'help');
    assert.equal(status, 0);
    assert.match(stdout, /^The machine runs it\.\n[\s\S]*zbkx +Crossbar permutations/);
    assert.match(
      stdout,
      /illegal there\.\n[\s\S]*zknd +AES decryption[\s\S]*known by name only[\s\S]*\n {2}v +Vector operations/,
    );
  });

  it('has help everywhere', () => {
    for (const words of [['--help'], ['run', '--help'], ['check', '--help'], ['asm', '--help'], ['diff', '--help']]) {
      const { status, stdout } = hyperstep(...words);
      assert.equal(status, 0);
      assert.match(stdout, /hyperstep/);
    }
  });

  it('refuses a broken ELF file', () => {
    const elf = path.join(folder, 'broken.elf');
    hyperstep('asm', guest('remap.S'), '-o', elf);
    const bytes = new Uint8Array(readFileSync(elf));
    const { status, stderr } = hyperstep('run', write('cut.elf', bytes.slice(0, 100)));
    assert.equal(status, 2);
    assert.match(stderr, /cut\.elf:1:1: error: /);
  });

  it('takes what hyperstep.json says, from the folder of the file upward', () => {
    const checked = (cwd: string, ...words: string[]) =>
      spawnSync(process.execPath, [cli, 'check', ...words], { encoding: 'utf8', cwd, timeout: 30_000 });
    const sample = checked('extension/sample', 'kernel.S');
    assert.deepEqual([sample.status, sample.stdout], [0, '']);

    mkdirSync(path.join(folder, 'linked/sources'), { recursive: true });
    mkdirSync(path.join(folder, 'linked/include'));
    const sources = path.join(folder, 'linked/sources');
    write('linked/include/sizes.h', '#define SIZE 16\n');
    write('linked/sources/a.S', '#include "sizes.h"\n.globl _start\n_start: call other\n li a0, SIZE + MORE\n');
    write('linked/sources/b.S', '.globl other\nother: ret\n');
    write('linked/sources/c.S', ' li a0, MORE\n');
    write(
      'linked/hyperstep.json',
      '{ "program": ["sources/a.S", "sources/b.S"], "includePaths": ["include"], "defines": { "MORE": "1" } }',
    );
    assert.equal(checked(sources, 'a.S').stdout, '');
    assert.equal(checked(folder, path.join(sources, 'a.S')).stdout, '');
    assert.equal(checked(sources, 'c.S').stdout, '');
    // What the command line says goes before it, and several files are the program as given.
    assert.match(checked(sources, 'a.S', '-D', 'MORE=("').stdout, /^a\.S:4:/);
    assert.match(checked(sources, 'a.S', 'c.S').stdout, /^a\.S:1:.*sizes\.h/);

    write('linked/hyperstep.json', '{ "march": 5 }');
    assert.equal(
      checked(sources, 'c.S').stdout,
      `../hyperstep.json:1:1: error: "march" must be a string such as "rv64imac_zicsr", not 5\n`,
    );
  });

  it('reads regular files, and streams that are named, within limits', () => {
    const kinds = path.join(folder, 'kinds');
    mkdirSync(path.join(kinds, 'folder.s'), { recursive: true });
    spawnSync('mkfifo', [path.join(kinds, 'pipe.s')]);
    write('kinds/sparse.bin', '');
    truncateSync(path.join(kinds, 'sparse.bin'), 2 ** 40);
    write(
      'kinds/all.S',
      [
        '#include "pipe.s"',
        '.include "folder.s"',
        '.incbin "/dev/zero"',
        '.incbin "pipe.s"',
        '.incbin "sparse.bin"',
        '',
      ].join('\n'),
    );
    write('kinds/ok.s', '_start: j _start\n');
    const said = (...words: string[]): string => {
      const { stdout, stderr, signal } = spawnSync(process.execPath, [cli, ...words], {
        encoding: 'utf8',
        cwd: kinds,
        timeout: 30_000,
      });
      assert.equal(signal, null, words.join(' '));
      return stdout + stderr;
    };
    const lines = said('check', 'all.S').split('\n');
    assert.match(lines[0] ?? '', /^all\.S:1:1: error: the included file 'pipe\.s' is a named pipe, not a regular file/);
    assert.match(lines[1] ?? '', /^all\.S:2:.*is a folder, not a file/);
    assert.match(lines[2] ?? '', /^all\.S:3:.*'\/dev\/zero' is a device, not a regular file/);
    assert.match(lines[3] ?? '', /^all\.S:4:.*is a named pipe/);
    assert.match(lines[4] ?? '', /^all\.S:5:.*has more than 256 MiB/);
    const piped = spawnSync('sh', ['-c', 'echo " bogus" | "$0" "$1" check /dev/stdin', process.execPath, cli], {
      encoding: 'utf8',
    });
    assert.match(piped.stdout, /^\/dev\/stdin:1:2: error: unknown instruction 'bogus'/);
    const wrong: readonly [string[], RegExp][] = [
      [['asm', 'folder.s', '-o', 'x.elf'], /'folder\.s' is a folder, not a file/],
      [['check', 'pipe.s'], /'pipe\.s' is a named pipe that nobody writes to/],
      [['check', '/dev/zero'], /has more than 64 MiB/],
      [['check', '-T', 'folder.s', 'ok.s'], /the linker script 'folder\.s' is a folder/],
      [['run', '--bios', 'folder.s', '--firmware', 'none', 'ok.s'], /the bios 'folder\.s' is a folder/],
      [['run', '--initrd', 'none', 'ok.s'], /the initial RAM disk 'none' is not there/],
      [['run', '--disk', 'pipe.s', 'ok.s'], /'pipe\.s' is a named pipe/],
      [['run', '--restore', 'folder.s'], /the saved machine 'folder\.s' is a folder/],
    ];
    for (const [words, why] of wrong) assert.match(said(...words), why, words.join(' '));
    write('kinds/hyperstep.json', '{ "program": "ok.s", "linkerScript": "/dev/zero" }');
    assert.match(said('check', 'ok.s'), /the linker script '.*\/dev\/zero' is a device/);
    rmSync(path.join(kinds, 'hyperstep.json'));
    spawnSync('mkfifo', [path.join(kinds, 'hyperstep.json')]);
    assert.match(said('check', 'ok.s'), /hyperstep\.json:1:1: error: it is a named pipe/);
  });

  it('links as the project file says, from any folder', () => {
    mkdirSync(path.join(folder, 'options'), { recursive: true });
    write('options/a.s', '.globl _start\n_start: call other\n call elsewhere\n');
    write('options/b.s', '.globl other\nother: ret\n');
    write('options/hyperstep.json', '{ "program": ["a.s"], "linkOptions": ["--defsym", "elsewhere=_start", "b.s"] }');
    for (const [cwd, file] of [
      [folder, 'options/a.s'],
      [path.join(folder, 'options'), 'a.s'],
    ] as const) {
      const { status, stdout } = spawnSync(process.execPath, [cli, 'check', file], { encoding: 'utf8', cwd });
      assert.equal(stdout, '');
      assert.equal(status, 0);
    }
  });

  it('checks folders as the editor does, parts of programs, and says which calls led to what is wrong', () => {
    const tree = path.join(folder, 'tree');
    for (const name of ['linked', 'include/sys', 'lib', 'built']) mkdirSync(path.join(tree, name), { recursive: true });
    write('tree/linked/hyperstep.json', '{ "program": ["a.s", "b.s"] }');
    write('tree/linked/a.s', '.globl _start\n_start: call other\n');
    write('tree/linked/b.s', '_b: call nowhere\n');
    write('tree/include/sys/regs.h', '#define SAVE sd\n');
    write('tree/lib/part.S', '#include <sys/regs.h>\n SAVE a0, 0(sp)\n call elsewhere\n');
    write('tree/lib/arm.S', ' stmfd sp!, {r4, lr}\n ldr r0, [r1, #4]!\n ldmfd sp!, {r4, pc}\n');
    write('tree/built/x.S', '#ifndef BUILT\n#error not as built\n#endif\n');
    write('tree/built/compile_commands.json', '[{ "directory": ".", "file": "x.S", "command": "gcc -DBUILT x.S" }]');
    write('tree/lib/bad.s', '.macro in r\n addi \\r, 5\n.endm\n.macro out\n in a0\n.endm\n out\n');
    const checked = (...words: string[]) =>
      spawnSync(process.execPath, [cli, 'check', ...words], { encoding: 'utf8', cwd: folder, timeout: 60_000 });
    const { status, stdout } = checked('tree');
    assert.equal(status, 1);
    assert.deepEqual(stdout.trim().split('\n').sort(), [
      "tree/lib/bad.s:2:2: error: missing operand: expected 'addi rd, rs1, imm'",
      "tree/lib/bad.s:5:2: note: macro 'in' called here",
      "tree/lib/bad.s:7:2: note: macro 'out' called here",
      "tree/linked/a.s:2:14: error: symbol 'other' is not defined",
      "tree/linked/b.s:1:10: error: symbol 'nowhere' is not defined",
    ]);
    assert.equal(checked('tree/built').status, 0);
    assert.match(checked('tree/linked/b.s', '-T', 'none.ld').stdout, /nowhere|none\.ld/);
    assert.deepEqual([checked('-c', 'tree/linked/b.s').stdout, checked('-c', 'tree/linked/b.s').status], ['', 0]);
  });

  it('says when there are more problems than it shows', () => {
    const many = write('many-problems.s', ' bogus\n'.repeat(1500));
    const lines = hyperstep('check', many).stdout.trim().split('\n');
    assert.equal(lines.length, 1001);
    assert.match(lines.at(-1) ?? '', /:1001:\d+: error: there are more than 1000 problems: the others are not shown/);
    // An error among those that are not shown is one all the same.
    const late = write('late.s', `${' .byte 300\n'.repeat(1200)} bogus\n`);
    assert.equal(hyperstep('check', late).status, 1);
  });
});
