/* Numbers that the sample's files share. */
#define PAGE                4096

/* Page-table entries (RISC-V privileged manual, Sv39). */
#define PTE_V               (1 << 0)
#define PTE_R               (1 << 1)
#define PTE_W               (1 << 2)
#define PTE_X               (1 << 3)
#define PTE_U               (1 << 4)
#define SATP_SV39           (8 << 60)

#define SSTATUS_SPP         (1 << 8)
#define SSTATUS_SUM         (1 << 18)

/* Trap causes. */
#define CAUSE_USER_ECALL    8
#define CAUSE_LOAD_FAULT    13
#define CAUSE_STORE_FAULT   15

/* The machine: QEMU's virt. */
#define UART                0x10000000
#define VIRTIO              0x10001000

/* Where the kernel maps things. */
#define WINDOW              0x40000000      /* mapped on demand */
#define WINDOW_PAGES        16
#define USER_CODE           0x10000

/* Calls to the firmware (SBI): a7 = extension, a6 = function. */
#define SBI_PUTCHAR         1
#define SBI_SRST            0x53525354
#define SRST_SHUTDOWN       0
#define SRST_SYSTEM_FAILURE 1

/* System calls of the sample's own: a7 = number. */
#define SYS_PRINT           1
#define SYS_EXIT            2
