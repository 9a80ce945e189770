import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Requests } from '../../debug-adapter/protocol';
import type { FromView, SessionState, ToView } from '../../extension/views/messages';
import type { ViewName } from '../../extension/views/table';
import { viewPicture } from '../../scripts/site/pictures';
import type { Client } from '../debug-adapter/client';
import type { Browser, Page } from '../vscode-host/host';
import { answers } from './fake-session';

export type Answers = typeof answers;
type Asked = Extract<FromView, { type: 'request' }>;

const session = { session: 'first', name: 'kernel.S' };

export interface Options {
  /** In CSS pixels. */
  readonly width: number;
  /** Answers in place of the usual ones. */
  readonly answers?: Partial<Answers>;
  /** A real session, which answers instead. */
  readonly real?: Client;
  /** Of the window, as VS Code's zoom makes it. */
  readonly zoom?: number;
  readonly theme?: Theme;
}

/** The web page of a view in a browser of its own, beside a debug session that has one answer to each question. */
export class OpenedView {
  readonly received: FromView[] = [];
  private readonly errors: string[] = [];
  private revision = 0;

  private constructor(
    readonly page: Page,
    /** May be changed between two stops. */
    readonly answers: Answers,
    private readonly real: Client | undefined,
  ) {}

  /** Before anything was debugged. */
  static async open(browser: Browser, view: ViewName, options: Options): Promise<OpenedView> {
    const { width, zoom = 1, theme = 'dark' } = options;
    const page = await browser.newPage({
      viewport: { width: Math.floor(width / zoom), height: Math.floor(900 / zoom) },
      deviceScaleFactor: zoom,
    });
    page.setDefaultTimeout(10_000);
    const opened = new OpenedView(page, { ...answers, ...options.answers }, options.real);
    page.on('pageerror', (error) => opened.errors.push(String(error)));
    await page.exposeFunction('answer', (message: FromView) => opened.answer(message));
    const style = `${themes[theme]}${common}`;
    await page.setContent(`<!DOCTYPE html><style>${style}</style><style>${readFileSync('dist/webview.css', 'utf8')}</style>
      <body data-view="${view}"><main id="view"></main>
      <script>
        window.acquireVsCodeApi = () => ({
          postMessage: (message) => answer(message).then((reply) => reply && postMessage(reply)),
          getState() {},
          setState() {},
        });
      </script></body>`);
    await page.addScriptTag({ content: readFileSync('dist/webview.js', 'utf8') });
    return opened;
  }

  /** The machine has stopped for the `stop`th time. */
  async stop(stop: number, change: Partial<Answers> = {}): Promise<void> {
    Object.assign(this.answers, change);
    this.revision += 1;
    await this.tell({ kind: 'stopped', ...session, threadId: 1, machine: 1, stop, revision: this.revision });
    assert.deepEqual(this.errors, []);
  }

  async run(): Promise<void> {
    await this.tell({ kind: 'running', ...session });
  }

  async end(summary?: Extract<SessionState, { kind: 'ended' }>['summary']): Promise<void> {
    await this.tell({ kind: 'ended', ...session, ...(summary ? { summary } : {}) });
  }

  tell(state: SessionState): Promise<void> {
    return this.page.evaluate((message) => postMessage(message), { type: 'session', state } as const);
  }

  /** What a screen reader was told last. */
  async announced(): Promise<string> {
    return (await this.page.getByRole('status').textContent()) ?? '';
  }

  /** The name of the row that has the keyboard. */
  focused(): Promise<string | undefined> {
    return this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['item']);
  }

  screenshot(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: viewPicture(name), fullPage: true });
  }

  private async answer(message: FromView): Promise<ToView | undefined> {
    this.received.push(message);
    if (message.type !== 'request') return undefined;
    try {
      const { id, command, arguments: args } = message;
      const body = this.real ? await this.real.own(command, args) : answerTo(this.answers, message);
      return { type: 'answer', id, body };
    } catch (error) {
      return { type: 'error', id: message.id, message: (error as Error).message };
    }
  }
}

function answerTo<Command extends keyof Requests>(fake: Answers, message: Asked & { command: Command }): unknown {
  return fake[message.command]?.(message.arguments as never);
}

const common = `
:root { --vscode-font-size: 13px; --vscode-font-family: sans-serif; --vscode-editor-font-family: monospace; --vscode-editor-font-size: 13px; }
body { background: var(--vscode-sideBar-background); font-family: var(--vscode-font-family); margin: 0; }`;

/** The variables of VS Code's themes that the views use. */
export const themes = {
  dark: `:root {
    --vscode-sideBar-background: #181818; --vscode-foreground: #cccccc; --vscode-descriptionForeground: #9d9d9d;
    --vscode-panel-border: #2b2b2b; --vscode-focusBorder: #0078d4; --vscode-charts-green: #89d185; --vscode-charts-yellow: #cca700;
    --vscode-charts-blue: #3794ff; --vscode-errorForeground: #f85149; --vscode-list-hoverBackground: #2a2d2e;
    --vscode-textLink-foreground: #4daafc; --vscode-button-secondaryBackground: #313131; --vscode-button-secondaryForeground: #cccccc;
    --vscode-badge-background: #616161; --vscode-badge-foreground: #f8f8f8; --vscode-input-background: #313131;
    --vscode-input-foreground: #cccccc; --vscode-debugTokenExpression-name: #c586c0; --vscode-debugTokenExpression-string: #ce9178;
    --vscode-editor-stackFrameHighlightBackground: #ffff0033;
  }`,
  light: `:root {
    --vscode-sideBar-background: #f8f8f8; --vscode-foreground: #3b3b3b; --vscode-descriptionForeground: #3b3b3b;
    --vscode-panel-border: #e5e5e5; --vscode-focusBorder: #005fb8; --vscode-charts-green: #388a34; --vscode-charts-yellow: #bf8803;
    --vscode-charts-blue: #0063d3; --vscode-errorForeground: #f85149; --vscode-list-hoverBackground: #f2f2f2;
    --vscode-textLink-foreground: #005fb8; --vscode-button-secondaryBackground: #e5e5e5; --vscode-button-secondaryForeground: #3b3b3b;
    --vscode-badge-background: #cccccc; --vscode-badge-foreground: #3b3b3b; --vscode-input-background: #ffffff;
    --vscode-input-foreground: #3b3b3b; --vscode-debugTokenExpression-name: #9b46b0; --vscode-debugTokenExpression-string: #a31515;
    --vscode-editor-stackFrameHighlightBackground: #ffff6673;
  }`,
} as const;
type Theme = keyof typeof themes;
