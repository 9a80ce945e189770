/** The help texts. `--help` prints them; a usage error names them. */
export const USAGE = {
  main: `hyperstep: run, check and assemble RISC-V guests

  hyperstep run FILE...        run a guest, its console on standard output
  hyperstep check FILE...      assemble and report diagnostics, of a folder all that is in it
  hyperstep asm FILE... -o F   assemble and link an ELF executable, or with -c an object file
  hyperstep diff FILE...       run a guest on two engines in lock-step

'hyperstep COMMAND --help' tells more.
`,
  run: `hyperstep run FILE... [options]

Assembles and links the files (.s, .S, .o), or loads the one ELF executable or flat binary, and runs it.

  --virtualization M     none (the bare machine; default), full or hardware
  --firmware F           sbi (default) or none: M-mode from reset, only with virtualization none
  --bios FILE            firmware of your own, an ELF file or flat binary: OpenSBI's fw_dynamic or fw_jump, U-Boot;
                         with --firmware none
  --initrd FILE          an initial RAM disk for the kernel
  --append TEXT          the kernel's arguments
  --load-address A       the physical address at which the program is loaded, its parts as far from each other as before: for ELF
                         files whose own physical addresses are no memory of the machine (vmlinux, Xvisor, Bao), and flat binaries
  --memory S             guest RAM: a number and K, M or G; default 64M
  --harts N              1 to 8; default 1
  --disk FILE[,rw]       a raw disk image; writes go to a copy unless rw is given; may be repeated
  --device D             a virtio device in the slot after the disks: console, net or rng; may be repeated
  -I DIR                 a folder in which included files are looked for; may be repeated
  -D NAME[=VALUE]        a preprocessor macro; may be repeated
  --march M              the instruction set for the assembler; --march help lists the extensions
  --mabi A               the calling convention of the program: lp64, lp64f, lp64d or lp64q; default: by --march
  -T FILE                a linker script that says what goes where in memory
  -e SYMBOL              where execution begins; default: what the script says, or _start
  --relax, --no-relax    make code shorter as GNU ld does, or not at all; default: as GNU ld, but nothing is counted from
                         gp in a program that never mentions __global_pointer$
  --on-illegal A         trap (default) or kill: what an access outside the VM's memory means
  --max-instructions N   stop after N instructions
  --option NAME=VALUE    a choice that the manual leaves to the machine, such as asidBits=4; may be repeated
  --no-translation       interpret only: slower, and otherwise the same
  --seed N               where random numbers come from: those of the device rng and of the device tree's rng-seed; default 0
  --no-vmids             with virtualization hardware: the guest's translations are forgotten at each entry into it
  --legal-variants       run the guest on every legal variant of the machine and report the first whose output differs
  --save FILE            save the machine where the run stops
  --restore FILE         go on from a saved machine; no guest is named then, disks are given again
  --record FILE          record all that comes into the run from outside
  --replay FILE          run a recorded run again, and say whether it is the same: with the same program, bios and initrd; disks,
                         machine and --append are as recorded
  --report FILE.json     write instructions, cycles, exits and the like
  --batch LIST           run many guests in one process: each line of the file LIST has the words of a run, with the options beside
                         --batch as defaults; prints a line for each (status, reason, instructions, words, with tabs between
                         them), and on standard error what the guests write
  --timeout SECONDS      stop after so many seconds of this computer's clock
  --pace P               realtime (default with a terminal as standard input): while the guest waits, its time passes as the
                         wall's does; max (default else): at once
  --exit-status guest    the status is what the guest ends with, & 255: the finisher's code, tohost >> 1, SBI's reset reason
  --signature FILE       write memory from begin_signature to end_signature, in hexadecimal, as Spike does
  --signature-granularity N  bytes on a line of it: 1, 2, 4 (default), 8 or 16
  --trace KIND FILE      write what the guest does, as riscv-isa-sim (Spike) logs it: traps; instructions (its -l); or commits
                         (its --log-commits): registers, CSRs and memory that each instruction wrote; may be repeated
  --dump D               registers or memory: where the guest stands at the end or limit, on standard error; may be repeated

A program that defines tohost speaks to its host as under Spike (HTIF): exit, console output and the system call write.

Exit status: 0 the guest powered off, 1 it failed, was killed or waits for ever, 2 usage, assembly or load error,
3 the limit of instructions or seconds was reached, 130 or 143 ended by Ctrl-C or SIGTERM: what was asked for is written then,
and a second one ends at once.
`,
  check: `hyperstep check FILE... [-I DIR] [-D NAME[=VALUE]] [--march M] [--mabi A] [-T FILE] [-e SYMBOL] [--no-relax]
hyperstep check -c FILE... [options]
hyperstep check FOLDER

Assembles and links the files and prints what is wrong as 'file:line:column: severity: message', with the macro calls
and includes that led there. With -c each file is a part of a larger program, and may leave symbols to others. In a folder
the programs are checked that hyperstep.json and .vscode/launch.json state, and every other source alone, as in the
editor: by its compile_commands.json or compile_flags.txt, with headers found where the tree keeps them.
Exit status: 0 no error, 1 errors, 2 usage error.
`,
  asm: `hyperstep asm FILE... -o OUT.elf [options]
hyperstep asm -c FILE -o OUT.o [options]

Assembles and links to an ELF executable, as GNU as and ld do, or with -c assembles one file to a relocatable object.

  -I DIR            a folder in which included files are looked for; may be repeated
  -D NAME[=VALUE]   a preprocessor macro; may be repeated
  --march M         the instruction set; --march help lists the extensions
  --mabi A          the calling convention: lp64, lp64f, lp64d or lp64q; default: by --march
  -T FILE           a linker script that says what goes where in memory; default: GNU ld's layout, code from 0x80200000
  -e SYMBOL         where execution begins; default: what the script says, or _start
  -lNAME, -L DIR    link libNAME.a; archives (.a) may be named as files, also between --start-group and --end-group
  OPTIONS OF LD     --gc-sections, -u, --defsym, --whole-archive, -pie, -z max-page-size=N, -n, -N, -Ttext, -R, -s and others
                    mean what they mean for GNU ld; in hyperstep.json: "linkOptions": ["--gc-sections", "-lgcc"]
  --no-relax        code stays as long as it was assembled; with -c, as of 'as -mno-relax'
  --map FILE        write what went where: regions, sections, symbols, and what was discarded
  --listing FILE    write what each line became: addresses, bytes, and the lines of macros
  -g                with -c: a DWARF 5 line table of the source, as of 'as -gdwarf-5'; executables always have one

Exit status: 0 done, 2 usage or assembly error.
`,
  diff: `hyperstep diff FILE... --a ENGINE --b ENGINE [options of run]

Runs the guest on two engines at once and compares registers, pc, privilege and CSRs after every instruction.
Exit status: 0 equal to the guest's end, 1 different, 2 usage, assembly or load error, 3 equal up to the limit.
`,
} as const;

export type Command = Exclude<keyof typeof USAGE, 'main'>;

/** What the user got wrong in the command's words; ends the command with status 2. */
export class UsageError extends Error {}
