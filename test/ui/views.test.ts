import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Exit } from '../../debug-adapter/protocol';
import type { FromView } from '../../extension/views/messages';
import type { ViewName } from '../../extension/views/table';
import { Client, root } from '../debug-adapter/client';
import { hasTool } from '../support/tools';
import type { Browser, Page } from '../vscode-host/host';
import { launchBrowser } from '../vscode-host/host';
import { answers, ownGuests } from './fake-session';
import { type Answers, OpenedView } from './opened-view';

/** What each view shows of a machine that has stopped, and where its links lead. */
describe('views', () => {
  let browser: Browser;
  let page: Page;
  let opened: OpenedView;

  before(async () => {
    assert.ok(hasTool(process.env['CHROMIUM'] ?? 'chromium'), 'Chromium is installed');
    mkdirSync('out/screenshots', { recursive: true });
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  /** A view as it is when the machine has stopped; `fake` replaces answers. */
  async function open(view: ViewName, width: number, fake: Partial<Answers> = {}, real?: Client): Promise<FromView[]> {
    opened = await OpenedView.open(browser, view, { width, answers: fake, ...(real ? { real } : {}) });
    page = opened.page;
    await opened.stop(1);
    return opened.received;
  }

  const shot = (name: string) => opened.screenshot(name);

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
    await page.getByRole('button', { name: 'Walk', exact: true }).click();
    await page.getByRole('region', { name: 'Translation' }).getByText('A read reaches').waitFor();
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

  it('names the modes whose tables there are in full, however narrow it is', async () => {
    const worlds = [
      { name: 'VS', why: 'from here the last trap came', twoStages: true },
      { name: 'HS', why: 'the hart stands here', twoStages: false },
    ] as const;
    await open('pageTables', 300, { 'hyperstep/worlds': () => ({ worlds: [...worlds] }) });
    const chooser = page.getByLabel('Mode whose tables are shown');
    await page.getByText('from here the last trap came').waitFor();
    // As wide as its words, and within the view.
    const room = await chooser.evaluate((select) => {
      const { right } = select.getBoundingClientRect();
      return innerWidth - right;
    });
    assert.ok(room >= 0, `${room}`);
    const options = await chooser.locator('option').allTextContents();
    assert.deepEqual(options, ['VS-mode', 'HS-mode']);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await shot('worlds-narrow');
    await chooser.selectOption('HS');
    await page.locator('.world').getByText('the hart stands here').waitFor();
  });

  it('narrates: a step leads to its line, an address to what is there and to the page tables', async () => {
    const received = await open('narration', 330);
    const steps = page.getByRole('treegrid', { name: 'Steps of the handler' }).locator('.told');
    await steps.nth(2).waitFor();
    assert.deepEqual(await steps.count(), 3);
    assert.equal(await steps.nth(2).getAttribute('aria-current'), 'step');
    await page.getByText('the virtual satp is now ‹written›').waitFor();
    await shot('narration');
    await steps.nth(1).click();
    await steps.nth(0).getByRole('button', { name: '0x80200040' }).click();
    const details = page.getByRole('region', { name: 'What is at 0x80200040' });
    await details.getByText('0x86a00040').waitFor();
    await shot('narration-address');
    await details.getByRole('button', { name: 'Page tables' }).click();
    await page.waitForFunction(() => true);
    assert.deepEqual(
      received.filter(({ type }) => type === 'open' || type === 'translate'),
      [
        { type: 'open', path: 'hyperstep-vmm:/simulator/hypervisor/engines/deprivileged/privileged.ts', line: 30 },
        { type: 'translate', address: '0x80200040' },
      ],
    );
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

  it('shows the guests of an own hypervisor, and the world switches from one to another', async () => {
    const received = await open('vms', 330, { 'hyperstep/vms': () => ownGuests });
    await page.getByText('2 guests of your own hypervisor on 1 hart').waitFor();
    await page.getByText(/Only your hypervisor can pause, restart or end one/).waitFor();
    assert.equal(await page.locator('.operation').count(), 0);
    const guest = page.locator('[data-item="guest 1"]');
    assert.match(await guest.innerText(), /VMID 3, root 0x80400000/);
    assert.match(await guest.innerText(), /given to VMID 3, root 0x80500000 since/);
    await guest.click();
    assert.match(await page.locator('[data-item="guest 1 hart 0"]').innerText(), /on no hart/);
    assert.match(await page.locator('[data-item="guest 1 load-guest-page-fault"]').innerText(), /7$/);
    await shot('own-guests');
    const switches = page.getByRole('grid', { name: 'World switches, the newest first' });
    assert.match(
      await switches.locator('tbody').innerText(),
      /#2\s[\s\S]*VMID 3, root 0x80500000[\s\S]*VMID 3, root 0x80400000/,
    );
    await switches.getByRole('button', { name: 'switch.S:40' }).first().click();
    assert.deepEqual(received.at(-1), { type: 'open', path: '/guest/switch.S', line: 40 });
  });

  it('shows the exits of one guest of an own hypervisor', async () => {
    const guests = [
      { id: 1, name: 'VMID 3, root 0x80400000' },
      { id: 2, name: 'VMID 4, root 0x80500000' },
    ];
    const all = answers['hyperstep/exits']!({ count: 50 });
    const received = await open('exits', 330, {
      'hyperstep/exits': ({ guest }) => ({
        ...all,
        guests,
        ...(guest === 2 ? { total: 0, counts: [], exits: [] } : {}),
      }),
    });
    const choice = page.getByLabel('Guest whose exits are shown');
    await choice.selectOption('VMID 4, root 0x80500000');
    await page.getByText('0 exits').waitFor();
    const asked = received.flatMap((each) => (each.type === 'request' ? [each.arguments] : [])).at(-1);
    assert.deepEqual(asked, { guest: 2, count: 50 });
    await choice.selectOption('all guests');
    await page.getByText('1,282 exits').waitFor();
  });

  it('shows virtual machines side by side', async () => {
    await open('vms', 330);
    await page.getByText('2 virtual machines on 2 harts').waitFor();
    await page.getByText('ended: powered off').waitFor();
    await shot('vms');
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

  it('shows exits of which no cost is known: those into a hypervisor of the user’s own', async () => {
    const exit: Exit = {
      number: 1,
      threadId: 1,
      clock: 900,
      reason: 'load-guest-page-fault',
      description: 'ld a0, 8(t0) - load guest-page fault at 0x5008 (GPA 0x1008), in VS-mode of VMID 5',
      pc: '0x80200100',
      instruction: 'ld a0, 8(t0)',
      narration: [],
      changes: [],
    };
    const counts = [{ reason: 'load-guest-page-fault', count: 1 }];
    await open('exits', 250, { 'hyperstep/exits': () => ({ total: 1, counts, exits: [exit] }) });
    await page.getByRole('button', { name: /GPA 0x1008/ }).click();
    await page.getByText('Your own hypervisor handles it').waitFor();
    assert.equal(await page.getByText('cycles').count(), 0);
    await shot('exits-own-hypervisor');
  });

  it('shows the exits of chosen reasons, and equal ones as one until they are unfolded', async () => {
    const received = await open('exits', 250);
    const run = page.getByRole('button', { name: /#1278–1280.*console_putchar.*3 times/ });
    await run.waitFor();
    assert.equal(await page.locator('.exit').count(), 3);
    // Costs are alike, wherever they come on a line: at the right, in thousands.
    assert.ok((await page.locator('.cost').allInnerTexts()).includes('2,640'));
    const rights = await page
      .locator('.fold .cost')
      .evaluateAll((costs) =>
        costs.map((cost) =>
          Math.round((cost.parentElement?.getBoundingClientRect().right ?? 0) - cost.getBoundingClientRect().right),
        ),
      );
    assert.deepEqual(new Set(rights).size, 1, `${rights}`);
    await run.click();
    await page.getByRole('button', { name: /^#1279/ }).waitFor();
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
    await opened.tell({ kind: 'none' });
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
