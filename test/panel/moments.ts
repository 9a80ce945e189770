import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AskedMemory, askedWith, nothingAsked, type PageId } from '../../extension/webview/panel/page';
import { panelPages } from '../../extension/webview/panel/pages';
import { Client, root } from '../debug-adapter/client';

/** A place in a run of a sample guest that shows something. */
interface Moment {
  readonly title: string;
  /** What of memory is worth seeing there; what the machine stands at where it is absent. */
  readonly memory?: AskedMemory;
  /** Brings a session there. */
  reach(client: Client): Promise<void>;
}

/** What every page has to show at a moment. */
export type Recorded = { readonly [page in PageId]?: unknown };

const kernel = path.join(root, 'extension/sample/kernel.S');
const ownHypervisor = path.join(root, 'test/debug-adapter/guests/own-hypervisor.S');
const twoGuests = path.join(root, 'test/debug-adapter/guests/two-guests.S');

function lineOf(file: string, text: RegExp): number {
  const found = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => text.test(line));
  if (found < 0) throw new Error(`${file} has no line with ${text}`);
  return found + 1;
}

async function startKernel(client: Client, virtualization: 'full' | 'hardware' | 'none', at: RegExp): Promise<void> {
  await client.launch(kernel, { virtualization, breakpoints: [lineOf(kernel, at)] });
  await client.stopped();
}

/** The moments of the gallery: each ends where a lecture stops to explain. */
export const moments: { readonly [id: string]: Moment } = {
  'full-trapped': {
    title: 'Full virtualization: csrw satp has trapped',
    async reach(client) {
      await startKernel(client, 'full', /csrw\s+satp/);
      await client.step('stepIn');
    },
  },
  'full-user': {
    title: 'Full virtualization: the guest’s sret to its user program has been done',
    memory: { space: 'gpa', address: 'root_table - 64', world: null, find: 'table' },
    async reach(client) {
      await startKernel(client, 'full', /^\s+csrw\s+sscratch, sp/);
      await client.step('next');
      await client.step('next');
    },
  },
  'hardware-fault': {
    title: 'Hardware assistance: a guest-page fault has come to the VMM',
    async reach(client) {
      await client.launch(kernel, { virtualization: 'hardware', stopOnEntry: true });
      await client.stopped();
      await client.request('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'exit', condition: 'second-stage-fill' }],
      });
      await client.go('continue');
    },
  },
  'hardware-user': {
    title: 'Hardware assistance: a system call has gone to VS-mode without an exit',
    async reach(client) {
      await startKernel(client, 'hardware', /^\s+csrw\s+sscratch, sp/);
      await client.breakAt(path.join(root, 'extension/sample/trap.S'), [
        lineOf(path.join(root, 'extension/sample/trap.S'), /^on_trap:/) + 1,
      ]);
      await client.go('continue');
    },
  },
  'own-hypervisor': {
    title: 'A hypervisor of your own: its guest has exited',
    memory: { space: 'gpa', address: '0x1000', world: 'VS', find: '' },
    async reach(client) {
      await client.launch(ownHypervisor, {
        virtualization: 'none',
        firmware: 'sbi',
        breakpoints: [lineOf(ownHypervisor, /^trap:/)],
      });
      await client.stopped();
    },
  },
  'two-guests': {
    title: 'A hypervisor of your own runs two guests in turn',
    async reach(client) {
      const defines = { FIRMWARE_NONE: '1' };
      await client.launch(twoGuests, { virtualization: 'none', firmware: 'none', defines, stopOnEntry: true });
      await client.stopped();
      const source = { path: twoGuests };
      // The seventh call has come.
      const breakpoints = [{ line: lineOf(twoGuests, /^next:/), condition: '*(long *)(tp + 8) == 7' }];
      await client.request('setBreakpoints', { source, breakpoints });
      await client.go('continue');
    },
  },
  'disk-asked': {
    title: 'A driver has put a request into its queue, and has not notified the disk',
    memory: { space: 'hpa', address: 'descriptors', world: null, find: '' },
    async reach(client) {
      const driver = path.join(root, 'extension/sample/disk.S');
      const disks = [{ file: path.join(root, 'extension/sample/disk.img'), write: 'copy' as const }];
      await client.launch(kernel, { virtualization: 'hardware', disks, stopOnEntry: true });
      await client.stopped();
      await client.breakAt(driver, [lineOf(driver, /QueueNotify/)]);
      await client.go('continue');
    },
  },
  'four-servers': {
    title: 'Four virtual machines share a hart',
    async reach(client) {
      const server = path.join(root, 'extension/sample/hosts/server.S');
      await client.request('initialize', { adapterID: 'hyperstep', clientID: 'vscode' });
      const scenario = path.join(root, 'extension/sample/hosts/four-servers.hyperstep.json');
      const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
      await client.event('initialized');
      await client.request('configurationDone');
      await launched;
      await client.stopped();
      const breakpoints = [{ line: lineOf(server, /^3:/), condition: 's0 == 97' }];
      await client.request('setBreakpoints', { source: { path: server }, breakpoints });
      await client.go('continue');
    },
  },
};

/** Brings a new session to a moment, and asks what every page asks there. */
export async function record(id: string): Promise<Recorded> {
  const moment = moments[id];
  if (!moment) throw new Error(`there is no moment ${id}`);
  const client = new Client({ clientId: 'vscode' });
  try {
    await moment.reach(client);
    const recorded: { [page in PageId]?: unknown } = {};
    for (const page of panelPages) {
      const asked = askedWith(nothingAsked, moment.memory ? { memory: moment.memory } : {});
      const { data } = await page.load((command, args) => client.own(command, args), 1, asked);
      recorded[page.id] = data;
    }
    // Wherever the repository is.
    return JSON.parse(JSON.stringify(recorded).replaceAll(root, '/hyperstep'));
  } finally {
    await client.request('disconnect');
  }
}
