/** What is used of Eleventy, whose package has no types. */
declare module '@11ty/eleventy' {
  export interface MarkdownToken {
    readonly type: string;
    attrGet(name: string): string | null;
    attrSet(name: string, value: string): void;
    readonly children: readonly MarkdownToken[] | null;
  }

  /** Of markdown-it. */
  export interface MarkdownLibrary {
    readonly core: {
      readonly ruler: {
        push(
          name: string,
          rule: (state: {
            readonly tokens: readonly MarkdownToken[];
            readonly env: Readonly<Record<string, unknown>>;
          }) => void,
        ): void;
      };
    };
  }

  export interface UserConfig {
    addPlugin(plugin: unknown): void;
    addTemplate(path: string, text: string, data: Readonly<Record<string, unknown>>): void;
    amendLibrary(name: 'md', amend: (library: MarkdownLibrary) => void): void;
    setIncludesDirectory(folder: string): void;
    setTemplateFormats(formats: readonly string[]): void;
  }

  export const IdAttributePlugin: unknown;

  export class Eleventy {
    constructor(
      input: string,
      output: string,
      options: {
        readonly quietMode: boolean;
        readonly configPath: null;
        readonly config: (configuration: UserConfig) => void;
      },
    );
    write(): Promise<void>;
  }
}
