# The driver's side of a virtqueue of four entries: `descriptors`, `available` and `used` are in driver.S.

# ring_add: hands a buffer to the device, into which that writes.
#   a0      its address
#   a1      its length
# The nth request, counted from 0, has the descriptor n modulo 4. It may use a0 to a7 and t0 to t6.
        .globl  ring_add
ring_add:
        # Yours.
        ret

# ring_wait: waits until the device has used one entry more than were taken so far.
# Returns in a0 the length that the device has written.
        .globl  ring_wait
ring_wait:
        # Yours.
        li      a0, 0
        ret

        .data
        .balign 8
taken:  .dword  0                       # entries of the used ring that ring_wait has taken
