import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from 'mysql2';

// A MariaDB without Galera has these too: then it names no provider.
const PROBE = "show global status where variable_name in ('wsrep_ready', 'wsrep_provider_name')";

/** Asks a node, on a connection of its own, whether it can serve. */
export class NodeProbe {
  readonly #options: ConnectionOptions;
  readonly #timeoutMs: number;
  readonly #concluded: (ready: boolean) => void;
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ConnectionOptions, timeoutMs: number, concluded: (ready: boolean) => void) {
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#concluded = concluded;
  }

  /** Does nothing while an answer is still awaited. */
  check(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#connection ??= this.#connect();
    const connection = this.#connection;
    this.#timer = setTimeout(() => this.#conclude(connection, false), this.#timeoutMs);
    connection.query<RowDataPacket[]>(PROBE, (error, rows) =>
      this.#conclude(connection, error === null && isReady(rows)),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#connection?.destroy();
  }

  #connect(): Connection {
    const connection = createConnection(this.#options);
    connection.on('error', () => this.#conclude(connection, false));
    return connection;
  }

  #conclude(connection: Connection, ready: boolean): void {
    if (connection !== this.#connection || this.#closed) return;
    const asked = this.#timer !== undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!ready) {
      this.#connection = undefined;
      connection.destroy();
    }
    // A connection that breaks between two questions says little: the next question will tell.
    if (asked) this.#concluded(ready);
  }
}

function isReady(rows: readonly RowDataPacket[]): boolean {
  const status = new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
  return !status.get('wsrep_provider_name') || status.get('wsrep_ready') === 'ON';
}
