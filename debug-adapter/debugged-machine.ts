import type { Hart } from '../simulator/core/index';
import type { CpuState } from '../simulator/hypervisor/cpu';
import { concernedBy, type ExitRecord } from '../simulator/hypervisor/ledger/ledger';
import type { VcpuName } from '../simulator/hypervisor/ledger/vcpu-name';
import type { ActiveHandler } from '../simulator/machine/hosted-software';
import type { System } from '../simulator/system/system';
import { type DebuggedProgram, Debuggee, type MachineOfGuests } from './debuggee';
import { standing } from './inspect/worlds';
import type { CheckedLaunch } from './launch/launch-checks';
import type { SourcePresence } from './program/source-presence';
import { RequestError } from './request-error';

/** What is being debugged: a machine and its guests. A restart makes a new one. */
export class DebuggedMachine implements MachineOfGuests {
  /** In the order in which the machine has them; one at least. */
  readonly guests: readonly Debuggee[];
  /** The CPUs of all guests: DAP's threads, in their order. */
  readonly cpus: readonly CpuState[];

  /** @param programs of the guests, in their order */
  constructor(
    readonly system: System,
    programs: readonly DebuggedProgram[],
    readonly launch: CheckedLaunch,
    /** Which files of the line tables can be shown. */
    readonly presence: SourcePresence,
  ) {
    this.guests = system.guests.flatMap((guest, index) => {
      const run = programs[index];
      return run ? [new Debuggee(this, guest, run)] : [];
    });
    this.cpus = this.guests.flatMap(({ cpus }) => cpus);
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
    const guest = this.guests.find(({ cpus }) => cpus.includes(own));
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
    return this.cpus.indexOf(standing(cpu)) + 1;
  }

  /** @throws RequestError */
  cpuOfThread(threadId: number): CpuState {
    const cpu = this.cpus[threadId - 1];
    if (!cpu) throw new RequestError(`there is no thread ${threadId}`);
    return cpu;
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
    const { hypervisor } = this.system;
    const running = hypervisor?.runningOn(hart)?.cpu;
    if (running) return running;
    const exit = hypervisor?.ledger.handling;
    const left = exit?.hart === hart.id && exit.left ? this.cpuNamed(exit.left) : undefined;
    return left ?? this.system.cpuOn(hart);
  }

  isOn(cpu: CpuState, hart: Hart): boolean {
    const { hypervisor } = this.system;
    return hypervisor ? hypervisor.runningOn(hart)?.cpu === standing(cpu) : hart.id === cpu.id;
  }

  get handler(): { readonly handler: ActiveHandler; readonly cpu: CpuState | undefined } | undefined {
    const handler = this.system.machine.activeHandler;
    return handler && { handler, cpu: this.cpuOn(handler.hart) };
  }

  cpuOfExit(record: ExitRecord): CpuState | undefined {
    const concerned = concernedBy(record);
    if (concerned) return this.cpuNamed(concerned);
    const hart = this.system.machine.harts[record.hart];
    return hart && this.system.cpuOn(hart);
  }
}
