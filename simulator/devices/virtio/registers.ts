/** Register offsets of the MMIO transport (virtio 1.2, section 4.2.2). */
export const Register = {
  magic: 0x00,
  version: 0x04,
  deviceId: 0x08,
  vendorId: 0x0c,
  deviceFeatures: 0x10,
  deviceFeaturesSel: 0x14,
  driverFeatures: 0x20,
  driverFeaturesSel: 0x24,
  queueSel: 0x30,
  queueNumMax: 0x34,
  queueNum: 0x38,
  queueReady: 0x44,
  queueNotify: 0x50,
  interruptStatus: 0x60,
  interruptAck: 0x64,
  status: 0x70,
  queueDescLow: 0x80,
  queueDescHigh: 0x84,
  queueDriverLow: 0x90,
  queueDriverHigh: 0x94,
  queueDeviceLow: 0xa0,
  queueDeviceHigh: 0xa4,
  configGeneration: 0xfc,
  /** Where configuration space begins. */
  configuration: 0x100,
} as const;

/** Bits of the device status (2.1), in the order in which a driver sets them. */
export const Status = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  FEATURES_OK: 8,
  DRIVER_OK: 4,
  DEVICE_NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** Bits of InterruptStatus. */
export const Interrupt = { usedBuffer: 1, configuration: 2 } as const;
