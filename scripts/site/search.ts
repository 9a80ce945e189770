/** The search of the documentation: a script of its pages that needs no server. The index is in a script beside it. */
interface Entry {
  readonly title: string;
  /** Of the page's file, from the site's folder. */
  readonly path: string;
  readonly text: string;
}

declare const searchIndex: readonly Entry[];

const MOST = 12;
/** Characters around what was found. */
const AROUND = 60;

/** Those with all the words; first those with one in their title, then the shorter ones. */
function search(words: readonly string[]): Entry[] {
  const isIn = (text: string, word: string): boolean => text.toLowerCase().includes(word);
  return searchIndex
    .filter(({ title, text }) => words.every((word) => isIn(`${title} ${text}`, word)))
    .map((entry) => ({ entry, rank: words.some((word) => isIn(entry.title, word)) ? 1 : 0 }))
    .sort((a, b) => b.rank - a.rank || a.entry.text.length - b.entry.text.length)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

function excerpt(text: string, word: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(word));
  const [begin, end] = [Math.max(0, at - AROUND), at + word.length + AROUND];
  return `${begin > 0 ? '… ' : ''}${text.slice(begin, end)}${end < text.length ? ' …' : ''}`;
}

function show(field: HTMLInputElement, list: HTMLElement, told: HTMLElement): void {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? [] : search(words);
  const items = found.map(({ title, path, text }) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `${field.dataset['root'] ?? ''}${path}`;
    link.textContent = title;
    const below = document.createElement('small');
    below.textContent = excerpt(text, words[0] ?? '');
    item.append(link, below);
    return item;
  });
  list.replaceChildren(...items);
  told.textContent = words.length === 0 ? '' : `${found.length === 0 ? 'Nothing' : found.length} found`;
}

const field = document.querySelector<HTMLInputElement>('#search');
const list = document.querySelector<HTMLElement>('#found');
const told = document.querySelector<HTMLElement>('#search-told');
if (field && list && told) field.addEventListener('input', () => show(field, list, told));
