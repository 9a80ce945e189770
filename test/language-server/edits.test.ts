import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Line } from '../../simulator/assembler/syntax/statement';
import { checkStatements, type Diagnostic, SourceText } from '../../simulator/project';
import { assembleText } from '../assembler/assemble';
import { numbersFrom } from '../support/random';
import { TestClient } from './client';

const seed = Number(process.env['SEED'] ?? 1);
const folder = 'test/guests/programs';
const files = Object.fromEntries(
  readdirSync(folder).map((file): [string, string] => [file, readFileSync(`${folder}/${file}`, 'utf8')]),
);
const names = Object.keys(files).filter((name) => /\.[sS]$/.test(name));

/** Bits of text that change what stands around them. */
const pieces = [
  '\n',
  '\r\n',
  ' ',
  ',',
  '(',
  ')',
  '"',
  "'",
  '/*',
  '*/',
  '//',
  '#',
  '\\',
  ';',
  ':',
  '1:',
  '\nx: nop\n',
  '.if 0\n',
  '\n.endif\n',
  '\n#if 0\n',
  '\n#endif\n',
  '\n#define nop\n',
  '\n.macro m a\nli a0, \\a\n.endm\n',
  '\n m 5\n',
  '\n.rept 2\n',
  '\n.endr\n',
  '\n.set x, 1\n',
  '\n.section .data\n',
  'a0',
  '0x',
  'é',
];

interface Edit {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** An insertion, a removal of up to three lines, or both. */
function randomEdit(lines: readonly string[], next: (below: number) => number): Edit {
  const startLine = next(lines.length);
  const startColumn = next(lines[startLine]!.length + 1);
  const sameLine = next(3) > 0;
  const endLine = sameLine ? startLine : Math.min(lines.length - 1, startLine + next(3));
  const least = endLine === startLine ? startColumn : 0;
  const endColumn = next(2) ? least : least + next(Math.max(0, lines[endLine]!.length - least) + 1);
  return { startLine, startColumn, endLine, endColumn, text: next(4) ? pieces[next(pieces.length)]! : '' };
}

/** What parsing made of a line, but not what assembling it left there. */
function tree({ text, startsInComment, endsInComment, slashComment, statements }: Line): unknown {
  const parsed = statements.map(({ kind, labels, name, start, operandsStart, end, strict }) => ({
    kind,
    labels,
    name,
    start,
    operandsStart,
    end,
    strict,
  }));
  return { text, startsInComment, endsInComment, slashComment, parsed };
}

describe('Language server under random edits', function () {
  this.timeout(120_000);

  it('has the tree and the diagnostics that the whole text has', async () => {
    for (let round = 0; round < 6; round++) {
      const next = numbersFrom(seed * 100 + round);
      const name = names[next(names.length)]!;
      const client = await TestClient.start(files);
      let source = SourceText.parse(`file:///w/${name}`, files[name]!);
      const { uri } = await client.open(name, source.text);
      for (let i = 1; i <= 60; i++) {
        // One notification may hold several changes, each on the text that the one before left.
        const edits = Array.from({ length: 1 + next(2) }, () => {
          const edit = randomEdit(
            source.lines.map(({ text }) => text),
            next,
          );
          source = source.edit(edit);
          return edit;
        });
        await client.change(uri, edits.map(changeOf));
        if (i % 10 > 0) continue;
        const whole = SourceText.parse(source.path, source.text);
        assert.deepEqual(source.lines.map(tree), whole.lines.map(tree));
        const fresh = await TestClient.start(files);
        await fresh.open(name, source.text);
        assert.deepEqual(await pulled(client, uri), await pulled(fresh, uri), `seed ${seed}, ${name}, edit ${i}`);
        fresh.stop();
      }
      client.stop();
    }
  });

  it('says of edited lines by themselves only what the program says too', () => {
    let compared = 0;
    for (let round = 0; round < 300; round++) {
      const next = numbersFrom(seed * 1000 + round);
      const name = names[next(names.length)]!;
      let source = SourceText.parse(name, files[name]!);
      const edit = randomEdit(
        source.lines.map(({ text }) => text),
        next,
      );
      source = source.edit(edit);
      const last = edit.startLine + edit.text.split(/\r\n|\n/).length - 1;
      const defines = new Set(source.text.match(/(?<=#\s*define\s+)\w+/g) ?? []);
      const before = assembleText(source.text, { name, files: { ...files, [name]: source.text } });
      const found = checkStatements(source, edit.startLine, last, {
        march: 'rv64gc_zba_zbb_zbs_zicsr_zifencei',
        macros: before.units.flatMap(({ macros }) => macros),
        isDefined: (word) => defines.has(word),
      });
      // What conditions or macros leave out is not said of the program.
      const skipped = before.units.flatMap(({ inactive }) => inactive);
      for (const diagnostic of found ?? []) {
        const { line } = diagnostic.range.start;
        if (skipped.some(({ startLine, endLine }) => startLine <= line && line <= endLine)) continue;
        assert.ok(
          before.diagnostics.some(same(diagnostic)),
          `seed ${seed}, round ${round}: ${JSON.stringify(diagnostic)}`,
        );
        compared++;
      }
    }
    assert.ok(compared > 20, `only ${compared} diagnostics of edited lines`);
  });
});

const same =
  (a: Diagnostic) =>
  (b: Diagnostic): boolean =>
    a.code === b.code && a.message === b.message && JSON.stringify(a.range) === JSON.stringify(b.range);

function changeOf({ startLine, startColumn, endLine, endColumn, text }: Edit): object {
  const range = {
    start: { line: startLine, character: startColumn },
    end: { line: endLine, character: endColumn },
  };
  return { range, text };
}

async function pulled(client: TestClient, uri: string): Promise<unknown> {
  const { items } = await client.request<{ items: unknown[] }>('textDocument/diagnostic', { textDocument: { uri } });
  return items;
}
