/**
 * The rooms of the house, in order: each may import those above it and none below, types included. `npm run lint` holds this.
 * A room is a folder with everything in it.
 */
const rooms = [
  { name: 'schema', path: 'simulator/schema' },
  { name: 'isa', path: 'simulator/isa' },
  { name: 'hypercalls', path: 'simulator/hypercalls' },
  { name: 'object', path: 'simulator/object' },
  { name: 'assembler', path: 'simulator/assembler' },
  { name: 'linker', path: 'simulator/linker' },
  { name: 'project', path: 'simulator/project' },
  { name: 'mmu', path: 'simulator/mmu' },
  { name: 'core', path: 'simulator/core' },
  { name: 'devices', path: 'simulator/devices' },
  { name: 'machine', path: 'simulator/machine' },
  { name: 'firmware', path: 'simulator/firmware' },
  { name: 'hypervisor', path: 'simulator/hypervisor' },
  { name: 'system', path: 'simulator/system' },
  { name: 'scenario', path: 'simulator/scenario' },
  { name: 'explain', path: 'simulator/explain' },
  { name: 'comparison', path: 'simulator/comparison' },
  { name: 'expression', path: 'simulator/expression' },
  { name: 'guest-tests', path: 'simulator/guest-tests' },
  { name: 'labs', path: 'simulator/labs' },
  { name: 'host-files', path: 'host-files' },
  { name: 'debug-adapter', path: 'debug-adapter' },
  { name: 'extension', path: 'extension' },
  { name: 'scripts', path: 'scripts' },
];

/** Rooms above that a room may not import all the same. */
const strangers = [
  // What runs a machine does not know how a program was made.
  {
    from: ['mmu', 'core', 'devices', 'machine', 'firmware', 'hypervisor', 'system', 'explain'],
    to: ['assembler', 'linker', 'project'],
  },
  // Tools of one program and of one address need no machine.
  { from: ['mmu'], to: ['isa', 'object'] },
];

/** What the extension, which runs no machine, may know of the debug adapter: its protocol and its launch attributes. */
const adapterInterface = ['debug-adapter/protocol.ts', 'debug-adapter/launch/launch.ts'];

/** Circles of imports that are still there. To be opened too: nothing is added to this list. */
const knownCircles = [
  'simulator/core/csr/counters.ts',
  'simulator/core/csr/file.ts',
  'simulator/core/csr/float.ts',
  'simulator/core/csr/hypervisor.ts',
  'simulator/core/csr/interrupts.ts',
  'simulator/core/csr/register.ts',
  'simulator/core/csr/status.ts',
  'simulator/core/csr/translation.ts',
  'simulator/hypervisor/engines/deprivileged/cpu.ts',
  'simulator/hypervisor/engines/deprivileged/privileged.ts',
  'simulator/hypervisor/engines/deprivileged/vcpu.ts',
  'simulator/hypervisor/engines/engine.ts',
  'simulator/hypervisor/engines/hardware/cpu.ts',
  'simulator/hypervisor/engines/hardware/guest-page-fault.ts',
  'simulator/hypervisor/engines/hardware/vcpu.ts',
  'simulator/hypervisor/engines/hardware/vm.ts',
  'simulator/hypervisor/exits/inject.ts',
  'simulator/hypervisor/host/host-model.ts',
  'simulator/hypervisor/isolation.ts',
  'simulator/hypervisor/services.ts',
  'simulator/hypervisor/timers.ts',
  'simulator/hypervisor/vcpu.ts',
  'simulator/hypervisor/vm-port.ts',
  'simulator/hypervisor/vm.ts',
  'simulator/system/description-check.ts',
  'simulator/system/snapshot.ts',
  'simulator/system/system.ts',
];

const pathOf = (name) => rooms.find((room) => room.name === name).path;
const within = (paths) => `^(${paths.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no circle',
      comment:
        'Types included: what two files need of each other goes into a third, or becomes an interface of the one that is asked.',
      severity: 'error',
      from: { pathNot: knownCircles.map((file) => `^${file}$`) },
      to: { circular: true },
    },
    ...rooms.slice(0, -1).map(({ name, path }, index) => ({
      name: `below ${name}`,
      comment: 'Dependencies point one way: see ARCHITECTURE.md.',
      severity: 'error',
      from: { path: within([path]) },
      to: { path: within(rooms.slice(index + 1).map((room) => room.path)) },
    })),
    ...strangers.map(({ from, to }) => ({
      name: `${from[0]} knows no ${to[0]}`,
      comment: 'Dependencies point one way: see ARCHITECTURE.md.',
      severity: 'error',
      from: { path: within(from.map(pathOf)) },
      to: { path: within(to.map(pathOf)) },
    })),
    {
      name: 'the simulator is pure',
      comment: 'No host, no VS Code, no DAP, no LSP.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the simulator needs no package of an editor',
      comment: 'No host, no VS Code, no DAP, no LSP.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '(^|node_modules/)(vscode|@vscode/|@types/vscode)' },
    },
    {
      name: 'the adapter knows no VS Code',
      severity: 'error',
      from: { path: '^debug-adapter/' },
      to: { path: '(^|node_modules/)(vscode|@types/vscode)' },
    },
    {
      name: 'what is known of sources has no protocol',
      comment: 'features, checker and publisher translate what language-server/ide answers.',
      severity: 'error',
      from: { path: '^extension/language-server/ide/' },
      to: { path: ['(^|node_modules/)vscode-', '^extension/language-server/(?!ide/)'] },
    },
    {
      name: 'the adapter by its interface',
      severity: 'error',
      from: { path: '^extension/' },
      to: { path: '^debug-adapter/', pathNot: adapterInterface.map((file) => `^${file}$`) },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist)/' },
  },
};
