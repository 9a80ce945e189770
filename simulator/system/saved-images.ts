/** What is started again in the VMs of a saved host: nothing of it need be in their memory any more when they end. */
import { Object as ObjectOf, type Static, String as Text } from '@sinclair/typebox';
import { FileFormatError } from '../machine/state/plain-codec';
import { bytes, count, listOf, nullable, unsigned64 } from '../schema/state/fields';
import type { PlainValue } from '../schema/state/plain';
import { StateError } from '../schema/state/state-error';
import { plainOf, readPlain } from '../schema/state/values';
import type { BootProgram } from './boot-images';
import type { SystemConfiguration } from './configuration';
import type { SystemDescription } from './description-schema';

const segment = ObjectOf({ address: unsigned64, loadAddress: unsigned64, memorySize: count, bytes: bytes() });

const guestImages = ObjectOf({
  program: ObjectOf({
    entry: unsigned64,
    segments: listOf(segment),
    sections: listOf(ObjectOf({ address: unsigned64, size: count })),
  } satisfies { [field in keyof BootProgram]: unknown }),
  initrd: nullable(bytes()),
  bootArguments: nullable(Text()),
});

const savedImages = ObjectOf({ vms: listOf(guestImages) });
/** Of each VM, in their order; of none where there is one guest, which is not started again. */
export type SavedImages = readonly GuestImages[];

export interface GuestImages extends Omit<Static<typeof guestImages>, 'program'> {
  readonly program: BootProgram;
}

/** A system, as far as it is what its guests were started from. */
interface StartedSystem {
  readonly configuration: SystemConfiguration;
  readonly programs: readonly BootProgram[] | undefined;
}

/** The images of a host's VMs. */
export function imagesOf({ configuration, programs = [] }: StartedSystem): SavedImages {
  const { neighbours } = configuration;
  return (neighbours?.vms ?? []).flatMap(({ initrd = null, bootArguments = null }, index) => {
    const program = programs[index];
    return program ? [{ program, initrd, bootArguments }] : [];
  });
}

export function plainImages(images: SavedImages): PlainValue {
  return plainOf(savedImages, { vms: images });
}

/** Images that were read out of a file. @throws FileFormatError that names the first field that makes no sense */
export function readImages(read: PlainValue, { neighbours }: SystemDescription): SavedImages {
  const what = 'what is started again';
  const wanted = neighbours?.vms.length ?? 0;
  try {
    const { vms: images } = readPlain(savedImages, read, what);
    if (images.length !== wanted)
      throw new FileFormatError(`the snapshot has the images of ${images.length} VMs, and its host ${wanted}`);
    for (const [vm, { program }] of images.entries())
      for (const [index, { bytes, memorySize }] of program.segments.entries()) {
        const path = ['vms', vm, 'program', 'segments', index, 'memorySize'];
        if (memorySize < bytes.length) throw new StateError(what, path, `must be at least ${bytes.length}, its bytes`);
      }
    return images;
  } catch (error) {
    throw error instanceof StateError ? new FileFormatError(error.message, { cause: error }) : error;
  }
}
