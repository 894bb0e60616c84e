/** `kith relay`: runs the relay program as a child, so that the two programs share nothing but the command line. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { exitCodes, Failure } from './failure.ts'

export interface RelayOptions {
  readonly port: number | undefined
  readonly data: string | undefined
  readonly auth?: boolean | undefined
  readonly rotateAuthKey?: boolean | undefined
}

/** The relay's program, which stands beside what its package exports. */
export function relayMain(resolve: (name: string) => string): string {
  const advice = 'The relay is not built: run npm run build first.'
  let path: string
  try {
    path = fileURLToPath(new URL('program.js', resolve('@kith/relay')))
  } catch (error) {
    throw new Failure('relayMissing', advice, exitCodes.notBuilt, error)
  }
  if (!existsSync(path)) throw new Failure('relayMissing', advice, exitCodes.notBuilt)
  return path
}

/** What the child is started with. */
export function relayArguments({ port, data, auth, rotateAuthKey }: RelayOptions): readonly string[] {
  return [
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(data === undefined ? [] : ['--data', data]),
    ...(auth === true ? ['--auth'] : []),
    ...(rotateAuthKey === true ? ['--rotate-auth-key'] : []),
  ]
}

/** Resolves with the relay's exit code. Signals are passed on, so that it can say goodbye to everybody connected. */
export async function runRelay(main: string, args: readonly string[]): Promise<number> {
  // The channel carries nothing: it closes when this program dies without a word, and the relay then stops by itself.
  const child = spawn(process.execPath, [main, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const forward = (signal: NodeJS.Signals): void => {
    // Ctrl+C at a terminal reaches the child by itself; twice would mean “at once”.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of signals) process.on(signal, forward)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
    })
  } finally {
    for (const signal of signals) process.off(signal, forward)
  }
}
