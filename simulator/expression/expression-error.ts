/** What is wrong with an expression, or with what it asks for, in words. */
export class ExpressionError extends Error {}
