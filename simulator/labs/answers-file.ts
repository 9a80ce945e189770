/** What the file of a student's answers is called. */
export const ANSWERS_FILE = 'answers.json';
