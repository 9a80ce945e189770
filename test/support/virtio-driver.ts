import { Register, Status } from '../../simulator/devices/virtio/registers';
import type { VirtioTransport } from '../../simulator/devices/virtio/transport';

/** VIRTIO_F_VERSION_1, in the high word of the features. */
export const VERSION_1_HIGH = 1;

/** Where a driver has put a queue: addresses below 4 GiB. */
export interface QueuePlace {
  readonly queue: number;
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
}

export function setRegister(device: VirtioTransport, register: keyof typeof Register, value: number): void {
  device.write(Register[register], 4, value);
}

export function registerOf(device: VirtioTransport, register: keyof typeof Register): number {
  return device.read(Register[register], 4) ?? 0;
}

export const needsReset = (device: VirtioTransport): boolean =>
  (registerOf(device, 'status') & Status.DEVICE_NEEDS_RESET) !== 0;

/** A driver's way from reset to DRIVER_OK (virtio 1.2, section 3.1.1). @param features of the device that it takes, in two words */
export function bringUp(
  device: VirtioTransport,
  queues: readonly QueuePlace[],
  { low = 0, high = VERSION_1_HIGH }: { readonly low?: number; readonly high?: number } = {},
): void {
  const { ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK } = Status;
  for (const status of [0, ACKNOWLEDGE, ACKNOWLEDGE | DRIVER]) setRegister(device, 'status', status);
  for (const [index, features] of [low, high].entries()) {
    setRegister(device, 'driverFeaturesSel', index);
    setRegister(device, 'driverFeatures', features);
  }
  setRegister(device, 'status', ACKNOWLEDGE | DRIVER | FEATURES_OK);
  for (const { queue, size, descriptors, available, used } of queues) {
    setRegister(device, 'queueSel', queue);
    setRegister(device, 'queueNum', size);
    setRegister(device, 'queueDescLow', descriptors);
    setRegister(device, 'queueDriverLow', available);
    setRegister(device, 'queueDeviceLow', used);
    setRegister(device, 'queueReady', 1);
  }
  setRegister(device, 'status', ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

/** The driver has made something of a queue available. */
export function notify(device: VirtioTransport, queue: number): void {
  setRegister(device, 'queueNotify', queue);
}
