import assert from 'node:assert/strict';
import {
  type GuestTestLaunch,
  type GuestTests,
  guestTestLaunchRequest,
  guestTestsRequest,
} from '../../extension/language-server/protocol';
import { TestClient } from './client';

const annotated = `#! with harts 2
#! test "adds up"
#! engines none full
#! type "10\\n" after "n? "
#! expect exit 3
.globl _start
_start: j .
#! test "waits"
#! expect exit waiting-forever
`;

const described = JSON.stringify({
  linkOptions: ['-L', 'lib', '-lgcc'],
  includePaths: ['../inc'],
  disks: [{ file: 'disk.img' }],
  tests: { one: { memory: '8M', engines: ['hardware'], input: 'x' } },
});

describe('Language server: tests of guests', () => {
  let client: TestClient;
  before(async () => {
    client = await TestClient.start();
  });
  after(() => client.stop());

  const testsOf = (name: string, text: string): Promise<GuestTests> =>
    client.request(guestTestsRequest, { name, text });
  const launchOf = (file: string, text: string, test: string, engine: string): Promise<GuestTestLaunch | null> =>
    client.request(guestTestLaunchRequest, { file, text, test, engine });

  it('are found in both forms, where they stand', async () => {
    const { tests, problems } = await testsOf('sum.s', annotated);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      tests.map(({ name, range, engines }) => [name, range.start.line, engines.join(' ')]),
      [
        ['adds up', 1, 'none full'],
        ['waits', 7, 'none full hardware'],
      ],
    );
    const [one] = (await testsOf('sum.test.json', described)).tests;
    assert.deepEqual([one?.name, one?.engines], ['one', ['hardware']]);
  });

  it('have problems in their place', async () => {
    const { tests, problems } = await testsOf('sum.s', '#! expect exit never\n');
    assert.deepEqual(tests, []);
    assert.equal(problems[0]?.range.start.line, 0);
    assert.match(problems[0]?.message ?? '', /exit/);
  });

  it('are launched with their options, and with the paths of their file', async () => {
    assert.deepEqual(await launchOf('/w/sum.s', annotated, 'adds up', 'full'), {
      attributes: {
        harts: 2,
        virtualization: 'full',
        program: ['/w/sum.s'],
        input: [{ type: '10\n', after: 'n? ' }],
      },
      programs: [],
    });
    const launch = await launchOf('vscode-vfs://host/a/t/sum.test.json', described, 'one', 'hardware');
    assert.deepEqual(launch?.attributes, {
      memory: '8M',
      virtualization: 'hardware',
      includePaths: ['vscode-vfs://host/a/inc'],
      linkOptions: ['-L', 'vscode-vfs://host/a/t/lib', '-lgcc'],
      disks: [{ file: 'vscode-vfs://host/a/t/disk.img' }],
      input: [{ type: 'x' }],
    });
    assert.equal(launch?.programs[0], 'vscode-vfs://host/a/t/sum.s');
    assert.equal(await launchOf('/w/sum.s', annotated, 'adds up', 'hardware'), null);
    assert.equal(await launchOf('/w/sum.s', annotated, 'adds', 'full'), null);
  });
});
