import { Kind } from '../sections/kind';
import type { OutputSection } from '../sections/sections';
import type { LayoutNode } from './placed-script';

const isSolid = ({ kind }: OutputSection): boolean => (kind & (Kind.Alloc | Kind.Thread)) === Kind.Alloc;

/**
 * The section that a symbol between sections counts as part of, as ld finds it: the one before it, or, where `.` was set
 * in between, the one after it.
 */
export function sectionForDot(
  nodes: readonly LayoutNode[],
  at: number,
  current: OutputSection | undefined,
  movedOn: boolean,
): OutputSection | undefined {
  const sections = nodes.flatMap((node, index) =>
    node.kind === 'output' && node.output.isThere ? [{ output: node.output, index }] : [],
  );
  if (!current || movedOn) {
    const next = sections.findIndex(({ index }) => index > at);
    const isPastEnd = next >= 0 && current !== undefined && definesEnd(nodes, sections[next]!.index);
    if (!isPastEnd) {
      const from = next < 0 ? sections.length - 1 : next;
      return sections
        .slice(0, from + 1)
        .reverse()
        .find(({ output }) => isSolid(output))?.output;
    }
  }
  const place = sections.findIndex(({ output }) => output === current);
  const last = place >= 0 ? place : sections.filter(({ index }) => index < at).length - 1;
  const before = sections
    .slice(0, last + 1)
    .reverse()
    .find(({ output }) => isSolid(output));
  return (before ?? sections.find(({ output }) => isSolid(output)))?.output;
}

/** Whether `end`, with or without `_`, is assigned before a node. */
function definesEnd(nodes: readonly LayoutNode[], before: number): boolean {
  const isEnd = (name: string): boolean => /^_*end$/.test(name);
  return nodes.slice(0, before).some((node) => {
    if (node.kind === 'statement') return node.statement.kind === 'assignment' && isEnd(node.statement.name);
    return node.output.items.some(
      (item) => item.kind === 'statement' && item.statement.kind === 'assignment' && isEnd(item.statement.name),
    );
  });
}

/** The section that symbols of a removed section go to: one that would be in the same segment (BFD's `_bfd_nearby_section`). */
export function nearbySection(
  outputs: readonly OutputSection[],
  removed: OutputSection,
  address: bigint,
): OutputSection | undefined {
  const at = outputs.indexOf(removed);
  const before = outputs
    .slice(0, Math.max(0, at))
    .reverse()
    .find(({ isThere }) => isThere);
  const after = outputs.slice(at + 1).find(({ isThere }) => isThere);
  if (!before || !after) return before ?? after;
  const differ = before.kind ^ after.kind;
  if (differ & (Kind.Alloc | Kind.Thread | Kind.Load)) {
    const isOther = ((after.kind ^ removed.kind) & (Kind.Alloc | Kind.Thread)) !== 0;
    return isOther || (before.kind & Kind.Load && !(after.kind & Kind.Load)) ? before : after;
  }
  for (const bit of [Kind.ReadOnly, Kind.Code])
    if (differ & bit) return (after.kind ^ removed.kind) & bit ? before : after;
  return address < BigInt.asUintN(64, BigInt(after.address)) ? before : after;
}
