import type { Diagnostic } from '../assembler/source/diagnostic';
import { complete, type Steps } from '../assembler/source/steps';
import type { Integer } from '../object/bytes/integer';
import { fileHeaderSize, programHeaderSize, SegmentFlag, SegmentType } from '../object/elf/elf';
import {
  type ObjectFile,
  type ObjectSection,
  type Relocation,
  SectionFlag,
  SectionType,
} from '../object/elf/relocatable';
import type { Program } from '../object/program';
import { boundarySymbols, withSettings } from './added-statements';
import { checkFloatAbis, programFlags } from './inputs/float-abi';
import { InputSelection, type LoadedInput } from './inputs/inputs';
import { mergeAttributes } from './inputs/merge-attributes';
import { type FileLayout, FilePlacer } from './layout/file-layout';
import { refuseLargeFills } from './layout/fill-limit';
import {
  checkThreadSections,
  guessSegments,
  type MappedSegment,
  mapSegments,
  type SegmentSettings,
} from './layout/segment-map';
import { checkSegments, statedSegments } from './layout/stated-segments';
import { defaultLayout, type Layout, type LinkOptions } from './link-options';
import type { LinkState } from './link-state';
import { DynamicTables } from './output/dynamic';
import { entryOf } from './output/entry';
import { mapOf } from './output/map';
import { programOf } from './output/program';
import { isRelaxable, Relaxer } from './relaxation/relax';
import { Relocator } from './relocation/relocate';
import { LinkReporter } from './reporter';
import { defaultScript } from './scripts/default-script';
import { ScriptLayout } from './scripts/layout';
import { placeSections } from './scripts/place';
import type { PlacedScript } from './scripts/placed-script';
import { protectsSections } from './scripts/protection';
import type { LinkerScript } from './scripts/syntax';
import { Kind, kindOf } from './sections/kind';
import { mergeSections } from './sections/merge-sections';
import { OffsetTable } from './sections/offset-table';
import { InputSection, type OutputSection } from './sections/sections';
import { unusedSections } from './sections/unused-sections';
import { UnwindTables } from './sections/unwind-tables';
import { defaultSettings, type LinkSettings } from './settings';
import { placeCommonSymbols } from './symbols/common-symbols';
import { HashOrder } from './symbols/hash-order';
import { Resolver } from './symbols/resolver';
import { assignmentsIn, assignmentsOf, symbolNames, wantedByScript } from './symbols/symbol-names';
import { LinkSymbols } from './symbols/symbols';

export interface LinkResult {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
  /** What went where, as text. */
  readonly map: () => string;
}

const globalPointerName = '__global_pointer$';
const fileHeaderName = '__ehdr_start';
/** Rounds in which the headers of the file may still grow or shrink. */
const headerRounds = 10;
const mostRounds = 100;

/** Links objects into one program, as `ld -static` does. Never throws. */
export function link(inputs: readonly LoadedInput[], options: LinkOptions = {}): LinkResult {
  return complete(linkInSteps(inputs, options));
}

export function* linkInSteps(inputs: readonly LoadedInput[], options: LinkOptions): Steps<LinkResult> {
  const settings = options.settings ?? defaultSettings;
  const scripted = withSettings(options.script ?? defaultScript(settings.paging), settings);
  const wanted = [...settings.wanted, ...scripted.script.externs, ...wantedByScript(scripted.script)];
  const assigned = [...assignmentsOf(scripted.script)].flatMap(({ name, provide }) => (provide ? [] : [name]));
  const selection = new InputSelection(wanted, assigned);
  for (const input of inputs) selection.add(input);
  const linker = new Linker(selection.objects, { ...options, settings }, scripted);
  yield;
  yield* linker.link();
  return {
    program: programOf(linker, entryOf(linker)),
    diagnostics: linker.reporter.diagnostics,
    map: () => mapOf(linker),
  };
}

