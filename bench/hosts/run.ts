/**
 * What several VMs on one machine cost the host: how a run goes as they become more, what a world switch takes, and a restart. Nanoseconds of this
 * process's CPU time, medians of rounds.
 */

import type { EngineId } from '../../simulator/hypervisor/engines/index';
import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { projectOfFile } from '../../simulator/project/index';
import { System } from '../../simulator/system/system';

const ROUNDS = Number(process.argv[2] ?? 3);
const NUMBERS = [1, 2, 4, 8, 16, 32];
const INSTRUCTIONS = 20_000_000;
const MILLISECOND = 1_000_000;
const MEMORY = 6 * 2 ** 20;
const ENGINES: readonly EngineId[] = ['full', 'hardware'];

/** A loop with loads and stores, which never ends. */
const WORKS =
  '_start: la t0, word\n1: ld t1, (t0)\n addi t1, t1, 1\n sd t1, (t0)\n j 1b\n .data\n .balign 8\nword: .dword 0';
/** Traps at its own trap vector. */
const CRASHES = '_start: csrw stvec, zero\n ebreak';

async function assemble(text: string): Promise<Program> {
  const { program, diagnostics } = await buildProgram(projectOfFile('guest.S'), async () =>
    new TextEncoder().encode(text),
  );
  if (!program) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return program;
}

function hostOf(program: Program, vms: number, slice: number, onCrash: 'stop' | 'restart' = 'stop'): System {
  const guest = { memory: MEMORY, disks: [], onIllegal: 'trap' as const, console: () => undefined };
  const neighbours = Array.from({ length: vms }, (_, index) => ({
    ...guest,
    name: `vm${index}`,
    engine: ENGINES[index % ENGINES.length] ?? 'full',
    vcpus: 1,
    share: { weight: 256, cap: 0, pin: [] },
    onCrash,
  }));
  return new System(
    {
      ...guest,
      virtualization: 'full',
      firmware: 'sbi',
      harts: 1,
      neighbours: { scheduler: { kind: 'credit', slice }, vms: neighbours },
    },
    neighbours.map(() => program),
  );
}

/** Nanoseconds of CPU time. */
function taken(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

function medianOf(measure: () => number): number {
  const found = Array.from({ length: ROUNDS }, measure).sort((a, b) => a - b);
  return found[found.length >> 1] ?? 0;
}

function switchesOf({ hypervisor }: System): number {
  const vcpus = hypervisor?.vms.flatMap((vm) => vm.vcpus) ?? [];
  return vcpus.reduce((sum, vcpu) => sum + vcpu.account.measures(vcpu.run, 0).switches, 0);
}

async function main(): Promise<void> {
  const works = await assemble(WORKS);
  for (const vms of NUMBERS) {
    const mips = medianOf(() => {
      const system = hostOf(works, vms, MILLISECOND);
      return (INSTRUCTIONS / taken(() => system.machine.run({ instructions: INSTRUCTIONS }))) * 1000;
    });
    const made = medianOf(() => taken(() => hostOf(works, vms, MILLISECOND)));
    console.log(
      `${vms} VMs: ${mips.toFixed(0)} MIPS of all together; made and loaded in ${(made / 1e6).toFixed(1)} ms`,
    );
  }
  const perSwitch = medianOf(() => {
    const [often, seldom] = [1000, MILLISECOND].map((slice) => {
      const system = hostOf(works, 2, slice);
      const nanoseconds = taken(() => system.machine.run({ instructions: INSTRUCTIONS }));
      return { nanoseconds, switches: switchesOf(system) };
    });
    if (!often || !seldom) return 0;
    return (often.nanoseconds - seldom.nanoseconds) / (often.switches - seldom.switches);
  });
  console.log(`a world switch between full and hardware, the slice's end included: ${perSwitch.toFixed(0)} ns`);
  const crashes = await assemble(CRASHES);
  const perRestart = medianOf(() => {
    const [stops, restarts] = (['stop', 'restart'] as const).map((onCrash) => {
      const system = hostOf(crashes, 1, MILLISECOND, onCrash);
      return taken(() => system.machine.run({ instructions: 1000 }));
    });
    return ((restarts ?? 0) - (stops ?? 0)) / 3;
  });
  console.log(
    `a VM of ${MEMORY / 2 ** 20} MiB that has crashed is started again in ${(perRestart / 1e6).toFixed(2)} ms`,
  );
}

void main();
