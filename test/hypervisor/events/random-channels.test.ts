import assert from 'node:assert/strict';
import type { EngineId } from '../../../simulator/hypervisor/engines';
import { type Answer, EVENT, makePuppets, type Puppet, type Puppets } from '../../support/puppets';
import { Random } from '../../support/random';
import { ChannelModel, INVALID_PARAM, ModelVm } from './channel-model';

/** `RANDOM_CHANNELS=5000` does so many things instead; `SEED` is where numbers begin. */
const STEPS = Number(process.env['RANDOM_CHANNELS'] ?? 250);
const VCPUS = 2;
/** It waits for ports, and the first vCPU makes the calls. */
const POLLER = 1;
/** Ports that are tried: those that there are, and a few more. */
const NEARBY = 6;

class Play {
  private readonly model: ChannelModel;
  /** By VM, the ports for which its second vCPU waits. */
  private readonly polled = new Map<number, readonly number[]>();

  constructor(
    private puppets: readonly Puppet[],
    private readonly random: Random,
    private readonly copy: () => Promise<Puppets>,
  ) {
    this.model = new ChannelModel(puppets.map(() => new ModelVm(VCPUS)));
  }

  private get system() {
    return this.puppets[0]?.system ?? assert.fail();
  }

  private puppet(vm: number): Puppet {
    return this.puppets[vm] ?? assert.fail();
  }

  private port(vm: number): number {
    const ports = [...(this.model.vms[vm]?.ports.keys() ?? [])];
    return this.random.below(3) > 0 && ports.length > 0 ? this.random.pick(ports) : this.random.below(NEARBY);
  }

  /** @returns what was done, in words */
  async step(): Promise<string> {
    const { random, model } = this;
    const vm = random.below(this.puppets.length);
    const other = random.below(this.puppets.length + 1);
    const puppet = this.puppet(vm);
    const [port, vcpu] = [this.port(vm), random.below(VCPUS + 1)];
    const same = (what: string, found: Answer, wanted: Answer): string => {
      assert.deepEqual(found, wanted, `${what} of VM ${vm}`);
      return `VM ${vm}: ${what} -> ${found.error}, ${found.value}`;
    };
    const remote = other < this.puppets.length ? this.port(other) : 1;
    switch (random.below(15)) {
      case 0:
      case 1:
        return same(`alloc_unbound ${other}`, puppet.event('alloc_unbound', other), model.allocate(vm, other));
      case 2:
      case 3:
      case 4:
        return same(`bind ${other} ${remote}`, puppet.event('bind', other, remote), model.bind(vm, other, remote));
      case 5: {
        const virq = random.below(4);
        return same(`virq ${virq}`, puppet.event('virq', virq), model.virq(vm, virq));
      }
      case 6:
        return same(`ipi ${vcpu}`, puppet.event('ipi', vcpu), model.ipi(vm, vcpu));
      case 7:
        return same(`close ${port}`, puppet.event('close', port), model.close(vm, port));
      case 8:
        return same(`unmask ${port}`, puppet.event('unmask', port), model.unmask(vm, port));
      case 9:
        return same(`to_vcpu ${port} ${vcpu}`, puppet.event('to_vcpu', port, vcpu), model.route(vm, port, vcpu));
      case 10:
        return this.guestWrites(vm);
      case 11:
        return this.poll(vm);
      case 12:
        return this.outside(vm);
      default:
        return same(`send ${port}`, puppet.event('send', port), model.send(vm, port));
    }
  }

  /** What a guest does without the hypervisor. */
  private guestWrites(vm: number): string {
    const puppet = this.puppet(vm);
    const model = this.model.vms[vm] ?? assert.fail();
    const port = this.port(vm);
    const vcpu = this.random.below(VCPUS);
    switch (this.random.below(3)) {
      case 0:
        puppet.mask(port);
        model.masked.add(port);
        return `VM ${vm} masks ${port}`;
      case 1:
        for (const each of model.pending) puppet.clearPending(each);
        model.pending.clear();
        return `VM ${vm} has looked at its ports`;
      default:
        puppet.clearWords(vcpu);
        model.selected[vcpu] = 0n;
        model.upcall[vcpu] = false;
        return `VM ${vm} has looked at the words of vCPU ${vcpu}`;
    }
  }

