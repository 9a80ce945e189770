import type { TSchema } from '@sinclair/typebox';

/** The value that a text stands for by its schema, as of a command line; the text itself where it stands for none, which a check then says. */
export function fromText(schema: TSchema, text: string): unknown {
  switch (schema['type']) {
    case 'integer':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'number':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
}
