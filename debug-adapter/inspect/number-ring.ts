/** The last rows of numbers of many: what is kept of them is no object each. */
export class NumberRing {
  private rows: Float64Array;
  private added = 0;

  /**
   * @param width numbers in a row
   * @param most rows that are kept
   */
  constructor(
    private readonly width: number,
    private readonly most: number,
  ) {
    this.rows = new Float64Array(width * Math.min(most, 1024));
  }

  /** How many there have been. */
  get count(): number {
    return this.added;
  }

  /** The oldest that is kept; they are numbered from 0 on. */
  get first(): number {
    return Math.max(0, this.added - this.most);
  }

  /** One more: the oldest goes where there is no room. */
  add(row: ArrayLike<number>): void {
    const { width, most } = this;
    const at = (this.added % most) * width;
    if (at >= this.rows.length) {
      const grown = new Float64Array(Math.min(most * width, this.rows.length * 2));
      grown.set(this.rows);
      this.rows = grown;
    }
    for (let column = 0; column < width; column++) this.rows[at + column] = row[column] ?? 0;
    this.added++;
  }

  /** What is known later of a row that is kept. */
  set(row: number, column: number, value: number): void {
    this.rows[(row % this.most) * this.width + column] = value;
  }

  /** A number of a row that is kept. */
  at(row: number, column: number): number {
    return this.rows[(row % this.most) * this.width + column] ?? 0;
  }
}
