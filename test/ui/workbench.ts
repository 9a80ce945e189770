import { mkdirSync } from 'node:fs';
import { type ShownName, type ViewName, viewTable } from '../../extension/views/table';
import type { Browser, FrameLocator, Locator, Page } from '../vscode-host/host';
import { type Host, type HostOptions, launchBrowser, startHost } from '../vscode-host/host';

const screenshots = 'out/screenshots';

/** VS Code with the extension installed from its vsix, driven as a person drives it. */
export class Workbench {
  private constructor(
    private readonly host: Host,
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  /**
   * @param folder an empty window when absent
   * @param options of the host, where they are others than a test's usual ones
   */
  static async open(folder?: string, theme = 'Default Dark Modern', options: HostOptions = {}): Promise<Workbench> {
    mkdirSync(screenshots, { recursive: true });
    const settings = {
      'workbench.colorTheme': theme,
      'debug.inlineValues': 'on',
      // A terminal that is drawn has no text to look for.
      'terminal.integrated.gpuAcceleration': 'off',
    };
    const host = await startHost({ vsix: process.env['HYPERSTEP_VSIX'] ?? '', settings, ...options });
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(60_000);
    await page.goto(host.url(folder === undefined ? { ew: 'true' } : { folder }));
    return new Workbench(host, browser, page);
  }

  /** The active editor. */
  get editor(): Locator {
    return this.page.locator('.editor-instance .monaco-editor').first();
  }

  async openFile(name: string): Promise<void> {
    const row = this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
    await row.dblclick();
    await this.editor.locator('.view-line').first().waitFor();
  }

  /** Clicks beside the line that contains the text, in the margin where breakpoints are. */
  async clickMargin(text: string | RegExp): Promise<void> {
    const line = await this.restingPlace(this.editor.locator('.view-line', { hasText: text }).first());
    const margin = await this.editor.locator('.glyph-margin').first().boundingBox();
    if (!line || !margin) throw new Error(`no visible line with ${text}`);
    await this.page.mouse.click(margin.x + margin.width / 2, line.y + line.height / 2);
  }

  /** Where something is once it has not moved for a while: lenses that come late push lines away under the mouse. */
  private async restingPlace(thing: Locator): ReturnType<Locator['boundingBox']> {
    let place = await thing.boundingBox();
    for (let since = 0; since < 5; ) {
      await this.page.waitForTimeout(200);
      const now = await thing.boundingBox();
      since = now?.y === place?.y ? since + 1 : 0;
      place = now;
    }
    return place;
  }

  /** Scrolls to the first place of a text, and puts the cursor there. */
  async goTo(text: string): Promise<void> {
    const line = this.editor.locator('.view-line', { hasText: text }).first();
    // A workbench that is still starting may lose the keys of a search.
    for (let tries = 0; tries < 5; tries++) {
      await this.page.keyboard.press('Control+1');
      await this.page.keyboard.press('Control+Home');
      await this.page.keyboard.press('Control+f');
      await this.page.locator('.find-widget.visible textarea').first().fill(text);
      await this.page.keyboard.press('Enter');
      await this.page.keyboard.press('Escape');
      if (await appears(line, 2000)) return;
    }
    await line.waitFor();
  }

  /** Where the extension's views are until the user moves them. */
  get container(): Locator {
    return this.page.locator('.part.auxiliarybar');
  }

  /** The web page of one of the extension's views in their container, unfolded with the others folded. */
  async view(name: ViewName): Promise<FrameLocator> {
    const { title } = viewTable[name];
    await this.foldPanes(title);
    const header = this.container.locator('.pane-header', { hasText: title }).first();
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
    return this.frame(name);
  }

  /** The web page of a view that is unfolded. */
  async frame(name: ShownName): Promise<FrameLocator> {
    // Each view's page is a frame in a frame; which is whose, only the inner one knows.
    const body = `body[data-view="${name}"]`;
    for (let tries = 0; tries < 300; tries++) {
      const outer = this.page.locator('iframe.webview');
      for (let index = 0; index < (await outer.count()); index++) {
        const frame = this.page.frameLocator('iframe.webview').nth(index).frameLocator('iframe#active-frame');
        if (
          await frame
            .locator(body)
            .count()
            .catch(() => 0)
        )
          return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`the view ${name} did not appear`);
  }

  /** Gives the container's room to one pane. */
  private async foldPanes(title: string): Promise<void> {
    const unfolded = this.container.locator('.pane-header[aria-expanded="true"]');
    for (let index = (await unfolded.count()) - 1; index >= 0; index--) {
      const header = unfolded.nth(index);
      const name = (await header.textContent()) ?? '';
      if (!name.includes(title)) await header.click({ position: { x: 60, y: 8 } });
    }
  }

  async run(command: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: command }).first();
    // A workbench that has much to do may lose keys: the one that opens the list, or those of the command.
    for (let tries = 0; tries < 20; tries++) {
      await this.page.keyboard.press('F1');
      if (!(await appears(input, 3000))) continue;
      // What takes the keyboard, as a stop does, closes it.
      if ((await isFilled(input, `>${command}`)) && (await appears(row, 10_000))) break;
      await this.page.keyboard.press('Escape');
    }
    await row.waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Opens the context menu of what has the keyboard, and chooses an item of it. */
  async chooseInMenu(label: string): Promise<void> {
    const item = this.page.locator('.monaco-menu .action-item', { hasText: label }).first();
    await this.page.keyboard.press('Shift+F10');
    await item.waitFor();
    // A menu hears no click in its first 100 ms, so that the one that opened it chooses nothing.
    for (let tries = 0; tries < 20 && (await item.isVisible()); tries++) {
      await item.click({ timeout: 3000 }).catch(() => {});
      await item.waitFor({ state: 'hidden', timeout: 1000 }).catch(() => {});
    }
    await item.waitFor({ state: 'hidden' });
  }

  /**
   * Presses a key that lets the session go on, and waits until it stands again, however long the computer takes.
   * @throws when it has not stopped after a minute
   */
  async goOn(key: 'F5' | 'F11' | 'Shift+F11'): Promise<void> {
    const canGoOn = this.page.locator('.debug-toolbar .codicon-debug-continue').first();
    await this.page.keyboard.press(key);
    // A short step is over before the toolbar has shown it, and what it leads to is opened a little after the stop.
    for (let polls = 0, rest = 0; rest < 5; polls++) {
      if (polls === 300) throw new Error(`the session has not stopped after ${key}`);
      await this.page.waitForTimeout(200);
      rest = (await canGoOn.isVisible()) ? rest + 1 : 0;
    }
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: `${screenshots}/${name}.png` });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.host.stop();
  }
}

async function appears(locator: Locator, milliseconds: number): Promise<boolean> {
  return locator.waitFor({ timeout: milliseconds }).then(
    () => true,
    () => false,
  );
}

async function isFilled(input: Locator, text: string): Promise<boolean> {
  return input.fill(text, { timeout: 3000 }).then(
    () => true,
    () => false,
  );
}
