/**
 * Lists of rows by keyboard, as the ARIA Authoring Practices have them: one tab stop for all rows of a list, arrows between them.
 * A list is an element with `data-items`: `tree`, `treegrid`, `grid` or `list`; its rows have `data-item`, a name that stays when the view
 * is updated, and `data-find`, words by whose beginnings typing finds them.
 */
const listSelector = '[data-items]';
const itemSelector = '[data-item]';

/** Milliseconds after which typed letters begin a new word. */
const typingPause = 700;

/** Where the keyboard is: in an item, and there in one of its controls. */
interface Focused {
  readonly list: string;
  readonly item: string;
  readonly index: number;
  readonly control: number;
}

export class Items {
  /** The item of each list that is its tab stop, by the list's name. */
  private readonly stops = new Map<string, string>();
  private focused: Focused | undefined;
  private typed = { text: '', at: 0 };

  constructor(private readonly root: HTMLElement) {
    root.addEventListener('keydown', (event) => this.pressed(event));
    root.addEventListener('focusin', ({ target }) => {
      const item = itemOf(target);
      if (item) this.makeStop(item);
    });
  }

  /** Call it before the page is changed. */
  remember(): void {
    const { activeElement } = document;
    const item = itemOf(activeElement);
    const list = item && listOf(item);
    if (!item || !list || !(activeElement instanceof HTMLElement)) {
      this.focused = undefined;
      return;
    }
    this.focused = {
      list: nameOf(list),
      item: item.dataset['item'] ?? '',
      index: itemsOf(list).indexOf(item),
      control: controlsOf(item).indexOf(activeElement),
    };
  }

  /** Call it after the page was changed: each list has one tab stop again, and what had the keyboard has it. */
  settle(): void {
    for (const list of this.lists()) this.settleList(list);
    const { focused } = this;
    const list = focused && this.lists().find((each) => nameOf(each) === focused.list);
    if (!focused || !list) return;
    const items = itemsOf(list);
    const same = items.find((each) => each.dataset['item'] === focused.item);
    const item = same ?? items[Math.min(focused.index, items.length - 1)];
    const control = item === same && item ? controlsOf(item)[focused.control] : undefined;
    (control ?? item)?.focus({ preventScroll: true });
  }

  private settleList(list: HTMLElement): void {
    const items = itemsOf(list);
    const wanted = this.stops.get(nameOf(list));
    const stop =
      items.find((item) => item.dataset['item'] === wanted) ??
      items.find((item) => item.getAttribute('aria-current') === 'step') ??
      items[0];
    for (const item of items) item.tabIndex = item === stop ? 0 : -1;
  }

  private lists(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(listSelector)];
  }

  private makeStop(item: HTMLElement): void {
    const list = listOf(item);
    if (!list) return;
    this.stops.set(nameOf(list), item.dataset['item'] ?? '');
    this.settleList(list);
  }

  private pressed(event: KeyboardEvent): void {
    const item = itemOf(event.target);
    const list = item && listOf(item);
    if (!item || !list || event.ctrlKey || event.altKey || event.metaKey) return;
    const isInside = event.target !== item;
    const done = isInside ? this.movesInside(event, item) : this.moves(event, item, list);
    if (done) event.preventDefault();
  }

  private moves(event: KeyboardEvent, item: HTMLElement, list: HTMLElement): boolean {
    const items = itemsOf(list);
    const at = items.indexOf(item);
    switch (event.key) {
      case 'ArrowDown':
        return focus(items[at + 1]);
      case 'ArrowUp':
        return focus(items[at - 1]);
      case 'Home':
        return focus(items[0]);
      case 'End':
        return focus(items.at(-1));
      case 'ArrowRight':
        return this.movesIn(item, items[at + 1]);
      case 'ArrowLeft':
        return this.movesOut(item, list);
      case 'Enter':
      case ' ':
        // A button does it by itself.
        if (item instanceof HTMLButtonElement) return false;
        item.click();
        return true;
      default:
        return this.finds(event, items, at);
    }
  }

  /** Unfolds; of what is unfolded or has no parts, to the first thing in it, and where nothing is, to its first part. */
  private movesIn(item: HTMLElement, next: HTMLElement | undefined): boolean {
    if (item.getAttribute('aria-expanded') === 'false') {
      item.click();
      return true;
    }
    const [control] = controlsOf(item);
    const part = next && parentOf(next) === item ? next : undefined;
    return focus(control ?? part);
  }

  /** Folds; of what is folded or has no parts, to what it is a part of. */
  private movesOut(item: HTMLElement, list: HTMLElement): boolean {
    if (item.getAttribute('aria-expanded') === 'true') {
      item.click();
      return true;
    }
    const parent = parentOf(item);
    return parent !== undefined && list.contains(parent) && focus(parent);
  }

  private movesInside(event: KeyboardEvent, item: HTMLElement): boolean {
    const controls = controlsOf(item);
    const at = controls.indexOf(event.target as HTMLElement);
    if (at < 0) return false;
    if (event.key === 'ArrowRight') return focus(controls[at + 1]);
    if (event.key === 'ArrowLeft') return focus(controls[at - 1] ?? item);
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown' || event.key === 'Escape') return focus(item);
    return false;
  }

  private finds({ key, timeStamp }: KeyboardEvent, items: readonly HTMLElement[], at: number): boolean {
    if (key.length !== 1 || key === ' ') return false;
    const isGoingOn = timeStamp - this.typed.at < typingPause;
    const text = (isGoingOn ? this.typed.text : '') + key.toLowerCase();
    this.typed = { text, at: timeStamp };
    // The item with the keyboard may be the one that a second letter means, too.
    const from = isGoingOn ? at : at + 1;
    const inOrder = [...items.slice(from), ...items.slice(0, from)];
    return focus(inOrder.find((item) => wordsOf(item).some((word) => word.startsWith(text))));
  }
}

function itemOf(target: EventTarget | null): HTMLElement | undefined {
  return target instanceof HTMLElement ? (target.closest<HTMLElement>(itemSelector) ?? undefined) : undefined;
}

function listOf(item: HTMLElement): HTMLElement | undefined {
  return item.closest<HTMLElement>(listSelector) ?? undefined;
}

function nameOf(list: HTMLElement): string {
  return list.getAttribute('aria-label') ?? '';
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(itemSelector)].filter((item) => listOf(item) === list);
}

/** The item of a tree that an item is a part of: the one around it, or in a list that is flat the one above it at a lower level. */
function parentOf(item: HTMLElement): HTMLElement | undefined {
  const around = item.parentElement?.closest<HTMLElement>(itemSelector);
  if (around) return around;
  const level = Number(item.getAttribute('aria-level'));
  for (let before = item.previousElementSibling; before; before = before.previousElementSibling) {
    if (!(before instanceof HTMLElement) || !before.matches(itemSelector)) continue;
    if (Number(before.getAttribute('aria-level')) < level) return before;
  }
  return undefined;
}

/** What can be pressed in a row, in its own part of it. */
function controlsOf(item: HTMLElement): HTMLElement[] {
  const isOwn = (control: HTMLElement): boolean => itemOf(control) === item;
  return [...item.querySelectorAll<HTMLElement>('button')].filter(isOwn);
}

function wordsOf(item: HTMLElement): string[] {
  return (item.dataset['find'] ?? item.textContent ?? '').toLowerCase().split(/\s+/);
}

function focus(element: HTMLElement | undefined): boolean {
  element?.focus();
  return element !== undefined;
}
