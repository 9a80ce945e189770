import { step } from '../../machine/narration';
import { type SbiExtension, success } from './interface';

/** 3.0: bits 30:24 major, 23:0 minor. */
const SPECIFICATION_VERSION = 0x03000000;
/** Ours: 'HS' in ASCII, outside the ids that the specification lists (SBI 3.0, section 4.9). */
const IMPLEMENTATION_ID = 0x4853;
const IMPLEMENTATION_VERSION = 1;

/** Base extension (SBI 3.0, chapter 4). */
export const base: SbiExtension = {
  name: 'BASE',
  id: 0x10,
  functions: [
    {
      name: 'get_spec_version',
      *handle() {
        yield step`answer that this is SBI 3.0`;
        return success(SPECIFICATION_VERSION);
      },
    },
    {
      name: 'get_impl_id',
      *handle() {
        yield step`answer the implementation id ${IMPLEMENTATION_ID}`;
        return success(IMPLEMENTATION_ID);
      },
    },
    {
      name: 'get_impl_version',
      *handle() {
        yield step`answer the implementation version ${IMPLEMENTATION_VERSION}`;
        return success(IMPLEMENTATION_VERSION);
      },
    },
    {
      name: 'probe_extension',
      *handle(call) {
        const id = call.number(0);
        const extension = call.sbi.extensionOf(id);
        const found = extension?.name ?? 'not there';
        yield step`look for extension ${id}: ${found}`;
        return success(extension ? 1 : 0);
      },
    },
    {
      name: 'get_mvendorid',
      *handle() {
        yield step`answer mvendorid 0: not a commercial implementation`;
        return success(0);
      },
    },
    {
      name: 'get_marchid',
      *handle() {
        yield step`answer marchid 0`;
        return success(0);
      },
    },
    {
      name: 'get_mimpid',
      *handle() {
        yield step`answer mimpid 0`;
        return success(0);
      },
    },
  ],
};
