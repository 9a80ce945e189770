import assert from 'node:assert/strict';
import type { EngineId } from '../../simulator/hypervisor/engines';
import type { Program } from '../../simulator/object/program';
import { runInLockStep } from '../../simulator/system/lock-step';
import type { System } from '../../simulator/system/system';
import { makeSystem, type TestConfiguration } from './guest';

const LIMIT = 200_000;

/**
 * Runs a guest to its end on the bare machine and under an engine, and fails at the first instruction after which they differ, or
 * where the guest could reach what is not its own.
 * @returns the engine's system, as it ended
 */
export function assertSameUnder(
  virtualization: EngineId,
  program: Program,
  { instructions = LIMIT, ...configuration }: TestConfiguration & { readonly instructions?: number } = {},
): System {
  const none = makeSystem(program, { ...configuration, commonProcessor: true }).system;
  const other = makeSystem(program, { ...configuration, virtualization, commonProcessor: true }).system;
  const result = runInLockStep(none, other, { instructions });
  if (!result.equal) assert.fail(text(result));
  assert.equal(result.end?.reason, 'power-off');
  assert.deepEqual(other.isolationBreaches(), []);
  return other;
}

const text = (result: object): string =>
  JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value));
