import type { ExitRecord } from '../../simulator/hypervisor/ledger';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Step } from '../../simulator/machine/narration';
import { stepText } from './handler-frames';

/** As many exits as the ledger keeps. */
const KEPT = 1000;

/** What handlers said during the last exits: kept as steps, turned into sentences when somebody asks. */
export class Narrations {
  private readonly trails: (readonly Step[])[] = [];
  private readonly numbers: number[] = [];

  /** The exit is handled by this handler, whose trail grows. */
  follow({ number }: ExitRecord, { trail }: ActiveHandler): void {
    this.trails[number % KEPT] = trail;
    this.numbers[number % KEPT] = number;
  }

  of({ number }: ExitRecord): string[] {
    if (this.numbers[number % KEPT] !== number) return [];
    return (this.trails[number % KEPT] ?? []).map(stepText);
  }
}
