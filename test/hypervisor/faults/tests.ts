import type { EngineId } from '../../../simulator/hypervisor/engines';

/** A test of the suite, by which a fault is found. */
export interface FindingTest {
  /** Below test/. */
  readonly file: string;
  /** What its full title contains, and no other one's. */
  readonly title: string;
}

/** A guest runs on the bare machine and under an engine, and is the same at every instruction. */
export const lockStep = (guest: string, engine: EngineId): FindingTest => ({
  file: 'guests/guests.test.ts',
  title: `guest ${guest}.S is the same under none and ${engine} at every instruction`,
});

/** The isolation checker looks at the exits of a guest. */
export const isolation = (guest: string, engine: EngineId): FindingTest => ({
  file: 'guests/guests.test.ts',
  title: `guest ${guest}.S never reaches memory that is not its own (${engine})`,
});

/** A small guest of a file, in lock-step with the bare machine. */
const smallGuest =
  (file: string) =>
  (engine: EngineId, what: string): FindingTest => ({
    file: `hypervisor/${file}`,
    title: `are the same under none and ${engine}: ${what}`,
  });

export const addressSpaces = smallGuest('address-spaces.test.ts');
export const traps = smallGuest('traps.test.ts');
export const devices = smallGuest('device-accesses.test.ts');
export const twoCpus = smallGuest('two-cpus.test.ts');

/** A guest that lives by its own time, beside others. */
export const alone = (engine: EngineId, guest: string): FindingTest => ({
  file: 'hypervisor/neighbours/alone.test.ts',
  title: `is beside others as it is alone: ${guest}.S (${engine})`,
});

export const moreVcpus = (engine: EngineId, what: string): FindingTest => ({
  file: 'hypervisor/neighbours/more-vcpus.test.ts',
  title: `more vCPUs than harts (${engine}) have each their own: ${what};`,
});

export const journeys = (engine: EngineId): FindingTest => ({
  file: 'hypervisor/neighbours/more-vcpus.test.ts',
  title: `a vCPU that goes from hart to hart (${engine}) finds nothing there of what it was before`,
});

export const shares = (engine: EngineId, what: string): FindingTest => ({
  file: 'hypervisor/neighbours/shares.test.ts',
  title: `shares of a hart (${engine}) ${what}`,
});

export const overcommit = (what: string): FindingTest => ({
  file: 'hypervisor/neighbours/overcommit.test.ts',
  title: `VMs with together more memory than their host ${what}`,
});

/** A vCPU is saved, and is the same in another machine. */
export const saved = (engine: EngineId, what: string): FindingTest => ({
  file: 'hypervisor/saved-vcpus.test.ts',
  title: `are the same in another machine (${engine}): ${what}`,
});

/** Random hypercalls of a ported guest. */
export const portedCalls: FindingTest = {
  file: 'hypervisor/para/calls.test.ts',
  title: 'calls of a ported guest, at random are so in a short run',
};

export const portedKernel = (what: string): FindingTest => ({
  file: 'hypervisor/para/kernels.test.ts',
  title: `a ported kernel ${what}`,
});

/** The operations of `event`. */
export const eventChannels = (engine: EngineId, what: string): FindingTest => ({
  file: 'hypervisor/events/operations.test.ts',
  title: `event channels (${engine}) ${what}`,
});

export const eventPoll = (engine: EngineId, what: string): FindingTest => ({
  file: 'hypervisor/events/poll.test.ts',
  title: `sched_op poll (${engine}) ${what}`,
});

/** What of a VM's memory is the guest's. */
export const eventPage = (engine: EngineId, isShared: boolean): FindingTest => ({
  file: 'hypervisor/events/shared-page.test.ts',
  title: `is memory of the guest where it shares one, and else is none (${engine}, ${isShared})`,
});

export const pingPong = (ping: EngineId, pong: EngineId, harts: number): FindingTest => ({
  file: 'hypervisor/events/ping-pong.test.ts',
  title: `comes to its end (${ping} and ${pong}, harts: ${harts})`,
});
