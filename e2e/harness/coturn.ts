/** A real TURN server: Debian's coturn, with a shared secret, as somebody who runs a relay would set it up. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { until } from './waiting.ts'

/** coturn relays only between addresses that are not loopback; so this machine needs one, whatever it is. */
export function outsideAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal)
  if (found === undefined) {
    throw new Error(
      'This machine has only loopback addresses, and TURN needs another. As root: ip link add kith0 type dummy && ip addr add 192.0.2.9/24 dev kith0 && ip link set kith0 up',
    )
  }
  return found.address
}

async function freeUdpPort(address: string): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, address, resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}

export class Coturn {
  readonly url: string
  readonly secret: string
  readonly #child: ChildProcess
  log = ''

  private constructor(url: string, secret: string, child: ChildProcess) {
    this.url = url
    this.secret = secret
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.log += chunk.toString()))
  }

  static async start(folder: string): Promise<Coturn> {
    const address = outsideAddress()
    const port = await freeUdpPort(address)
    const secret = 'a secret of this test'
    const options = ['-n', '--no-cli', '--no-tls', '--no-dtls', '-v', '--log-file=stdout', '--fingerprint']
    const places = ['-L', address, '-p', String(port), `--relay-ip=${address}`, '-r', 'kith.example']
    const keys = ['--use-auth-secret', `--static-auth-secret=${secret}`]
    const files = [`--pidfile=${folder}/turnserver.pid`, `--userdb=${folder}/turndb`]
    const child = spawn(process.env['KITH_TURNSERVER'] ?? 'turnserver', [...options, ...places, ...keys, ...files])
    const coturn = new Coturn(`turn:${address}:${port}?transport=udp`, secret, child)
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    await Promise.race([
      failed,
      until('coturn to listen', 10_000, () => {
        if (child.exitCode !== null) throw new Error(`coturn ended: ${coturn.log}`)
        return coturn.log.includes(`listener opened on : ${address}:${port}`)
      }),
    ])
    return coturn
  }

  /** How many relayed addresses it has given out. */
  get allocations(): number {
    return this.log.split(/ALLOCATE processed, success/).length - 1
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill()
    await ended
  }
}
