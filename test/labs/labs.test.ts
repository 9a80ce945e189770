import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkLaunch } from '../../debug-adapter/launch/launch-checks';
import { isDone, type LabResult } from '../../simulator/labs/index';
import { LABS, ShippedLab } from './shipped-lab';

/** Where a student's folder would be. */
const ROOT = path.resolve('the-students-folder');

/** What is missing, to be read where something is. */
const told = (result: LabResult): string =>
  JSON.stringify(
    result.tasks.filter((task) => !isDone(task)),
    null,
    1,
  );

for (const shipped of ShippedLab.all())
  describe(`the lab ${shipped.name}`, () => {
    it('has a text that names its lecture, and pictures that are there', () => {
      const { deck, slide } = shipped.lab.lecture;
      const text = readFileSync(path.join(LABS, shipped.name, 'README.md'), 'utf8');
      assert.ok(text.includes(`Lecture: *${deck}*, slide *${slide}*`));
      for (const [, picture = ''] of text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g))
        assert.ok(existsSync(path.join(LABS, shipped.name, picture)), picture);
      assert.ok(shipped.start().has('.vscode/launch.json'));
    });

    it('can be debugged as it is started', () => {
      const start = shipped.start();
      const text = new TextDecoder().decode(start.get('.vscode/launch.json'));
      const { configurations }: { configurations: object[] } = JSON.parse(text.replaceAll('${workspaceFolder}', ROOT));
      assert.ok(configurations.length > 0);
      for (const configuration of configurations) {
        const { program, scenario } = checkLaunch(configuration);
        const files = [...program, ...(scenario?.kind === 'file' ? [scenario.path] : [])];
        assert.ok(files.length > 0);
        for (const file of files) assert.ok(start.has(path.relative(ROOT, file)), file);
      }
    });

    it('has no points for who has done nothing', async () => {
      const result = await shipped.check();
      assert.deepEqual(result.faults, []);
      assert.equal(
        result.points,
        0,
        JSON.stringify(
          result.tasks.filter(({ points }) => points > 0),
          null,
          1,
        ),
      );
    });

    for (const solution of ['solution', 'alternative'])
      it(`has all points for the ${solution}`, async () => {
        const result = await shipped.checkFurther(`instructor/${solution}`);
        assert.equal(result.points, result.of, told(result));
      });

    it('has five wrong solutions at least, and one that was made to fit what students have', () => {
      const overfitted = shipped.wrong.filter((each) => shipped.isOverfitted(each));
      assert.ok(overfitted.length >= 1);
      assert.ok(shipped.wrong.length - overfitted.length >= 5);
    });

    for (const wrong of shipped.wrong.filter((each) => shipped.isOverfitted(each)))
      it(`has a further check that finds out who has made it fit the others: ${wrong}`, async () => {
        const { task, help } = shipped.expected(wrong);
        const result = await shipped.checkFurther('instructor/solution', `instructor/wrong/${wrong}`);
        assert.deepEqual(
          result.tasks.filter((each) => !isDone(each)).map(({ id }) => id),
          [task],
          told(result),
        );
        const details = result.tasks.flatMap(({ parts }) => parts.flatMap((part) => part.details));
        assert.ok(
          details.some((line) => line.includes(help)),
          told(result),
        );
      });

    for (const wrong of shipped.wrong.filter((each) => !shipped.isOverfitted(each)))
      it(`helps who has it wrong: ${wrong}`, async () => {
        const { task, help, also = [], points } = shipped.expected(wrong);
        const result = await shipped.checkWrong(wrong);
        const lost = result.tasks.filter((each) => !isDone(each)).map(({ id }) => id);
        assert.deepEqual(lost.sort(), [task, ...also].sort(), told(result));
        if (points !== undefined)
          assert.equal(result.tasks.find(({ id }) => id === task)?.points, points, told(result));
        const helps = result.tasks.flatMap(({ problem, parts }) => [problem, ...parts.map((part) => part.help)]);
        assert.ok(
          helps.some((each) => each?.includes(help)),
          told(result),
        );
      });
  });
