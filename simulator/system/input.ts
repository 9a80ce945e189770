import { Integer, Literal, Object as ObjectOf, type Static, Union } from '@sinclair/typebox';
import { FLOAT_REGISTERS } from '../core/index';
import { VM_OPERATIONS } from '../hypervisor/vm-operation';
import { choice } from '../schema/schema';
import { any64, bytes, count, upTo } from '../schema/state/fields';

const characters = Integer({ minimum: 1, maximum: 0xffff });
const lastRegister = 31;
const register = Union(
  [
    Integer({ minimum: 1, maximum: lastRegister }),
    Integer({ minimum: FLOAT_REGISTERS, maximum: FLOAT_REGISTERS + lastRegister }),
  ],
  { expected: `the number of x1 to x31, or of f0 to f31 from ${FLOAT_REGISTERS} up` },
);

/** Something that came into the machine from outside: replaying a run needs all of them, and nothing else. */
export const inputSchema = Union(
  [
    /** Bytes typed at the console. */
    ObjectOf({ kind: Literal('console'), bytes: bytes() }),
    ObjectOf({ kind: Literal('console-closed') }),
    /** The size of the console's terminal. */
    ObjectOf({ kind: Literal('console-size'), columns: characters, rows: characters }),
    /** An Ethernet frame for the network device in a virtio slot. */
    ObjectOf({ kind: Literal('network'), slot: count, frame: bytes() }),
    /** A client of the debugger wrote guest memory (GPA), a general register, the pc or a guest CSR. */
    ObjectOf({ kind: Literal('memory'), gpa: count, bytes: bytes() }),
    ObjectOf({ kind: Literal('register'), cpu: count, register, value: any64 }),
    ObjectOf({ kind: Literal('pc'), cpu: count, value: any64 }),
    ObjectOf({ kind: Literal('csr'), cpu: count, csr: upTo(0xfff), value: any64 }),
    /** Somebody pauses the guest's VM, lets it go on, destroys it, or starts it again. */
    ObjectOf({ kind: Literal('vm'), operation: choice(VM_OPERATIONS) }),
    /** Somebody says how many bytes of memory the guest's VM is to have. */
    ObjectOf({ kind: Literal('memory-target'), memory: count }),
  ],
  { expected: 'an input of a known kind' },
);

export type Input = Readonly<Static<typeof inputSchema>>;
