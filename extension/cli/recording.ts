import { writeFileSync } from 'node:fs';
import { LoggedFile } from '../../simulator/devices/disk/file-log';
import type { Program } from '../../simulator/object/program';
import { describeSystem } from '../../simulator/system/description';
import { type Life, lifeOf, writeRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import type { System } from '../../simulator/system/system';
import { type GuestFiles, openFiles } from './guest';
import type { MachineOptions } from './options';

/** Keeps what a run gets from outside, for `--record`. */
export class Recording {
  private readonly logged: LoggedFile[] = [];
  private readonly lives: Life[] = [];
  private start: string | undefined;

  /** @param file where the record goes */
  constructor(
    private readonly file: string,
    private readonly options: MachineOptions,
  ) {}

  /** Opens the guest's files; what it reads of its disks is kept. */
  openFiles(): Promise<GuestFiles> {
    return openFiles(this.options, (file) => {
      const log = new LoggedFile(file);
      this.logged.push(log);
      return log;
    });
  }

  /** A guest is about to start, or to start again. */
  begins(system: System): void {
    this.start = system.stateHash();
  }

  /** The guest has stopped where the system stands. */
  stopped(system: System): void {
    if (this.start !== undefined) this.lives.push(lifeOf(system, this.start));
    this.start = undefined;
  }

  write(system: System, program: Program | undefined): void {
    const disks = this.logged.map((log, index) => ({
      contents: log.contents(),
      write: this.options.disks[index]?.write ?? ('copy' as const),
    }));
    const { configuration } = system;
    const guests = originsOf([program], configuration).map((origin) => ({ origin, disks }));
    const record = { description: describeSystem(configuration), guests, lives: this.lives };
    writeFileSync(this.file, writeRecord(record));
  }
}
