/** Address translation and protection. */
export * from './access';
export { permissionsOf } from './permissions';
export * from './pmp';
export * from './tlb';
export { holds, pagesOf, type TlbEntry, virtualPage } from './tlb-entry';
export * from './walk';
