import assert from 'node:assert/strict';
import path from 'node:path';
import { FLOAT_REGISTERS } from '../../simulator/core/index';
import { fileOf, LoggedFile } from '../../simulator/devices/disk/file-log';
import { FileFormatError } from '../../simulator/machine/state/plain-codec';
import { seal } from '../../simulator/machine/state/sealed-file';
import { StateHash } from '../../simulator/machine/state/state-hash';
import type { Program } from '../../simulator/object/program';
import { isPlainRecord, type PlainValue } from '../../simulator/schema/state/plain';
import { plainOf } from '../../simulator/schema/state/values';
import { describeSystem } from '../../simulator/system/description';
import { lifeOf, Replay, ReplayError, type RunRecord, readRecord, writeRecord } from '../../simulator/system/record';
import { recordSchema } from '../../simulator/system/record-schema';
import { originsOf } from '../../simulator/system/run-origin';
import { asPlain } from '../../simulator/system/snapshot';
import { ANY_GUEST_VIRTUALIZATIONS, ConfigurationError, openDisk } from '../../simulator/system/system';
import { changed, changedByte } from '../support/changed-fields';
import { buildGuest, guestFolder, makeSystem, memoryFile, testDisk } from '../support/guest';
import { numbersFrom } from '../support/random';

/** `HYPERSTEP_FUZZ=5000` changes so many records instead; `HYPERSTEP_SEED` begins elsewhere. */
const ROUNDS = Number(process.env['HYPERSTEP_FUZZ'] ?? 60);
const SEED = Number(process.env['HYPERSTEP_SEED'] ?? 1);
const REFUSALS = [ReplayError, FileFormatError, ConfigurationError];
const SEAL = 16;
/** What one replay may run, in slices: a record may say anything of how long it is. */
const SLICE = 2000;
const MOST_SLICES = 20;

/** A run with inputs of every kind, and what it read of its disk. */
function recordedRun(program: Program, virtualization: (typeof ANY_GUEST_VIRTUALIZATIONS)[number]): RunRecord {
  const file = new LoggedFile(memoryFile(testDisk()));
  const { system } = makeSystem(program, {
    virtualization,
    disks: [openDisk(file, 'copy')],
    devices: ['console', 'net', 'rng'],
    inputOpen: true,
  });
  const start = system.stateHash();
  const [cpu] = system.guest.cpus;
  assert.ok(cpu);
  const run = (instructions: number): void => void system.machine.run({ instructions });
  run(500);
  system.input(new TextEncoder().encode('typed'));
  run(500);
  system.writeMemory(0x80f00000, Uint8Array.of(1, 2, 3));
  system.writeRegister(cpu, 31, 77n);
  system.writeRegister(cpu, FLOAT_REGISTERS + 1, 78n);
  run(500);
  system.writePc(cpu, cpu.pc);
  system.writeCsr(cpu, 0x140, 5n);
  system.receiveFrame(2, new Uint8Array(60));
  run(500);
  system.closeInput();
  run(2500);
  return {
    description: describeSystem(system.configuration),
    guests: originsOf([program], system.configuration).map((origin) => ({
      origin,
      disks: [{ contents: file.contents(), write: 'copy' }],
    })),
    lives: [lifeOf(system, start)],
  };
}

/** A file of ours with a right seal again. */
function sealed(file: Uint8Array): Uint8Array {
  const body = file.slice(0, -SEAL);
  const hash = new StateHash();
  hash.bytes(body);
  return Uint8Array.from([...body, ...new TextEncoder().encode(hash.digest())]);
}

/** Replays as the command line does. @returns whether it was the same run, as far as it was followed */
function replayed(file: Uint8Array, program: Program): boolean {
  const { description, guests, lives } = readRecord(file);
  const { diskSectors: _, neighbours: __, ...machine } = description;
  const recorded = guests.map(({ origin }) => origin);
  const [guest] = guests;
  assert.ok(guest);
  // So much memory for every machine would take long; the size is checked as it is.
  if (machine.memory > 64 * 2 ** 20) return false;
  const opened = guest.disks.map(({ contents, write }) => openDisk(fileOf(contents), write));
  const { bootArguments } = guest.origin;
  for (const life of lives) {
    const { system } = makeSystem(program, {
      ...machine,
      disks: opened,
      bootArguments: bootArguments ?? undefined,
      inputOpen: true,
    });
    const run = new Replay(system, life, { recorded, given: originsOf([program], system.configuration) });
    for (let slice = 0; ; slice++) {
      if (slice === MOST_SLICES) return false;
      if (run.run(SLICE) === 'end') break;
    }
    if (!run.isSame) return false;
  }
  return true;
}

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
  describe(`records that somebody has changed (${virtualization})`, () => {
    let program: Program;
    let record: RunRecord;
    before(async () => {
      program = await buildGuest(path.join(guestFolder, 'blk-write.S'));
      record = recordedRun(program, virtualization);
    });

    /** Whether a file was refused; anything but a refusal by name fails the test. */
    const isRefused = (file: Uint8Array, round: number): boolean => {
      try {
        replayed(file, program);
        return false;
      } catch (error) {
        const known = REFUSALS.some((kind) => error instanceof kind);
        assert.ok(known, `round ${round}: ${error instanceof Error ? error.stack : error}`);
        return true;
      }
    };

    it('replay as they are', () => {
      assert.ok(replayed(writeRecord(record), program));
    });

    it(`are refused where a byte is another (${ROUNDS} from seed ${SEED})`, () => {
      const file = writeRecord(record);
      for (let round = 0; round < ROUNDS; round++) {
        const next = numbersFrom(SEED * 1_000_003 + round);
        const damaged = changedByte(file, next);
        const cut = file.slice(0, next(file.length));
        if (Buffer.compare(damaged, file) !== 0) assert.ok(isRefused(damaged, round));
        assert.ok(isRefused(cut, round));
      }
    });

    it(`are refused by name or replayed where a byte is another under a right seal (${ROUNDS} from seed ${SEED})`, () => {
      const file = writeRecord(record);
      for (let round = 0; round < ROUNDS; round++)
        isRefused(sealed(changedByte(file, numbersFrom(SEED * 2_000_003 + round))), round);
    }).timeout(600_000);

    it(`are refused by name or replayed where a field is another (${ROUNDS} from seed ${SEED})`, () => {
      let refused = 0;
      const version = new DataView(writeRecord(record).buffer).getUint32(8, true);
      const { description, ...rest } = record;
      const plain: PlainValue = { description: asPlain(description), rest: plainOf(recordSchema, rest) };
      for (let round = 0; round < ROUNDS; round++) {
        const next = numbersFrom(SEED * 3_000_003 + round);
        const wrong = changed(plain, next);
        const file = seal('HSRECORD', version, (writer) => {
          for (const part of Object.values(isPlainRecord(wrong) ? wrong : {})) writer.plain(part);
        });
        if (isRefused(file, round)) refused += 1;
      }
      assert.ok(refused > ROUNDS / 4, `${refused} refused`);
    }).timeout(600_000);

    it('are refused where values lie in each other without end', () => {
      const [file, depth] = [writeRecord(record), 100_000];
      const list = Uint8Array.of(6, 1, 0, 0, 0);
      const nested = new Uint8Array(12 + depth * list.length + SEAL);
      nested.set(file.subarray(0, 12));
      for (let at = 0; at < depth; at++) nested.set(list, 12 + at * list.length);
      assert.throws(() => readRecord(sealed(nested)), /too deep/);
    });
  });
}
