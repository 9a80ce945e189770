/** The extension's own views, in the order in which their container has them: what package.json declares and the pages show. */

export interface ViewDescription {
  readonly title: string;
  /** Whether it is unfolded until the user decides. */
  readonly isUnfolded: boolean;
  /** What VS Code's accessibility help (Alt+F1) says of it, in Markdown. */
  readonly help: string;
  /** Share of the container's height among those that are unfolded. */
  readonly share: number;
  /** Whether it is looked at while the machine runs, too. */
  readonly isLive?: boolean;
  /** Commands in its title, before the one that opens it in an editor. */
  readonly commands?: readonly string[];
  /** What the command says that opens it in an editor. */
  readonly opens?: string;
  /** Its script and style sheet among those that are built; those that the lists share when absent. */
  readonly bundle?: 'panel';
}

const rowKeys =
  'Up and Down go from row to row, Home and End to the first and the last, typing goes to one that begins so.';
const changesSaid = 'After each stop, how much changed is read out.';

export const viewTable = {
  narration: {
    title: 'Narration',
    isUnfolded: true,
    help: `The steps of the handler of hypervisor or firmware, nested as its functions are; the present one is marked. ${rowKeys} Right unfolds a function, or goes to the addresses of a step; Left folds, or goes back. Enter goes to the step’s source line. After each stop the present step is read out.`,
    share: 3,
  },
  pageTables: {
    title: 'Page Tables',
    isUnfolded: true,
    help: `The guest’s page table as a tree; with full virtualization each entry is read with its shadow entry. ${rowKeys} Right unfolds an entry that points to a table, then goes into it; Left folds, or goes to the entry above. Before the tree an address can be translated. ${changesSaid}`,
    share: 3,
  },
  tlb: {
    title: 'TLB',
    isUnfolded: false,
    help: `The translations that the machine’s TLB holds, one a row. ${rowKeys} ${changesSaid}`,
    share: 2,
  },
  queues: {
    title: 'Device Queues',
    isUnfolded: false,
    help: `The virtqueues of each device: chains, rings, descriptors. ${rowKeys} Enter unfolds a chain. ${changesSaid}`,
    share: 2,
  },
  exits: {
    title: 'VM Exits',
    isUnfolded: false,
    help: `Every exit to the hypervisor: counts by reason, each a button that shows those exits alone, and the last exits. ${rowKeys} Enter unfolds an exit. ${changesSaid}`,
    share: 2,
  },
  vms: {
    title: 'Virtual Machines',
    isUnfolded: false,
    help: `The virtual machines of the host, one a row: what each does, how much of the harts it has had, lately as a small chart and in all beside its right by weight, its memory and its target, exits and the time that others took from it. ${rowKeys} Right unfolds the vCPUs of a row and what happened to its memory last, then goes to what can be done to the virtual machine: Pause, Unpause, Reboot, Destroy; one that means nothing now says why. Left goes back, or folds. While the machine runs it is asked every second. Of a hypervisor of your own on the bare machine: its guests by hgatp, and the world switches from one to another. ${changesSaid}`,
    share: 2,
    isLive: true,
    commands: ['hyperstep.operateVm', 'hyperstep.setMemoryTarget'],
  },
} as const satisfies Readonly<Record<string, ViewDescription>>;

/** The machine panel, which has pages of its own. */
export const machinePanel = {
  title: 'Machine Panel',
  isUnfolded: false,
  help: `The machine at the stop, a page for each question: Rings, in which mode each CPU is and why; Address spaces, where an address leads; Memory, bytes in any space of addresses and what they are; Control state, what is the VMCS here; Exits; Timeline, who had the harts when; Device queues, who owns each buffer. Tab goes to the list of pages, Left and Right choose one, Tab again goes into it; everything that leads somewhere is a button, and tables that scroll are reached by Tab. ${changesSaid}`,
  share: 4,
  opens: 'Open Machine Panel',
  bundle: 'panel',
} as const satisfies ViewDescription;

/** The views that are lists, by what they list. */
export type ViewName = keyof typeof viewTable;

export const viewNames = Object.keys(viewTable) as readonly ViewName[];

/** Everything in the container: the lists, and the panel. */
export type ShownName = ViewName | 'panel';

export const shownTable: Readonly<Record<ShownName, ViewDescription>> = { ...viewTable, panel: machinePanel };

export const shownNames = Object.keys(shownTable) as readonly ShownName[];

/** The id by which VS Code knows a view, and the type of its editor. */
export function viewId(name: ShownName): `hyperstep.${ShownName}` {
  return `hyperstep.${name}`;
}

/** The command that opens a view in an editor. */
export function openCommand(name: ShownName): `hyperstep.open.${ShownName}` {
  return `hyperstep.open.${name}`;
}
