import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readHostFile } from '../../host-files/read';
import { RelocationType } from '../../simulator/object/elf/relocatable';
import { buildProgram } from '../../simulator/project/build';
import { withCompileCommands } from '../../simulator/project/compile-commands/apply';
import { CompilationDatabase } from '../../simulator/project/compile-commands/database';
import { findCompileCommand, type SearchOptions } from '../../simulator/project/compile-commands/find';
import { readFlags } from '../../simulator/project/compile-commands/flags';
import { shellWords } from '../../simulator/project/compile-commands/shell-words';
import { projectOfFile } from '../../simulator/project/project';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';

describe('Commands of a shell', () => {
  it('are split as the shell does', () => {
    const next = numbersFrom(7);
    const pieces = [
      'a',
      '-D',
      ' ',
      '  ',
      "'",
      '"',
      '\\',
      '\\"',
      "\\'",
      '=',
      'x y',
      '\t',
      '#',
      '\\ ',
      '(',
      '"a b"',
      "'c d'",
      "''",
    ];
    let compared = 0;
    for (let round = 0; round < 150; round++) {
      const command = Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]!).join('');
      // Characters that a shell takes for more than words are not those of a compiler's command.
      const quoted = command.replace(/[()#]/g, '\\$&');
      const { status, stdout } = spawnSync('sh', ['-c', `printf '%s\\0' x ${quoted}`], { encoding: 'utf8' });
      if (status !== 0) continue;
      compared++;
      assert.deepEqual(shellWords(`x ${quoted}`), stdout.split('\0').slice(0, -1), quoted);
    }
    assert.ok(compared > 40);
  });
});

describe('Flags of compilers', () => {
  it('are those that assembly depends on, in all their forms', () => {
    const { options, query } = readFlags(
      [
        ...['-c', '-Iinc', '-I', 'inc2', '-isystem', 'sys', '-isystemsys2', '-iquote', 'q', '-idirafter', '/after'],
        ...['-DA', '-D', 'B=2', '-DC="x y"', '-UD', '-D', 'E', '-UE', '-include', 'pre.h', '-imacros', 'm.h'],
        ...[
          '-Wa,-march=rv64i,-I,wa',
          '-Xassembler',
          '-mno-relax',
          '-march=rv64gc',
          '-mabi=lp64d',
          '-MF',
          '-Ix',
          '-o',
          '-DO',
        ],
        ...['-nostdinc', '-O2', '-fPIE', 'file.S'],
      ],
      '/w/build',
    );
    assert.deepEqual(options, {
      quotePaths: ['/w/build/q'],
      includePaths: ['/w/build/inc', '/w/build/inc2', '/w/build/wa'],
      systemPaths: ['/w/build/sys', '/w/build/sys2'],
      afterPaths: ['/after'],
      before: [
        { path: 'pre.h', macrosOnly: false },
        { path: 'm.h', macrosOnly: true },
      ],
      folder: '/w/build',
      defines: { A: '1', B: '2', C: '"x y"' },
      undefines: ['D', 'E'],
      march: 'rv64gc',
      mabi: 'lp64d',
      relax: false,
      pic: true,
    });
    assert.deepEqual(query, ['-march=rv64gc', '-mabi=lp64d', '-nostdinc', '-O2', '-fPIE']);
  });

  it('end anywhere without harm', () => {
    for (const option of [
      '-I',
      '-D',
      '-U',
      '-include',
      '-isystem',
      '-Xassembler',
      '-Wa,',
      '-Wa,-I',
      '-D=',
      '-U=',
      '',
      '-',
    ])
      assert.doesNotThrow(() => readFlags([option], '/w'), option);
  });
});

