/** Several regions compiled as one module: a module of its own for each costs as much as its code. */
import { defineHelpers } from '../wasm/helpers';
import { ModuleBuilder } from '../wasm/module';
import type { Region } from './region';
import { RegionFunction, type RegionLinks } from './region-function';
import type { Structure } from './structure';

export interface RegionToCompile {
  readonly region: Region;
  readonly structure: Structure;
  readonly links: RegionLinks;
}

/** @returns the regions' functions, in their order */
export function compileBatch(regions: readonly RegionToCompile[], memory: WebAssembly.Memory): unknown[] {
  const module = new ModuleBuilder();
  const helpers = defineHelpers(module);
  for (const [index, { region, structure, links }] of regions.entries()) {
    module.define(new RegionFunction(region, structure, links, helpers).build(), `region${index}`);
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBinary()), { env: { memory } });
  return regions.map((_, index) => instance.exports[`region${index}`]);
}
