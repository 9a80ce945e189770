import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, describe, it } from 'mocha';
import { readHostFile } from '../../host-files/read';
import { writeExecutable } from '../../simulator/object/elf/writer';
import type { Program } from '../../simulator/object/program';
import { buildGiven } from '../../simulator/project/build';
import { requireTool } from '../support/tools';
import { Client } from './client';

/** Linked high, at physical addresses from 0, as Linux is. */
const kernel = `        .globl  _start
_start: li      s0, 1
        lla     a0, message
        call    early
        li      a7, 8
        ecall
early:  addi    s0, s0, 1
        ret
        .data
message: .dword 0x55
`;
const kernelScript = `ENTRY(_start)
OFF = 0xffffffff80000000;
SECTIONS {
  . = OFF;
  .text : AT(ADDR(.text) - OFF) { *(.text*) }
  . = ALIGN(4096);
  .data : AT(ADDR(.data) - OFF) { *(.data*) }
}
`;
/** Runs a guest that is linked to its own addresses, and has it at 0x80400000. */
const hypervisor = `        .globl  _start
_start: lla     t0, trap
        csrw    stvec, t0
        lla     t1, second
        li      t0, (0x80400000 >> 2) | 0xdf
        lla     t2, middle
        sd      t0, 8(t2)
        srli    t0, t2, 2
        ori     t0, t0, 1
        sd      t0, 16(t1)
        srli    t1, t1, 12
        li      t0, 8 << 60
        or      t1, t1, t0
        csrw    hgatp, t1
        hfence.gvma
        li      t0, 0x180
        csrs    hstatus, t0
        li      t0, 0x100
        csrs    sstatus, t0
        li      t0, 0x80200000
        csrw    sepc, t0
        sret
        .balign 4
trap:   li      a7, 8
        ecall
        .section .guest, "aw"
        .incbin "guest.bin"
        .bss
        .balign 16384
second: .skip   16384
middle: .skip   4096
`;
const hypervisorScript = `ENTRY(_start)
SECTIONS {
  .text 0x80200000 : { *(.text*) }
  .bss : { *(.bss*) }
  .guest 0x80400000 : { *(.guest) }
}
`;
const guest = `        .globl  _start
_start: li      s1, 1
        call    work
        ecall
work:   addi    s1, s1, 1
        ret
`;
const guestScript = 'ENTRY(_start) SECTIONS { .text 0x80200000 : { *(.text*) } }';

const lineOf = (source: string, label: string): number =>
  source.split('\n').findIndex((line) => line.startsWith(label)) + 1;

