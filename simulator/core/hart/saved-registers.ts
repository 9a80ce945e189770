import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { int32s } from '../../schema/state/fields';
import { CSR_SLOTS } from './csr-slots';

/** Values of 64 bits, each a low and a high word as in the hart's block. */
const values = (many: number) => int32s(many * 2);

/** The registers in a hart's block, also of somebody who has such registers and is no hart. */
export const savedRegisters = {
  pc: values(1),
  /** x1 to x31. */
  x: values(31),
  f: values(32),
  /** By `CsrSlot`. */
  csrs: values(CSR_SLOTS),
};

const registers = ObjectOf(savedRegisters);
export type SavedRegisters = Static<typeof registers>;
