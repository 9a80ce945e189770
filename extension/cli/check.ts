import { build, formatDiagnostic } from './guest';
import type { ParsedCommand } from './options';

/** `hyperstep check`. @returns the exit status */
export async function check(command: ParsedCommand): Promise<number> {
  const { diagnostics } = await build(command);
  for (const diagnostic of diagnostics) if (diagnostic.severity !== 'hint') console.log(formatDiagnostic(diagnostic));
  return diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0;
}
