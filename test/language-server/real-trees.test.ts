import assert from 'node:assert/strict';
import type { ClientCapabilities, CodeAction, Diagnostic } from 'vscode-languageserver';
import { TestClient } from './client';

/** A tree as a kernel's: headers of the architecture and of all, one that the build makes, and other architectures beside it. */
const kernel = {
  'arch/riscv/include/asm/asm.h':
    '#ifdef __ASSEMBLY__\n#define REG_S sd\n#define ENTRY(name) .globl name; name:\n#else\nint c;\n#endif\n',
  'arch/riscv/include/asm/csr.h': '#include <linux/const.h>\n#define SR_SIE UL(2)\n',
  'arch/arm64/include/asm/asm.h': '#error the wrong architecture\n',
  'arch/arm64/include/asm/only.h': '\n',
  'include/linux/const.h': '#define UL(x) x\n',
  'tools/include/linux/const.h': '#error of the tools\n',
};
const entry = [
  '#include <asm/asm.h>',
  '#include <asm/csr.h>',
  '#include <generated/asm-offsets.h>',
  'ENTRY(handle)',
  '  REG_S ra, PT_EPC(sp)',
  '  save_all TASK_SIZE, t0',
  '  li t0, SR_SIE | SR_OTHER',
  '  csrr a0, CSR_MORE',
  '  addi sp, sp, -PT_SIZE',
  '  SYM_END(handle)',
  '  addi a0, a1',
  '',
].join('\n');

/** The errors of a document, as its lines and messages. */
const errorsOf = (found: readonly Diagnostic[]): [number, string][] =>
  found.filter(({ severity }) => severity === 1).map(({ range, message }) => [range.start.line + 1, message]);

async function errorsIn(client: TestClient, name: string, text: string): Promise<[number, string][]> {
  const { uri } = await client.open(name, text);
  const { items } = await client.request<{ items: Diagnostic[] }>('textDocument/diagnostic', { textDocument: { uri } });
  return errorsOf(items);
}

