import { closeSync, openSync, writeSync } from 'node:fs';

const BUFFER = 64 * 1024;

/** A file to which lines are appended, in large writes. */
export class TraceFile {
  private readonly descriptor: number;
  private lines: string[] = [];
  private length = 0;

  /** @throws the host's error when the file cannot be written */
  constructor(file: string) {
    this.descriptor = openSync(file, 'w');
  }

  write(line: string): void {
    this.lines.push(line, '\n');
    this.length += line.length;
    if (this.length >= BUFFER) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    writeSync(this.descriptor, this.lines.join(''));
    this.lines = [];
    this.length = 0;
  }
}
