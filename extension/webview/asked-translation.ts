import type { TranslateArguments, Translation } from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Element, element } from './dom';
import { translationSection } from './translation';
import type { PageContext } from './view';

type Asked = Pick<TranslateArguments, 'address' | 'access'>;

/** The translation of one address that the user asked for: it is made anew at every stop. */
export class AskedTranslation {
  private asked: Asked | undefined;
  private answer: Translation | string | undefined;

  ask(asked: Asked | undefined): void {
    this.asked = asked;
    this.answer = undefined;
  }

  async load(client: Client, about: Omit<TranslateArguments, 'address' | 'access'>): Promise<void> {
    if (!this.asked) return;
    const answer = client.request('hyperstep/translate', { ...about, ...this.asked });
    this.answer = await answer.catch((error: Error) => error.message);
  }

  form({ refresh, say }: Pick<PageContext, 'refresh' | 'say'>): Element {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const fields = new FormData(event.target as HTMLFormElement);
      const typed = String(fields.get('address')).trim();
      const access = String(fields.get('access')) as TranslateArguments['access'];
      this.ask(typed === '' ? undefined : { address: typed, access });
      void refresh().then(() => say(this.inWords));
    };
    const { address: typed = '', access: chosen } = this.asked ?? {};
    const accesses = ['read', 'write', 'execute'].map((access) =>
      element('option', { value: access, ...(access === chosen ? { selected: '' } : {}) }, [access]),
    );
    return element(
      'form',
      { class: 'translate', 'aria-label': 'Translate an address' },
      [
        element('input', {
          name: 'address',
          value: typed,
          placeholder: '0x..., a symbol, sp + 8',
          'aria-label': 'Guest-virtual address: a number, or an expression of symbols and registers',
          spellcheck: 'false',
        }),
        element('select', { name: 'access', 'aria-label': 'Kind of access' }, accesses),
        element('button', { type: 'submit' }, ['Walk']),
      ],
      { submit },
    );
  }

  private get inWords(): string {
    return typeof this.answer === 'object' ? this.answer.summary : (this.answer ?? '');
  }

  render(): Element[] {
    return translationSection(this.answer);
  }
}