class Linker implements LinkState {
  readonly reporter: LinkReporter;
  readonly symbols: LinkSymbols;
  readonly resolver: Resolver;
  readonly layout: Layout;
  readonly inputs: InputSection[] = [];
  readonly script: LinkerScript;
  readonly settings: LinkSettings;
  readonly pages: { readonly maximum: bigint; readonly common: bigint };
  placed: PlacedScript = { nodes: [], outputs: [], inFile: [], orphans: [], unmatchedFiles: [] };
  scriptLayout: ScriptLayout | undefined;
  readonly #scriptHidden = new Set<string>();
  #protects = false;
  /** How many program headers there is room for; undefined until something needs to know. */
  #headerCount: number | undefined;
  #fileLayout: FileLayout | undefined;
  #hashOrder: HashOrder | undefined;
  #dynamicTables: DynamicTables | undefined;

  constructor(
    readonly objects: readonly ObjectFile[],
    readonly options: LinkOptions,
    { script, diagnostics }: ReturnType<typeof withSettings>,
  ) {
    this.layout = options.layout ?? defaultLayout;
    this.settings = options.settings ?? defaultSettings;
    const { maximumPageSize: maximum, commonPageSize: common } = this.settings;
    this.pages = { maximum, common: common < maximum ? common : maximum };
    this.reporter = new LinkReporter(objects, options.undefinedSymbols ?? 'error');
    this.script = script;
    for (const diagnostic of diagnostics) this.reporter.add(diagnostic);
    this.symbols = new LinkSymbols(objects, this.reporter);
    this.resolver = new Resolver(this.symbols);
  }

  *link(): Steps<void> {
    const { settings } = this;
    checkFloatAbis(this.objects, this.reporter);
    this.#collectInputs();
    this.#dropUnused();
    this.#makeTable();
    this.placed = placeSections(this.script, this.inputs, this.objects, settings.orphans === 'discard');
    this.#reportOrphans();
    this.#defineBoundaries();
    // Whatever went into .text, it counts as code that nobody writes to (ld's lang_process).
    const code = this.placed.outputs.find(({ name, exists }) => exists && name === '.text');
    if (code && this.settings.paging === 'writable') code.kind &= ~Kind.ReadOnly;
    else if (code) code.kind |= Kind.ReadOnly;
    for (const { place, file } of this.placed.unmatchedFiles)
      this.reporter.script(place, `no file that is linked is named '${file.name}'`, 'linker-script-file');
    this.#protects = this.settings.protects && protectsSections(this.script, this.inputs);
    this.#merge();
    yield;
    if (this.resolver.table) this.#dynamicTables?.size(this.resolver.table);
    yield* this.#layOut();
    this.#defineFileHeader();
    this.#check();
    for (const input of this.inputs) if (input.output) input.settle();
    this.resolver.unwindTables?.writePointers();
    this.scriptLayout?.writeData();
    const { table } = this.resolver;
    const slots = table && this.resolver.inputOf(table.section);
    if (slots) {
      table.fill(slots.bytes, this.resolver);
      for (const { entrySize, name } of [table.section, table.lazySection])
        for (const output of this.outputs) if (output.name === name) output.entrySize = entrySize;
    }
    yield;
    new Relocator(this).run();
    if (table) this.#dynamicTables?.write(table);
    yield;
  }

  get outputs(): readonly OutputSection[] {
    return this.placed.inFile.filter((output) => output.isThere);
  }

  get flags(): number {
    return programFlags(this.objects);
  }

  // Steps

  #collectInputs(): void {
    const { symbols, resolver } = this;
    const commons = [...symbols.globals.values()].filter((symbol) => symbol.section === 'common');
    resolver.commons = placeCommonSymbols(
      commons,
      (name) => symbols.commonOwners.get(name),
      this.objects,
      commons.length > 0 ? this.hashOrder : { compare: () => 0 },
    );
    const attributes = mergeAttributes(this.objects);
    const add = (file: ObjectFile, section: ObjectSection): void => {
      const input = new InputSection(file, section);
      this.inputs.push(input);
      resolver.enter(section, input);
    };
    for (const object of this.objects) {
      for (const section of object.sections) {
        if (!isLinked(section) || symbols.dropped.has(section) || this.#isStripped(section)) continue;
        if (section.type !== SectionType.RiscvAttributes) add(object, section);
        else if (attributes?.first === section) add(object, attributes.section);
      }
      for (const { section, owner } of resolver.commons.sections) if (owner === object) add(object, section);
    }
  }

