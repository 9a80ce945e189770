import type { DecidingBit, ModeTransition, RingCpu, Rings, WorldName } from '../../../../debug-adapter/protocol';
import { type Links, panelPage } from '../page';
import { Changed, Link, Part, Source, Table } from '../parts';
import { RingDrawing, type RingMark } from './ring-drawing';

/** Rings of x86 with and without VMX, as lectures draw them, and what RISC-V has for each. */
const x86 = {
  root: ['ring 0', 'ring 1', 'ring 2', 'ring 3'],
  nonRoot: ['ring 0', 'ring 1', 'ring 2', 'ring 3'],
} as const;
const counterparts: Readonly<
  Record<WorldName, { readonly operation: 'root' | 'non-root'; readonly ring: string } | undefined>
> = {
  // Firmware on x86 runs in System Management Mode, outside of the rings.
  M: undefined,
  HS: { operation: 'root', ring: 'ring 0' },
  S: { operation: 'root', ring: 'ring 0' },
  U: { operation: 'root', ring: 'ring 3' },
  VS: { operation: 'non-root', ring: 'ring 0' },
  VU: { operation: 'non-root', ring: 'ring 3' },
};

export const ringsPage = panelPage<Rings>({
  id: 'rings',
  tab: 'Rings',
  icon: 'target',
  question: 'In which mode is each CPU, really and as its guest believes?',
  load: (ask, threadId) => ask('hyperstep/rings', { threadId }),
  render: ({ data, before, links }) => (
    <>
      {data.transition ? (
        <Transition of={data.transition} isNew={isNew(data, before)} links={links} />
      ) : (
        <p class="note">There was no trap yet, and no return from one.</p>
      )}
      <Drawings {...data} />
      <Cpus {...{ data, before, links }} />
      <Modes modes={data.modes} />
    </>
  ),
  news: (data, before) => {
    if (!isNew(data, before) || !data.transition) return undefined;
    const { kind, from, to, cause } = data.transition;
    return `${kind} from ${from} to ${to}: ${cause}`;
  },
});

const isNew = ({ transition }: Rings, before: Rings | undefined): boolean =>
  before !== undefined && transition !== undefined && transition.number !== before.transition?.number;

function Transition({ of, isNew, links }: { of: ModeTransition; isNew: boolean; links: Links }) {
  const { kind, from, to, cause, hart, of: owner, exit, believed, bits, instruction, symbol, pc, source } = of;
  const what = kind === 'trap' ? `Trap: ${cause}` : `Return: ${cause}`;
  const where = kind === 'trap' ? 'at' : 'to';
  return (
    <Part title={`The last change of mode of hart ${hart}${owner === undefined ? '' : `, which was of ${owner}`}`}>
      <p class="transition">
        <span class="mode">{from}</span>
        <span class="arrow" aria-hidden="true">
          {' → '}
        </span>
        <span class="unseen"> to </span>
        <span class="mode">{to}</span> <strong>{what}</strong> <Changed is={isNew} />
      </p>
      <p>
        {instruction ? <code>{instruction}</code> : null} {where} <code>{symbol ?? pc}</code>{' '}
        <Source at={source} links={links} />
        {exit ? (
          <>
            {', '}
            <Link title="Go to the exits" follow={() => links.page('exits')}>
              VM exit #{exit.number}, {exit.reason}
            </Link>
          </>
        ) : null}
      </p>
      {believed ? (
        <p>
          What the guest sees of it: {believed.text}; it was in {believed.from}-mode and is in {believed.to}-mode.
        </p>
      ) : null}
      {bits.length > 0 ? <Bits bits={bits} /> : null}
    </Part>
  );
}

