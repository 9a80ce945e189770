import type { Connection, DidChangeConfigurationParams } from 'vscode-languageserver';
import { type Settled, settled } from '../../simulator/schema/defaults';
import { problemsOf } from '../../simulator/schema/problems';
import { isRecord } from '../../simulator/schema/record';
import { settingTable } from './setting-table';

export { settingTable };

export type SettingValues = Settled<typeof settingTable>;

const section = 'hyperstep';
/** How long a client may take to say its settings before the defaults hold, in milliseconds. */
const patience = 3000;

/** What the user chose, as far as the client says it; the defaults before that. */
export class Settings {
  #values = defaults();
  readonly #listeners: (() => void)[] = [];
  #following: Promise<void> = Promise.resolve();

  /** Whether the client answers `workspace/configuration`. */
  pulls = false;

  constructor(readonly connection: Connection) {}

  get values(): SettingValues {
    return this.#values;
  }

  /** Calls back after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The values when the client has answered what it was asked last. */
  async settled(): Promise<SettingValues> {
    await this.#following;
    return this.#values;
  }

  /** Asks the client; a client that pushes its settings says them in the notification's parameters. */
  follow(params?: DidChangeConfigurationParams): Promise<void> {
    this.#following = this.#read(params);
    return this.#following;
  }

  async #read(params: DidChangeConfigurationParams | undefined): Promise<void> {
    const pushed: unknown = isRecord(params) ? params['settings'] : undefined;
    const stated: unknown = this.pulls
      ? await Promise.race([
          this.connection.workspace.getConfiguration(section).catch(() => undefined),
          new Promise((resolve) => setTimeout(resolve, patience)),
        ])
      : isRecord(pushed)
        ? pushed[section]
        : undefined;
    const values = valuesIn(stated);
    const changed = names.some((name) => values[name] !== this.#values[name]);
    this.#values = values;
    if (changed) for (const listener of this.#listeners) listener();
  }
}

const names = Object.keys(settingTable) as (keyof SettingValues)[];

function defaults(): SettingValues {
  return valuesIn(undefined);
}

/** The values in the client's object, in which the parts of a name are nested; what makes no sense has its default. */
function valuesIn(stated: unknown): SettingValues {
  const given = Object.entries(settingTable).map(([name, schema]) => {
    const value = name.split('.').reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), stated);
    return [name, problemsOf(schema, value).length === 0 ? value : undefined];
  });
  return settled(settingTable, Object.fromEntries(given));
}