  #isStripped(section: ObjectSection): boolean {
    return this.settings.strip !== 'nothing' && (kindOf(section) & Kind.Debugging) !== 0;
  }

  /** Leaves out what nothing refers to, where that is asked for. */
  #dropUnused(): void {
    const { settings, script, symbols, resolver, layout } = this;
    if (!settings.dropsUnused) return;
    // ld's own script has an entry; another one without ENTRY keeps nothing on its account.
    const entry = layout.entry ?? script.entry ?? (this.options.script ? undefined : '_start');
    const unused = unusedSections({
      inputs: this.inputs,
      symbols,
      commons: resolver.commons,
      script,
      wanted: [...(entry === undefined ? [] : [entry]), ...settings.wanted, ...script.externs],
    });
    const used = this.inputs.filter((input) => !unused.sections.has(input));
    this.inputs.splice(0, this.inputs.length, ...used);
    if (unused.firstUsed) this.#moveAttributes(unused.firstUsed);
    for (const input of unused.sections) input.discarded = true;
    if (!used.some(({ source }) => source.flags & SectionFlag.Alloc))
      this.reporter.general(
        'nothing-kept',
        '--gc-sections leaves out everything: it keeps what ENTRY, -u or KEEP names, and what that refers to',
        'warning',
      );
  }

  /** The attributes of all objects stand at the end of one. */
  #moveAttributes(owner: ObjectFile): void {
    const at = this.inputs.findIndex(({ source }) => source.type === SectionType.RiscvAttributes);
    const found = this.inputs[at];
    if (!found || found.file === owner) return;
    this.inputs.splice(at, 1);
    const moved = new InputSection(owner, found.source);
    const last = this.inputs.map(({ file }) => file).lastIndexOf(owner);
    this.inputs.splice(last + 1, 0, moved);
    this.resolver.enter(found.source, moved);
  }

  #reportOrphans(): void {
    const { orphans } = this.settings;
    if (orphans !== 'warn' && orphans !== 'error') return;
    const severity = orphans === 'warn' ? 'warning' : 'error';
    for (const { name, file, output } of this.placed.orphans) {
      const message = `the script does not name section '${name}' of ${file.path}: it is put into '${output?.name}'`;
      this.reporter.general('orphan-section', message, severity);
    }
  }

  /** The global offset table stands at the end of the first object that needs it. */
  #makeTable(): void {
    const { resolver } = this;
    const linked = new Set(this.inputs.map(({ source }) => source));
    const owner = this.settings.positionIndependent ? this.objects[0] : undefined;
    const table = OffsetTable.of(
      this.objects,
      (section) => linked.has(section),
      () => this.hashOrder,
      owner,
    );
    resolver.table = table;
    if (!table) return;
    const last = this.inputs.map(({ file }) => file).lastIndexOf(table.owner);
    if (owner) {
      this.#dynamicTables = new DynamicTables(this, owner);
      resolver.dynamic = this.#dynamicTables;
    }
    const added =
      this.#dynamicTables?.collect(table) ??
      [table.section, table.lazySection].map((section) => new InputSection(table.owner, section));
    for (const input of added) resolver.enter(input.source, input);
    this.inputs.splice(last + 1, 0, ...added);
  }

  get hashOrder(): HashOrder {
    this.#hashOrder ??= new HashOrder(symbolNames(this.script, this.options.script !== undefined, this.objects));
    return this.#hashOrder;
  }

  isScriptDefined(name: string): boolean {
    return this.scriptLayout?.symbols.has(name) ?? false;
  }

  isScriptHidden(name: string): boolean {
    return this.#scriptHidden.has(name);
  }

  /** Symbols at the ends of sections, which objects may name without any definition. */
  #defineBoundaries(): void {
    const { globals } = this.symbols;
    const names = new Map<string, boolean>();
    for (const { exists, name, inputs } of this.placed.outputs)
      if (exists) names.set(name, names.get(name) || inputs.some((input) => input.name === name));
    const isWanted = (name: string): boolean => globals.get(name)?.section === 'undefined';
    for (const statement of boundarySymbols(names, isWanted, this.resolver.dynamic !== undefined))
      this.placed.nodes.push({ kind: 'statement', statement });
    for (const { name, hidden } of assignmentsIn(this.placed)) if (hidden) this.#scriptHidden.add(name);
  }

  #merge(): void {
    const { resolver } = this;
    resolver.merged = mergeSections(this.inputs);
    resolver.unwindTables = new UnwindTables(this.placed.outputs, {
      definitionOf: (symbol) => this.symbols.definitionOf(symbol),
      isLeftOut: (section) =>
        this.symbols.dropped.has(section) || ((section.flags & SectionFlag.Alloc) !== 0 && !resolver.inputOf(section)),
    });
    for (const input of this.inputs) {
      const merged = resolver.merged.get(input.source) ?? resolver.unwindTables.sections.get(input.source);
      if (!merged) continue;
      input.merged = merged.section;
      input.size = merged.section.size;
      input.bytes = merged.section.bytes;
      resolver.enter(merged.section, input);
    }
  }

  *#layOut(): Steps<void> {
    const { layout, resolver } = this;
    // A script says itself where its segments begin, unless the link does.
    const isStated = this.options.script === undefined || this.options.layout !== undefined;
    const segments = new Map(isStated ? [['text-segment', layout.textBase]] : []);
    if (layout.dataBase !== undefined) segments.set('data-segment', layout.dataBase);
    const script = new ScriptLayout(this.script, this.placed, this.#layoutHost(), {
      segments,
      protects: this.#protects,
      pages: this.pages,
      wanted: this.settings.wanted,
    });
    this.scriptLayout = script;
    resolver.script = script;
    script.mark();
    resolver.threadStorage = this.outputs.find(({ kind }) => kind & Kind.Thread);
    script.size();
    yield* this.#relax(script);
    for (let round = 0; script.usesHeaders && round < headerRounds; round++) {
      const count = this.#mapSegments().length;
      if (count === this.#headerCount || (round > 6 && count < this.#headerCount!)) break;
      this.#headerCount = count;
      script.assign();
      script.size();
    }
    script.finish();
  }

  *#relax(script: ScriptLayout): Steps<void> {
    const relaxable = new Set(this.inputs.filter((input) => input.output && isRelaxable(input)));
    if (relaxable.size > 0) {
      const relaxer = new Relaxer(this.#relaxHost());
      const rounds = this.options.relax === false ? 0 : mostRounds;
      for (let round = 0, changed = true; changed && round < rounds; round++) {
        script.assign();
        changed = script.size((input) => relaxable.has(input) && relaxer.shorten(input));
        yield;
      }
      script.assign();
      script.size((input) => {
        if (relaxable.delete(input)) relaxer.align(input);
        return false;
      });
    }
    script.assign();
    script.size();
  }

  /** A symbol for where the file's header is in memory, where it is loaded and something asks for it. */
  #defineFileHeader(): void {
    if (this.symbols.globals.get(fileHeaderName)?.section !== 'undefined' || this.isScriptDefined(fileHeaderName))
      return;
    const { segments, headers } = this.fileLayout();
    const index = segments.findIndex(({ type, fileHeader }) => type === SegmentType.Load && fileHeader);
    if (index < 0) return;
    this.#scriptHidden.add(fileHeaderName);
    this.scriptLayout?.define(fileHeaderName, headers[index]!.address, segments[index]!.sections[0]);
  }

  /** Reports what is wrong with where sections and segments came to be, before any bytes are made. */
  #check(): void {
    const { reporter, script } = this;
    const stated = this.#inScript();
    checkSegments(script, stated, (place, message) => reporter.script(place, message, 'linker-script-segment'));
    if (script.headers.length === 0)
      checkThreadSections(this.outputs, (place, message) => reporter.script(place, message, 'linker-script-segment'));
    refuseLargeFills(this.outputs, (place, message) => reporter.script(place, message, 'linker-script-fill'));
    for (const { place, message, severity } of this.fileLayout().problems)
      reporter.script(place, message, 'linker-script-segment', severity);
  }

  #layoutHost() {
    return {
      definition: (name: string) => {
        const found = this.symbols.globals.get(name);
        return found && found.section !== 'undefined' ? this.resolver.scriptValue(found) : undefined;
      },
      isReferenced: (name: string): boolean => this.symbols.globals.has(name),
      report: this.reporter.script.bind(this.reporter),
      headersSize: (): bigint => this.#headersSize(),
    };
  }

  #relaxHost() {
    const { outputs, resolver } = this;
    const isSetUp = this.options.relax === true || this.symbols.globals.has(globalPointerName);
    const pointer = (): { value: Integer; output: OutputSection | undefined } | undefined => {
      if (!isSetUp) return undefined;
      const found = resolver.resolveName(globalPointerName);
      return found && { value: found.value, output: resolver.outputOfName(globalPointerName) };
    };
    return {
      targetOf: (input: InputSection, relocation: Relocation) => resolver.relaxTarget(input, relocation),
      globalPointer: pointer,
      positionIndependent: this.settings.positionIndependent,
      maximumAlignment: outputs.reduce((most, { alignment }) => Math.max(most, alignment), 1),
      protects: this.#protects,
      threadOffset: (value: Integer) => resolver.threadOffset(value),
      reportAlignment: (input: InputSection, relocation: Relocation, needed: number) => {
        const message = `${needed} bytes are needed for the alignment, and the object has space for ${relocation.addend}`;
        this.reporter.relocation(input, relocation, 'alignment', message);
      },
    };
  }

  // Headers

  /** In bytes, of the file's header and the program headers: a guess until the segments are known. */
  #headersSize(): bigint {
    const { outputs } = this;
    const { stackFlags } = this;
    this.#headerCount ??=
      this.script.headers.length || guessSegments(outputs, { stackFlags, protects: this.#protects });
    return BigInt(fileHeaderSize + this.#headerCount * programHeaderSize);
  }

  /** Flags of the stack's segment: some object says that it needs one, which is executable where one says so or says nothing. */
  get stackFlags(): number | undefined {
    const { executableStack } = this.settings;
    if (executableStack !== undefined)
      return SegmentFlag.Read | SegmentFlag.Write | (executableStack ? SegmentFlag.Execute : 0);
    const notes = this.objects.map(({ sections }) => sections.find(({ name }) => name === '.note.GNU-stack'));
    if (!notes.some((note) => note)) return undefined;
    const isExecutable = notes.some((note) => note && note.flags & SectionFlag.Execute);
    return SegmentFlag.Read | SegmentFlag.Write | (isExecutable ? SegmentFlag.Execute : 0);
  }

  /** The output sections in the order of the script, without those whose ONLY_IF is not met. */
  #inScript(): OutputSection[] {
    return this.placed.outputs.filter(({ excluded }) => !excluded);
  }

  #mapSegments(): MappedSegment[] {
    if (this.script.headers.length > 0) return statedSegments(this.script, this.#inScript(), this.scriptLayout!);
    const settings: SegmentSettings = {
      pageSize: this.pages.maximum,
      paged: this.settings.paging === 'paged',
      stackFlags: this.stackFlags,
      protectedRange: this.scriptLayout!.segment.protectedRange,
      hasRoomForHeaders: this.scriptLayout!.usesHeaders,
      headersSize: this.#headersSize(),
    };
    return mapSegments(this.outputs, settings);
  }

  fileLayout(): FileLayout {
    if (this.#fileLayout) return this.#fileLayout;
    const segments = this.#mapSegments();
    const count = this.scriptLayout!.usesHeaders ? Math.max(this.#headerCount!, segments.length) : segments.length;
    const settings = { pageSize: this.pages.maximum, paged: this.settings.paging === 'paged' };
    this.#fileLayout = new FilePlacer(segments, settings, count).place(this.outputs);
    return this.#fileLayout;
  }
}

/** Sections that are about the object itself are no part of what is linked. */
function isLinked({ type, flags }: ObjectSection): boolean {
  const own: readonly number[] = [
    SectionType.Null,
    SectionType.SymbolTable,
    SectionType.StringTable,
    SectionType.Rela,
    SectionType.Group,
  ];
  return !own.includes(type) && (flags & SectionFlag.Exclude) === 0;
}
