import type { History } from '../../debug-adapter/protocol';
import { HISTORY_COLUMNS } from '../../simulator/hypervisor/time-history';
import { sparkline } from './charts';
import { type Element, element } from './dom';
import { duration } from './duration';
import { plural, text } from './parts';

/** A whole hart, in percent. */
export const HART = 100;

/** A number of percent, as all are shown. */
export const percent = (value: number): string => `${value.toFixed(1)}%`;

/** What part of the last periods something had a hart. @param most percent of one hart that the full height stands for */
export function historyChart(name: string, { period, shares }: History, most: number): Element {
  const newest = shares.at(-1) ?? 0;
  const says = `processor of ${name} in the last ${plural(shares.length, 'period')} of ${duration(period)}: now ${percent(newest)}, least ${percent(Math.min(...shares))}, most ${percent(Math.max(...shares))}; the full height is ${most}%`;
  return element('span', { title: says }, [sparkline(shares, HISTORY_COLUMNS, most, says)]);
}

/** The same, and its share since the machine was started. */
export function processorChart(name: string, history: History, total: number, most: number): Element {
  const title = 'of one hart, since the machine was started';
  return text('measure', historyChart(name, history, most), element('span', { title }, [percent(total)]));
}
