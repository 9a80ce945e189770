/** What a comment begins with that says something of tests. */
export const MARK = '#!';

/** Whether a text has the mark in it: who names the file means annotations. */
export const isMarked = (text: string): boolean => text.includes(MARK);

/** Whether a text may have annotations of tests in it: a look at its characters alone. */
export const mayBeAnnotated = (text: string): boolean => /#!\s*(test|expect)\b/.test(text);

/** What the names of files end with that say tests and nothing else. */
export const testFileSuffix = '.test.json';

/** Characters of a text: more than anybody writes, and soon read. */
export const LONGEST_TEXT = 2 ** 20;
