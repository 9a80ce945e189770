import type { FromView, ToView } from '../views/messages';
import { type ViewName, viewTable } from '../views/table';
import { MessageClient } from './client';
import { ExitsView } from './exits';
import { NarrationView } from './narration';
import { Page } from './page';
import { PageTablesView } from './page-tables';
import { QueuesView } from './queues';
import './style.css';
import './rows.css';
import { TlbView } from './tlb';
import type { View } from './view';
import { VmsView } from './vms';

declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  /** Survives the page. */
  getState(): string[] | undefined;
  setState(unfolded: string[]): void;
};

const views: Record<ViewName, () => View> = {
  narration: () => new NarrationView(),
  pageTables: () => new PageTablesView(),
  tlb: () => new TlbView(),
  queues: () => new QueuesView(),
  exits: () => new ExitsView(),
  vms: () => new VmsView(),
};

const vscode = acquireVsCodeApi();
const client = new MessageClient((message) => vscode.postMessage(message));
const name = document.body.dataset['view'] as ViewName;
const view = views[name]();
for (const each of vscode.getState() ?? []) view.unfolded.add(each);

const live = document.createElement('div');
live.className = 'unseen';
live.setAttribute('role', 'status');
live.setAttribute('aria-live', 'polite');
document.body.append(live);
const root = document.getElementById('view') as HTMLElement;
const page = new Page(root, live, viewTable[name], view, client, (unfolded) => vscode.setState([...unfolded]));

window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
  if (data.type === 'answer') client.answered(data.id, data.body);
  else if (data.type === 'error') client.failed(data.id, data.message);
  else if (data.type === 'translate') {
    if (view instanceof PageTablesView) view.translate(data.address);
    void page.refresh();
  } else void page.update(data.state);
});

vscode.postMessage({ type: 'ready' });
