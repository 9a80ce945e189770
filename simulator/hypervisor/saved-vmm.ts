import type { Component, SavedComponent } from '../schema/state/component';
import { isPlainList, isPlainRecord, type PlainRecord, type PlainValue } from '../schema/state/plain';
import { StateError } from '../schema/state/state-error';
import { SavedForm } from './saved-form';

/** What a VMM keeps; `state` is plain data, and `restore` throws where the memory of the machine does not go with it. */
interface Vmm {
  readonly vms: readonly SavedParts[];
  state(): PlainRecord;
  restore(state: PlainRecord): void;
}

/** What of a VM has a schema, by the names of the fields that hold it. */
interface SavedParts {
  readonly id: number;
  readonly clock: { readonly component: Component };
  readonly board: { readonly component: Component };
  readonly sbi: { readonly component: Component };
}

const VERSION = 1;

/**
 * The VMM as a component. Its vCPUs and engines have no schemas yet: those are checked by the form of what they save, and when they are
 * taken up, with the tables that lie in the machine's memory.
 */
export class SavedVmm implements Component {
  constructor(private readonly vmm: Vmm) {}

  save(): SavedComponent {
    return { component: 'vmm', version: VERSION, state: this.vmm.state(), parts: {} };
  }

  prepare(saved: PlainValue | undefined, place: string): () => void {
    const { state, ...around } = isPlainRecord(saved) ? saved : {};
    const form = new SavedForm(place);
    form.checkTaken({ component: 'vmm', version: VERSION, parts: {} }, around);
    form.check(this.vmm.state(), state);
    if (!isPlainRecord(state)) throw new StateError(place, [], 'must have a state with fields');
    const vms = state['vms'];
    for (const { id, clock, board, sbi } of this.vmm.vms) {
      const vm = isPlainList(vms) ? vms[id] : undefined;
      for (const [name, part] of Object.entries({ clock, board, sbi }))
        part.component.prepare(isPlainRecord(vm) ? vm[name] : undefined, `${place}.vm${id}.${name}`);
    }
    return () => {
      this.vmm.restore(state);
      form.checkTaken(this.vmm.state(), state);
    };
  }
}
