import { sharedWords } from '../../../hypercalls/shared-page';
import { hypercalls } from '../../../hypercalls/table';
import { Csr, nameOfUse, type Use } from '../../../isa/index';

const call = ({ name }: { readonly name: string }, operation?: string): string =>
  operation === undefined ? `the hypercall \`${name}\`` : `the hypercall \`${name}\` (\`${operation}\`)`;
const word = ({ name }: { readonly name: string }): string => `\`${name}\` in the shared page`;

const FENCE = call(hypercalls.mmuext, 'flush');
const MASKS = `${call(hypercalls.event)} and the bits of ports in the shared page`;

/** What a ported kernel does in the place of an instruction. */
const byInstruction: Readonly<Record<string, string>> = {
  sret: call(hypercalls.iret),
  wfi: call(hypercalls.schedOp, 'block'),
  'sfence.vma': FENCE,
  'sinval.vma': FENCE,
};

/** And of an access to a CSR, by its number. */
const byCsr: ReadonlyMap<number, string> = new Map([
  [Csr.satp.number, `${call(hypercalls.mmuext, 'kernel_root')} or \`user_root\``],
  [Csr.stvec.number, call(hypercalls.setTrap)],
  [Csr.sstatus.number, `${word(sharedWords.interruptEnable)} and \`${sharedWords.status.name}\``],
  [Csr.sepc.number, word(sharedWords.sepc)],
  [Csr.scause.number, word(sharedWords.scause)],
  [Csr.stval.number, word(sharedWords.stval)],
  [Csr.sscratch.number, word(sharedWords.sscratch)],
  [Csr.sie.number, MASKS],
  [Csr.sip.number, MASKS],
  [Csr.stimecmp.number, "the SBI's timer, and its port (`virq`)"],
]);

/** In words; undefined where there is nothing. */
export function insteadOf(use: Use): string | undefined {
  return 'csr' in use ? byCsr.get(use.csr.number) : byInstruction[nameOfUse(use)];
}
