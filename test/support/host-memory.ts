import assert from 'node:assert/strict';
import { engineNamed } from '../../simulator/hypervisor/engines';
import { type DemandsOfEngine, Hypervisor, tablesOf } from '../../simulator/hypervisor/hypervisor';
import type { Overcommit } from '../../simulator/hypervisor/memory/host-memory';
import type { TestVm } from './host';

type Demands = Pick<TestVm, 'engine' | 'memory' | 'vcpus'>;

/** Bytes of a host's memory for VMs: the VMM's tables for them, and their own memory where they have that from the start. */
export function hostMemoryFor(vms: readonly Demands[], overcommit: Overcommit): number {
  return Hypervisor.memoryFor(vms.map(demandsOf), overcommit);
}

/** Bytes of the VMM's tables for a VM. */
export function tablesFor(vm: Demands): number {
  return tablesOf(demandsOf(vm));
}

function demandsOf({ engine: id = 'full', memory = 0, vcpus = 1 }: Demands): DemandsOfEngine {
  const engine = engineNamed(id);
  assert.ok(engine);
  return { engine, memory, vcpus };
}
