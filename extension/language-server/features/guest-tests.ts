import type { ServerCapabilities } from 'vscode-languageserver';
import { launchOfTest, readTests } from '../../../simulator/guest-tests/index';
import { baseName } from '../../../simulator/project/index';
import type { ServerContext } from '../context';
import { lspRange } from '../locations';
import type { GuestTestLaunchParams, GuestTestsParams } from '../param-schemas';
import { type GuestTestLaunch, type GuestTests, guestTestLaunchRequest, guestTestsRequest } from '../protocol';

/** What tests of guests a file says, and how the guest of one is debugged. */
export function registerGuestTests({ connection }: ServerContext): ServerCapabilities {
  connection.onRequest(guestTestsRequest, ({ name, text }: GuestTestsParams): GuestTests => {
    const { file, problems } = readTests(name, text);
    return {
      tests: file?.tests.map((test) => ({ name: test.name, range: lspRange(test.range), engines: test.engines })) ?? [],
      problems: problems.map(({ message, range }) => ({ message, range: lspRange(range) })),
    };
  });
  connection.onRequest(
    guestTestLaunchRequest,
    ({ file: path, text, test: name, engine: wanted }: GuestTestLaunchParams): GuestTestLaunch | null => {
      const { file } = readTests(baseName(path), text);
      const test = file?.tests.find((each) => each.name === name);
      const engine = test?.engines.find((each) => each === wanted);
      return file && test && engine ? launchOfTest(path, file.program, test, engine) : null;
    },
  );
  return {};
}
