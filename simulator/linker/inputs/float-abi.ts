import { abiWith } from '../../assembler/encode/abi';
import { floatAbiOf, HeaderFlag } from '../../object/elf/header-flags';
import type { ObjectFile } from '../../object/elf/relocatable';
import type { LinkReporter } from '../reporter';

/** The object that says in which registers the program passes floats: as for ld the first, whatever is in it. */
function decidingObject(objects: readonly ObjectFile[]): ObjectFile | undefined {
  return objects.find(({ anyFloatAbi }) => !anyFloatAbi) ?? objects[0];
}

/** Code that passes floats in other registers than the rest of the program cannot be called from it. */
export function checkFloatAbis(objects: readonly ObjectFile[], reporter: LinkReporter): void {
  const first = decidingObject(objects);
  if (!first) return;
  const expected = floatAbiOf(first.flags);
  for (const object of objects) {
    const floats = floatAbiOf(object.flags);
    if (object.anyFloatAbi || floats === expected) continue;
    const why = `this is for -mabi=${abiWith(floats)}, '${first.path}' for ${abiWith(expected)}`;
    reporter.object(object, 'float-abi', `cannot link ${floats}-float modules with ${expected}-float modules: ${why}`);
  }
}

/** The e_flags of the program that objects make. */
export function programFlags(objects: readonly ObjectFile[]): number {
  const all = objects.reduce((flags, object) => flags | object.flags, 0);
  return (all & ~HeaderFlag.FloatAbi) | ((decidingObject(objects)?.flags ?? 0) & HeaderFlag.FloatAbi);
}
