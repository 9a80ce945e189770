/**
 * The assembler names files by keys: URIs with their escapes resolved, so that the paths that sources write can be
 * joined to them. These are the conversions.
 */
export function keyOf(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** A URI for a key that no client has named. */
export function uriOfKey(key: string): string {
  return encodeURI(key).replace(/[?#]/g, encodeURIComponent);
}

/** A path or URI of a launch configuration as a key. */
export function keyOfPath(path: string): string {
  if (/^[a-z][\w+.-]+:\/\//i.test(path)) return keyOf(path);
  const slashed = path.replace(/\\/g, '/');
  return slashed.startsWith('/') ? `file://${slashed}` : /^[A-Za-z]:/.test(slashed) ? `file:///${slashed}` : slashed;
}
