import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Page } from './page';

/** Where the links of a page lead in the site; files that they lead to, which are no pages, come along. */
export class SiteLinks {
  private readonly pageOfSource: ReadonlyMap<string, Page>;
  private readonly wanted = new Set<string>();
  private readonly lost: string[] = [];

  constructor(pages: readonly Page[]) {
    this.pageOfSource = new Map(pages.flatMap((page) => (page.source === undefined ? [] : [[page.source, page]])));
  }

  /** Files of the repository that pages show or link to. */
  get files(): readonly string[] {
    return [...this.wanted];
  }

  /** Links that lead nowhere: what stands where. */
  get broken(): readonly string[] {
    return this.lost;
  }

  /** A link as it stands in a document, as it is in the site. */
  inSite(from: Page, link: string): string {
    if (/^[a-z]+:|^#|^\/\//.test(link)) return link;
    const [file = '', place] = link.split('#');
    const target = path.posix.join(path.posix.dirname(from.source ?? ''), file);
    const page = this.pageOfSource.get(target);
    const fragment = place === undefined ? '' : `#${place}`;
    if (page) return `${this.relative(from, page.path)}${fragment}`;
    if (!existsSync(target) || !statSync(target).isFile()) {
      this.lost.push(`${from.source ?? from.path}: ${link}`);
      return link;
    }
    this.wanted.add(target);
    return this.relative(from, `files/${target}`);
  }

  /** From a page to a place of the site: to a page by its file, so that it is found without a server too. */
  relative(from: Page, to: string): string {
    const file = to === '' || to.endsWith('/') ? `${to}index.html` : to;
    return path.posix.relative(from.path, file);
  }
}
