/** `kith passphrase`: sets, changes or removes what opens the store of this machine. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { StoreLock } from '@kith/peer/node'
import { exitCodes, usage } from './failure.ts'

export interface PassphraseChange {
  /** The one so far, from a file or the environment. */
  readonly current: string | undefined
  /** From a file; asked for when it is not given. */
  readonly next: string | undefined
  readonly remove: boolean
}

/** Asks without showing what is typed; undefined where nobody can be asked. */
export type AskHidden = ((question: string) => Promise<string>) | undefined

export type LockedStore = StoreLock & { close(): Promise<void> }

/** Throws what `toFailure` can say. */
export async function runPassphrase(
  { current: given, next: wanted, remove }: PassphraseChange,
  open: (passphrase: string | undefined) => Promise<LockedStore>,
  ask: AskHidden,
  note: (text: string) => void,
): Promise<number> {
  const { store, current } = await openLocked(given, open, ask)
  try {
    if (remove) {
      if (current === undefined) note('Nothing to remove: what is kept here has no passphrase.')
      else {
        await store.removePassphrase(current)
        note('Removed. What is kept here opens without a passphrase, by a key in a file that only you can read.')
      }
      return exitCodes.done
    }
    const next = wanted ?? (await askTwice(ask))
    await store.setPassphrase(next, current)
    note(`${current === undefined ? 'Set' : 'Changed'}. From now on: --passphrase-file FILE or KITH_PASSPHRASE.`)
    return exitCodes.done
  } finally {
    await store.close()
  }
}

/** A passphrase that was given for a store without one is simply not needed. */
async function openLocked(
  given: string | undefined,
  open: (passphrase: string | undefined) => Promise<LockedStore>,
  ask: AskHidden,
): Promise<{ readonly store: LockedStore; readonly current: string | undefined }> {
  try {
    return { store: await open(undefined), current: undefined }
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'StorageLocked'
    if (!isLocked) throw error
    const current = given ?? (await ask?.('The passphrase so far: '))
    if (current === undefined) throw error
    return { store: await open(current), current }
  }
}

async function askTwice(ask: AskHidden): Promise<string> {
  if (ask === undefined)
    throw usage(
      'passphraseMissing',
      'kith passphrase needs a new one: --new-passphrase-file FILE, or a terminal to ask in.',
    )
  const next = await ask('The new passphrase: ')
  if (next === '')
    throw usage('passphraseEmpty', 'An empty passphrase protects nothing. To remove it: kith passphrase --remove')
  if (next !== (await ask('Once more: '))) throw usage('passphraseDiffers', 'They were different. Nothing was changed.')
  return next
}

/** On the terminal itself, with nothing of the answer shown. */
export function hiddenAsker(input: NodeJS.ReadStream, output: NodeJS.WriteStream): AskHidden {
  if (!input.isTTY || !output.isTTY) return undefined
  return async (question) => {
    output.write(question)
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input, output: silent, terminal: true })
    try {
      return await lines.question('')
    } finally {
      lines.close()
      output.write('\n')
    }
  }
}
