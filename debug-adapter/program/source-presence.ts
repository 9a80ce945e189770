/** Which files that debug information names are here: a kernel's names thousands, so that each is looked for when it is to be shown. */
export class SourcePresence {
  private readonly known: Map<string, boolean>;

  /** @param read files that have just been read: what the program was assembled from */
  constructor(
    read: Iterable<string>,
    private readonly isHere: (file: string) => Promise<boolean>,
  ) {
    this.known = new Map([...read].map((file) => [file, true]));
  }

  /** Whether a file that was looked for is not here. */
  isAbsent(file: string): boolean {
    return this.known.get(file) === false;
  }

  /** Those that were not looked for yet. */
  unknown(files: readonly string[]): string[] {
    return [...new Set(files)].filter((file) => !this.known.has(file));
  }

  async look(files: readonly string[]): Promise<void> {
    for (const file of this.unknown(files)) this.known.set(file, await this.isHere(file));
  }
}
