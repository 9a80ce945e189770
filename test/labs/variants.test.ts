import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { COMPILE_OPTIONS, compileVariant, foundCompiler } from '../../extension/cli/lab/compile-variant';
import { confinedReader } from '../../extension/cli/lab/confined-files';
import { findPattern } from '../../extension/cli/test/find-pattern';
import { answersOfFolder, checkLab, isDone, type LabResult, objectOf, type Variant } from '../../simulator/labs/index';
import { LABS, ShippedLab } from './shipped-lab';

const OUT = 'out/test-lab-variants';
const told = ({ tasks }: LabResult): string =>
  JSON.stringify(
    tasks.filter((task) => !isDone(task)),
    null,
    1,
  );

/** A student's folder of a variant, with others of its instructor's over it, compiled. */
function folderOf(shipped: ShippedLab, name: string, overlays: readonly string[]): string {
  const folder = path.join(OUT, shipped.name, name, overlays.at(-1) ?? 'start');
  rmSync(folder, { recursive: true, force: true });
  for (const [file, bytes] of shipped.start(name)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes);
  }
  const ofVariant = path.join(LABS, shipped.name, 'instructor', 'variants', name);
  for (const overlay of overlays) cpSync(path.join(ofVariant, overlay), folder, { recursive: true });
  return folder;
}

async function check(shipped: ShippedLab, name: string, folder: string): Promise<LabResult> {
  const { lab } = shipped;
  const file = path.join(folder, 'answers.json');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{"lab": "any"}';
  const { answers } = answersOfFolder(text, { name: JSON.parse(text).lab, lab }, file);
  const checks = confinedReader(path.join(LABS, shipped.name, 'checks'));
  return checkLab({
    ...{ lab, answers: { ...answers, variant: name }, find: findPattern },
    files: { workspace: confinedReader(folder), checks },
  });
}

for (const shipped of ShippedLab.all())
  for (const [name, variant] of Object.entries(shipped.lab.variants))
    describe(`the lab ${shipped.name}, ${variant.title}`, () => {
      const compiled = async (...overlays: string[]): Promise<LabResult> => {
        const folder = folderOf(shipped, name, overlays);
        assert.equal(compileVariant(folder, variant), undefined);
        return check(shipped, name, folder);
      };

      it('has no source in assembly, and says what is missing before it is compiled', async () => {
        const folder = folderOf(shipped, name, []);
        assert.ok(!existsSync(path.join(folder, variant.replaces)));
        assert.ok(existsSync(path.join(folder, variant.source)) && existsSync(path.join(folder, 'Makefile')));
        const { points, tasks } = await check(shipped, name, folder);
        assert.equal(points, 0);
        assert.ok(tasks.some(({ problem }) => problem?.includes('.o is not there: it is made of ')));
      });

      it('has a Makefile that compiles it as a check does', () => {
        const makefile = readFileSync(path.join(folderOf(shipped, name, []), 'Makefile'), 'utf8');
        assert.equal(/^CFLAGS = (.*)$/m.exec(makefile)?.[1], COMPILE_OPTIONS.join(' '));
        assert.ok(
          makefile.includes(`${objectOf(variant)}: ${variant.source}\n\t$(CC) $(CFLAGS) -c -o $@ $<\n`),
          makefile,
        );
      });

      describe('where a compiler is there', () => {
        before(function () {
          if (!foundCompiler()) this.skip();
        });

        it('has no points at the start, and all for the solutions', async () => {
          assert.equal((await compiled()).points, 0);
          for (const overlay of ['solution', 'alternative']) {
            const result = await compiled(overlay);
            assert.equal(result.points, result.of, told(result));
          }
        });

        const wrong = path.join(LABS, shipped.name, 'instructor', 'variants', name, 'wrong');
        for (const each of readdirSync(wrong))
          it(`helps who has it wrong: ${each}`, async () => {
            const { task, help } = JSON.parse(readFileSync(path.join(wrong, each, 'expected.json'), 'utf8'));
            const result = await compiled('solution', `wrong/${each}`);
            assert.ok(result.points < result.of);
            const parts = result.tasks.find(({ id }) => id === task)?.parts ?? [];
            assert.ok(
              parts.some((part) => part.help?.includes(help)),
              told(result),
            );
          });

        it('tells what the compiler says', () => {
          const folder = folderOf(shipped, name, []);
          writeFileSync(path.join(folder, variant.source), 'int emulate(void) { return nothing; }');
          assert.match(
            compileVariant(folder, variant) ?? '',
            /makes no object file of [^\n]+\n[^\n]*\n?[\s\S]*nothing/,
          );
        });

        it('leaves no object file of an earlier source where the present one has errors', async () => {
          const folder = folderOf(shipped, name, ['solution']);
          assert.equal(compileVariant(folder, variant), undefined);
          const object = path.join(folder, objectOf(variant));
          assert.ok(existsSync(object));
          writeFileSync(path.join(folder, variant.source), 'int emulate(void) { return nothing; }');
          assert.ok(compileVariant(folder, variant) !== undefined);
          assert.ok(!existsSync(object));
          const { tasks } = await check(shipped, name, folder);
          const problems = tasks.flatMap(({ problem }) => problem ?? []);
          assert.ok(problems.some((problem) => problem.includes('.o is not there: it is made of ')));
        });

        it('says so where a folder stands in the place of the object file', () => {
          const folder = folderOf(shipped, name, []);
          mkdirSync(path.join(folder, objectOf(variant)));
          assert.match(compileVariant(folder, variant) ?? '', /\.o cannot be replaced: /);
        });
      });

      it('is told to do it in assembly where none is', () => {
        const folder = folderOf(shipped, name, []);
        const before = process.env['PATH'];
        process.env['PATH'] = '';
        try {
          assert.match(
            compileVariant(folder, variant as Variant) ?? '',
            /no C compiler for RISC-V was found .* do the lab in assembly/,
          );
        } finally {
          process.env['PATH'] = before;
        }
      });
    });
