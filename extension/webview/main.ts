import type { FromView, SessionState, ToView } from '../views/messages';
import type { ViewName } from '../views/table';
import { MessageClient } from './client';
import { type Element, element, patch } from './dom';
import { ExitsView } from './exits';
import { PageTablesView } from './page-tables';
import { QueuesView } from './queues';
import './style.css';
import { TlbView } from './tlb';
import type { View } from './view';

declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  /** Survives the page, which is thrown away while it is hidden. */
  getState(): string[] | undefined;
  setState(unfolded: string[]): void;
};

const views: Record<ViewName, () => View> = {
  pageTables: () => new PageTablesView(),
  tlb: () => new TlbView(),
  queues: () => new QueuesView(),
  exits: () => new ExitsView(),
};

const vscode = acquireVsCodeApi();
const client = new MessageClient((message) => vscode.postMessage(message));
const view = views[document.body.dataset['view'] as ViewName]();
const root = document.getElementById('view') as HTMLElement;
for (const name of vscode.getState() ?? []) view.unfolded.add(name);
let session: SessionState = { kind: 'none' };
let loads = 0;

window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
  if (data.type === 'answer') client.answered(data.id, data.body);
  else if (data.type === 'error') client.failed(data.id, data.message);
  else {
    session = data.state;
    void update();
  }
});

async function update(): Promise<void> {
  root.classList.toggle('running', session.kind === 'running');
  if (session.kind === 'none') return patch(root, [message(view.empty)]);
  if (session.kind === 'running') {
    if (root.childElementCount === 0) patch(root, [message('The guest is running.')]);
    return;
  }
  const load = ++loads;
  let content: Element[];
  try {
    await view.load(client, session.threadId);
    content = view.render(client, () => void update());
  } catch (error) {
    content = [message(error instanceof Error ? error.message : String(error))];
  }
  // A later load shows a later state.
  if (load !== loads) return;
  patch(root, content);
  vscode.setState([...view.unfolded]);
}

function message(text: string): Element {
  return element('p', { class: 'empty' }, [text]);
}

vscode.postMessage({ type: 'ready' });
