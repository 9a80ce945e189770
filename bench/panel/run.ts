/** The machine panel's figures: a refresh after a stop with large tables and many exits, and a frame of the timeline. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { nothingAsked, type PageId } from '../../extension/webview/panel/page';
import { panelPages } from '../../extension/webview/panel/pages';
import { Client } from '../../test/debug-adapter/client';
import { launchBrowser } from '../../test/vscode-host/host';

const ROUNDS = 15;
const guest = path.resolve('bench/panel/tables.S');

interface Measured {
  refresh(id: PageId, data: unknown): number;
  pan(count: number): { median: number; most: number };
}

const median = (times: number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

async function openPage() {
  const built = await build({
    entryPoints: ['bench/panel/page.tsx'],
    outfile: 'out/bench/page.js',
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
  });
  const text = (end: string): string => built.outputFiles.find(({ path: name }) => name.endsWith(end))?.text ?? '';
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 900, height: 1000 } });
  await page.setContent(`<!DOCTYPE html><style>${text('.css')}</style><main id="view"></main>`);
  await page.addScriptTag({ content: text('.js') });
  return { browser, page };
}

async function main(): Promise<void> {
  const { browser, page } = await openPage();
  for (const virtualization of ['full', 'hardware'] as const) {
    const line =
      readFileSync(guest, 'utf8')
        .split('\n')
        .findIndex((each) => each.startsWith('done:')) + 1;
    const client = new Client();
    const start = performance.now();
    await client.launch(guest, { virtualization, memory: '256M', breakpoints: [line] } as object);
    const stop = client.event('stopped', 600_000);
    await stop;
    const { total } = await client.own('hyperstep/exits', { count: 1 });
    console.log(
      `${virtualization}: ${total.toLocaleString('en')} exits in ${((performance.now() - start) / 1000).toFixed(1)} s`,
    );
    for (const each of panelPages) {
      const times: number[] = [];
      let data: unknown;
      for (let round = 0; round < ROUNDS; round++) {
        const begin = performance.now();
        ({ data } = await each.load((command, args) => client.own(command, args), 1, nothingAsked));
        times.push(performance.now() - begin);
      }
      const drawn = await page.evaluate(
        ([id, answer]) => (window as unknown as { measured: Measured }).measured.refresh(id as PageId, answer),
        [each.id, JSON.parse(JSON.stringify(data))] as const,
      );
      const asked = median(times);
      console.log(
        `  ${each.id}: ${asked.toFixed(1)} ms asked, ${drawn.toFixed(1)} ms drawn, ${(asked + drawn).toFixed(1)} ms`,
      );
    }
    await client.request('disconnect');
  }
  const frame = await page.evaluate(() => (window as unknown as { measured: Measured }).measured.pan(100_000));
  console.log(
    `a frame of the timeline with 100,000 marks: ${frame.median.toFixed(2)} ms, the 95th percentile ${frame.most.toFixed(2)} ms`,
  );
  await browser.close();
}

void main();
