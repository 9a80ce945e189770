/** What is privileged: what a hart does of each instruction and CSR access in each mode. */
export { type ClassicHole, classicHole, classicHoles } from './classic-holes';
export { type Controls, type CounterSet, type HartAnswer, type HartMode, hartAnswer } from './hart-answer';
export { holesAmong, isPrivileged, type Sensitivity, sensitivityOf } from './sensitive';
export { accessesAnyCsr, type CsrAccess, nameOfUse, type Use, uses, usesOfCsr } from './use';
