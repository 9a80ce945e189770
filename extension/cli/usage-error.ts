/** What the user got wrong in the command's words; ends the command with status 2. */
export class UsageError extends Error {}
