import { Bytes } from './bytes';
import type { FunctionBuilder, Signature } from './function';
import { Type } from './opcodes';

interface ImportedFunction {
  readonly name: string;
  readonly type: number;
}

interface DefinedFunction {
  readonly exportName: string | undefined;
  readonly type: number;
  readonly body: Uint8Array;
}

/** A WebAssembly module that imports one memory, perhaps a table, and some functions from `env`, and defines functions. */
export class ModuleBuilder {
  private readonly types: Signature[] = [];
  private readonly imports: ImportedFunction[] = [];
  private readonly functions: DefinedFunction[] = [];

  /** @param importsTable whether there is a table of functions, `env.table`, for indirect calls */
  constructor(private readonly importsTable = false) {}

  /** All imports come before the first definition. @returns the function's index */
  importFunction(name: string, signature: Signature): number {
    if (this.functions.length > 0) throw new Error('imports come before definitions');
    this.imports.push({ name, type: this.typeIndex(signature) });
    return this.imports.length - 1;
  }

  /** @returns the function's index */
  define(builder: FunctionBuilder, exportName?: string): number {
    this.functions.push({ exportName, type: this.typeIndex(builder.signature), body: builder.toBody() });
    return this.imports.length + this.functions.length - 1;
  }

  toBinary(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    this.section(out, 1, (section) => section.vector(this.types, (type) => this.writeType(section, type)));
    this.section(out, 2, (section) => this.writeImports(section));
    this.section(out, 3, (section) => section.vector(this.functions, ({ type }) => section.unsigned(type)));
    this.section(out, 7, (section) => this.writeExports(section));
    this.section(out, 10, (section) =>
      section.vector(this.functions, ({ body }) => {
        section.unsigned(body.length);
        section.bytes(body);
      }),
    );
    return out.toArray();
  }

  /** The index of a signature, for indirect calls. */
  typeIndex(signature: Signature): number {
    const key = JSON.stringify(signature);
    const known = this.types.findIndex((type) => JSON.stringify(type) === key);
    return known >= 0 ? known : this.types.push(signature) - 1;
  }

  private writeType(section: Bytes, { parameters, results }: Signature): void {
    section.byte(Type.function);
    section.vector(parameters, (type) => section.byte(type));
    section.vector(results, (type) => section.byte(type));
  }

  private writeImports(section: Bytes): void {
    section.unsigned(this.imports.length + 1 + Number(this.importsTable));
    for (const { name, type } of this.imports) {
      section.name('env');
      section.name(name);
      section.byte(0x00);
      section.unsigned(type);
    }
    section.name('env');
    section.name('memory');
    section.byte(0x02);
    // Any size: at least 1 page of 64 KiB, without a maximum.
    section.byte(0x00);
    section.unsigned(1);
    if (!this.importsTable) return;
    section.name('env');
    section.name('table');
    section.byte(0x01);
    section.byte(Type.funcref);
    section.byte(0x00);
    section.unsigned(0);
  }

  private writeExports(section: Bytes): void {
    const exported = [...this.functions.entries()].filter(([, { exportName }]) => exportName !== undefined);
    section.vector(exported, ([index, { exportName }]) => {
      section.name(exportName ?? '');
      section.byte(0x00);
      section.unsigned(this.imports.length + index);
    });
  }

  private section(out: Bytes, id: number, write: (section: Bytes) => void): void {
    const section = new Bytes();
    write(section);
    out.byte(id);
    out.unsigned(section.length);
    out.bytes(section.toArray());
  }
}