describe('ELF files as they are', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-symbols-'));
  const file = (name: string): string => path.join(folder, name);
  let client: Client | undefined;
  afterEach(async () => {
    await client?.request('disconnect');
    client = undefined;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Writes NAME.s and, of it, NAME.elf and the flat NAME.bin. */
  const build = async (name: string, source: string, script: string): Promise<Program> => {
    writeFileSync(file(`${name}.s`), source);
    writeFileSync(file(`${name}.ld`), script);
    const given = { program: [file(`${name}.s`)], linkerScript: file(`${name}.ld`), march: 'rv64gch' };
    const { program, diagnostics } = await buildGiven(given, undefined, (each) => readHostFile(each), {
      debug: { folder },
    });
    assert.ok(program?.executable, JSON.stringify(diagnostics));
    writeFileSync(file(`${name}.elf`), writeExecutable(program.executable()).slice());
    const [first] = program.segments;
    const start = first?.loadAddress ?? 0n;
    const last = program.segments.at(-1);
    const image = new Uint8Array(Number((last?.loadAddress ?? 0n) - start) + (last?.bytes.length ?? 0));
    for (const { loadAddress, bytes } of program.segments) image.set(bytes, Number(loadAddress - start));
    writeFileSync(file(`${name}.bin`), image);
    return program;
  };
  const launch = async (program: string, attributes: object): Promise<void> => {
    client = new Client();
    await client.launch(file(program), { virtualization: 'none', ...attributes } as object);
    await client.stopped();
  };
  const top = async () => {
    const [frame] = (await client?.stack()) ?? [];
    return [frame?.name, frame?.source?.name, frame?.line];
  };
  const stopAt = async (name: string, line: number) => {
    const [breakpoint] = (await client?.breakAt(file(name), [line])) ?? [];
    assert.equal(breakpoint?.verified, true);
    await client?.go('continue');
  };

  it('whose physical addresses are no memory say which attribute loads them elsewhere', async () => {
    await build('kernel', kernel, kernelScript);
    const refused = new Client();
    await assert.rejects(
      refused.launch(file('kernel.elf'), { virtualization: 'none' } as object),
      /segment 0x0-0x[0-9a-f]+ is outside the guest's memory .*"loadAddress" \(on the command line --load-address\)/,
    );
    await launch('kernel.elf', { loadAddress: '0x80200000', stopOnEntry: true });
    assert.deepEqual(await top(), ['_start', 'kernel.s', 2]);
    await stopAt('kernel.s', lineOf(kernel, 'early:'));
    assert.deepEqual(await top(), ['early', 'kernel.s', lineOf(kernel, 'early:')]);
    assert.equal(await client?.evaluate('*(long *)message'), '0x55');
  });

  for (const [what, symbols] of [
    ['where the image lies', ['kernel.elf']],
    ['where it is said', [{ file: 'kernel.elf', loadAddress: '0x80200000' }]],
  ] as const)
    it(`beside a flat binary have its symbols and lines, ${what}`, async () => {
      await build('kernel', kernel, kernelScript);
      await launch('kernel.bin', { symbols, stopOnEntry: true });
      assert.deepEqual(await top(), ['_start', 'kernel.s', 2]);
      await stopAt('kernel.s', lineOf(kernel, 'early:'));
      const stack = (await client?.stack()) ?? [];
      assert.deepEqual(
        stack.map(({ name, line }) => [name.replace(/\+.*/, ''), line]),
        [
          ['early', lineOf(kernel, 'early:')],
          ['_start', 4],
        ],
      );
      assert.match((await client?.scope('Registers'))?.get('a0')?.value ?? '', /<message>$/);
    });

  for (const [what, where] of [
    ['by where it lies', { loadAddress: '0x80400000' }],
    ['by its bytes', {}],
  ] as const)
    it(`of a guest inside a hypervisor, linked to the same addresses, are told apart ${what}`, async () => {
      await build('guest', guest, guestScript);
      await build('hypervisor', hypervisor, hypervisorScript);
      await launch('hypervisor.elf', { symbols: [{ file: 'guest.elf', ...where }], stopOnEntry: true });
      assert.deepEqual(await top(), ['_start', 'hypervisor.s', 2]);
      await stopAt('guest.s', 2);
      assert.deepEqual(await top(), ['_start (VS-mode of VMID 0)', 'guest.s', 2]);
      await stopAt('guest.s', lineOf(guest, 'work:'));
      assert.deepEqual(await top(), ['work (VS-mode of VMID 0)', 'guest.s', lineOf(guest, 'work:')]);
      assert.equal(((await client?.stack()) ?? [])[1]?.line, 3);
      await stopAt('hypervisor.s', lineOf(hypervisor, 'trap:'));
      const stack = (await client?.stack()) ?? [];
      assert.deepEqual(
        stack.map(({ name, source }) => [name, source?.name]),
        [
          ['trap (HS-mode)', 'hypervisor.s'],
          ['_start+0x6 (interrupted in VS-mode of VMID 0)', 'guest.s'],
        ],
      );
    });

  it('that cannot be symbol files are refused by name', async () => {
    await build('kernel', kernel, kernelScript);
    const message = async (symbols: unknown): Promise<string> => {
      const refused = new Client();
      try {
        await refused.launch(file('kernel.bin'), { symbols } as object);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    assert.match(await message(['kernel.bin']), /the symbol file 'kernel.bin' cannot be used: not an ELF file/);
    assert.match(await message(['none.elf']), /the symbol file 'none.elf' cannot be read: it is not there/);
    assert.match(
      await message([{ file: 'kernel.elf', offset: 4 }]),
      /"symbols"\[0\]: "offset" must be a number such as "0x40000000", not 4/,
    );
    assert.match(await message('kernel.elf'), /"symbols" must be a list of ELF files/);
  });

  it('whose sources are not here keep file and line', async () => {
    await build('kernel', kernel, kernelScript);
    rmSync(file('kernel.s'));
    await launch('kernel.elf', { loadAddress: '0x80200000', stopOnEntry: true });
    const [frame] = (await client?.stack()) ?? [];
    assert.equal(frame?.name, `_start at ${path.basename(folder)}/kernel.s:2`);
    assert.match(frame?.source?.name ?? '', /disassembly/);
    assert.match(frame?.source?.origin ?? '', /kernel\.s, which is not here: "sourceMap"/);
  });

  describe('with compressed debug sections', () => {
    requireTool('riscv64-linux-gnu-objcopy');
    for (const kind of ['zlib', 'zlib-gnu'])
      it(`have their lines (${kind})`, async () => {
        await build('kernel', kernel, kernelScript);
        execFileSync('riscv64-linux-gnu-objcopy', [`--compress-debug-sections=${kind}`, 'kernel.elf', 'packed.elf'], {
          cwd: folder,
        });
        await launch('packed.elf', { loadAddress: '0x80200000', stopOnEntry: true });
        assert.deepEqual(await top(), ['_start', 'kernel.s', 2]);
      });

    it('say what cannot be read of them', async () => {
      await build('kernel', kernel, kernelScript);
      execFileSync('riscv64-linux-gnu-objcopy', ['--compress-debug-sections=zlib', 'kernel.elf', 'packed.elf'], {
        cwd: folder,
      });
      const bytes = readFileSync(file('packed.elf'));
      const [headers, count] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(60)];
      for (let at = headers; at < headers + count * 64; at += 64) {
        // Of sections that are compressed (SHF_COMPRESSED) the kind of compression becomes one that nobody knows.
        if (bytes.readBigUInt64LE(at + 8) & 0x800n) bytes.writeUInt32LE(99, Number(bytes.readBigUInt64LE(at + 24)));
      }
      writeFileSync(file('unknown.elf'), bytes);
      await launch('unknown.elf', { loadAddress: '0x80200000', stopOnEntry: true });
      assert.equal((await top())[0], '_start');
      const told =
        client?.events.filter(({ event, body }) => event === 'output' && body.category === 'important') ?? [];
      assert.match(
        told.map(({ body }) => body.output).join(''),
        /section \.debug_\w+ is compressed in an unknown way \(99\)/,
      );
    });
  });
});
