/** What an access wants to do with memory. */
export const Access = { read: 0, write: 1, execute: 2 } as const;
export type Access = (typeof Access)[keyof typeof Access];

/** What an access is called. */
export const accessNames = {
  [Access.read]: 'read',
  [Access.write]: 'write',
  [Access.execute]: 'execute',
} as const satisfies Readonly<Record<Access, keyof typeof Access>>;

/** Privilege modes by their encoding. */
export const Privilege = { user: 0, supervisor: 1, machine: 3 } as const;
export type Privilege = (typeof Privilege)[keyof typeof Privilege];
