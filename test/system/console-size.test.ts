import assert from 'node:assert/strict';
import { describeSystem } from '../../simulator/system/description';
import { type Life, lifeOf, Replay, readRecord, writeRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import { ANY_GUEST_VIRTUALIZATIONS, type System } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';

const LIMIT = 1_000_000;

/**
 * Waits until the configuration of the virtio console in slot 1 changes, reads it as the specification says (2.5.1: again, when the generation
 * is another one after it), and ends with columns and rows in its exit code, if the device has told of the change.
 */
const RESIZED = `
        .equ    status, 0x70
        .equ    interrupt_status, 0x60
        .equ    generation, 0xfc
        .equ    columns, 0x100
        .equ    rows, 0x102
        .globl _start
_start: li      s0, 0x10002000
        li      t0, 15
        sw      t0, status(s0)
        lw      s1, generation(s0)
1:      lw      t0, generation(s0)
        beq     t0, s1, 1b
2:      lw      s1, generation(s0)
        lhu     s2, columns(s0)
        lhu     s3, rows(s0)
        lw      t0, generation(s0)
        bne     t0, s1, 2b
        lw      t0, interrupt_status(s0)
        li      t1, 2
        bne     t0, t1, 1b
        slli    s2, s2, 8
        or      s2, s2, s3
        slli    s2, s2, 16
        li      t1, 0x3333
        or      s2, s2, t1
        li      t0, 0x100000
        sw      s2, 0(t0)
3:      j       3b
`;

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS)
  describe(`the size of the console's terminal (${virtualization})`, () => {
    it('comes to a driver as a change of configuration, and in a replay too', async () => {
      const program = await assembleGuest(RESIZED);
      const make = (): System => makeSystem(program, { virtualization, inputOpen: true, devices: ['console'] }).system;
      const live = make();
      const start = live.stateHash();
      live.machine.run({ instructions: 1000 });
      live.resizeConsole(100, 43);
      assert.deepEqual(live.machine.run({ instructions: LIMIT }), { reason: 'power-off', code: (100 << 8) | 43 });
      const file = writeRecord({
        description: describeSystem(live.configuration),
        guests: originsOf([], live.configuration).map((origin) => ({ origin, disks: [] })),
        lives: [lifeOf(live, start)],
      });
      const [life]: readonly (Life | undefined)[] = readRecord(file).lives;
      const replay = new Replay(make(), life ?? assert.fail());
      for (let left = 1000; replay.run(977) !== 'end'; left--) assert.ok(left > 0, 'the replay ends');
      assert.ok(replay.isSame);
    });
  });
