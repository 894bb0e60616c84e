/** The real relay program on a free port, with a key of its own for as long as it runs. It ends with us. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../apps/relay/dist/program.js', import.meta.url))

/** Resolves with its address. */
export async function startRelay(): Promise<string> {
  const env = { ...process.env, PORT: '0', KITH_LOG: 'warn', KITH_RELAY_KEY: randomBytes(32).toString('hex') }
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  process.on('exit', () => child.kill())
  return new Promise((done, fail) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const url = /https?:\/\/[^\s/]+/.exec(text)?.[0]
      if (url !== undefined) done(url)
    })
    child.once('error', fail)
    child.once('exit', (code) => fail(new Error(`The relay ended with exit code ${code}.`)))
  })
}