describe('Language server: a source in a tree without configuration', () => {
  it('finds headers where the tree keeps them, and says of the one that is missing that the build makes it', async () => {
    const client = await TestClient.start(kernel);
    assert.deepEqual(await errorsIn(client, 'arch/riscv/kernel/entry.S', entry), [
      [3, "cannot find the included file 'generated/asm-offsets.h': the build of the project seems to make it"],
      [11, "missing operand: expected 'addi rd, rs1, imm'"],
    ]);
    client.stop();
  });

  it('takes the headers that a build makes of general ones for those', async () => {
    const client = await TestClient.start({
      ...kernel,
      'arch/riscv/include/asm/hwcap.h': '#include <asm/errno.h>\n#define BAD ENOENT\n',
      'include/uapi/asm-generic/errno.h': '#define ENOENT 2\n',
    });
    assert.deepEqual(
      await errorsIn(
        client,
        'arch/riscv/kernel/a.S',
        '#include <asm/hwcap.h>\n#include <asm/none.h>\n .if BAD != 2\n .err\n .endif\n',
      ),
      [[2, "cannot find the included file 'asm/none.h'"]],
    );
    client.stop();
  });

  it('warns of files that the build makes beside it for .incbin', async () => {
    const client = await TestClient.start({
      ...kernel,
      'arch/riscv/vdso/vdso.S': ' .incbin "arch/riscv/other/vdso.so"\n',
    });
    const text = ' .incbin "arch/riscv/boot/Image"\n .incbin "Image"\n .incbin "arch/arm/boot/Image"\n';
    assert.deepEqual(await errorsIn(client, 'arch/riscv/boot/loader.S', text), [
      [2, "cannot find the file 'Image'"],
      [3, "cannot find the file 'arch/arm/boot/Image'"],
    ]);
    assert.deepEqual(await errorsIn(client, 'arch/riscv/other/vdso.S', '#include "../vdso/vdso.S"\n'), []);
    client.stop();
    const commands = [{ directory: '/w', file: 'arch/riscv/boot/loader.S', arguments: ['builder'] }];
    const stated = await TestClient.start({ ...kernel, 'compile_commands.json': JSON.stringify(commands) });
    await stated.open('arch/riscv/boot/loader.S', text);
    // What its compiler is asked for comes later.
    await stated.diagnosticsOf('arch/riscv/boot/loader.S', (found) => errorsOf(found).length === 3);
    stated.stop();
  });

  it('has the headers and sources of the tree once they are there', async () => {
    const files: Record<string, string> = { ...kernel };
    const client = await TestClient.start(files);
    await errorsIn(client, 'arch/riscv/kernel/entry.S', '#include <generated/asm-offsets.h>\n li a0, PT_SIZE\n');
    files['arch/riscv/include/generated/asm-offsets.h'] = '#define PT_SIZE 288\n';
    const uri = 'file:///w/arch/riscv/include/generated/asm-offsets.h';
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 1 }] });
    await client.diagnosticsOf('arch/riscv/kernel/entry.S', (found) => errorsOf(found).length === 0);
    client.stop();
  });

  it('keeps errors as they are where nothing is missing', async () => {
    const client = await TestClient.start(kernel);
    const text = '  REG_S ra, 0(sp)\n  li t0, SR_OTHER\n  bogus\n';
    assert.equal((await errorsIn(client, 'own/a.S', text)).length, 3);
    client.stop();
  });

  it('takes of a name that many folders have none that is as near as another', async () => {
    const client = await TestClient.start({
      'a/include/chip.h': '\n',
      'b/include/chip.h': '\n',
      'c/deep/other.h': '\n',
    });
    assert.deepEqual(await errorsIn(client, 'port/a.S', '#include "chip.h"\n#include <other.h>\n'), [
      [1, "cannot find the included file 'chip.h'"],
      [2, "cannot find the included file 'other.h'"],
    ]);
    client.stop();
  });

  it('is told all the same when hyperstep.json states its program', async () => {
    const client = await TestClient.start({ ...kernel, 'hyperstep.json': '{ "program": "own/a.S" }' });
    const [first] = await errorsIn(client, 'own/a.S', '#include <linux/const.h>\n li a0, UL(5)\n');
    assert.deepEqual(first, [1, "cannot find the included file 'linux/const.h'"]);
    client.stop();
  });

  it('offers the headers that are there, by their path and by their folder', async () => {
    const creating: ClientCapabilities = {
      workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } },
    };
    const headers = { 'a/include/chip.h': '\n', 'b/include/chip.h': '\n' };
    const offered = async (files: Record<string, string>): Promise<CodeAction[]> => {
      const client = await TestClient.start(files, { trusted: true }, creating);
      const { uri } = await client.open('port/a.S', '#include "chip.h"\n');
      const { items } = await client.request<{ items: Diagnostic[] }>('textDocument/diagnostic', {
        textDocument: { uri },
      });
      const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
        textDocument: { uri },
        range: items[0]!.range,
        context: { diagnostics: items },
      });
      client.stop();
      return actions;
    };
    const actions = await offered(headers);
    assert.deepEqual(
      actions.map(({ title }) => title),
      [
        "Add 'a/include' to the include paths in hyperstep.json",
        "Add 'b/include' to the include paths in hyperstep.json",
        "Include '../a/include/chip.h'",
        "Include '../b/include/chip.h'",
      ],
    );
    assert.match(JSON.stringify(actions[0]?.edit), /"kind":"create","uri":"file:\/\/\/w\/hyperstep.json"/);
    const [edited] = await offered({ ...headers, 'hyperstep.json': '{\n  "includePaths": ["inc"]\n}\n' });
    const [edit] = edited?.edit?.changes?.['file:///w/hyperstep.json'] ?? [];
    assert.deepEqual(JSON.parse(edit?.newText ?? ''), { includePaths: ['inc', 'a/include'] });
    const [none] = await offered({});
    assert.equal(none?.title, "Add 'include' to the include paths in hyperstep.json, to be changed there");
  });
});

