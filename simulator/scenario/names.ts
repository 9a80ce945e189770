/** Names of hosts and virtual machines. */

/** As a regular expression of JSON schema. */
export const NAME_PATTERN = '^[A-Za-z0-9_-]{1,32}$';
export const EXPECTED_NAME = 'a name of 1 to 32 letters, digits, "-" and "_"';

const NAME = new RegExp(NAME_PATTERN);

export function isName(text: string): boolean {
  // An expression's $ is the end of the text here: it has no flag m.
  return NAME.test(text);
}
