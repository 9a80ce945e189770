import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { globSync } from 'glob';
import { after, before, describe, it } from 'mocha';
import { launchOptions } from '../../debug-adapter/launch/launch';
import { viewNames, viewTable } from '../../extension/views/table';
import { shownAs, viewPicture } from '../../scripts/site/pictures';
import { engineDescriptions } from '../../simulator/hypervisor/engines/registry';

describe('the documentation as a site', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-site-'));
  const site = path.join(folder, 'site');
  const html = (file: string): string => readFileSync(path.join(site, file), 'utf8');
  let pages: readonly string[] = [];
  let told = '';

  before(() => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'docs', site], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
    told = stdout;
    pages = globSync('**/index.html', { cwd: site, posix: true });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has a page for each document', () => {
    const documents = globSync(['docs/*.md', 'extension-pack/*.md'], { posix: true });
    const titles = documents.map((file) => /^# (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? file);
    const found = pages.map((page) => /<title>(.*) – HyperStep<\/title>/.exec(html(page))?.[1]);
    assert.deepEqual(
      titles.filter((title) => !found.includes(title.replaceAll("'", '&#39;'))),
      [],
    );
  });

  it('has what is described in the sources: launch attributes, engines with their exits, views', () => {
    const launch = html('reference/launch/index.html');
    for (const name of Object.keys(launchOptions)) assert.ok(launch.includes(`<code>${name}</code>`), name);
    for (const { id, exits } of engineDescriptions) {
      const text = html(`reference/engines/${id}/index.html`);
      for (const exit of exits) assert.ok(text.includes(`<code>${exit.id}</code>`), `${id} ${exit.id}`);
    }
    for (const name of viewNames)
      assert.ok(
        pages.some((page) => html(page).includes(`<h1 id=`) && html(page).includes(viewTable[name].title)),
        name,
      );
  });

  it('has links that lead somewhere, to places that there are, without a server', () => {
    assert.ok(pages.length > 15);
    for (const page of pages)
      for (const [, link = ''] of html(page).matchAll(/ (?:href|src)="([^"]+)"/g)) {
        if (/^https?:/.test(link)) continue;
        const [file = '', place] = link.split('#');
        const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
        assert.ok(existsSync(path.join(site, target)) && /\.\w+$/.test(target), `${page}: ${link}`);
        if (place !== undefined) assert.ok(html(target).includes(`id="${place}"`), `${page}: ${link}`);
      }
  });

  it('has a page for each launch attribute and setting, each lab, and search that finds them', () => {
    const { properties } = JSON.parse(readFileSync('package.json', 'utf8')).contributes.configuration;
    const wanted = [
      ...Object.keys(launchOptions).map((name) => `reference/launch/${name}/index.html`),
      ...Object.keys(properties).map((name) => `reference/settings/${name}/index.html`),
      ...globSync('labs/*/README.md', { posix: true }).map((file) => file.replace('README.md', 'index.html')),
    ];
    assert.deepEqual(
      wanted.filter((page) => !pages.includes(page)),
      [],
    );
    const launch = html('reference/launch/vmmTime/index.html');
    assert.match(launch, /<code>&quot;charged&quot;<\/code>/);
    const context = createContext({ document: { querySelector: () => null } });
    runInContext(html('search-index.js'), context);
    runInContext(html('search.js'), context);
    const index: { path: string }[] = runInContext('searchIndex', context);
    const found = Array.from(index, (entry) => entry.path);
    assert.deepEqual(found.sort(), [...pages].sort());
  });

  it('shows pictures that the UI tests make, and names those that are not made yet', () => {
    for (const name of viewNames) {
      const page = html(`reference/views/${viewTable[name].title.toLowerCase().replaceAll(' ', '-')}/index.html`);
      assert.equal(page.includes('<img'), existsSync(viewPicture(shownAs(name))), name);
      assert.equal(told.includes(viewPicture(shownAs(name))), !existsSync(viewPicture(shownAs(name))), name);
    }
  });

  it('says on each page where one is', () => {
    for (const page of pages) assert.equal(html(page).split('aria-current="page"').length, 2, page);
  });
});
