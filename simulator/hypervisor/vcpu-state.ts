import { Integer, Literal, Object as ObjectOf, type Static, Union } from '@sinclair/typebox';
import { registersProblem, savedRegisters } from '../core/index';
import { choice } from '../schema/schema';
import { type FieldProblem, stateSchema } from '../schema/state/component';
import { any64, count, halfword, listOf, nullable, unsigned64, upTo } from '../schema/state/fields';
import { deadline, openRequests, RUN_STATES, savedWait } from './runnable';

/** More than so many one fence of everything takes the place of. */
export const MOST_FENCES = 64;

/** Translations that a vCPU is to forget. */
const fence = ObjectOf({
  /** The addresses of pages. */
  pages: Union([Literal('all'), listOf(unsigned64)], { expected: '"all" or a list of pages' }),
  /** Null: of all address spaces. */
  asid: nullable(halfword),
});
export type Fence = Readonly<Static<typeof fence>>;

const fieldsOf = (harts: number) => {
  const hart = nullable(upTo(harts - 1));
  return {
    run: choice(RUN_STATES),
    wait: nullable(savedWait),
    /** The hart that has it. */
    on: hart,
    /** The hart that has it, or had it last. */
    last: hart,
    /** The hart whose affair its timer is. */
    keeper: hart,
    /** Instructions that it had retired, and that its hart had, when it came onto that. */
    retired: ObjectOf({ own: count, hart: count }),
    /** Its registers; null while a hart has them. */
    world: nullable(ObjectOf(savedRegisters)),
    /** When the host's timer is set for its guest's; null: never. */
    timer: nullable(deadline),
    requests: openRequests,
    fences: listOf(fence, { most: MOST_FENCES }),
    /** Where the last trap was injected and how much had retired then: a second one there without progress is a trap loop. */
    injected: ObjectOf({ pc: any64, retired: Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER }) }),
  };
};

const state = ObjectOf(fieldsOf(1));
export type VcpuState = Static<typeof state>;

/** What every engine's vCPUs have. @param harts of the machine */
export const vcpuSchema = (harts: number) => stateSchema('vcpu', 3, fieldsOf(harts), problemIn);

function problemIn({ run, wait, on, last, world, requests, fences }: VcpuState): FieldProblem | undefined {
  if ((run === 'running') !== (on !== null))
    return { path: ['on'], problem: `must be ${run === 'running' ? 'a hart' : 'null'} of a vCPU that is ${run}` };
  if (on !== null && on !== last) return { path: ['last'], problem: `must be ${on}, the hart that has the vCPU` };
  if ((on === null) !== (world !== null))
    return {
      path: ['world'],
      problem: `must be ${on === null ? 'registers, since no' : 'null, since a'} hart has them`,
    };
  if ((run === 'blocked') !== (wait !== null))
    return { path: ['wait'], problem: `must be ${run === 'blocked' ? 'something' : 'null'} of a vCPU that is ${run}` };
  if (requests.fence !== fences.length > 0)
    return { path: ['fences'], problem: `must ${requests.fence ? 'be some' : 'be empty'}, as the requests are` };
  const inWorld = world && registersProblem(world);
  return inWorld ? { ...inWorld, path: ['world', ...inWorld.path] } : undefined;
}
