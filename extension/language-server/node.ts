/** The language server on standard input and output, for desktop VS Code and any other client. */
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { disk } from './disk';
import { startServer } from './server';
import { askCompiler } from './toolchain';

// Each edit of a long source makes tens of megabytes anew; left alone, the heap grows to several times what is in use.
setFlagsFromString('--heap-growing-percent=70');

startServer(
  (options) => {
    // The library ends the process when its input does.
    const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout, options);
    // Nothing may take the server down: what goes wrong is said in the client's log.
    for (const event of ['unhandledRejection', 'uncaughtException'])
      process.on(event, (error: unknown) =>
        connection.console.error(error instanceof Error ? `${error.stack}` : String(error)),
      );
    return connection;
  },
  () => ({ ...disk, askCompiler }),
);
