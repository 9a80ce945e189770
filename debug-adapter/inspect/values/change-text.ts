import type { StateChange } from '../../../simulator/hypervisor/ledger/ledger';
import { Csr, causeOf, csrName, csrNumbered } from '../../../simulator/isa/index';
import type { Debuggee } from '../../debuggee';
import { hex, hexOfWords, valueOfWords } from '../../format';
import type { StateChange as ShownChange } from '../../protocol';
import { causesInWords } from '../exit-text';
import { satpText } from './values';

/** A change of sensitive state in words. */
export function describeChange(debuggee: Debuggee, change: StateChange): ShownChange {
  switch (change.kind) {
    case 'virtual CSR':
    case 'hardware CSR': {
      const shown = (words: { low: number; high: number }): string =>
        change.csr === Csr.satp.number ? satpText(valueOfWords(words)) : hexOfWords(words);
      const name = csrNumbered(change.csr)?.name ?? csrName(change.csr);
      return { kind: change.kind, name, before: shown(change.before), after: shown(change.after) };
    }
    case 'shadow entry':
      return {
        kind: change.kind,
        name: hexOfWords(change.address),
        before: hexOfWords(change.before),
        after: hexOfWords(change.after),
      };
    case 'second-stage entry':
      return {
        kind: change.kind,
        name: hex(change.address),
        before: hexOfWords(change.before),
        after: hexOfWords(change.after),
      };
    case 'guest entry':
      return {
        kind: change.kind,
        name: hex(change.address),
        before: hex(change.before >>> 0),
        after: hex(change.after >>> 0),
      };
    case 'TLB': {
      const isKept = debuggee.system.hypervisor?.vms
        .flatMap(({ vcpus }) => vcpus)
        .some((vcpu) => vcpu.describeAsid(change.asid) !== undefined);
      return { kind: change.kind, name: `ASID ${change.asid}`, after: isKept ? 'flushed' : 'flushed, and given back' };
    }
    case 'trap': {
      const causes = causesInWords(debuggee, change.because).map(({ text }) => text);
      const { name } = causeOf(change.cause, change.interrupt);
      return { kind: change.kind, name, ...(causes.length > 0 && { after: causes.join(', ') }) };
    }
  }
}
