/**
 * Several programs may be linked to the same addresses: a hypervisor and its guest, user programs beside a kernel. In a program that is put
 * together of theirs the bits above the 64 of an address say whose it is.
 */
const BITS = 64n;

/** Where the addresses of the program of a number begin; 0 has those of the machine. */
export const spaceBase = (number: number): bigint => BigInt(number) << BITS;

/** An address of which no program says anything. */
export const nowhere = (address: bigint): bigint => withoutSpace(address) - (1n << BITS);

/** The beginning of the space that an address is in. */
export const spaceOf = (address: bigint): bigint => (address >> BITS) << BITS;

/** The address itself, as the machine has it. */
export const withoutSpace = (address: bigint): bigint => BigInt.asUintN(Number(BITS), address);
