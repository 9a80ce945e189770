/** What was seen at a stop, in a form that is the same as long as nothing changed. */
export interface Facts {
  /** Things that may change, come and go, by names that they keep, in scopes. Only scopes that were seen at both stops are compared. */
  readonly scopes?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Of things that are numbered from 1 and never go: how many there have been. Their names in `scopes` are their numbers. */
  readonly total?: number;
}

export type Mark = 'new' | 'changed';

/** What has changed since the last stop. */
export class Changes {
  /** Nothing to compare with. */
  static readonly unknown = new Changes(new Map(), undefined);

  private constructor(
    private readonly marks: ReadonlyMap<string, Mark>,
    private readonly counts: { readonly added: number; readonly changed: number; readonly gone: number } | undefined,
  ) {}

  static between(before: Facts, now: Facts): Changes {
    const marks = new Map<string, Mark>();
    let gone = 0;
    let compared = before.total !== undefined;
    for (const [scope, things] of now.scopes ?? []) {
      const then = before.scopes?.get(scope);
      if (!then) continue;
      compared = true;
      for (const [name, says] of things) {
        const said = then.get(name);
        const isKnown = said !== undefined || (before.total !== undefined && Number(name) <= before.total);
        if (!isKnown) marks.set(key(scope, name), 'new');
        else if (said !== undefined && said !== says) marks.set(key(scope, name), 'changed');
      }
      if (now.total === undefined) gone += [...then.keys()].filter((name) => !things.has(name)).length;
    }
    if (!compared) return Changes.unknown;
    const marked = [...marks.values()];
    const added =
      now.total === undefined
        ? marked.filter((mark) => mark === 'new').length
        : Math.max(0, now.total - (before.total ?? 0));
    return new Changes(marks, { added, gone, changed: marked.filter((mark) => mark === 'changed').length });
  }

  of(scope: string, name: string): Mark | undefined {
    return this.marks.get(key(scope, name));
  }

  /** How many are marked in scopes that a test accepts. */
  countIn(accepts: (scope: string) => boolean): number {
    return [...this.marks.keys()].filter((each) => accepts(each.slice(0, each.indexOf(SEPARATOR)))).length;
  }

  /** How many changed in all; undefined when that is not known. */
  get count(): number | undefined {
    return this.counts && this.counts.added + this.counts.changed + this.counts.gone;
  }

  /** In words: `2 changed, 1 new`. Undefined when nothing is known of an earlier stop. */
  get words(): string | undefined {
    if (!this.counts) return undefined;
    const { added, changed, gone } = this.counts;
    const parts = [changed > 0 && `${changed} changed`, added > 0 && `${added} new`, gone > 0 && `${gone} gone`];
    return parts.filter(Boolean).join(', ') || 'nothing changed';
  }
}

const SEPARATOR = '\n';

function key(scope: string, name: string): string {
  return `${scope}${SEPARATOR}${name}`;
}
