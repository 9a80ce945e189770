/** Counts what happens in a row while no instruction retires: so often means that nothing ever will. */
export class Standstill {
  private retired = -1;
  private count = 0;

  constructor(private readonly most: number) {}

  /** It has happened once more. @param retired instructions by now @returns whether it goes on for ever */
  seen(retired: number): boolean {
    this.count = this.retired === retired ? this.count + 1 : 0;
    this.retired = retired;
    return this.count >= this.most;
  }

  /** Something else has gone on: time, say. */
  isOver(): void {
    this.count = 0;
  }
}
