import type { Hart } from '../simulator/core/index';
import { ConsoleScript } from '../simulator/guest-tests/console-script';
import type { CpuState } from '../simulator/hypervisor/cpu';
import { concernedBy, type ExitRecord } from '../simulator/hypervisor/ledger/ledger';
import type { VcpuName } from '../simulator/hypervisor/ledger/vcpu-name';
import { EnteredVcpu } from '../simulator/hypervisor/switch-worlds';
import type { ActiveHandler } from '../simulator/machine/hosted-software';
import { RowTable } from '../simulator/object/line-table';
import type { System } from '../simulator/system/system';
import { type DebuggedProgram, Debuggee, type MachineOfGuests } from './debuggee';
import { standing } from './inspect/worlds';
import type { CheckedLaunch } from './launch/launch-checks';
import type { SourcePresence } from './program/source-presence';
import { RequestError } from './request-error';

/** Of what is no guest. */
const noProgram: DebuggedProgram = {
  program: { entry: 0n, segments: [], symbols: [], lines: RowTable.empty, sections: [] },
  defines: new Map(),
};

/** What is being debugged: a machine and its guests. A restart makes a new one. */
export class DebuggedMachine implements MachineOfGuests {
  /** In the order in which the machine has them; one at least. */
  readonly guests: readonly Debuggee[];
  /** The CPUs of all guests: DAP's threads, in their order. */
  readonly cpus: readonly CpuState[];
  readonly host: Debuggee | undefined;
  /** The guests, and the host. */
  private readonly debuggees: readonly Debuggee[];
  /** The CPUs that can be threads. Harts come after those of the guests: they are threads while a handler works for nobody else. */
  private readonly all: readonly CpuState[];

  /** @param programs of the guests, in their order */
  constructor(
    readonly system: System,
    programs: readonly DebuggedProgram[],
    readonly launch: CheckedLaunch,
    /** Which files of the line tables can be shown. */
    readonly presence: SourcePresence,
    /** Whoever types at the guest’s console beside the user. */
    readonly script: ConsoleScript = new ConsoleScript([]),
  ) {
    this.guests = system.guests.flatMap((guest, index) => {
      const run = programs[index];
      return run ? [new Debuggee(this, guest, run)] : [];
    });
    this.cpus = this.guests.flatMap(({ cpus }) => cpus);
    const { host, hypervisor } = system;
    this.host = host && hypervisor?.sharesHarts ? new Debuggee(this, host, noProgram) : undefined;
    this.debuggees = this.host ? [...this.guests, this.host] : this.guests;
    this.all = this.debuggees.flatMap(({ cpus }) => cpus);
  }

  get isShared(): boolean {
    return this.guests.length > 1;
  }

  get firstGuest(): Debuggee {
    const [guest] = this.guests;
    if (!guest) throw new RangeError('a machine has a guest');
    return guest;
  }

  get firstCpu(): CpuState {
    const [cpu] = this.cpus;
    if (!cpu) throw new RangeError('a guest has a CPU');
    return cpu;
  }

  guestOf(cpu: CpuState): Debuggee {
    const own = standing(cpu);
    const guest = this.debuggees.find(({ cpus }) => cpus.includes(own));
    if (!guest) throw new RangeError(`CPU ${cpu.id} is of no guest of this machine`);
    return guest;
  }

  /** The guest of a name. @throws RequestError */
  guestNamed(name: string): Debuggee {
    const found = this.guests.find((guest) => guest.vm?.name === name);
    if (!found) throw new RequestError(`there is no virtual machine ${name}`);
    return found;
  }

  threadOf(cpu: CpuState): number {
    return this.all.indexOf(standing(cpu)) + 1;
  }

  /** @throws RequestError */
  cpuOfThread(threadId: number): CpuState {
    const cpu = this.all[threadId - 1];
    if (!cpu) throw new RequestError(`there is no thread ${threadId}`);
    return cpu;
  }

  /** The threads that there are. */
  get threads(): readonly CpuState[] {
    const { cpus, host, handler } = this;
    return handler?.cpu && host?.cpus.includes(handler.cpu) ? [...cpus, handler.cpu] : cpus;
  }

  /** Of a hart, whose it is now; else the CPU itself. */
  holderOf(cpu: CpuState): CpuState {
    const hart = this.host?.cpus.includes(cpu) ? this.system.machine.harts[cpu.id] : undefined;
    return (hart && this.cpuOn(hart)) ?? cpu;
  }

  nameOf(cpu: CpuState): string {
    const { vm } = this.guestOf(cpu);
    const name = `${vm ? 'vCPU' : 'hart'} ${cpu.id}`;
    return vm && this.isShared ? `${vm.name} ${name}` : name;
  }

  cpuNamed({ vm, vcpu }: VcpuName): CpuState | undefined {
    return this.guests.find((guest) => guest.vm?.id === vm)?.cpus[vcpu];
  }

  cpuOn(hart: Hart): CpuState | undefined {
    return this.system.hypervisor?.runningOn(hart)?.cpu ?? this.system.cpuOn(hart);
  }

  actorOf({ hart, trail }: ActiveHandler): CpuState | undefined {
    for (const { into } of trail.at(-1)?.crossings ?? [])
      if (into instanceof EnteredVcpu) return this.cpuNamed(into.vcpu);
    return this.system.hypervisor?.runningOn(hart)?.cpu ?? this.host?.cpus[hart.id] ?? this.leftOn(hart);
  }

  /** Where each hart is one vCPU's, that one. */
  private leftOn(hart: Hart): CpuState | undefined {
    const exit = this.system.hypervisor?.ledger.handling;
    return (exit?.left && this.cpuNamed(exit.left)) ?? this.system.cpuOn(hart);
  }

  isOn(cpu: CpuState, hart: Hart): boolean {
    const { hypervisor } = this.system;
    return hypervisor ? hypervisor.runningOn(hart)?.cpu === standing(cpu) : hart.id === cpu.id;
  }

  get handler(): { readonly handler: ActiveHandler; readonly cpu: CpuState | undefined } | undefined {
    const handler = this.system.machine.activeHandler;
    return handler && { handler, cpu: this.actorOf(handler) };
  }

  cpuOfExit(record: ExitRecord): CpuState | undefined {
    const concerned = concernedBy(record);
    if (concerned) return this.cpuNamed(concerned);
    const hart = this.system.machine.harts[record.hart];
    return hart && this.system.cpuOn(hart);
  }
}
