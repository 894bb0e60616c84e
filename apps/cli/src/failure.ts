/** What ends the program early: a sentence for the person, a code for scripts, and the exit code. */

/** Documented in docs/spec/terminal.md; scripts depend on them. */
export const exitCodes = {
  done: 0,
  /** A fault of kith itself. */
  fault: 1,
  /** The command line, the link or the configuration is wrong. */
  usage: 2,
  /** Something has to be built or installed first. */
  notBuilt: 3,
  /** The store cannot be used: held by another kith, locked, or not writable. */
  store: 4,
  /** The network part cannot be used, such as a port that is taken. */
  network: 5,
  /** Left while messages of this run had reached nobody; they are kept and go out at the next start. */
  undelivered: 6,
  /** `kith doctor` found something that does not work. */
  unhealthy: 7,
  interrupted: 130,
  terminated: 143,
} as const

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, exitCode: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.exitCode = exitCode
  }
}

export function usage(code: string, message: string): Failure {
  return new Failure(code, message, exitCodes.usage)
}

/** The name a library gave its error class: the way to tell errors apart across package boundaries. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

/** `code` of an error that carries one, such as `MessageRefused` and the errors of Node. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whatever was thrown as something that can be said and exited with. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const message = error instanceof Error ? error.message : String(error)
  const name = errorName(error)
  switch (name) {
    case 'LinkMalformed':
      return new Failure(
        'linkMalformed',
        'This is not the link of a room. A link ends in # and 43 characters; copy all of it, in quotes.',
        exitCodes.usage,
        error,
      )
    case 'IdentityRefused':
      return new Failure(errorCode(error) ?? 'identityRefused', message, exitCodes.usage, error)
    case 'RelayMalformed':
      return new Failure('relayMalformed', message, exitCodes.usage, error)
    case 'TooManyRooms':
      return new Failure(
        'tooManyRooms',
        `${message} In kith, /chat lists them and /forget NAME erases one. Or start another directory with --data DIR.`,
        exitCodes.store,
        error,
      )
    case 'RoomClosed':
    case 'ChatClosed':
      return new Failure('closed', message, exitCodes.fault, error)
    case 'StorageHeld':
      return new Failure(
        'storageHeld',
        'Another kith is using this data directory. Close it, or choose another one with --data DIR.',
        exitCodes.store,
        error,
      )
    case 'StorageLocked': {
      const code = (error as { readonly reason?: unknown }).reason
      return new Failure(
        typeof code === 'string' ? code : 'storageLocked',
        `${message} A passphrase is given with --passphrase-file FILE or KITH_PASSPHRASE.`,
        exitCodes.store,
        error,
      )
    }
    case 'StorageBroken':
    case 'StorageFull':
      return new Failure(
        name === 'StorageFull' ? 'storageFull' : 'storageBroken',
        `The data directory cannot be used. ${message}`,
        exitCodes.store,
        error,
      )
  }
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new Failure(
        'portTaken',
        `The port is taken by another program (${message}). Choose another port.`,
        exitCodes.network,
        error,
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOSPC':
      return new Failure('notWritable', `Not allowed, or no space: ${message}.`, exitCodes.store, error)
    case undefined:
    default:
      return new Failure('fault', `Something in kith itself went wrong: ${message}`, exitCodes.fault, error)
  }
}