describe('Language server: a source with a compilation database', () => {
  const files = {
    'compile_commands.json': JSON.stringify([
      {
        directory: '/w/obj',
        file: '../src/main.S',
        command:
          'riscv64-unknown-elf-gcc -D__KERNEL__ -DNAME="a b" -I../inc -include ../inc/config.h -march=rv64ima -c ../src/main.S',
      },
    ]),
    'inc/config.h': '#define CONFIG 5\n#define REG_S sd\n',
    'inc/more.h': '#ifndef __KERNEL__\n#error no kernel\n#endif\n#define MORE CONFIG\n',
  };
  const text = '#include "more.h"\n_start: li a0, MORE\n REG_S a0, 0(sp)\n c.nop\n';

  it('is assembled as the command says', async () => {
    const client = await TestClient.start(files);
    await client.open('src/main.S', text);
    // Once the compiler, which is not there, was asked.
    const found = await client.diagnosticsOf('src/main.S', (all) => errorsOf(all).length > 0);
    assert.deepEqual(errorsOf(found), [[4, "'c.nop' needs 'c' or 'zca', which -march or .option arch does not have"]]);
    client.stop();
  });

  it('lends its command to headers and new sources, and is followed when it changes', async () => {
    const changing: Record<string, string> = { ...files };
    const client = await TestClient.start(changing);
    assert.deepEqual(await errorsIn(client, 'src/new.S', '#include "more.h"\n li a0, MORE\n'), []);
    changing['compile_commands.json'] = '[]';
    const uri = 'file:///w/compile_commands.json';
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
    // The header is found all the same, and says what is not defined.
    await client.diagnosticsOf('src/new.S', (found) => found.some(({ severity }) => severity === 4));
    client.stop();
  });

  it('lets headers be found for a new source that they are not named for', async () => {
    const client = await TestClient.start({ ...files, 'other/board.h': '#define BOARD 7\n' });
    const own = '#include <board.h>\n li a0, BOARD\n';
    assert.deepEqual(await errorsIn(client, 'other/new.S', own), []);
    assert.deepEqual(await errorsIn(client, 'src/main.S', own), [[1, "cannot find the included file 'board.h'"]]);
    client.stop();
  });

  it('with hyperstep.json beside it has both', async () => {
    const client = await TestClient.start({ ...files, 'hyperstep.json': '{ "defines": { "EXTRA": "1" } }' });
    assert.deepEqual(await errorsIn(client, 'src/main.S', '#include "more.h"\n li a0, MORE + EXTRA\n'), []);
    client.stop();
  });

  it('says where the database is wrong', async () => {
    const client = await TestClient.start({ 'compile_commands.json': '[{}]' });
    await client.open('src/main.S', ' nop\n');
    const [problem] = await client.diagnosticsOf('compile_commands.json', (found) => found.length > 0);
    assert.match(problem?.message ?? '', /entry 1 needs "directory", "file"/);
    client.stop();
  });

  it('or with compile_flags.txt is assembled by its flags', async () => {
    const client = await TestClient.start({
      'compile_flags.txt': '-Ideep/inc\n-DX=1\n',
      'deep/inc/d.h': '#define D X\n',
    });
    assert.deepEqual(await errorsIn(client, 'src/main.S', '#include <d.h>\n li a0, D\n'), []);
    client.stop();
  });
});

describe('Language server: compilers of a project', () => {
  const database = JSON.stringify([
    { directory: '/w', file: 'a.S', arguments: ['/opt/riscv64-x-elf-gcc', '-O2', 'a.S'] },
  ]);
  const text = '#include <std.h>\n li a0, __FROM_COMPILER + STD\n';

  it('are asked once, in the background, for macros and folders', async () => {
    const client = await TestClient.start({ 'compile_commands.json': database, 'sys/std.h': '#define STD 1\n' });
    client.compilers.set('/opt/riscv64-x-elf-gcc', {
      predefines: { __riscv: '1', __FROM_COMPILER: '5' },
      includePaths: ['/w/sys'],
    });
    await client.open('a.S', text);
    await client.diagnosticsOf('a.S', (found) => found.length === 0);
    await client.change('file:///w/a.S', [{ text: `${text} nop\n` }]);
    await client.request('textDocument/diagnostic', { textDocument: { uri: 'file:///w/a.S' } });
    assert.deepEqual(client.asked, [['/opt/riscv64-x-elf-gcc', '-O2']]);
    client.stop();
  });

  it('are not started in a workspace without trust, nor when they are no compilers by name', async () => {
    const client = await TestClient.start({ 'compile_commands.json': database }, { trusted: false });
    await errorsIn(client, 'a.S', text);
    assert.deepEqual(client.asked, []);
    client.stop();
    const evil = database.replace('/opt/riscv64-x-elf-gcc', './run-me');
    const other = await TestClient.start({ 'compile_commands.json': evil });
    await errorsIn(other, 'a.S', text);
    assert.ok(
      other.asked.every(([compiler]) => /^riscv/.test(compiler ?? '')),
      JSON.stringify(other.asked),
    );
    other.stop();
  });
});
