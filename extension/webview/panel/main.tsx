import { render } from 'preact';
import type { FromView, ToView } from '../../views/messages';
import { MessageClient } from '../client';
import '../style.css';
import '../rows.css';
import { type Followed, Follower, type Kept, keptOf } from './follower';
import type { Links } from './page';
import { panelPages } from './pages';
import { Panel } from './panel';
import './panel.css';
import 'uplot/dist/uPlot.min.css';

declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  /** Survives the page. */
  getState(): Kept | undefined;
  setState(kept: Kept): void;
};

const vscode = acquireVsCodeApi();
const client = new MessageClient((message) => vscode.postMessage(message));
const root = document.getElementById('view') as HTMLElement;
const live = document.createElement('div');
live.className = 'unseen';
live.setAttribute('role', 'status');
live.setAttribute('aria-live', 'polite');
document.body.append(live);

const links: Links = {
  source: ({ path, line }) => client.open(path, line),
  page: (id, asked) => void follower.show(id, asked),
  tables: (address) => vscode.postMessage({ type: 'translate', address }),
  tell: (text) => vscode.postMessage({ type: 'tell', text }),
  keep: (cost) => vscode.postMessage({ type: 'keep', cost }),
  save: (name, text) => vscode.postMessage({ type: 'save', name, text }),
  whole: (command, args) => client.request(command, args),
};

function show(followed: Followed, news?: string): void {
  render(<Panel pages={panelPages} followed={followed} links={links} />, root);
  if (news !== undefined) live.textContent = news;
  vscode.setState(keptOf(followed));
}

const follower = new Follower(panelPages, (command, args) => client.request(command, args), show, vscode.getState());

window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
  if (data.type === 'answer') client.answered(data.id, data.body);
  else if (data.type === 'error') client.failed(data.id, data.message);
  else if (data.type === 'translate') void follower.show('addressSpaces', { address: data.address, access: 'read' });
  else void follower.update(data.state);
});

show(follower.followed);
vscode.postMessage({ type: 'ready' });
