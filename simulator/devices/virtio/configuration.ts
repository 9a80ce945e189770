import type { AccessSize } from '../device';

/** A field of a device's configuration space (virtio 1.2, section 2.5), or several of one size that follow each other. */
export interface ConfigurationField {
  readonly offset: number;
  /** Bytes of one value; they are little-endian. */
  readonly size: AccessSize;
  readonly count?: number;
  /** What the driver may do with it. */
  readonly access: 'read' | 'write';
  /** The feature, by its bit, without which nothing that the driver writes counts. */
  readonly needs?: number;
}

export type ConfigurationFields = { readonly [name: string]: ConfigurationField };

/** What fields hold; those of features that the device has not are zeros. */
export type ConfigurationValues<Fields extends ConfigurationFields> = {
  readonly [Name in keyof Fields]?: number | readonly number[];
};

export function readOnly(offset: number, size: AccessSize, count = 1): ConfigurationField {
  return { offset, size, count, access: 'read' };
}

/** @param needs a feature's bit */
export function readWrite(offset: number, size: AccessSize, needs?: number): ConfigurationField {
  return { offset, size, access: 'write', ...(needs !== undefined && { needs }) };
}

/** The bytes of configuration space. */
export function configurationBytes<Fields extends ConfigurationFields>(
  fields: Fields,
  values: ConfigurationValues<Fields>,
): Uint8Array {
  const ends = Object.values(fields).map(({ offset, size, count = 1 }) => offset + size * count);
  const bytes = new Uint8Array(Math.max(0, ...ends));
  for (const [name, { offset, size }] of Object.entries(fields)) {
    const value = values[name] ?? 0;
    for (const [index, each] of (typeof value === 'number' ? [value] : value).entries())
      for (let at = 0; at < size; at++) bytes[offset + index * size + at] = Math.floor(each / 2 ** (8 * at)) % 256;
  }
  return bytes;
}

/** The field that an access of the driver writes; a driver has to write all of a field at once (4.2.2.2). */
export function writtenField(
  fields: ConfigurationFields,
  offset: number,
  size: AccessSize,
): ConfigurationField | undefined {
  return Object.values(fields).find(
    (field) => field.access === 'write' && field.offset === offset && field.size === size,
  );
}
