import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';

interface Step {
  readonly title: string;
  readonly description: string;
  readonly media: { readonly markdown: string };
  readonly completionEvents: readonly string[];
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
const steps: Step[] = contributes.walkthroughs[0].steps;
const commands = new Set(contributes.commands.map(({ command }: { command: string }) => command));
const views = new Set(Object.values<{ id: string }[]>(contributes.views).flatMap((each) => each.map(({ id }) => id)));

describe('the walkthrough', () => {
  for (const page of ['debug', 'sample'])
    it(`shows the sample’s own code: ${page}`, () => {
      const text = readFileSync(`media/walkthrough/${page}.md`, 'utf8');
      const [, code] = /```asm\n([\s\S]*?)```/.exec(text) ?? [];
      assert.ok(code && readFileSync('extension/sample/kernel.S', 'utf8').includes(code), code);
    });

  for (const { title, description, media, completionEvents } of steps)
    it(`has what it names: ${title}`, () => {
      assert.ok(existsSync(media.markdown));
      for (const [, command = ''] of description.matchAll(/\(command:([\w.]+)\)/g)) {
        const isOurs = commands.has(command) || views.has(command.replace(/\.focus$/, ''));
        assert.ok(isOurs || command.startsWith('workbench.action.'), command);
      }
      assert.ok(completionEvents.length > 0, 'it can be ticked');
      for (const event of completionEvents) {
        const [kind, name = ''] = event.split(':');
        if (kind === 'onCommand') assert.ok(commands.has(name), event);
        else if (kind === 'onView') assert.ok(views.has(name), event);
        else assert.equal(kind, 'onContext');
      }
    });
});
