/**
 * What scenarios are going to say and cannot yet, by name, so that it is refused and never ignored. Whoever builds one of these takes its
 * name out here and describes it with the rest.
 */
export const notBuilt = {
  /** Keys of a scenario, of a host, of a virtual machine. */
  scenario: ['links', 'networks', 'policy', 'capture', 'actions'],
  host: ['devices', 'iommu'],
  vm: ['service', 'passthrough', 'nics', 'processor', 'migrate'],
  /** Words of a choice. */
  engines: ['emulation'],
  models: ['service-vm', 'hosted'],
  writes: ['differencing'],
  backends: ['split', 'passthrough'],
} as const;

/** Why a key that is not built is refused, as a sentence goes on that is about it. */
export function refusedAsNotBuilt(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, 'is not built yet']));
}
