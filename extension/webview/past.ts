import type { RunSummary } from '../../debug-adapter/protocol';
import { type Element, element } from './dom';
import { duration } from './duration';
import { plural, table, text } from './parts';

/** What stands above a view's last content when the run is over. @param hasContent whether there is any */
export function pastBanner(name: string, summary: RunSummary | undefined, hasContent: boolean): Element[] {
  const how = summary?.how ?? 'Nothing more is known of it.';
  return [
    element('section', { class: 'past-banner', 'aria-label': 'The run has ended' }, [
      element('p', {}, [
        text('title', 'The run has ended.'),
        ' ',
        element('span', summary?.isFailure ? { class: 'fault' } : {}, [how]),
      ]),
      ...(summary ? runFacts(summary) : []),
      element('p', { class: 'note' }, [
        hasContent
          ? `Below is ${name} as it was at the last stop that was seen here.`
          : `Nothing of ${name} was seen here: set a breakpoint, and debug it again.`,
      ]),
    ]),
  ];
}

function runFacts({ instructions, nanoseconds, exits }: RunSummary): Element[] {
  const facts = [
    plural(instructions, 'instruction'),
    `${duration(nanoseconds)} on the machine’s clock`,
    ...(exits ? [plural(exits.total, 'VM exit')] : []),
  ];
  const rows = [...(exits?.counts ?? [])]
    .sort((a, b) => b.count - a.count)
    .map(({ reason, count, cycles }) => [reason, count.toLocaleString('en'), cycles?.toLocaleString('en') ?? '']);
  return [
    element(
      'p',
      { class: 'facts' },
      facts.map((fact) => text('fact', fact)),
    ),
    ...(rows.length > 0
      ? [
          element('details', {}, [
            element('summary', {}, ['Exits by reason']),
            table(['reason', 'exits', 'cycles'], rows, 'Exits of the whole run by reason'),
          ]),
        ]
      : []),
  ];
}