describe('Compilation databases', () => {
  const files = new Map<string, string>();
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    const text = files.get(file);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  };
  const search: SearchOptions = { root: undefined, infer: true };
  beforeEach(() => files.clear());

  const entry = (file: string, ...args: string[]): object => ({
    directory: '/w/obj',
    file,
    arguments: ['riscv64-unknown-elf-gcc', ...args, file],
  });
  const definesOf = async (file: string, options = search): Promise<object | undefined> =>
    (await findCompileCommand(file, read, options)).found?.options.defines;

  it('are found above a file, the nearest first, in folders for builds too', async () => {
    files.set('/w/compile_commands.json', JSON.stringify([entry('/w/a/x.S', '-DTOP')]));
    files.set('/w/a/build/compile_commands.json', JSON.stringify([entry('../a/y.S', '-DBUILD')]));
    assert.deepEqual(await definesOf('/w/a/y.S'), { BUILD: '1' });
    files.delete('/w/a/build/compile_commands.json');
    assert.deepEqual(await definesOf('/w/a/x.S'), { TOP: '1' });
    assert.equal(await definesOf('/w/a/x.S', { root: '/w/a', infer: true }), undefined);
    files.set('/w/a/compile_flags.txt', '-DFLAGS\n\n-I\ninclude\n');
    assert.deepEqual(await definesOf('/w/a/x.S'), { FLAGS: '1' });
  });

  it('lend the command of the nearest source to headers and new files', async () => {
    files.set(
      '/w/compile_commands.json',
      JSON.stringify([
        entry('/w/b/far.S', '-DFAR'),
        entry('/w/a/z.c', '-DC'),
        entry('/w/a/x.S', '-DX'),
        entry('/w/a/y.S', '-DY'),
      ]),
    );
    assert.deepEqual(await definesOf('/w/a/y.h'), { Y: '1' });
    assert.deepEqual(await definesOf('/w/a/new.S'), { X: '1' });
    assert.deepEqual(await definesOf('/w/b/c/new.S'), { FAR: '1' });
    assert.equal(await definesOf('/w/a/new.S', { root: undefined, infer: false }), undefined);
  });

  it('are completed from the files that their arguments name by @', async () => {
    const command = {
      directory: '/w/obj',
      file: '/w/a.S',
      arguments: ['gcc', '-DFIRST', '@flags', '@absent', '@', '-c'],
    };
    files.set('/w/compile_commands.json', JSON.stringify([command]));
    files.set('/w/obj/flags', `-DA='x y' "-DB=\\"1\\""\n\t@/w/more -D 'C=\\''\n`);
    files.set('/w/more', '-I inc @flags\r\n');
    const { found } = await findCompileCommand('/w/a.S', read, search);
    assert.deepEqual(found?.options.defines, { FIRST: '1', A: 'x y', B: '"1"', C: "'" });
    assert.ok(found.options.includePaths?.includes('/w/obj/inc'));
    assert.deepEqual(found.command.args.slice(-3), ['@absent', '@', '-c']);
  });

  it('of files near by are known to be those', async () => {
    files.set('/w/compile_commands.json', JSON.stringify([entry('/w/a/x.S', '-DX')]));
    const isInferred = async (file: string): Promise<boolean | undefined> =>
      (await withCompileCommands(projectOfFile(file), { read, infer: true })).files?.[file]?.inferred;
    assert.equal(await isInferred('/w/a/x.S'), undefined);
    assert.equal(await isInferred('/w/a/new.S'), true);
  });

  it('take commands as text, launchers and the first of several entries', () => {
    const database = new CompilationDatabase(
      JSON.stringify([
        { directory: '/w', file: 'a.S', command: `ccache gcc -DTEXT='"a b"' -c a.S` },
        { directory: '/w', file: 'a.S', command: 'gcc -DSECOND' },
      ]),
      '/w',
    );
    assert.deepEqual(database.own('/w/a.S'), {
      file: '/w/a.S',
      folder: '/w',
      compiler: 'gcc',
      args: ['-DTEXT="a b"', '-c', 'a.S'],
    });
  });

  it('name files of URIs as URIs', () => {
    const database = new CompilationDatabase(JSON.stringify([entry('/w/a b.S', '-I/w/inc')]), 'file:///w');
    const command = database.own('file:///w/a b.S');
    assert.equal(command?.folder, 'file:///w/obj');
    assert.deepEqual(readFlags(command.args, command.folder).options.includePaths, ['file:///w/inc']);
  });

  it('that are wrong are said to be, and used as far as they can be', async () => {
    const cases: [string, RegExp | undefined][] = [
      ['', /not valid JSON/],
      ['{}', /a list/],
      ['[5, null, {"directory": 5}]', /entry 1 needs/],
      [`[${JSON.stringify(entry('/w/a.S', '-DA'))}, {}]`, /entry 2 needs/],
      ['[]', undefined],
    ];
    for (const [text, problem] of cases) {
      files.set('/w/compile_commands.json', text);
      const { problems } = await findCompileCommand('/w/a.S', read, search);
      const [first] = problems.get('/w/compile_commands.json') ?? [];
      if (problem) assert.match(first ?? '', problem);
      else assert.equal(first, undefined);
    }
  });

  it('of other processors say nothing', async () => {
    files.set(
      '/w/compile_commands.json',
      JSON.stringify([{ directory: '/w', file: 'a.S', command: 'aarch64-linux-gnu-gcc -DARM a.S' }]),
    );
    const project = await withCompileCommands(projectOfFile('/w/a.S'), { read, infer: true });
    assert.equal(project.files, undefined);
  });
});

