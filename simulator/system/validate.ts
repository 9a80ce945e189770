import { engineNamed } from '../hypervisor/engines/index';
import { type GuestConfiguration, MOST_HARTS, type SystemConfiguration } from './configuration';
import { ConfigurationError } from './configuration-error';
import { memoryProblem } from './memory-rules';
import { VIRTIO_SLOTS } from './virtio-slots';

/** vCPUs of all VMs of a host: what is saved of them is bounded. */
export const MOST_VCPUS = 256;

/** @throws ConfigurationError that says what cannot be, and what could */
export function validate(configuration: SystemConfiguration): void {
  const { harts, virtualization, firmware, bios, neighbours } = configuration;
  checkCount('harts', harts);
  if (bios && firmware === 'sbi')
    throw new ConfigurationError('a bios takes the place of the SBI firmware: it goes with firmware "none"');
  if (neighbours) {
    validateNeighbours(configuration, neighbours);
    return;
  }
  checkEngine(virtualization, configuration);
  validateGuest(configuration, harts);
  if (configuration.paravirtual && virtualization === 'none')
    throw new ConfigurationError(
      'paravirtual is for a guest that shares a page with its hypervisor: it goes with another virtualization than "none"',
    );
  if (engineNamed(virtualization) && firmware === 'none')
    throw new ConfigurationError(
      `virtualization "${virtualization}" gives its guest SBI firmware: firmware "none" goes with virtualization "none"`,
    );
}

function validateNeighbours(
  configuration: SystemConfiguration,
  { vms }: NonNullable<SystemConfiguration['neighbours']>,
): void {
  if (vms.length === 0) throw new ConfigurationError('a host needs a VM at least');
  const vcpus = vms.reduce((sum, vm) => sum + vm.vcpus, 0);
  if (vcpus > MOST_VCPUS)
    throw new ConfigurationError(`a host has ${MOST_VCPUS} vCPUs at the most, all of its VMs together, not ${vcpus}`);
  for (const vm of vms) {
    checkCount('vcpus', vm.vcpus);
    if (vms.some((other) => other !== vm && other.name === vm.name))
      throw new ConfigurationError(`two VMs are called ${vm.name}`);
    checkEngine(vm.engine, configuration);
    validateGuest(vm, vm.vcpus);
    if (vm.stealTime && vm.time === 'own')
      throw new ConfigurationError(
        `nothing is stolen of the VM ${vm.name}, whose time "own" stands meanwhile: stealTime goes with time "real"`,
      );
    const beyond = vm.share.pin.find((hart) => hart >= configuration.harts);
    if (beyond !== undefined)
      throw new ConfigurationError(
        `the VM ${vm.name} is pinned to hart ${beyond}, and the host has 0 to ${configuration.harts - 1}`,
      );
  }
}

function validateGuest({ memory, disks, devices, time }: GuestConfiguration, cpus: number): void {
  const problem = memoryProblem(memory);
  if (problem !== undefined) throw new ConfigurationError(`memory ${problem}, not ${memory} bytes`);
  const slots = disks.length + (devices?.length ?? 0);
  if (slots > VIRTIO_SLOTS) throw new ConfigurationError(`there are ${VIRTIO_SLOTS} virtio slots, not ${slots}`);
  if (time === 'own' && cpus > 1)
    throw new ConfigurationError(`time "own" stands while one vCPU is not served: it goes with 1 hart, not ${cpus}`);
}

function checkCount(what: 'harts' | 'vcpus', count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MOST_HARTS)
    throw new ConfigurationError(`${what} must be 1 to ${MOST_HARTS}, not ${count}`);
}

function checkEngine(id: string, { hartOptions }: SystemConfiguration): void {
  const [missing] = engineNamed(id)?.missing(hartOptions ?? {}) ?? [];
  if (missing !== undefined) throw new ConfigurationError(`virtualization "${id}" needs ${missing}`);
}
