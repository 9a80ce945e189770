import type { ExtensionId } from '../../isa';
import { floatsOf } from '../encode/abi';
import { type Architecture, newestVersions } from '../encode/architecture';

/** Sizes and widths of the C types of LP64, in bytes and bits. */
const sizes: Readonly<Record<string, number>> = {
  SHORT: 2,
  INT: 4,
  LONG: 8,
  LONG_LONG: 8,
  POINTER: 8,
  SIZE_T: 8,
  PTRDIFF_T: 8,
  WCHAR_T: 4,
  WINT_T: 4,
  INT128: 16,
  DOUBLE: 8,
  LONG_DOUBLE: 16,
};

const limits: Readonly<Record<string, string>> = {
  __SCHAR_MAX__: '0x7f',
  __SHRT_MAX__: '0x7fff',
  __INT_MAX__: '0x7fffffff',
  __LONG_MAX__: '0x7fffffffffffffffL',
  __LONG_LONG_MAX__: '0x7fffffffffffffffLL',
  __SIZE_MAX__: '0xffffffffffffffffUL',
  __UINTPTR_MAX__: '0xffffffffffffffffUL',
  __INTPTR_MAX__: '0x7fffffffffffffffL',
  __UINT32_MAX__: '0xffffffffU',
  __UINT64_MAX__: '0xffffffffffffffffUL',
};

/**
 * The macros that gcc has when it preprocesses assembly for RV64 (`gcc -dM -E`), by the extensions of -march. Those of a
 * hosted system (`__linux__`, `__PIC__`) are left out: guests are freestanding.
 */
export function predefined(architecture: Architecture, mabi?: string): Record<string, string> {
  const has = (extension: ExtensionId): boolean => architecture.has(extension);
  return {
    __ASSEMBLER__: '1',
    __ELF__: '1',
    __LP64__: '1',
    _LP64: '1',
    __STDC__: '1',
    __GNUC__: '12',
    __GNUC_MINOR__: '2',
    __GNUC_PATCHLEVEL__: '0',
    __VERSION__: '"12.2.0"',
    __CHAR_BIT__: '8',
    __CHAR_UNSIGNED__: '1',
    __BIGGEST_ALIGNMENT__: '16',
    __ORDER_LITTLE_ENDIAN__: '1234',
    __ORDER_BIG_ENDIAN__: '4321',
    __ORDER_PDP_ENDIAN__: '3412',
    __BYTE_ORDER__: '__ORDER_LITTLE_ENDIAN__',
    __USER_LABEL_PREFIX__: '',
    __REGISTER_PREFIX__: '',
    ...Object.fromEntries(Object.entries(sizes).map(([type, size]) => [`__SIZEOF_${type}__`, String(size)])),
    __SHRT_WIDTH__: '16',
    __INT_WIDTH__: '32',
    __LONG_WIDTH__: '64',
    __LONG_LONG_WIDTH__: '64',
    __SIZE_WIDTH__: '64',
    ...limits,
    __riscv: '1',
    __riscv_xlen: '64',
    ...Object.fromEntries(versionMacros(architecture)),
    __riscv_arch_test: '1',
    __riscv_cmodel_medany: '1',
    ...(has('m') ? { __riscv_mul: '1', __riscv_div: '1', __riscv_muldiv: '1' } : {}),
    ...(has('a') ? { __riscv_atomic: '1' } : {}),
    ...(has('c') ? { __riscv_compressed: '1' } : {}),
    ...(has('f') ? { __riscv_flen: has('d') ? '64' : '32', __riscv_fdiv: '1', __riscv_fsqrt: '1' } : {}),
    [`__riscv_float_abi_${floatsOf(mabi, architecture)}`]: '1',
  };
}

/** `__riscv_zba` and its like: 2p1 is 2001000. Groups have none, and the part of M that goes without saying. */
function versionMacros(architecture: Architecture): [string, string][] {
  return newestVersions(architecture).flatMap(([name, version]): [string, string][] => {
    if (version === '' || (name === 'zmmul' && architecture.has('m'))) return [];
    const [major = 0, minor = 0] = version.split('p').map(Number);
    return [[`__riscv_${name}`, String(major * 1_000_000 + minor * 1000)]];
  });
}
