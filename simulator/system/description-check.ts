import { hartOptionProblems } from '../core/index';
import { virtioKinds } from '../devices/virtio/index';
import { VMM_TIMES } from '../hypervisor/dispatcher';
import { VM_TIMES } from '../hypervisor/vm-clock';
import { FileFormatError } from '../machine/state/plain-codec';
import type { PlainValue } from '../schema/state/plain';
import type { SystemDescription } from './snapshot';
import { FIRMWARES, VIRTUALIZATIONS } from './system';

type Check = (value: PlainValue) => boolean;

const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const whole: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const yesOrNo: Check = (value) => typeof value === 'boolean';
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const hartOptions: Check = (value) => hartOptionProblems(value).length === 0;

const hostWords: Check = (value) => {
  if (value === null) return true;
  if (typeof value !== 'object' || !('tohost' in value) || !('fromhost' in value)) return false;
  return whole(value.tohost) && (value.fromhost === null || whole(value.fromhost));
};

/** What each field of a description may be. */
const FIELDS: { readonly [field in keyof SystemDescription]-?: Check } = {
  virtualization: oneOf(VIRTUALIZATIONS),
  firmware: oneOf(FIRMWARES),
  memory: whole,
  harts: whole,
  onIllegal: oneOf(['trap', 'kill']),
  devices: listOf(oneOf(Object.keys(virtioKinds))),
  vmids: yesOrNo,
  vmmTime: oneOf(VMM_TIMES),
  time: oneOf(VM_TIMES),
  commonProcessor: yesOrNo,
  hartOptions,
  hostWords,
  seed: whole,
  diskSectors: listOf(whole),
};

/** A description that was read out of a file. @throws FileFormatError that names the first field that makes no sense */
export function checkedDescription(read: PlainValue): SystemDescription {
  const given: { readonly [field: string]: PlainValue | undefined } =
    typeof read === 'object' && read !== null && !Array.isArray(read) && !(read instanceof Uint8Array)
      ? (read as { readonly [field: string]: PlainValue })
      : {};
  for (const [field, check] of Object.entries(FIELDS)) {
    const value = Object.hasOwn(given, field) ? given[field] : undefined;
    if (value === undefined || !check(value))
      throw new FileFormatError(`the file is damaged: its machine's field ${field} makes no sense`);
  }
  // Every field has been looked at.
  return given as unknown as SystemDescription;
}
