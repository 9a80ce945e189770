/** What a snapshot costs: a machine of 128 MiB that writes to 16 MiB of it, saved every 10 million instructions; milliseconds, medians. */
import { buildProgram } from '../../simulator/project/build';
import { projectOfFile } from '../../simulator/project/index';
import { System } from '../../simulator/system/system';

const ROUNDS = Number(process.argv[2] ?? 15);
const GUEST = `
        .globl _start
_start: li      s0, 0x81000000
        li      s1, 0x82000000
1:      mv      t0, s0
2:      sd      t0, 0(t0)
        addi    t1, t1, 1
        addi    t0, t0, 1024
        bltu    t0, s1, 2b
        j       1b
`;
const INSTRUCTIONS = 10_000_000;

const milliseconds = (work: () => void): number => {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
};
const median = (values: number[]): string =>
  (values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1).padStart(7);

async function main(): Promise<void> {
  const { program } = await buildProgram(projectOfFile('guest.S'), async () => new TextEncoder().encode(GUEST));
  if (!program) throw new Error('the guest does not assemble');
  for (const virtualization of ['none', 'full', 'hardware'] as const) {
    const system = new System(
      {
        virtualization,
        firmware: 'sbi',
        memory: 128 * 2 ** 20,
        harts: 1,
        disks: [],
        onIllegal: 'trap',
        console: () => undefined,
      },
      program,
    );
    const first = milliseconds(() => void system.save());
    const [saves, restores, pages]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      const before = system.save();
      system.machine.run({ instructions: INSTRUCTIONS });
      pages.push(system.machine.core.ram.dirtyPages().length);
      saves.push(milliseconds(() => void system.save()));
      if (round % 2 === 1) restores.push(milliseconds(() => system.restore(before)));
    }
    console.log(
      `${virtualization.padEnd(9)} first ${first.toFixed(1)} ms, later ${median(saves)} ms for ${median(pages)} pages, restored in ${median(restores)} ms`,
    );
  }
}

void main();
