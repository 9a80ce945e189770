import { writeFileSync } from 'node:fs';
import type { DiskImage } from '../../simulator/devices/disk/disk-image';
import { LoggedFile } from '../../simulator/devices/disk/file-log';
import type { Program } from '../../simulator/object/program';
import { describeSystem } from '../../simulator/system/description';
import { type Life, lifeOf, writeRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import type { System } from '../../simulator/system/system';
import { type NamedDisks, openDisks } from './guest';

/** Keeps what a run gets from outside, for `--record`. */
export class Recording {
  /** Of each guest, in their order: what is read of its disks, and where its writes go. */
  private readonly disks: { readonly log: LoggedFile; readonly write: NamedDisks[number]['write'] }[][] = [];
  private readonly lives: Life[] = [];
  private start: string | undefined;

  /** @param file where the record goes */
  constructor(private readonly file: string) {}

  /** Opens the disks of the next guest; what it reads of them is kept. @throws UsageError */
  openDisks(named: NamedDisks): DiskImage[] {
    const logs: LoggedFile[] = [];
    const opened = openDisks(named, (file) => {
      const log = new LoggedFile(file);
      logs.push(log);
      return log;
    });
    this.disks.push(logs.map((log, index) => ({ log, write: named[index]?.write ?? 'copy' })));
    return opened;
  }

  /** The machine is about to start, or to start again. */
  begins(system: System): void {
    this.start = system.stateHash();
  }

  /** The run has stopped where the system stands. */
  stopped(system: System): void {
    if (this.start !== undefined) this.lives.push(lifeOf(system, this.start));
    this.start = undefined;
  }

  /** @param programs of the guests; none where they go on from a saved machine */
  write(system: System, programs: readonly (Program | undefined)[]): void {
    const { configuration } = system;
    const guests = originsOf(programs, configuration).map((origin, guest) => ({
      origin,
      disks: (this.disks[guest] ?? []).map(({ log, write }) => ({ contents: log.contents(), write })),
    }));
    const record = { description: describeSystem(configuration), guests, lives: this.lives };
    writeFileSync(this.file, writeRecord(record));
  }
}
