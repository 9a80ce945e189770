/** Address translation and protection. */
export * from './access';
export * from './pmp';
export * from './tlb';
export * from './walk';
