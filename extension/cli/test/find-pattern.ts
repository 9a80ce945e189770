import { createContext, Script } from 'node:vm';
import type { FindPattern } from '../../../simulator/guest-tests/index';

/** Milliseconds that looking for a pattern may take: some take longer than anybody waits. */
const PATIENCE = 1000;

const script = new Script("new RegExp(pattern, 'mu').test(text)");

/** Finds a regular expression in what a guest has printed; undefined where that takes too long. */
export const findPattern: FindPattern = (pattern, text) => {
  try {
    return script.runInContext(createContext({ pattern, text }), { timeout: PATIENCE }) === true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
};
