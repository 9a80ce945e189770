import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Eleventy, IdAttributePlugin, type MarkdownToken } from '@11ty/eleventy';
import { transformSync } from 'esbuild';
import { SiteLinks } from './links';
import { groups, type Page } from './page';
import { missingPictures, referencePages } from './reference-pages';
import { writtenPages } from './written-pages';

export interface BuiltSite {
  readonly pages: readonly Page[];
  /** Links of documents that lead nowhere. */
  readonly broken: readonly string[];
  /** Pictures of views that the UI tests have not made here yet. */
  readonly missing: readonly string[];
}

/** Builds the documentation as a site that needs no server and no network. @param folder is made anew */
export async function buildSite(folder: string): Promise<BuiltSite> {
  rmSync(folder, { recursive: true, force: true });
  const pages = [...writtenPages(), ...referencePages()];
  const links = new SiteLinks(pages);
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const eleventy = new Eleventy('scripts/site', folder, {
    quietMode: true,
    configPath: null,
    config: (configuration) => {
      configuration.addPlugin(IdAttributePlugin);
      configuration.amendLibrary('md', (library) => {
        library.core.ruler.push('links of the site', ({ tokens, env }) => {
          const page = byPath.get(String(env['sitePath']));
          if (page) for (const token of tokens) relink(token, (link) => links.inSite(page, link));
          // One that is wider than its page is scrolled by keyboard too.
          for (const token of tokens) if (token.type === 'table_open') token.attrSet('tabindex', '0');
        });
      });
      for (const page of pages)
        configuration.addTemplate(`page-${page.path.replaceAll('/', '-')}.md`, page.text, {
          permalink: `${page.path}index.html`,
          layout: 'layout.njk',
          // Markdown alone: braces are what they are.
          templateEngineOverride: 'md',
          title: page.title,
          sitePath: page.path,
          style: links.relative(page, 'style.css'),
          root: '../'.repeat(page.path.split('/').length - 1),
          contents: contentsFor(page, pages, links),
        });
      configuration.setIncludesDirectory('.');
      configuration.setTemplateFormats(['md']);
    },
  });
  await eleventy.write();
  copyFileSync('scripts/site/style.css', path.join(folder, 'style.css'));
  const search = transformSync(readFileSync('scripts/site/search.ts', 'utf8'), { loader: 'ts', format: 'iife' });
  writeFileSync(path.join(folder, 'search.js'), search.code);
  writeFileSync(path.join(folder, 'search-index.js'), `const searchIndex = ${JSON.stringify(pages.map(indexed))};\n`);
  for (const file of links.files) {
    const target = path.join(folder, 'files', file);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
  return { pages, broken: links.broken, missing: missingPictures() };
}

function contentsFor(here: Page, pages: readonly Page[], links: SiteLinks): object[] {
  return groups
    .map((name) => ({
      name,
      pages: pages
        .filter(({ group, under }) => group === name && under === undefined)
        .map((page) => ({
          title: page.title,
          href: links.relative(here, page.path),
          isHere: page.path === (here.under ?? here.path),
        })),
    }))
    .filter((group) => group.pages.length > 0);
}

/** What is searched of a page: its words, without those of Markdown. */
function indexed({ title, path: place, text }: Page): { title: string; path: string; text: string } {
  const words = text.replaceAll(/<[^>]*>|\]\([^)]*\)|[#*`|[\]_>!-]+/g, ' ').replaceAll(/\s+/g, ' ');
  return { title, path: `${place}index.html`, text: words.trim() };
}

function relink(token: MarkdownToken, inSite: (link: string) => string): void {
  for (const attribute of ['href', 'src']) {
    const link = token.attrGet(attribute);
    if (link !== null) token.attrSet(attribute, inSite(link));
  }
  for (const child of token.children ?? []) relink(child, inSite);
}
