import { createContext, Script } from 'node:vm';
import type { FindPattern } from '../../../simulator/guest-tests/index';

/** Milliseconds that looking for a pattern may take: some take longer than anybody waits. */
const PATIENCE = 1000;

const script = new Script("new RegExp(pattern, 'mu').test(text)");

/** Finds a regular expression in what a guest has printed; undefined where that takes too long, or more than the engine has for it. */
export const findPattern: FindPattern = (pattern, text) => {
  try {
    return script.runInContext(createContext({ pattern, text }), { timeout: PATIENCE }) === true;
  } catch {
    // The pattern is one: that was seen when it was read.
    return undefined;
  }
};
