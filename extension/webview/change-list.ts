import type { StateChange } from '../../debug-adapter/protocol';
import { type Element, element } from './dom';
import { code, text } from './parts';

/** Sensitive state that an exit changed, before and after. */
export function changeList(changes: readonly StateChange[]): Element {
  const items = changes.map(({ kind, name, before, after }) =>
    element('li', {}, [
      text('space', `${kind} `),
      code(name),
      element('div', {}, [code(before ?? 'none'), text('arrow', ' → '), code(after ?? 'none')]),
    ]),
  );
  return element('ul', { class: 'changes', 'aria-label': 'What the exit changed' }, items);
}