  private poll(vm: number): string {
    if (this.polled.has(vm)) return `VM ${vm} waits still`;
    const ports = Array.from({ length: this.random.below(4) }, () => this.port(vm));
    const { ports: known = new Map() } = this.model.vms[vm] ?? {};
    this.puppet(vm).poll(ports, -1, { vcpu: POLLER });
    this.run(100_000);
    if (ports.every((port) => known.has(port))) this.polled.set(vm, ports);
    else assert.deepEqual(this.puppet(vm).answer(POLLER), { error: INVALID_PARAM, value: 0 }, `poll ${ports}`);
    return `VM ${vm} polls ${ports}`;
  }

  private outside(vm: number): string {
    if (this.random.below(3) > 0) {
      const [virq, number] = this.random.pick([['balloon', 1] as const, ['bus', 2] as const]);
      this.system.hypervisor?.vms[vm]?.events.raiseVirq(virq);
      this.model.happened(vm, number);
      return `VM ${vm} is told of ${virq}`;
    }
    assert.ok(this.system.operate(this.puppet(vm).guest, 'reboot'));
    this.model.restart(vm);
    this.polled.delete(vm);
    this.run(300_000);
    return `VM ${vm} begins anew`;
  }

  private run(instructions: number): void {
    this.system.machine.run({ instructions });
  }

  /** That all is as the model has it. */
  check(what: string): void {
    for (const [vm, puppet] of this.puppets.entries()) {
      const model = this.model.vms[vm] ?? assert.fail();
      const about = `VM ${vm}, ${what}`;
      assert.deepEqual(portsIn(puppet.page().subarray(0, 512)), [...model.pending].sort(ascending), about);
      assert.deepEqual(portsIn(puppet.page().subarray(512, 1024)), [...model.masked].sort(ascending), about);
      for (let vcpu = 0; vcpu < VCPUS; vcpu++) {
        const wanted = { upcall: model.upcall[vcpu] ? 1 : 0, selected: model.selected[vcpu] };
        assert.deepEqual(puppet.wordsOf(vcpu), wanted, `vCPU ${vcpu} of ${about}`);
      }
      this.checkPoll(vm, what);
    }
    assert.deepEqual(this.system.isolationBreaches(), []);
  }

  /** Who waits goes on when one of its ports is pending, and not before. */
  private checkPoll(vm: number, what: string): void {
    const ports = this.polled.get(vm);
    if (!ports) return;
    const isThere = ports.some((port) => this.model.vms[vm]?.pending.has(port));
    if (isThere) this.run(200_000);
    const answer = this.puppet(vm).answer(POLLER);
    // What has come and was cleared before it could look has woken it all the same.
    if (answer) this.polled.delete(vm);
    if (isThere || answer) assert.deepEqual(answer, { error: 0, value: 0 }, `poll ${ports} of VM ${vm}, ${what}`);
  }

  /** Saves all, and goes on with a copy. */
  async moveOn(): Promise<void> {
    const { system } = this;
    if (system.machine.activeHandler) return;
    const { system: next, puppets } = await this.copy();
    next.restore(system.save());
    assert.equal(next.stateHash(), system.stateHash());
    this.puppets = puppets;
  }
}

const ascending = (a: number, b: number): number => a - b;

function portsIn(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => 8 * at + bit),
  );
}

describe('random event channels', () => {
  const mixes: readonly (readonly EngineId[])[] = [
    ['full', 'hardware'],
    ['hardware', 'full', 'hardware'],
  ];
  for (const engines of mixes)
    it(`are as Xen's rules have them (${engines.join(', ')})`, async () => {
      const random = Random.fromEnvironment();
      const make = (): Promise<Puppets> => makePuppets(engines, { vcpus: VCPUS, onCrash: 'restart' }, { harts: 2 });
      const play = new Play((await make()).puppets, random, make);
      const done: string[] = [];
      for (let step = 0; step < STEPS; step++) {
        const about = (): string => `seed ${random.seed}, step ${step}: ${done.slice(-8).join('; ')}`;
        try {
          done.push(await play.step());
          play.check(done.at(-1) ?? '');
          if (step % 50 === 49) await play.moveOn();
        } catch (error) {
          throw new Error(about(), { cause: error });
        }
      }
      assert.equal(Object.keys(EVENT).length, 10);
    }).timeout(300_000);
});
