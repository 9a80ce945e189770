/** Numbers of a row. */
const rowLength = 5;

/** Which statement put what where: rows of numbers, one for each statement, so that a long source costs no objects. */
export class SourceRows {
  #numbers = new Int32Array(rowLength * 16);
  length = 0;

  push(offset: number, part: number, frame: number, line: number, start: number): void {
    const at = this.length * rowLength;
    if (at === this.#numbers.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const numbers = this.#numbers;
    numbers[at] = offset;
    numbers[at + 1] = part;
    numbers[at + 2] = frame;
    numbers[at + 3] = line;
    numbers[at + 4] = start;
    this.length++;
  }

  /** In fixed bytes of the section, with the variable parts before it. */
  offset(row: number): number {
    return this.#numbers[row * rowLength]!;
  }

  part(row: number): number {
    return this.#numbers[row * rowLength + 1]!;
  }

  /** Index in the unit's frames. */
  frame(row: number): number {
    return this.#numbers[row * rowLength + 2]!;
  }

  line(row: number): number {
    return this.#numbers[row * rowLength + 3]!;
  }

  /** The column of the statement. */
  start(row: number): number {
    return this.#numbers[row * rowLength + 4]!;
  }
}
