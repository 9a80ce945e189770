import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Requests } from '../../debug-adapter/protocol';
import type { FromView, ToView } from '../../extension/views/messages';
import type { ViewName } from '../../extension/views/table';
import { Client, root } from '../debug-adapter/client';
import { hasTool } from '../support/tools';
import type { Browser, Page } from '../vscode-host/host';
import { launchBrowser } from '../vscode-host/host';
import { answers } from './fake-session';

const screenshots = 'out/screenshots';

type Asked = Extract<FromView, { type: 'request' }>;

/** The web pages of the views in a browser of their own, beside a debug session that has one answer to each question. */
describe('views', () => {
  let browser: Browser;
  let page: Page;

  before(async () => {
    assert.ok(hasTool(process.env['CHROMIUM'] ?? 'chromium'), 'Chromium is installed');
    mkdirSync(screenshots, { recursive: true });
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  /** A view as it is when the machine has stopped; `fake` replaces answers. */
  async function open(
    view: ViewName,
    width: number,
    fake: Partial<typeof answers> = {},
    real?: Client,
  ): Promise<FromView[]> {
    const all = { ...answers, ...fake };
    const received: FromView[] = [];
    page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(10_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.exposeFunction('answer', async (message: FromView): Promise<ToView | undefined> => {
      received.push(message);
      if (message.type !== 'request') return undefined;
      try {
        return {
          type: 'answer',
          id: message.id,
          body: real ? await real.own(message.command, message.arguments) : answerTo(all, message),
        };
      } catch (error) {
        return { type: 'error', id: message.id, message: (error as Error).message };
      }
    });
    await page.setContent(`<!DOCTYPE html><style>${theme}</style><style>${readFileSync('dist/webview.css', 'utf8')}</style>
      <body data-view="${view}"><main id="view"></main>
      <script>
        window.acquireVsCodeApi = () => ({
          postMessage: (message) => answer(message).then((reply) => reply && postMessage(reply)),
          getState() {},
          setState() {},
        });
      </script></body>`);
    await page.addScriptTag({ content: readFileSync('dist/webview.js', 'utf8') });
    await page.evaluate(() =>
      postMessage({ type: 'session', state: { kind: 'stopped', name: 'kernel.S', threadId: 1, revision: 1 } }),
    );
    assert.deepEqual(errors, []);
    return received;
  }

  const shot = (name: string) => page.screenshot({ path: `${screenshots}/view-${name}.png` });

  it('shows guest and shadow entries side by side, marks what differs, and unfolds by keyboard', async () => {
    await open('pageTables', 330);
    const rows = page.getByRole('treeitem');
    await rows.first().focus();
    await page.keyboard.press('ArrowRight');
    await rows.nth(1).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.entry.narrower').waitFor();
    assert.equal(await rows.first().getAttribute('aria-expanded'), 'true');
    const states = await page.locator('.state').allInnerTexts();
    assert.deepEqual(states, ['same', 'narrower', 'unfilled', 'stale', 'wrong']);
    await shot('page-tables');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.entry.narrower').waitFor({ state: 'detached' });
  });

  it('translates an address step by step', async () => {
    const received = await open('pageTables', 330);
    await page.getByLabel('Guest-virtual address').fill('table + 8');
    await page.getByRole('button', { name: 'Walk' }).click();
    await page.getByText('A read reaches').waitFor();
    const asked = received.find((message) => message.type === 'request' && message.command === 'hyperstep/translate');
    assert.deepEqual(asked && 'arguments' in asked && asked.arguments, {
      threadId: 1,
      world: 'S',
      address: 'table + 8',
      access: 'read',
    });
    // What is asked stays there, and is translated anew at every stop.
    assert.equal(await page.getByLabel('Guest-virtual address').inputValue(), 'table + 8');
    await shot('translation');
  });

  it('names the bit that stopped the guest of an own hypervisor, and shows the tables of both stages', async () => {
    const guest = path.join(root, 'test/debug-adapter/guests/own-hypervisor.S');
    const trap = readFileSync(guest, 'utf8').split('\n').indexOf('trap:   csrr    t1, scause') + 1;
    const client = new Client();
    await client.launch(guest, { virtualization: 'none', breakpoints: [trap] } as object);
    await client.stopped();
    await open('pageTables', 330, {}, client);
    await page.getByText('The hypervisor’s affair:').waitFor();
    assert.match(
      await page.getByLabel('Last trap').innerText(),
      /Load guest-page fault at 0x5008, GPA 0x1008, from VS-mode at no_user[\s\S]*U is clear: every guest access needs U=1/,
    );
    await page.getByRole('tree', { name: 'Entries of the second stage' }).waitFor();
    await page.getByRole('button', { name: 'Show the walk' }).click();
    await page.locator('.step.failed').waitFor();
    assert.match(await page.locator('.step.failed').innerText(), /^G level 0 .*U is clear/);
    await shot('worlds');
    await page.getByLabel('Mode whose tables are shown').selectOption('HS');
    await page.getByText('HS-mode, satp Bare: addresses are not translated here.').waitFor();
    assert.equal(await page.getByRole('tree').count(), 0);
    await shot('worlds-hypervisor');
    await client.request('disconnect');
  });

  it('uses the width of an editor', async () => {
    await open('pageTables', 1000);
    await page.getByRole('treeitem').first().click();
    await page.getByRole('treeitem').nth(1).click();
    await page.locator('.entry.narrower').waitFor();
    await shot('page-tables-wide');
  });

  it('shows the TLB', async () => {
    await open('tlb', 330);
    await page.getByText('2 of 64 entries').waitFor();
    await shot('tlb');
  });

  it('shows rings and chains of a device, and unfolds a chain', async () => {
    await open('queues', 330);
    await page.getByRole('button', { name: /read sector 2/ }).click();
    await page.locator('.chain table').waitFor();
    await shot('queues');
  });

  it('counts exits, shows what each changed, and jumps to its instruction', async () => {
    const received = await open('exits', 330);
    await page.getByRole('button', { name: /csrw satp/ }).click();
    await page.getByText('hardware CSR').waitFor();
    await shot('exits');
    await page.getByRole('button', { name: 'kernel.S:42' }).click();
    await page.waitForFunction(() => true);
    assert.deepEqual(received.at(-1), { type: 'open', path: '/guest/kernel.S', line: 42 });
  });

  it('shows the exits of chosen reasons, and equal ones as one until they are unfolded', async () => {
    const received = await open('exits', 250);
    const run = page.getByRole('button', { name: /#1278–1280.*console_putchar.*3 times/ });
    await run.waitFor();
    assert.equal(await page.locator('.exit').count(), 3);
    await run.click();
    await page.getByRole('button', { name: /^. ?#1279/ }).waitFor();
    await page.getByRole('button', { name: 'csr-access' }).click();
    await run.waitFor({ state: 'detached' });
    assert.equal(await page.locator('.exit').count(), 1);
    assert.equal(await page.getByRole('button', { name: 'csr-access' }).getAttribute('aria-pressed'), 'true');
    const asked = [...received]
      .reverse()
      .find((message) => message.type === 'request' && message.command === 'hyperstep/exits');
    assert.deepEqual(asked && 'arguments' in asked && asked.arguments, {
      threadId: 1,
      count: 50,
      reasons: ['csr-access'],
    });
    await shot('exits-filtered');
  });

  it('says what to do when there is nothing to see', async () => {
    await open('queues', 330, { 'hyperstep/queues': () => ({ devices: [] }) });
    await page.getByText('no virtio device').waitFor();
    await page.evaluate(() => postMessage({ type: 'session', state: { kind: 'none' } }));
    await page.getByText('Debug a guest with a disk').waitFor();
  });

  it('shows the reason when the debug adapter cannot answer', async () => {
    const fail = () => {
      throw new Error('There is no VMM here.');
    };
    await open('exits', 330, { 'hyperstep/exits': fail });
    await page.getByText('There is no VMM here.').waitFor();
  });
});

function answerTo<Command extends keyof Requests>(
  fake: typeof answers,
  message: Asked & { command: Command },
): unknown {
  return fake[message.command]?.(message.arguments as never);
}

/** The variables of VS Code's dark theme that the views use. */
const theme = `:root {
  --vscode-font-size: 13px; --vscode-font-family: sans-serif; --vscode-editor-font-family: monospace; --vscode-editor-font-size: 13px;
  --vscode-foreground: #cccccc; --vscode-descriptionForeground: #9d9d9d; --vscode-panel-border: #2b2b2b; --vscode-focusBorder: #0078d4;
  --vscode-charts-green: #89d185; --vscode-charts-yellow: #cca700; --vscode-charts-orange: #d18616; --vscode-charts-blue: #3794ff;
  --vscode-errorForeground: #f48771; --vscode-list-hoverBackground: #2a2d2e; --vscode-textLink-foreground: #4daafc;
  --vscode-button-secondaryBackground: #313131; --vscode-button-secondaryForeground: #cccccc; --vscode-badge-background: #616161;
  --vscode-badge-foreground: #f8f8f8; --vscode-input-background: #313131; --vscode-input-foreground: #cccccc;
}
body { background: #181818; font-family: var(--vscode-font-family); }`;
