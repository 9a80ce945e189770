/** The extension's own views, in the order in which their container has them: what package.json declares and the pages show. */

export interface ViewDescription {
  readonly title: string;
  /** Whether it is unfolded until the user decides. */
  readonly isUnfolded: boolean;
  /** Share of the container's height among those that are unfolded. */
  readonly share: number;
}

export const viewTable = {
  narration: { title: 'Narration', isUnfolded: true, share: 3 },
  pageTables: { title: 'Page Tables', isUnfolded: true, share: 3 },
  tlb: { title: 'TLB', isUnfolded: false, share: 2 },
  queues: { title: 'Device Queues', isUnfolded: false, share: 2 },
  exits: { title: 'VM Exits', isUnfolded: false, share: 2 },
} as const satisfies Readonly<Record<string, ViewDescription>>;

export type ViewName = keyof typeof viewTable;

export const viewNames = Object.keys(viewTable) as readonly ViewName[];

/** The id by which VS Code knows a view, and the type of its editor. */
export function viewId(name: ViewName): `hyperstep.${ViewName}` {
  return `hyperstep.${name}`;
}

/** The command that opens a view in an editor. */
export function openCommand(name: ViewName): `hyperstep.open.${ViewName}` {
  return `hyperstep.open.${name}`;
}
