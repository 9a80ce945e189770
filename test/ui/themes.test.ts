import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import { type Colour, colourOf, contrast } from './contrast';
import { Workbench } from './workbench';

/** VS Code's own themes with the classes that they give the workbench: what is written must be told from the background, and kinds of words from each other. */
const kinds: Readonly<Record<string, string>> = {
  'Default Light Modern': 'vs',
  'Default Dark Modern': 'vs-dark',
  'Default High Contrast': 'hc-black',
  'Default High Contrast Light': 'hc-light',
};
/** WCAG 2.1's contrast for text; comments and the like may be quieter. */
const enough = 3;

const source = `# entry of the guest
.globl _start
_start:
  csrw satp, t0
  addi a0, a1, 42
  call main
  .asciz "text"
`;

/** A word of each kind that has a colour of its own. */
const words = ['_start', 'csrw', 'satp', 't0', '42', '"text"', '# entry of the guest'];

describe('colours of assembly, in the workbench', () => {
  let workbench: Workbench | undefined;

  afterEach(() => workbench?.close());

  for (const theme of Object.keys(kinds)) {
    it(`can be read and told apart in ${theme}`, async () => {
      const folder = freshWorkspace(path.resolve('out/test-workspace-ui'));
      writeFileSync(path.join(folder, 'colours.s'), source);
      const opened = await Workbench.open(folder, theme);
      workbench = opened;
      await opened.openFile('colours.s');
      await opened.page.locator(`.monaco-workbench.${kinds[theme]}`).waitFor();
      await opened.editor.locator('.view-line span[class*="mtk"]', { hasText: 'csrw' }).first().waitFor();
      const colours = await settled(() => coloursOf(opened));
      await opened.screenshot(`theme-${theme.replaceAll(' ', '-').toLowerCase()}`);
      const background = colours.get('background')!;
      for (const word of words) {
        const colour = colours.get(word);
        assert.ok(colour, `${word} is not there`);
        const found = contrast(colour, background);
        assert.ok(found >= enough, `${word}: contrast ${found.toFixed(1)} to the background`);
      }
      const different = (a: string, b: string): void =>
        assert.notDeepEqual(colours.get(a), colours.get(b), `${a} and ${b} look the same`);
      different('csrw', 't0');
      different('csrw', '42');
      different('t0', '42');
      different('csrw', '# entry of the guest');
      different('42', '"text"');
    });
  }
});

/** The value once it is the same twice: semantic colours come after the grammar's. */
async function settled(read: () => Promise<Map<string, Colour>>): Promise<Map<string, Colour>> {
  let before = await read();
  for (let tries = 0; tries < 20; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await read();
    if (tries > 2 && JSON.stringify([...now]) === JSON.stringify([...before])) return now;
    before = now;
  }
  return before;
}

async function coloursOf(workbench: Workbench): Promise<Map<string, Colour>> {
  const colours = new Map<string, Colour>();
  const styleOf = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(name);
  const background = workbench.editor.locator('.monaco-editor-background').first();
  colours.set('background', colourOf(await background.evaluate(styleOf, 'background-color')));
  for (const word of words) {
    const span = workbench.editor.locator('.view-line span[class*="mtk"]', { hasText: word }).first();
    if ((await span.count()) > 0) colours.set(word, colourOf(await span.evaluate(styleOf, 'color')));
  }
  return colours;
}
