import { Integer, Object as ObjectOf } from '@sinclair/typebox';
import { choice } from '../../../schema/schema';
import { type StateOf, stateSchema } from '../../../schema/state/component';
import { count, flag, listOf, nullable, uint32s, unsigned64, upTo } from '../../../schema/state/fields';
import { savedRoot } from './roots';

const MOST_HARTS = 2 ** 16;

export const paraVcpuSchema = stateSchema('para-vcpu', 1, {
  mode: choice(['kernel', 'user'] as const),
  /** What set_trap has said. */
  entry: unsigned64,
  sp: unsigned64,
  isInitialised: flag,
  kernel: savedRoot,
  user: savedRoot,
  /** The hart under whose ASIDs its translations are. */
  place: nullable(upTo(MOST_HARTS)),
});
export type ParaVcpuState = StateOf<typeof paraVcpuSchema>;

/** Of a machine's memory, which has 32-bit addresses. */
const MOST_FRAMES = 2 ** 20;

export const paraVmSchema = stateSchema('para-vm', 1, {
  /** The guest-physical address of the shared page, once there is one. */
  shared: nullable(count),
  /** Tables that are pinned, by machine address. */
  pinned: listOf(ObjectOf({ hpa: count, level: Integer({ minimum: 0, maximum: 2 }) }), { most: MOST_FRAMES }),
  /** Numbers of frames through which a translation may still write that was taken away. */
  written: uint32s({ most: MOST_FRAMES }),
});
export type ParaVmState = StateOf<typeof paraVmSchema>;