describe('Code for any address', () => {
  requireTool('riscv64-linux-gnu-gcc');

  it('is what the command asks for, as of gcc', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-pic-'));
    const file = path.join(folder, 'a.S');
    writeFileSync(file, 'la a0, x\n');
    for (const flags of [
      ['-fPIE'],
      ['-fpic', '-fno-pie'],
      ['-fno-pie'],
      ['-fno-PIC', '-fPIC'],
      ['-fno-pie', '-Wa,-fpic'],
    ]) {
      const object = path.join(folder, 'a.o');
      spawnSync('riscv64-linux-gnu-gcc', [...flags, '-c', file, '-o', object]);
      const { stdout } = spawnSync('riscv64-linux-gnu-objdump', ['-r', object], { encoding: 'utf8' });
      writeFileSync(
        path.join(folder, 'compile_commands.json'),
        JSON.stringify([{ directory: folder, file, arguments: ['gcc', ...flags, '-c', file] }]),
      );
      const project = await withCompileCommands(projectOfFile(file), { read: readHostFile, infer: false });
      const { objects } = await buildProgram(project, readHostFile, undefined, { link: false });
      const types = objects[0]!.sections.flatMap(({ relocations }) => relocations.map(({ type }) => type));
      assert.equal(types.includes(RelocationType.GotHigh20), stdout.includes('R_RISCV_GOT_HI20'), flags.join(' '));
    }
    rmSync(folder, { recursive: true });
  });
});

describe('Headers of a compile command', function () {
  this.timeout(60_000);
  requireTool('riscv64-linux-gnu-gcc');
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-commands-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The values that `.word`s have, by gcc's preprocessor or by ours. */
  const values = (text: string): string[] => [...text.matchAll(/^\s*\.word\s+(\S+)/gm)].map(([, value]) => value ?? '');

  it('are those that gcc takes, whatever folders its options name', async () => {
    const next = numbersFrom(11);
    const folders = ['.', 'a', 'b', 'c', 'd'];
    for (const name of folders) {
      mkdirSync(path.join(folder, 'src', name), { recursive: true });
      mkdirSync(path.join(folder, 'obj', name), { recursive: true });
    }
    const file = path.join(folder, 'src/main.S');
    for (let round = 0; round < 60; round++) {
      let number = 0;
      for (const top of ['src', 'obj'])
        for (const name of folders)
          for (const header of ['h.h', 'i.h']) {
            const at = path.join(folder, top, name, header);
            rmSync(at, { force: true });
            number++;
            if (next(3) === 0) continue;
            const more = header === 'i.h' && next(2) ? '#include_next <h.h>\n' : '';
            writeFileSync(at, `.word ${number}\n${more}#define LAST ${number}\n#undef GONE\n`);
          }
      const kinds = ['-I', '-iquote', '-isystem', '-idirafter'];
      const some = Array.from({ length: next(6) }, () => [
        kinds[next(4)]!,
        `../${['src', 'obj'][next(2)]}/${folders[next(5)]}`,
      ]).flat();
      const more = [
        ...(next(2) ? ['-D', 'X=7'] : []),
        ...(next(3) ? [] : ['-UX']),
        ...(next(3) ? [] : ['-include', 'h.h']),
        ...(next(4) ? [] : ['-imacros', 'i.h']),
        ...(next(4) ? [] : ['-include', 'i.h']),
        ...(next(2) ? ['-U__riscv'] : []),
      ];
      const args = [...some, ...more];
      writeFileSync(
        file,
        '#include "h.h"\n#include <i.h>\n#ifdef X\n.word X\n#endif\n#ifdef LAST\n.word LAST\n#endif\n#ifdef __riscv\n.word 99\n#endif\n',
      );
      // Without any other folder gcc would look in those of `-iquote` for files in angle brackets too.
      const command = [...args, '-march=rv64gc', '-mabi=lp64d', '-nostdinc', '-I', '..'];
      const gcc = spawnSync('riscv64-linux-gnu-gcc', [...command, '-E', '-P', file], {
        encoding: 'utf8',
        cwd: path.join(folder, 'obj'),
      });
      writeFileSync(
        path.join(folder, 'src/compile_commands.json'),
        JSON.stringify([{ directory: '../obj', file, arguments: ['riscv64-linux-gnu-gcc', ...command, file] }]),
      );
      const project = await withCompileCommands(projectOfFile(file), { read: readHostFile, root: folder, infer: true });
      const { diagnostics, objects } = await buildProgram(project, readHostFile, undefined, { link: false });
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      assert.equal(
        errors.length > 0,
        gcc.status !== 0,
        `${command.join(' ')}: ${gcc.stderr} ${JSON.stringify(errors)}`,
      );
      if (gcc.status !== 0) continue;
      const text = objects[0]!.sections.find(({ name }) => name === '.text')!;
      const words = new DataView(text.bytes.buffer, text.bytes.byteOffset, text.bytes.length);
      const ours = Array.from({ length: text.bytes.length / 4 }, (_, index) =>
        String(words.getUint32(4 * index, true)),
      );
      assert.deepEqual(ours, values(gcc.stdout), command.join(' '));
    }
  });
});
