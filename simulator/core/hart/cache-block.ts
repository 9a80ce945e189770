/** Bytes in a cache block: what cbo.zero clears and cbo.clean, cbo.flush and cbo.inval are about. */
export const CACHE_BLOCK = 64;
