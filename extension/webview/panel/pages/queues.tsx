import type { DescriptorChain, VirtioDevice, VirtQueue } from '../../../../debug-adapter/protocol';
import { panelPage } from '../page';
import { Address, Changed, Part, plural, Table } from '../parts';
import { placesBefore, QueueRing, waitingIn } from './queue-ring';

interface Queues {
  readonly devices: readonly VirtioDevice[];
}

/** Who may write a descriptor and its buffer now: from when a chain is made available until it is used, the device. */
const owners: Readonly<Record<DescriptorChain['state'], 'device' | 'driver'>> = {
  available: 'device',
  'in flight': 'device',
  used: 'driver',
};

export const queuesPage = panelPage<Queues>({
  id: 'queues',
  tab: 'Device queues',
  icon: 'list-ordered',
  question: 'What has the driver asked of its devices, and who owns each buffer now?',
  load: (ask, threadId) => ask('hyperstep/queues', { threadId }),
  render: ({ data, before }) =>
    data.devices.length === 0 ? (
      <p class="empty">The machine has no virtio device: give it one with “disks”, “net” or “rng”.</p>
    ) : (
      <>
        {data.devices.map((device) => (
          <Device key={device.slot} of={device} before={before?.devices.find(({ slot }) => slot === device.slot)} />
        ))}
        <p class="note">
          A filled place holds what the other side has not taken yet. Indices count on and are meant modulo the size. A
          chain is the device’s from when the driver makes it available until the device puts it into the used ring.
        </p>
      </>
    ),
  news: (data, before) => {
    const done = (queues: Queues): number =>
      queues.devices.flatMap((device) => device.queues).reduce((sum, { usedRing }) => sum + usedRing.next, 0);
    const count = done(data) - done(before);
    return count === 0 ? undefined : `${plural(count, 'chain')} used`;
  },
});

function Device({ of, before }: { of: VirtioDevice; before: VirtioDevice | undefined }) {
  const { name, slot, gpa, interrupt, status, queues } = of;
  const isReady = queues.some(({ ready }) => ready);
  return (
    <Part title={`${name}, slot ${slot}`}>
      <p>
        Registers at <Address space="gpa" value={gpa} />, interrupt {interrupt}. Status:{' '}
        {status.length === 0 ? 'reset' : status.join(', ')}
        {isReady ? '.' : '; no queue is set up yet.'}
      </p>
      {queues
        .filter(({ ready }) => ready)
        .map((queue) => (
          <Queue
            key={queue.index}
            device={of}
            of={queue}
            before={before?.queues.find(({ index }) => index === queue.index)}
          />
        ))}
    </Part>
  );
}

function Queue({ device, of, before }: { device: VirtioDevice; of: VirtQueue; before: VirtQueue | undefined }) {
  const { name, index, size, availableRing, usedRing, taken, descriptorTable } = of;
  const waiting = waitingIn(of);
  const hasMoved =
    before !== undefined &&
    (before.availableRing.next !== availableRing.next ||
      before.usedRing.next !== usedRing.next ||
      before.taken !== taken);
  return (
    <section aria-label={`Queue ${index} of ${device.name} in slot ${device.slot}`}>
      <h4>
        Queue {index}, {name}, of {size} <Changed is={hasMoved} />
      </h4>
      <p>
        {plural(waiting, 'chain')} waiting,{' '}
        {taken - usedRing.next >= 0 ? taken - usedRing.next : taken - usedRing.next + 0x10000} in flight. Descriptors at{' '}
        <Address space="gpa" value={descriptorTable.gpa} />
        {descriptorTable.hpa ? (
          <>
            {' → '}
            <Address space="hpa" value={descriptorTable.hpa} />
          </>
        ) : null}
        .
      </p>
      <div class="drawings">
        <QueueRing
          title="available ring: the driver’s"
          size={size}
          filled={placesBefore(availableRing.next, waiting, size)}
          pointers={[
            { name: 'idx', position: availableRing.next },
            { name: 'taken', position: taken },
          ]}
        />
        <QueueRing
          title="used ring: the device’s"
          size={size}
          filled={new Set()}
          pointers={[{ name: 'idx', position: usedRing.next }]}
        />
      </div>
      <Chains device={device} of={of} />
    </section>
  );
}

function Chains({ device, of: { chains, descriptors, index } }: { device: VirtioDevice; of: VirtQueue }) {
  if (chains.length === 0) return <p>No chain was made available yet.</p>;
  const label = `Descriptors of queue ${index} of ${device.name} in slot ${device.slot}`;
  return (
    <Table label={label} columns={['descriptor', 'owner', 'buffer', 'bytes', 'flags', 'of the chain']}>
      {chains.flatMap((chain) =>
        chain.descriptors.map((number, place) => {
          const descriptor = descriptors.find((each) => each.index === number);
          const owner = owners[chain.state];
          return (
            <tr key={`${chain.head} ${number}`}>
              <th scope="row">
                {number}
                {descriptor?.next === undefined ? '' : ` → ${descriptor.next}`}
              </th>
              <td>
                <span class={owner === 'device' ? 'state at-work' : 'state'}>{owner}</span>
              </td>
              <td>
                {descriptor ? <Address space="gpa" value={descriptor.gpa} /> : 'cannot be read'}
                {descriptor?.hpa ? (
                  <>
                    {' → '}
                    <Address space="hpa" value={descriptor.hpa} />
                  </>
                ) : null}
              </td>
              <td class="number">{descriptor?.length.toLocaleString('en')}</td>
              <td>{descriptor?.flags.join(', ')}</td>
              <td class="prose">{place === 0 ? `${chain.request} (${chain.state})` : ''}</td>
            </tr>
          );
        }),
      )}
    </Table>
  );
}
