/** Size of the page that an entry of this level maps. */
export function pageSize(level: number): string {
  return ['4 KiB', '2 MiB', '1 GiB', '512 GiB'][level] ?? '';
}
