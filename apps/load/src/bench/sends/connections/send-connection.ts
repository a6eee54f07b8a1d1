/** One connection of a load generator: as thin as can be, since it shares the machine with what it measures. */
export type SendConnection = {
  /** Sends one message. `place` is free again when `acknowledged` names it. */
  send(place: number): void
  close(): void
}

/** Who writes, as its kind of line needs it. */
export type Credentials = { url: string; name: string; secret: string }

export type SendConnectionOptions = {
  credentials: Credentials
  chatIds: { first: number; last: number }
  text: string
  acknowledged(place: number): void
  /** The server is overloaded and says so: the message may be stored or not. */
  unavailable(place: number): void
  /** Any other refusal, or a line that broke: the run is worth nothing then. */
  failed(reason: string): void
}

export type OpenSendConnection = (options: SendConnectionOptions) => Promise<SendConnection>

export function anyOf({ first, last }: { first: number; last: number }): number {
  return first + Math.floor(Math.random() * (last - first + 1))
}

/** In no order, as the names are that the product's SDK gives. */
export function messageName(): string {
  return String(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER))
}
