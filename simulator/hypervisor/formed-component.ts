import {
  type Component,
  openComponent,
  type Parts,
  prepareParts,
  type SavedComponent,
  saveParts,
} from '../schema/state/component';
import type { PlainRecord, PlainValue } from '../schema/state/plain';
import { SavedForm } from './saved-form';

const VERSION = 1;

/**
 * A component whose own state has no schema yet: that is checked by the form of what is saved of it, and when it is taken up, with the
 * tables that lie in the machine's memory.
 */
export class FormedComponent implements Component {
  /** @param holder whose `restore` throws where a state cannot be one that `state` gave */
  constructor(
    private readonly name: string,
    private readonly holder: { state(): PlainRecord; restore(state: PlainRecord): void },
    private readonly parts: Parts,
  ) {}

  save(): SavedComponent {
    return { component: this.name, version: VERSION, state: this.holder.state(), parts: saveParts(this.parts) };
  }

  prepare(saved: PlainValue | undefined, place: string): () => void {
    const { holder, name } = this;
    const { state, parts } = openComponent(saved, place, { name, version: VERSION }, this.parts);
    const form = new SavedForm(place);
    form.check(holder.state(), state);
    const steps = prepareParts(this.parts, parts, place);
    return () => {
      for (const step of steps) step();
      holder.restore(state);
      form.checkTaken(holder.state(), state);
    };
  }
}
