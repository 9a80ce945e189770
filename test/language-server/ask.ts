import type { ClientCapabilities, Location } from 'vscode-languageserver';
import { TestClient } from './client';

export type Files = Readonly<Record<string, string>>;

export interface Setting {
  /** Other files of the workspace, by name. */
  readonly files?: Files;
  /** The name of the marked document: `main.s` when absent. */
  readonly name?: string;
  /** What the client can do: nothing special when absent. */
  readonly capabilities?: ClientCapabilities;
}

/** Opens a document with a cursor `$0` and asks one request about it. */
export async function ask<T>(method: string, marked: string, more: object = {}, setting: Setting = {}): Promise<T> {
  const client = await TestClient.start(setting.files ?? {}, { trusted: true }, setting.capabilities ?? {});
  try {
    const { uri, position } = await client.open(setting.name ?? 'main.s', marked);
    return await client.request<T>(method, { textDocument: { uri }, position, ...more });
  } finally {
    client.stop();
  }
}

/** Locations as `file:line:column`, in the order of the answer. */
export function places(found: readonly Location[] | null): string[] {
  return (found ?? []).map(
    ({ uri, range }) => `${uri.replace('file:///w/', '')}:${range.start.line}:${range.start.character}`,
  );
}

/** The request that answers with locations, about the cursor of a marked text. */
export async function askPlaces(method: string, marked: string, setting?: Setting, more?: object): Promise<string[]> {
  return places(await ask<Location[] | null>(method, marked, more, setting));
}
