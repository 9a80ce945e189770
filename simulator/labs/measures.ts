/** What of a virtual machine can be measured, in whole numbers. Shares are in percent of the time that the run took. */
export const MEASURES = {
  running: 'The part of the run in which its vCPUs had a hart, in percent of one hart.',
  ready: 'The part in which they wanted a hart and had none, in percent of one hart.',
  waiting: 'The part in which they waited for something, in percent of one hart.',
  share: 'Its part of all that the virtual machines ran, in percent.',
  instructions: 'Instructions that it executed.',
  exits: 'Exits of its guest.',
  switches: 'How often its vCPUs came onto a hart.',
  restarts: 'How often it was started again.',
  memory: 'The most memory that it took, in KiB.',
  code: 'With what it powered off; no number where it did not.',
} as const;

export type Measure = keyof typeof MEASURES;
