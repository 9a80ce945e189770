import type { Translation, Walk } from '../../debug-adapter/protocol';
import { type Child, type Element, element } from './dom';
import { pageSize } from './page-size';
import { address, code, note, plural, text } from './parts';

/** Where an address leads, or why it cannot be told. */
export function translationSection(translation: Translation | string | undefined): Element[] {
  if (translation === undefined) return [];
  if (typeof translation === 'string') return [note(translation)];
  const { guest, p2m, shadow, stages, tlb, summary } = translation;
  const lines: Element[] = [note(summary), walk('Guest walk', guest, shadow || stages ? 'gpa' : 'hpa')];
  if (p2m) {
    const end: Child = p2m.hpa ? address('hpa', p2m.hpa) : 'no frame';
    lines.push(
      element('h3', {}, ['P2M']),
      element('p', { class: 'step' }, [address('gpa', p2m.gpa), ' → ', end, ' ', p2m.note]),
    );
  }
  if (shadow) lines.push(walk('Shadow walk, by the hardware', shadow, 'hpa'));
  if (stages) lines.push(...twoStageWalk(stages));
  const cached = tlb ? `slot ${tlb.slot}: ${tlb.va} → ${tlb.hpa} ${tlb.permissions}, ASID ${tlb.asid}` : 'no entry';
  lines.push(element('h3', {}, ['TLB']), element('p', { class: 'step' }, [cached]));
  return [element('section', { class: 'translation', 'aria-label': 'Translation' }, lines)];
}

/** Every entry that the hardware reads of both stages: the one that stops it stands out. */
function twoStageWalk({ steps, outcome }: NonNullable<Translation['stages']>): Element[] {
  return [
    element('h3', {}, ['Both stages, as the hardware walks them']),
    ...steps.map(({ stage, level, pteAddress, pte, note: says, failed }) =>
      element('p', { class: failed ? 'step failed' : 'step' }, [
        `${stage} level ${level} `,
        address(stage === 'G' ? 'hpa' : 'gpa', pteAddress),
        ` = ${pte} ${says}`,
      ]),
    ),
    element('p', { class: 'step' }, [outcome]),
  ];
}

function walk(title: string, { root, steps, outcome }: Walk, kind: 'gpa' | 'hpa'): Element {
  const lines = steps.map(({ level, index, pteAddress, pte, note: conclusion }) =>
    element('li', {}, [
      `level ${level}, entry ${index} at `,
      address(kind, pteAddress),
      ': ',
      code(pte),
      ` ${conclusion}`,
    ]),
  );
  const end: Child[] =
    'fault' in outcome
      ? [text('fault', outcome.fault)]
      : [address(kind, outcome.address), ` ${outcome.permissions} (${pageSize(outcome.level)})`];
  return element('div', {}, [
    element('h3', {}, [
      title,
      ' ',
      text('space', steps.length > 0 ? `from ${root}, ${plural(steps.length, 'step')}` : 'bare'),
    ]),
    element('ol', { class: 'steps' }, [...lines, element('li', { class: 'outcome' }, end)]),
  ]);
}
