import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import type { Exits, LastTrap, PageTable } from '../../debug-adapter/protocol';
import { type ViewDescription, type ViewName, viewNames, viewTable } from '../../extension/views/table';
import type { Browser } from '../vscode-host/host';
import { launchBrowser } from '../vscode-host/host';
import { answers, narrated } from './fake-session';
import { OpenedView } from './opened-view';

/** How the views behave alike: by keyboard, from stop to stop, and after the end. */
describe('manners of the views', () => {
  let browser: Browser;

  before(async () => {
    mkdirSync('out/screenshots', { recursive: true });
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  const stopped = async (view: ViewName, width = 330): Promise<OpenedView> => {
    const opened = await OpenedView.open(browser, view, { width });
    await opened.stop(1);
    await opened.page.locator('#view > *').first().waitFor();
    return opened;
  };
  const press = async ({ page }: OpenedView, ...keys: string[]): Promise<void> => {
    for (const key of keys) {
      await page.keyboard.press(key);
      // What it unfolds is asked for first.
      await page.waitForTimeout(60);
    }
  };

  describe('by keyboard', () => {
    it('the page tables are a tree: one tab stop, arrows to parts and back, Home, End, typing', async () => {
      const view = await stopped('pageTables');
      const { page } = view;
      await page.getByRole('button', { name: 'Walk', exact: true }).focus();
      await press(view, 'Tab');
      assert.equal(await view.focused(), '2');
      // Leaf 2/1/0 after unfolding twice.
      await press(view, 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
      assert.equal(await view.focused(), '2/1/0');
      assert.equal(await page.locator('[role="tree"] [tabindex="0"]').count(), 1);
      await press(view, 'ArrowLeft');
      assert.equal(await view.focused(), '2/1');
      await press(view, 'End');
      assert.equal(await view.focused(), '2/1/4');
      await press(view, 'Home');
      assert.equal(await view.focused(), '2');
      await page.keyboard.type('80203');
      assert.equal(await view.focused(), '2/1/3');
      await page.waitForTimeout(800);
      await page.keyboard.type('coun');
      assert.equal(await view.focused(), '2/1/1');
      await press(view, 'ArrowLeft', 'ArrowLeft');
      assert.equal(await page.getByRole('treeitem').count(), 2);
      await press(view, 'Enter');
      assert.equal(await page.getByRole('treeitem').count(), 7);
      await press(view, 'Tab');
      assert.equal(await view.focused(), undefined);
    });

    it('an entry is heard with its guest and its shadow', async () => {
      const view = await stopped('pageTables');
      await view.page.getByRole('treeitem').first().focus();
      await press(view, 'ArrowRight', 'ArrowRight', 'ArrowRight');
      const leaf = view.page.locator('[data-item="2/1/1"]');
      const name = await leaf.getAttribute('aria-label');
      assert.equal(
        name,
        'entry 1, 0x80201000, counter, guest rwa page at 0x80201000, shadow rua page at 0x86a01000, narrower, ' +
          'W is withheld until the guest’s D bit is set.',
      );
      const places = ['aria-level', 'aria-setsize', 'aria-posinset'];
      const values = await Promise.all(places.map((place) => leaf.getAttribute(place)));
      assert.deepEqual(values, ['3', '5', '2']);
      await view.page.getByRole('tree', { name: 'Guest and shadow page tables' }).waitFor();
    });

    it('the steps of a handler are rows, with what can be pressed in them to the right', async () => {
      const view = await stopped('narration');
      const { page } = view;
      // The present step is where one arrives.
      await page.getByRole('button', { name: 'kernel.S:42' }).focus();
      await press(view, 'Tab');
      assert.equal(await view.focused(), 'step 3');
      await press(view, 'Home', 'ArrowDown');
      assert.equal(await view.focused(), 'step 1');
      await press(view, 'ArrowRight');
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), '0x80200040');
      await press(view, 'Enter');
      await page.getByRole('region', { name: 'What is at 0x80200040' }).waitFor();
      await press(view, 'ArrowLeft', 'ArrowLeft');
      assert.equal(await view.focused(), '/Hypervisor.handleTrap');
      await press(view, 'ArrowLeft');
      assert.equal(await page.locator('.told').count(), 0);
      await press(view, 'ArrowRight');
      await page.keyboard.type('decode');
      assert.equal(await view.focused(), 'step 2');
      await press(view, 'Enter');
      assert.deepEqual(view.received.at(-1), {
        type: 'open',
        path: 'hyperstep-vmm:/simulator/hypervisor/engines/deprivileged/privileged.ts',
        line: 30,
      });
    });

    it('rows of a table and lists that unfold have one tab stop each', async () => {
      const tlb = await stopped('tlb');
      await press(tlb, 'Tab');
      const first = await tlb.focused();
      await press(tlb, 'ArrowDown');
      const second = await tlb.focused();
      assert.ok(first !== undefined && second !== undefined && first !== second);
      await press(tlb, 'Tab');
      assert.equal(await tlb.focused(), undefined);

      for (const [name, label] of [
        ['exits', 'Exits, the newest first'],
        ['queues', 'Chains of virtio-blk in slot 0, queue 0'],
      ] as const) {
        const view = await stopped(name);
        const list = view.page.locator(`[aria-label="${label}"]`);
        const folds = list.locator('button.fold');
        assert.ok((await folds.count()) > 1);
        assert.equal(await list.locator('button.fold[tabindex="0"]').count(), 1);
        const expanded = () => view.page.evaluate(() => document.activeElement?.getAttribute('aria-expanded'));
        await folds.first().focus();
        await press(view, 'End');
        assert.equal(await view.focused(), await folds.last().getAttribute('data-item'));
        await press(view, 'Enter');
        assert.equal(await expanded(), 'true');
        await press(view, 'ArrowUp');
        assert.equal(await expanded(), 'false');
        await press(view, 'ArrowRight');
        assert.equal(await expanded(), 'true');
      }
    });

    it('virtual machines unfold to their vCPUs, and have what can be done to them to the right', async () => {
      const view = await stopped('vms');
      const { page } = view;
      const label = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      const asked = () => view.received.flatMap((each) => (each.type === 'request' ? [each.arguments] : [])).at(-1);
      const rows = page.locator('[role="treegrid"] [data-item]');
      await press(view, 'Tab');
      assert.equal(await view.focused(), 'web');
      await press(view, 'ArrowRight', 'ArrowDown');
      assert.equal(await view.focused(), 'web vCPU 0');
      // The virtual machines, two vCPUs, and the last that has become of its memory.
      assert.equal(await rows.count(), 6);
      await press(view, 'ArrowLeft', 'ArrowRight');
      assert.equal(await label(), 'Pause web');
      await press(view, 'Enter', 'ArrowRight');
      assert.equal(await label(), 'Unpause web');
      const paused = view.received.find((each) => each.type === 'request' && each.command === 'hyperstep/operateVm');
      assert.deepEqual(paused?.type === 'request' && paused.arguments, { vm: 'web', operation: 'pause' });
      // One that means nothing can be gone to, does nothing, and says why.
      const before = view.received.length;
      const unpause = page.getByRole('button', { name: 'Unpause web' });
      assert.equal(await unpause.getAttribute('aria-disabled'), 'true');
      assert.equal(await unpause.getAttribute('title'), 'web is not paused');
      await press(view, 'Enter');
      assert.equal(view.received.length, before);
      assert.equal(await view.announced(), 'web is not paused');
      // One that comes to nothing says so, until its virtual machine does something else.
      await press(view, 'ArrowRight', 'Enter');
      assert.deepEqual(asked(), {});
      await page.locator('.fault', { hasText: 'web cannot be rebooted' }).waitFor();
      assert.equal(await view.announced(), 'web cannot be rebooted');
      await view.screenshot('vms-refused');
      await press(view, 'Escape', 'ArrowLeft');
      assert.equal(await rows.count(), 2);
      const { vms, ...host } = answers['hyperstep/vms']!({});
      const [web, ...others] = vms;
      await view.stop(2, {
        'hyperstep/vms': () => ({ ...host, vms: [{ ...web!, state: 'waiting', reason: 'paused' }, ...others] }),
      });
      await page.getByText('waiting: paused').waitFor();
      assert.equal(await page.locator('.fault').count(), 0);
    });

    it('charts are heard in words', async () => {
      const view = await stopped('vms');
      const charts = await view.page
        .getByRole('img')
        .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
      assert.deepEqual(charts.slice(0, 2), [
        'processor of web in the last 5 periods of 125 µs: now 66.0%, least 40.0%, most 110.0%; the full height is 200%',
        'web has had 65.9% of one hart since the machine was started; 133.3% is its right, while all want what they can have',
      ]);
      // They are drawn by the classes of the theme, as pages of VS Code have no styles of their own.
      const heights = await view.page
        .locator('.spark')
        .first()
        .locator('rect')
        .evaluateAll((all) => all.map((each) => Number(each.getAttribute('height'))));
      assert.deepEqual(heights, [6, 10, 11, 4, 6.6]);
      assert.equal(await view.page.locator('#view [style]').count(), 0);
    });

    it('the keyboard stays at its row when others come before it', async () => {
      const view = await stopped('exits');
      const { page } = view;
      await page.locator('button.fold').nth(1).focus();
      const before = await view.focused();
      await view.stop(2, { 'hyperstep/exits': () => withExits(usual().total + 1) });
      await page.getByText(`#${usual().total + 1}`).waitFor();
      assert.equal(await view.focused(), before);
      assert.equal(await page.locator('button.fold[tabindex="0"]').getAttribute('data-item'), before);
    });
  });

  describe('from stop to stop', () => {
    it('marks what changed in the page tables, folded or not, counts it, and says it once', async () => {
      const view = await stopped('pageTables');
      const { page } = view;
      assert.equal(await page.locator('.since').count(), 0);
      assert.equal(await view.announced(), '');
      await view.stop(2);
      await page.getByText('nothing changed since the last stop').waitFor();
      assert.equal(await view.announced(), '');
      await view.stop(3, { 'hyperstep/pageTable': withFilledEntry });
      await page.getByText('1 changed since the last stop').waitFor();
      await page.getByText('1 below').waitFor();
      assert.equal(await view.announced(), 'Page Tables: 1 changed');
      await page.getByRole('treeitem').first().focus();
      await press(view, 'ArrowRight', 'ArrowRight', 'ArrowRight');
      assert.deepEqual(await page.locator('.entry.is-changed .mark').allInnerTexts(), ['changed']);
      assert.match(
        (await page.locator('.entry.is-changed').getAttribute('aria-label')) ?? '',
        /changed since the last/,
      );
      await view.screenshot('page-tables-changed');
      // It is no news any more at the next stop.
      await view.stop(4);
      await page.getByText('nothing changed since the last stop').waitFor();
      assert.equal(await view.announced(), '');
    });

    it('a fault that has come is a change of the page tables, and marked', async () => {
      const view = await stopped('pageTables');
      const { page } = view;
      const { worlds } = answers['hyperstep/worlds']!({ threadId: 1 });
      const trap: LastTrap = {
        cause: 'Load page fault',
        world: 'S',
        address: '0x5000',
        access: 'read',
        text: 'Load page fault at 0x5000, from S-mode at main',
        now: answers['hyperstep/translate']!({ threadId: 1, address: '0x5000', access: 'read' }),
      };
      await view.stop(2, { 'hyperstep/worlds': () => ({ worlds, trap }) });
      await page.getByText('1 new since the last stop').waitFor();
      assert.equal(await page.getByLabel('Last trap').locator('.mark').innerText(), 'new');
      const later = { ...trap, text: 'Load page fault at 0x6000, from S-mode at main' };
      await view.stop(3, { 'hyperstep/worlds': () => ({ worlds, trap: later }) });
      await page.getByText('1 changed since the last stop').waitFor();
      await view.stop(4);
      await page.getByText('nothing changed since the last stop').waitFor();
    });

    it('what was chosen in an exit does not stay under another one', async () => {
      const view = await stopped('narration');
      const { page } = view;
      const told = page.locator('.told');
      await told.nth(0).getByRole('button', { name: '0x80200040' }).click();
      const box = page.getByRole('region', { name: 'What is at 0x80200040' });
      await box.waitFor();
      await view.stop(2);
      await page.waitForTimeout(100);
      assert.equal(await box.count(), 1);
      await view.stop(3, { 'hyperstep/narration': () => ({ handled: { ...narrated, number: narrated.number + 1 } }) });
      await page.getByText(`VM exit #${narrated.number + 1}`, { exact: true }).waitFor();
      assert.equal(await box.count(), 0);
    });

    it('marks new exits, also those that are not in the list', async () => {
      const view = await stopped('exits');
      const { total } = usual();
      await view.stop(2, { 'hyperstep/exits': () => withExits(total + 1) });
      await view.page.getByText('1 new since the last stop').waitFor();
      assert.deepEqual(await view.page.locator('.mark').allInnerTexts(), ['new']);
      await view.stop(3, { 'hyperstep/exits': () => ({ ...withExits(total + 1), total: total + 70 }) });
      await view.page.getByText('69 new since the last stop').waitFor();
      assert.equal(await view.announced(), 'VM Exits: 69 new');
    });

    it('marks what came, changed and went in the TLB and in queues', async () => {
      const tlb = await stopped('tlb');
      const { entries, capacity } = answers['hyperstep/tlb']!({ threadId: 1 }) as { entries: []; capacity: number };
      const [one, two] = entries as { va: `0x${string}`; permissions: string }[];
      const come = { ...one!, va: '0x80209000' };
      await tlb.stop(2, {
        'hyperstep/tlb': () => ({ capacity, entries: [{ ...two!, permissions: 'rua' }, come] as never }),
      });
      await tlb.page.getByText('1 changed, 1 new, 1 gone since the last stop').waitFor();
      assert.deepEqual(await tlb.page.locator('.mark').allInnerTexts(), ['changed', 'new']);

      const queues = await stopped('queues');
      const { devices } = answers['hyperstep/queues']!({ threadId: 1 }) as Awaited<{ devices: never[] }>;
      const changed = JSON.parse(JSON.stringify(devices));
      changed[0].queues[0].usedRing.next = 2;
      changed[0].queues[0].chains[1].state = 'used';
      await queues.stop(2, { 'hyperstep/queues': () => ({ devices: changed }) });
      await queues.page.getByText('2 changed since the last stop').waitFor();
      assert.deepEqual(await queues.page.locator('.mark').allInnerTexts(), ['changed', 'changed']);
    });

    it('says the step at which the handler stands', async () => {
      const view = await stopped('narration');
      const said = 'VM exit #32, step 3: access the virtual satp, which is 0x8000000000080203';
      assert.equal(await view.announced(), `Narration: ${said}`);
      await view.stop(2, { 'hyperstep/narration': () => ({ handled: { ...narrated, isOver: true, coming: [] } }) });
      await view.page.getByText('over: the guest goes on').waitFor();
      assert.equal(await view.announced(), 'Narration: VM exit #32 is over');
      assert.equal(await view.page.locator('.told').count(), 3);
    });

    it('after a restart nothing is compared with the machine before', async () => {
      const view = await stopped('pageTables');
      await view.stop(2);
      await view.page.getByText('nothing changed since the last stop').waitFor();
      Object.assign(view.answers, { 'hyperstep/pageTable': withFilledEntry });
      const state = { kind: 'stopped', session: 'first', name: 'kernel.S', threadId: 1, stop: 1, revision: 9 } as const;
      await view.tell({ ...state, machine: 2 });
      await view.page.locator('.since').waitFor({ state: 'detached' });
    });

    it('what a translation says is read out', async () => {
      const view = await stopped('pageTables');
      await view.page.getByLabel(/^Guest-virtual address/).fill('counter');
      await view.page.keyboard.press('Enter');
      await view.page.getByRole('region', { name: 'Translation' }).waitFor();
      assert.equal(await view.announced(), 'A read reaches counter without an exit.');
    });

    it('what a write changes is no new stop, and a stop that was missed is not the last one', async () => {
      const view = await stopped('pageTables');
      await view.stop(1, { 'hyperstep/pageTable': withFilledEntry });
      await view.page.waitForTimeout(300);
      assert.equal(await view.page.locator('.since').count(), 0);
      await view.stop(4, { 'hyperstep/pageTable': answers['hyperstep/pageTable']! });
      await view.page.getByText('1 changed since it was last seen, 3 stops ago').waitFor();
    });
  });

  describe('before and after a run', () => {
    for (const name of viewNames) {
      it(`${name}: says what to do, keeps what was seen last, and sums the run up`, async () => {
        const view = await OpenedView.open(browser, name, { width: 330 });
        const { page } = view;
        await view.tell({ kind: 'none' });
        await page.getByText(/^Debug a guest/).waitFor();
        // What is looked at while the machine runs has something to show.
        const { isLive }: ViewDescription = viewTable[name];
        await view.run();
        if (isLive) await page.locator('#view > header').waitFor();
        else await page.getByText('The guest is running.').waitFor();
        await view.stop(1);
        await page.locator('#view :is(header, section, h2)').first().waitFor();
        const content = await page.locator('#view').innerText();
        await view.run();
        assert.equal(await page.locator('#view').innerText(), content);
        await view.end({
          how: 'The guest powered off.',
          isFailure: false,
          program: 'kernel.S',
          engine: 'full',
          instructions: 1_234_567,
          nanoseconds: 1_250_000,
          cycles: 2_000_000,
          exits: { total: 1282, counts: usual().counts },
        });
        const banner = page.getByRole('region', { name: 'The run has ended' });
        await banner.getByText('The guest powered off.').waitFor();
        await banner.getByText('1,234,567 instructions').waitFor();
        await banner.getByText('1.25 ms on the machine’s clock').waitFor();
        await banner.getByText('1,282 VM exits').waitFor();
        await banner.getByText('Exits by reason').click();
        await banner.getByRole('table', { name: 'Exits of the whole run by reason' }).waitFor();
        const last = content.split('\n').at(-1) ?? '';
        assert.ok((await page.locator('#view').innerText()).includes(last), `${last} is gone`);
        assert.equal(await view.announced(), `${viewTable[name].title}: the run has ended`);
        const asked = view.received.length;
        const folds = page.locator('button.fold, [role="treeitem"], .entered');
        if ((await folds.count()) > 0) await folds.first().click();
        assert.equal(view.received.length, asked, 'nobody is asked any more');
        await view.screenshot(`${name}-past`);
      });
    }

    it('exits: a chosen reason can be lifted after the end, and another one chosen', async () => {
      const view = await stopped('exits');
      const { page } = view;
      const shown = page.locator('.exit');
      const all = await shown.count();
      await page.getByRole('button', { name: 'csr-access' }).click();
      await page.getByText('Last exits for csr-access').waitFor();
      await page.waitForFunction((count) => document.querySelectorAll('.exit').length < count, all);
      await view.end();
      await page.getByRole('region', { name: 'The run has ended' }).waitFor();
      assert.equal(await shown.count(), 1);
      const asked = view.received.length;
      await page.getByRole('button', { name: 'csr-access' }).click();
      await page.waitForFunction((count) => document.querySelectorAll('.exit').length === count, all);
      await page.getByRole('button', { name: 'sbi-call' }).click();
      await page.getByText('Last exits for sbi-call').waitFor();
      assert.match(await shown.first().innerText(), /console_putchar/);
      assert.equal(view.received.length, asked, 'nobody is asked any more');
    });

    it('says so where nothing was seen', async () => {
      const view = await OpenedView.open(browser, 'tlb', { width: 330 });
      await view.end();
      await view.page.getByText('Nothing of kernel.S was seen here').waitFor();
      // Another session begins anew.
      await view.tell({ kind: 'running', session: 'second', name: 'other.S' });
      await view.page.getByText('The guest is running.').waitFor();
      assert.equal(await view.page.locator('.past-banner').count(), 0);
    });
  });
});

function usual(): Exits {
  return answers['hyperstep/exits']!({ count: 50 });
}

/** With exits up to a number, the newest like the one before. */
function withExits(total: number): Exits {
  const { exits, counts } = usual();
  const [newest] = exits;
  return { total, counts, exits: [{ ...newest!, number: total, pc: '0x80200068' }, ...exits] };
}

/** The entry that the shadow did not have is filled. */
function withFilledEntry(args: { threadId: number; path: readonly number[] }): PageTable {
  const table = answers['hyperstep/pageTable']!(args);
  const fill = (entry: PageTable['entries'][number]): PageTable['entries'][number] =>
    entry.state === 'unfilled' && entry.guest ? { ...entry, shadow: entry.guest, state: 'same' } : entry;
  return { ...table, entries: table.entries.map(fill) };
}
