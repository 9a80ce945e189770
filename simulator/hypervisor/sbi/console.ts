import type { Uart } from '../../devices/uart';

const DATA = 0;
const LINE_STATUS = 5;
const DATA_READY = 1;

/** The next byte of console input, as firmware reads it: by polling the UART's line status. */
export function receiveFromUart(uart: Uart): number | undefined {
  return (uart.read(LINE_STATUS) ?? 0) & DATA_READY ? uart.read(DATA) : undefined;
}
