import type { AddressMeaning } from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { address, code, link, note, sourceLink, text } from './parts';

/** An address in every space, what is there, and where one can go from it. @param meaning or why there is none */
export function addressDetails(memoryReference: string, meaning: AddressMeaning | string, client: Client): Element {
  const label = `What is at ${memoryReference}`;
  if (typeof meaning === 'string')
    return element('section', { class: 'details', 'aria-label': label }, [note(meaning)]);
  const { gva, gpa, hpa, symbol, source, words } = meaning;
  const spaces: Child[] = [
    ...(gva ? [element('span', {}, ['GVA ', address('gva', gva)])] : []),
    element('span', {}, ['GPA ', gpa ? address('gpa', gpa) : 'none']),
    element('span', {}, ['HPA ', hpa ? address('hpa', hpa) : 'none']),
    ...(symbol ? [code(symbol)] : []),
  ];
  const ways = [
    ...(source ? [sourceLink(source, client)] : []),
    ...(gva ? [link(['Page tables'], `Translate ${gva} in the page tables`, () => client.translate(gva))] : []),
  ];
  return element('section', { class: 'details', 'aria-label': label }, [
    element('p', { class: 'facts' }, spaces),
    words.length > 0
      ? element(
          'p',
          { class: 'words', title: 'words of 64 bits from there on' },
          words.map((word) => code(word)),
        )
      : note('No memory is there.'),
    element('p', { class: 'facts' }, [text('space', 'as things are now'), ...ways]),
  ]);
}
