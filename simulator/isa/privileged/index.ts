/** What is privileged: what a hart does of each instruction and CSR access in each mode. */
export { type ClassicHole, classicHole, classicHoles } from './classic-holes';
export {
  ALL_COUNTERS,
  COMMON_COUNTERS,
  type Controls,
  type HartAnswer,
  type HartMode,
  hartAnswer,
} from './hart-answer';
export { holesAmong, isPrivileged, type Sensitivity, sensitivityOf } from './sensitive';
export { allUses, type CsrAccess, nameOfUse, type Use, usesOfCsr } from './use';
