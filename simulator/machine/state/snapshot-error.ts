/** Why a machine cannot be saved now, or a snapshot not be taken up: a message for the user. */
export class SnapshotError extends Error {}
