/** The numbers of a call's operations, by their names. */
export function operationNumbers<Name extends string>(
  operations: readonly { readonly name: Name; readonly number: number }[],
): Readonly<Record<Name, number>> {
  return Object.fromEntries(operations.map(({ name, number }) => [name, number])) as Record<Name, number>;
}