function Bits({ bits }: { bits: readonly DecidingBit[] }) {
  return (
    <Table label="The bits that decided it" columns={['bit', 'was', 'which means']}>
      {bits.map(({ name, value, why, section }) => (
        <tr key={name} title={`Manual, volume II, “${section}”`}>
          <td>
            <code>{name}</code>
          </td>
          <td>
            <code>{value}</code>
          </td>
          <td class="prose">
            {why} <span class="section">{section}</span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Drawings({ modes, cpus, transition }: Rings) {
  const has = (name: WorldName): boolean => modes.some((mode) => mode.name === name);
  const lower: readonly WorldName[] = modes.map(({ name }) => name).filter((name) => name !== 'VS' && name !== 'VU');
  const names = shortNames(cpus);
  const real = cpus.flatMap(({ real: mode, threadId }) =>
    mode ? [{ ring: mode, text: names.get(threadId) ?? '', real: true }] : [],
  );
  const believed = cpus.flatMap(({ virtual, threadId }): RingMark[] =>
    virtual ? [{ ring: virtual, text: names.get(threadId) ?? '', real: false }] : [],
  );
  const moved = { from: transition?.from, to: transition?.to };
  const marksOf = (operation: 'root' | 'non-root'): RingMark[] =>
    cpus.flatMap(({ real: mode, threadId }) => {
      const counterpart = mode && counterparts[mode];
      return counterpart?.operation === operation
        ? [{ ring: counterpart.ring, text: names.get(threadId) ?? '', real: true }]
        : [];
    });
  return (
    <Part title="Rings">
      <div class="drawings">
        <RingDrawing
          title={has('VS') ? 'RISC-V, V = 0' : 'RISC-V'}
          rings={lower}
          marks={real.filter(({ ring }) => lower.includes(ring))}
          {...moved}
        />
        {has('VS') ? (
          <RingDrawing
            title="RISC-V, V = 1: a guest"
            rings={['VS', 'VU']}
            marks={real.filter(({ ring }) => !lower.includes(ring))}
            {...moved}
          />
        ) : null}
        {believed.length > 0 ? (
          <RingDrawing title="what guests believe" rings={['M', 'S', 'U']} marks={believed} />
        ) : null}
        <RingDrawing title="x86: VMX root" rings={x86.root} marks={marksOf('root')} />
        <RingDrawing title="x86: VMX non-root" rings={x86.nonRoot} marks={marksOf('non-root')} />
      </div>
      <p class="note">
        {has('VS')
          ? 'x86 has its rings twice, RISC-V its S- and U-mode: V is what VMX calls root (0) and non-root (1). '
          : 'This machine has no H extension: nothing on it is what VMX calls non-root. '}
        M-mode has no ring: firmware of x86 is in System Management Mode. A deprivileged kernel is in U-mode with its
        programs, as in ring 3 of 64-bit x86 (the 0/3/3 model); older VMMs had rings to spare and put it into ring 1
        (0/1/3).
      </p>
    </Part>
  );
}

/** `v0` for `vCPU 0` and `web v0` for `web vCPU 0`: as much as there is room for. */
function shortNames(cpus: readonly RingCpu[]): ReadonlyMap<number, string> {
  return new Map(cpus.map(({ threadId, name }) => [threadId, name.replace('vCPU ', 'v').replace('hart ', 'h')]));
}

function Cpus({ data, before, links }: { data: Rings; before: Rings | undefined; links: Links }) {
  const earlier = (threadId: number) => before?.cpus.find((cpu) => cpu.threadId === threadId);
  return (
    <Part title="Where each CPU is">
      <Table label="CPUs" columns={['CPU', 'really', 'believes', 'hart', 'state', 'at']}>
        {data.cpus.map((cpu) => {
          const was = earlier(cpu.threadId);
          const moved =
            was !== undefined && (was.real !== cpu.real || was.virtual !== cpu.virtual || was.hart !== cpu.hart);
          return (
            <tr key={cpu.threadId} class={moved ? 'is-changed' : ''}>
              <td>
                {cpu.name} <Changed is={moved} />
              </td>
              <td>{cpu.real ?? 'no hart'}</td>
              <td>{cpu.virtual ?? 'nothing else'}</td>
              <td>{cpu.hart ?? 'none'}</td>
              <td>{cpu.state}</td>
              <td>
                <code>{cpu.symbol ?? cpu.pc}</code> <Source at={cpu.source} links={links} />
              </td>
            </tr>
          );
        })}
      </Table>
    </Part>
  );
}

function Modes({ modes }: Pick<Rings, 'modes'>) {
  return (
    <Part title="Who is where on this machine">
      <dl class="facts-list">
        {modes.map(({ name, holds }) => (
          <div key={name}>
            <dt>{name}-mode</dt>
            <dd>{holds}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}
